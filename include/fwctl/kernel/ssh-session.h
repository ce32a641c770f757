/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ssh connections that this process was started through, so that they can be spared. */
#ifndef FWCTL_KERNEL_SSH_SESSION_H
#define FWCTL_KERNEL_SSH_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/addr.h"
#include "fwctl/model/flow.h"

enum fw_connection_end { FW_END_CLIENT, FW_END_SERVER };

/* The two ends of a TCP connection. An IPv4-mapped address is kept as IPv4. */
struct fw_connection {
	uint8_t family;
	union fw_addr addr[2]; /* by enum fw_connection_end; the server is the end at the sshd */
	uint16_t port[2];
	/* Whether the client came to the server's port; else the sshd itself may have begun it, as
	 * it does for forwarded ports. */
	bool served;
};

#define FW_SSH_SESSION_MAX 8

struct fw_ssh_session {
	struct fw_connection connections[FW_SSH_SESSION_MAX];
	size_t count; /* 0: not started through ssh */
};

/*
 * Finds them: what SSH_CONNECTION says, and the established sockets of each parent process named
 * sshd (sudo and su take the variable away). What cannot be read is left out.
 */
void fw_ssh_session_find(struct fw_ssh_session *session);

/* Reads one connection as sshd(8) writes SSH_CONNECTION: "ADDR PORT ADDR PORT", the client's and
 * then its own. */
bool fw_connection_parse(const char *text, struct fw_connection *connection);

/* Whether the flow carries one of them, seen from either end of it and behind NAT too. */
bool fw_ssh_session_owns(const struct fw_ssh_session *session, const struct fw_flow *flow);

#endif
