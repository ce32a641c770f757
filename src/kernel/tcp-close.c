/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/tcp-close.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define ASKED "ending a TCP connection"

/* Older headers lack it; the number is ABI (4.5 and later). */
#ifndef SOCK_DESTROY
#define SOCK_DESTROY 21
#endif

int fw_tcp_closer_open(struct fw_socket *sock, struct fw_err *err)
{
	return fw_socket_open_bus(sock, NETLINK_SOCK_DIAG, err);
}

static void fill_id(struct inet_diag_sockid *id, const struct fw_tcp_ends *ends)
{
	size_t size = fw_family_bits(ends->family) / 8;

	id->idiag_sport = htons(ends->local_port);
	id->idiag_dport = htons(ends->remote_port);
	memcpy(id->idiag_src, &ends->local, size);
	memcpy(id->idiag_dst, &ends->remote, size);
	/* A socket that is bound to no device is found by any. */
	id->idiag_if = *ends->device ? if_nametoindex(ends->device) : 0;
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static struct nlmsghdr *begin(struct fw_socket *sock, void *buffer, uint16_t type,
			      const struct fw_tcp_ends *ends, struct inet_diag_req_v2 **request)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST;
	message->nlmsg_seq = ++sock->seq;
	*request = mnl_nlmsg_put_extra_header(message, sizeof(**request));
	(*request)->sdiag_family = ends->family;
	(*request)->sdiag_protocol = IPPROTO_TCP;
	(*request)->idiag_states = UINT32_MAX;
	fill_id(&(*request)->id, ends);
	return message;
}

static int read_socket(const struct nlmsghdr *message, void *data)
{
	const struct inet_diag_msg *found = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	    mnl_nlmsg_get_payload_len(message) >= sizeof(*found))
		*(struct inet_diag_msg *)data = *found;
	return 0;
}

/* Where no connection is, the kernel finds the socket that listens (inet_lookup()); destroying that
 * one would end a service. So it is looked at first, and then named by its cookie. */
static int find(struct fw_socket *sock, const struct fw_tcp_ends *ends, struct inet_diag_msg *found,
		struct fw_err *err)
{
	char buffer[128] __attribute__((aligned(8))) = { 0 };
	struct inet_diag_req_v2 *request;
	struct nlmsghdr *message = begin(sock, buffer, SOCK_DIAG_BY_FAMILY, ends, &request);

	memset(found, 0, sizeof(*found));
	if (fw_socket_request(sock, message, ASKED, read_socket, found, NULL, err) < 0)
		return -1;
	return found->idiag_state && found->idiag_state != TCP_LISTEN;
}

static int destroy(struct fw_socket *sock, const struct fw_tcp_ends *ends,
		   const struct inet_diag_msg *found, struct fw_err *err)
{
	char buffer[128] __attribute__((aligned(8))) = { 0 };
	struct inet_diag_req_v2 *request;
	struct nlmsghdr *message = begin(sock, buffer, SOCK_DESTROY, ends, &request);

	memcpy(request->id.idiag_cookie, found->id.idiag_cookie, sizeof(request->id.idiag_cookie));
	return fw_socket_request(sock, message, ASKED, NULL, NULL, NULL, err) < 0 ? -1 : 1;
}

int fw_tcp_close(struct fw_socket *sock, const struct fw_tcp_ends *ends, struct fw_err *err)
{
	struct inet_diag_msg found;
	int result = find(sock, ends, &found, err);

	if (result > 0)
		result = destroy(sock, ends, &found, err);
	/* ESTALE: another socket has taken its place meanwhile. */
	if (result < 0 && (err->sys == ENOENT || err->sys == ESTALE)) {
		fw_err_free(err);
		return 0;
	}
	return result;
}
