/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/packet-way.h"

#include <string.h>

void fw_packet_begin(struct fw_packet *packet, const struct fw_flow *flow)
{
	memset(packet, 0, sizeof(*packet));
	packet->family = flow->family;
	packet->proto = flow->protonum;
	packet->src = flow->orig.src;
	packet->sport = flow->orig.sport;
	packet->dst = flow->reply.src;
	packet->dport = flow->reply.sport;
	packet->icmp_type = flow->orig.icmp_type;
	packet->icmp_code = flow->orig.icmp_code;
	packet->hop_limit = 64;
	packet->state = FW_CT_STATE_NEW;
}

struct known_route {
	uint8_t family; /* 0: not asked yet */
	union fw_addr addr;
	struct fw_route route;
};

int fw_ways_open(struct fw_ways *ways, struct fw_err *err)
{
	fw_map_init(&ways->known, sizeof(struct known_route));
	return fw_route_open(&ways->socket, err);
}

void fw_ways_close(struct fw_ways *ways)
{
	fw_map_free(&ways->known);
	fw_socket_close(&ways->socket);
}

/* Never 0. Two addresses may have the same: then the second one is asked for each time. */
static uint64_t key_of(uint8_t family, const union fw_addr *addr)
{
	uint64_t key = fw_hash_mix(fw_hash_mix(family, addr->half[0]), addr->half[1]);

	return key ? key : 1;
}

static int find_route(struct fw_ways *ways, uint8_t family, const union fw_addr *addr,
		      struct fw_route *route, struct fw_err *err)
{
	struct known_route *known = fw_map_add(&ways->known, key_of(family, addr));

	if (known->family == family && !memcmp(&known->addr, addr, sizeof(*addr))) {
		*route = known->route;
		return 0;
	}
	if (fw_route_read(&ways->socket, family, addr, route, err) < 0)
		return -1;
	if (!known->family)
		*known = (struct known_route){ family, *addr, *route };
	return 0;
}

static bool is_unspecified(const union fw_addr *addr)
{
	static const union fw_addr zero;

	return !memcmp(addr, &zero, sizeof(zero));
}

static void set_way(struct fw_packet *packet, enum fw_direction direction, const char *in,
		    const char *out)
{
	packet->direction = direction;
	memset(packet->in_if, 0, sizeof(packet->in_if));
	memset(packet->out_if, 0, sizeof(packet->out_if));
	memcpy(packet->in_if, in, strnlen(in, sizeof(packet->in_if) - 1));
	memcpy(packet->out_if, out, strnlen(out, sizeof(packet->out_if) - 1));
}

/* The interface between this host's end and the other one. A link-local address says nothing of
 * where its link is, but that of this host on the same link does. */
static const char *link_between(const struct fw_route *here, const struct fw_route *there)
{
	return strcmp(here->device, "lo") != 0 && here->kind == FW_ROUTE_LOCAL ? here->device
									       : there->device;
}

int fw_way_find(struct fw_ways *ways, struct fw_packet *packet, struct fw_err *err)
{
	struct fw_route src, dst;
	bool from_here, to_here;

	if (find_route(ways, packet->family, &packet->src, &src, err) < 0 ||
	    find_route(ways, packet->family, &packet->dst, &dst, err) < 0)
		return -1;
	/* A client without an address yet asks from 0.0.0.0, which the routes take for this host.
	 */
	from_here = src.kind == FW_ROUTE_LOCAL && !is_unspecified(&packet->src);
	to_here = dst.kind == FW_ROUTE_LOCAL;
	if (from_here && to_here)
		set_way(packet, FW_DIR_IN, "lo", "");
	else if (from_here)
		set_way(packet, FW_DIR_OUT, "", link_between(&src, &dst));
	else if (to_here || dst.kind == FW_ROUTE_BROADCAST || dst.kind == FW_ROUTE_MULTICAST)
		set_way(packet, FW_DIR_IN, link_between(&dst, &src), "");
	else
		set_way(packet, FW_DIR_ROUTED, src.device, dst.device);
	return 0;
}
