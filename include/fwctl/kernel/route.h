/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where packets to an address go from this network namespace, asked of the kernel's routes. */
#ifndef FWCTL_KERNEL_ROUTE_H
#define FWCTL_KERNEL_ROUTE_H

#include "fwctl/base/addr.h"
#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"

enum fw_route_kind {
	FW_ROUTE_NONE, /* there is no way to it, or it is forbidden */
	FW_ROUTE_AWAY,
	FW_ROUTE_LOCAL, /* it is an address of this host */
	FW_ROUTE_BROADCAST,
	FW_ROUTE_MULTICAST,
};

struct fw_route {
	enum fw_route_kind kind;
	/* The interface that packets to it leave by, "" when there is none or it has gone. Of an
	 * IPv6 link-local address of this host: the interface that has it. */
	char device[16];
};

/* A socket for fw_route_read(). Release with fw_socket_close() after success only. */
int fw_route_open(struct fw_socket *socket, struct fw_err *err);

/* One question to the kernel. -1 with `err` set when it cannot be asked. */
int fw_route_read(struct fw_socket *socket, uint8_t family, const union fw_addr *addr,
		  struct fw_route *route, struct fw_err *err);

#endif
