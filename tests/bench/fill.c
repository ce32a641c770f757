/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-fill COUNT [FIRST]: puts COUNT flows into this namespace's connection table over ctnetlink,
 * as fast as the kernel takes them (hundreds of thousands a second). A mix of 14 kinds, so that one
 * protocol-and-port pair is a fourteenth of the table; FIRST numbers the first flow (default 0).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/num.h"
#include "fwctl/model/flow.h"

#define BATCH      200
#define BATCH_SIZE (BATCH * 256)

static const struct kind {
	uint8_t proto;
	uint16_t dport;
} kinds[] = {
	{ IPPROTO_UDP, 53 },  { IPPROTO_UDP, 443 }, { IPPROTO_UDP, 123 }, { IPPROTO_UDP, 5353 },
	{ IPPROTO_TCP, 443 }, { IPPROTO_TCP, 443 }, { IPPROTO_TCP, 443 }, { IPPROTO_TCP, 443 },
	{ IPPROTO_TCP, 443 }, { IPPROTO_TCP, 80 },  { IPPROTO_TCP, 80 },  { IPPROTO_TCP, 80 },
	{ IPPROTO_TCP, 22 },  { IPPROTO_TCP, 25 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void put_tuple(struct nlmsghdr *message, uint16_t type, uint32_t src, uint32_t dst,
		      uint16_t sport, const struct kind *kind, uint16_t dport)
{
	struct nlattr *tuple = mnl_attr_nest_start(message, type), *nest;

	nest = mnl_attr_nest_start(message, CTA_TUPLE_IP);
	mnl_attr_put_u32(message, CTA_IP_V4_SRC, htonl(src));
	mnl_attr_put_u32(message, CTA_IP_V4_DST, htonl(dst));
	mnl_attr_nest_end(message, nest);
	nest = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(message, CTA_PROTO_NUM, kind->proto);
	mnl_attr_put_u16(message, CTA_PROTO_SRC_PORT, htons(sport));
	mnl_attr_put_u16(message, CTA_PROTO_DST_PORT, htons(dport));
	mnl_attr_nest_end(message, nest);
	mnl_attr_nest_end(message, tuple);
}

static void put_flow(struct nlmsghdr *message, uint64_t number)
{
	const struct kind *kind = &kinds[number % KINDS];
	/* 10.0.0.0/8 clients, each with a few flows; the ports tell the flows of one client apart.
	 */
	uint32_t client = 0x0a000001u + (uint32_t)(number / KINDS % 65521) * 4;
	uint16_t sport = (uint16_t)(1024 + number / KINDS / 65521 * KINDS + number % KINDS);
	uint32_t server = 0xc0a80001u + (uint32_t)(number % 200);
	uint32_t status = FW_STATUS_CONFIRMED | FW_STATUS_SEEN_REPLY | FW_STATUS_ASSURED;
	struct nlattr *info, *tcp;

	put_tuple(message, CTA_TUPLE_ORIG, client, server, sport, kind, kind->dport);
	{
		const struct kind back = { kind->proto, sport };

		put_tuple(message, CTA_TUPLE_REPLY, server, client, kind->dport, &back, sport);
	}
	mnl_attr_put_u32(message, CTA_STATUS, htonl(status));
	mnl_attr_put_u32(message, CTA_TIMEOUT, htonl(86400));
	if (kind->proto != IPPROTO_TCP)
		return;
	info = mnl_attr_nest_start(message, CTA_PROTOINFO);
	tcp = mnl_attr_nest_start(message, CTA_PROTOINFO_TCP);
	mnl_attr_put_u8(message, CTA_PROTOINFO_TCP_STATE, 3); /* ESTABLISHED */
	mnl_attr_nest_end(message, tcp);
	mnl_attr_nest_end(message, info);
}

static size_t build_batch(char *buffer, uint64_t first, uint64_t count)
{
	struct nlmsghdr *message;
	struct nfgenmsg *header;
	size_t used = 0;
	uint64_t i;

	memset(buffer, 0, BATCH_SIZE);
	for (i = 0; i < count; i++) {
		message = mnl_nlmsg_put_header(buffer + used);
		message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;
		message->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL |
				       (i + 1 == count ? NLM_F_ACK : 0);
		message->nlmsg_seq = (uint32_t)(first + i + 1);
		header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
		header->nfgen_family = AF_INET;
		put_flow(message, first + i);
		used += MNL_ALIGN(message->nlmsg_len);
	}
	return used;
}

/* Waits for the acknowledgement of the last message; errors of others come before it. */
static int wait_for(struct mnl_socket *socket, uint32_t last)
{
	char buffer[65536];
	const struct nlmsghdr *message;
	const struct nlmsgerr *error;
	ssize_t got;
	int left;

	for (;;) {
		got = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		if (got < 0)
			return -1;
		left = (int)got;
		for (message = (void *)buffer; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left)) {
			error = mnl_nlmsg_get_payload(message);
			if (error->error) {
				errno = -error->error;
				return -1;
			}
			if (message->nlmsg_seq == last)
				return 0;
		}
	}
}

int main(int argc, char **argv)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_NETFILTER);
	uint64_t count, first = 0, done, part;
	char *buffer = malloc(BATCH_SIZE);
	size_t size;

	if (argc < 2 || argc > 3 || fw_num_parse(argv[1], 1, 100000000, &count) != FW_NUM_OK ||
	    (argc > 2 && fw_num_parse(argv[2], 0, 100000000, &first) != FW_NUM_OK)) {
		fprintf(stderr, "usage: bench-fill COUNT [FIRST]\n");
		return 2;
	}
	if (!buffer || !socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		perror("bench-fill: opening a netlink socket");
		return 1;
	}
	for (done = 0; done < count; done += part) {
		part = count - done < BATCH ? count - done : BATCH;
		size = build_batch(buffer, first + done, part);
		if (mnl_socket_sendto(socket, buffer, size) < 0 ||
		    wait_for(socket, (uint32_t)(first + done + part)) < 0) {
			perror("bench-fill: creating flows");
			return 1;
		}
	}
	free(buffer);
	mnl_socket_close(socket);
	return 0;
}
