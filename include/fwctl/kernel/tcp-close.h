/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ending a TCP connection at the socket of this host. A flow that is deleted while its socket lives
 * comes back: the kernel takes the next segment in the middle of a connection for a new flow
 * (nf_conntrack_tcp_loose), and a policy that lets everything out lets that segment out.
 */
#ifndef FWCTL_KERNEL_TCP_CLOSE_H
#define FWCTL_KERNEL_TCP_CLOSE_H

#include <stdint.h>

#include "fwctl/base/addr.h"
#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"

/* As the socket of this host sees it. */
struct fw_tcp_ends {
	uint8_t family;
	union fw_addr local, remote;
	uint16_t local_port, remote_port; /* host order */
	const char *device;               /* that leads to the remote end, or "" */
};

/* A socket for fw_tcp_close(). Release with fw_socket_close() after success only. */
int fw_tcp_closer_open(struct fw_socket *socket, struct fw_err *err);

/*
 * Aborts that connection: its program gets ECONNABORTED, the other end a reset. The socket that
 * listens there stays. 1 done, 0 there is no such connection, -1 with `err` set (kind FW_ERR_DENIED
 * where the kernel lacks CONFIG_INET_DIAG_DESTROY).
 */
int fw_tcp_close(struct fw_socket *socket, const struct fw_tcp_ends *ends, struct fw_err *err);

#endif
