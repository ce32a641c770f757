/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#define ASKED "asking for a route"

int fw_route_open(struct fw_socket *sock, struct fw_err *err)
{
	return fw_socket_open_bus(sock, NETLINK_ROUTE, err);
}

static enum fw_route_kind kind_of(unsigned char type)
{
	switch (type) {
	case RTN_LOCAL: return FW_ROUTE_LOCAL;
	case RTN_BROADCAST: return FW_ROUTE_BROADCAST;
	case RTN_MULTICAST: return FW_ROUTE_MULTICAST;
	case RTN_UNICAST: return FW_ROUTE_AWAY;
	default: return FW_ROUTE_NONE;
	}
}

static int read_route(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	struct fw_route *route = data;
	const struct nlattr *attr;
	char name[IF_NAMESIZE];

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return 0;
	route->kind = kind_of(header->rtm_type);
	mnl_attr_for_each(attr, message, sizeof(*header))
	{
		if (mnl_attr_get_type(attr) != RTA_OIF ||
		    mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ||
		    !if_indextoname(mnl_attr_get_u32(attr), name))
			continue;
		memset(route->device, 0, sizeof(route->device));
		memcpy(route->device, name, strnlen(name, sizeof(route->device) - 1));
	}
	return 0;
}

/* `flags`: RTM_F_FIB_MATCH for the route as it was set up, else what a packet would meet. */
static int ask(struct fw_socket *sock, uint8_t family, const union fw_addr *addr,
	       unsigned int flags, struct fw_route *route, struct fw_err *err)
{
	char buffer[128] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *header;

	message->nlmsg_type = RTM_GETROUTE;
	message->nlmsg_flags = NLM_F_REQUEST;
	message->nlmsg_seq = ++sock->seq;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->rtm_family = family;
	header->rtm_dst_len = (unsigned char)fw_family_bits(family);
	header->rtm_flags = flags;
	mnl_attr_put(message, RTA_DST, fw_family_bits(family) / 8, addr);
	memset(route, 0, sizeof(*route));
	return fw_socket_request(sock, message, ASKED, read_route, route, NULL, err);
}

/* What the kernel answers for an address without a route, or with one of type unreachable,
 * prohibit, blackhole or throw (fib_props[] in net/ipv4/fib_semantics.c, the same for IPv6). */
static bool means_no_route(int sys)
{
	return sys == ENETUNREACH || sys == EHOSTUNREACH || sys == EACCES || sys == EINVAL ||
	       sys == EAGAIN;
}

int fw_route_read(struct fw_socket *sock, uint8_t family, const union fw_addr *addr,
		  struct fw_route *route, struct fw_err *err)
{
	struct fw_err own = FW_ERR_INIT;
	int result = ask(sock, family, addr, 0, route, &own);

	/* The way to an address of this host is lo; the route itself names the interface. */
	if (result == 0 && route->kind == FW_ROUTE_LOCAL && fw_addr_is_link_local(family, addr))
		result = ask(sock, family, addr, RTM_F_FIB_MATCH, route, &own);
	if (result < 0 && means_no_route(own.sys)) {
		route->kind = FW_ROUTE_NONE;
		result = 0;
	}
	if (result < 0)
		*err = own;
	else
		fw_err_free(&own);
	return result;
}
