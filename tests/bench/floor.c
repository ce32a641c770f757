/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-floor [flush] [udp PORT [both]]: the kernel's own cost of a dump: the request that `fwctl
 * list` sends (for all flows, or for UDP flows to one port in IPv4, or in IPv4 and then IPv6),
 * received into one buffer and thrown away. Prints the number of messages. With "flush" that of the
 * kernel's own filtered flush, which says nothing of what it deletes.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "extensions/filter-flags.h"
#include "fwctl/base/num.h"

static void put_filter(struct nlmsghdr *message, uint16_t port)
{
	struct nlattr *tuple = mnl_attr_nest_start(message, CTA_TUPLE_ORIG), *nest;

	nest = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(message, CTA_PROTO_NUM, IPPROTO_UDP);
	mnl_attr_put_u16(message, CTA_PROTO_DST_PORT, htons(port));
	mnl_attr_nest_end(message, nest);
	mnl_attr_nest_end(message, tuple);
	nest = mnl_attr_nest_start(message, CTA_FILTER);
	mnl_attr_put_u32(message, CTA_FILTER_ORIG_FLAGS, FW_FILTER_PROTO | FW_FILTER_DST_PORT);
	mnl_attr_put_u32(message, CTA_FILTER_REPLY_FLAGS, 0);
	mnl_attr_nest_end(message, nest);
}

static bool is_refusal(const struct nlmsghdr *message)
{
	return ((const struct nlmsgerr *)mnl_nlmsg_get_payload(message))->error;
}

/* Receives to the end of the dump; -1 on an error. */
static long drain(struct mnl_socket *socket)
{
	static char buffer[65536];
	const struct nlmsghdr *message;
	long count = 0;
	ssize_t got;
	int left;

	for (;;) {
		got = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		if (got < 0)
			return -1;
		left = (int)got;
		for (message = (void *)buffer; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left)) {
			if (message->nlmsg_type == NLMSG_ERROR)
				return is_refusal(message) ? -1 : count;
			if (message->nlmsg_type == NLMSG_DONE)
				return count;
			count++;
		}
	}
}

/* One dump, or flush; the number of messages, or -1. Port 0: of everything. */
static long ask(struct mnl_socket *socket, bool flush, uint8_t family, uint16_t port)
{
	char buffer[512] = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *header;

	message->nlmsg_type =
		NFNL_SUBSYS_CTNETLINK << 8 | (flush ? IPCTNL_MSG_CT_DELETE : IPCTNL_MSG_CT_GET);
	message->nlmsg_flags = NLM_F_REQUEST | (flush ? NLM_F_ACK : NLM_F_DUMP);
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = family;
	if (port)
		put_filter(message, port);
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -1;
	return drain(socket);
}

int main(int argc, char **argv)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_NETFILTER);
	bool flush = argc > 1 && !strcmp(argv[1], "flush");
	long count, more = 0;
	uint64_t port = 0;

	argc -= flush;
	argv += flush;
	if (argc > 1 && (argc > 4 || strcmp(argv[1], "udp") || argc < 3 ||
			 fw_num_parse(argv[2], 1, 65535, &port) != FW_NUM_OK)) {
		fprintf(stderr, "usage: bench-floor [flush] [udp PORT [both]]\n");
		return 2;
	}
	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		perror("bench-floor: opening a netlink socket");
		return 1;
	}
	count = ask(socket, flush, port ? AF_INET : AF_UNSPEC, (uint16_t)port);
	if (argc == 4)
		more = ask(socket, flush, AF_INET6, (uint16_t)port);
	if (count < 0 || more < 0) {
		perror("bench-floor: asking the kernel");
		return 1;
	}
	printf("%ld\n", count + more);
	mnl_socket_close(socket);
	return 0;
}
