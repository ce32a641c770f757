/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packet log: packets that a rule offers to a group (`log group N`), as far as one listens. One
 * socket of a network namespace can have a group.
 */
#ifndef FWCTL_KERNEL_NFLOG_H
#define FWCTL_KERNEL_NFLOG_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"

/* Enough for the headers of a packet with some extensions; more of it is never asked for. */
#define FW_NFLOG_HEAD 160

/* Opens a socket that gets the packets of `group`; as fw_ct_events_open(). */
int fw_nflog_open(struct fw_socket *socket, uint16_t group, size_t buffer, struct fw_err *err);

/* Points into the message. */
struct fw_logged_packet {
	const char *prefix; /* what the rule says of it; `prefix_length` bytes without a NUL */
	size_t prefix_length;
	const uint8_t *head; /* of the packet, from its layer 3 header */
	size_t head_length;
	uint8_t hook;      /* NF_INET_LOCAL_IN and the like */
	uint32_t in_index; /* of interfaces; 0: none */
	uint32_t out_index;
	uint64_t time;     /* nanoseconds since 1970 when it came; 0: not known */
	uint32_t sequence; /* counts the packets of the group: a gap in it is a loss */
	bool has_sequence;
};

/* -1 when the message is no packet. */
int fw_nflog_read(const struct nlmsghdr *message, struct fw_logged_packet *packet);

#endif
