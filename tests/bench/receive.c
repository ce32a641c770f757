/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-receive: receives the events of new flows, many with one call, and throws them away, until
 * SIGTERM: what watching costs that neither decodes nor writes anything. Prints how many there
 * were.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH          64
#define EVENT_BYTES    1024
#define RECEIVE_BUFFER (64 << 20)

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static struct mnl_socket *listen_to_new_flows(void)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_NETFILTER);
	int size = RECEIVE_BUFFER;

	if (!socket)
		return NULL;
	(void)setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &size,
			 sizeof(size));
	if (mnl_socket_bind(socket, 1u << (NFNLGRP_CONNTRACK_NEW - 1), MNL_SOCKET_AUTOPID) == 0)
		return socket;
	mnl_socket_close(socket);
	return NULL;
}

int main(void)
{
	static char bytes[BATCH][EVENT_BYTES];
	struct sigaction action = { .sa_handler = stop };
	struct mnl_socket *socket = listen_to_new_flows();
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec parts[BATCH];
	unsigned long count = 0;
	int got, i;

	if (!socket) {
		perror("bench-receive: listening");
		return 1;
	}
	sigaction(SIGTERM, &action, NULL);
	for (i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ bytes[i], EVENT_BYTES };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (!stopped) {
		got = recvmmsg(mnl_socket_get_fd(socket), messages, BATCH, MSG_WAITFORONE, NULL);
		if (got > 0)
			count += (unsigned int)got;
		else if (errno != EINTR && errno != ENOBUFS)
			break;
	}
	printf("%lu\n", count);
	mnl_socket_close(socket);
	return 0;
}
