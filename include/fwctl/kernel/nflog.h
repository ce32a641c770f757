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

/* Ends that: the kernel sends the packets that it has gathered until now, and no more. */
void fw_nflog_leave(struct fw_socket *socket, uint16_t group);

/* Points into the message. */
struct fw_logged_packet {
	const char *
		prefix; /* what the rule says of it; `prefix_length` bytes without a NUL, or NULL */
	size_t prefix_length;
	const uint8_t *head; /* of the packet, from its layer 3 header, or NULL */
	size_t head_length;
	uint8_t hook;      /* NF_INET_LOCAL_IN and the like */
	uint32_t in_index; /* of interfaces; 0: none */
	uint32_t out_index;
	uint64_t time;     /* nanoseconds since 1970 when it came; 0: not known */
	uint32_t sequence; /* counts the packets of the group from 0: a gap in it is a loss */
	bool has_sequence;
};

/* -1 when the message is no packet. */
int fw_nflog_read(const struct nlmsghdr *message, struct fw_logged_packet *packet);

/*
 * How many packets are missing, from both witnesses: the packets' own numbers, which tell exactly
 * but only when a packet follows, and the listener, which tells of messages, of one packet or many.
 * All zero at first.
 */
struct fw_nflog_gaps {
	uint32_t next;     /* number of the next packet */
	uint64_t ahead;    /* packets told by numbers before the listener told of that loss */
	uint64_t dropped;  /* messages that the listener told of, and no number yet */
	bool is_rest_told; /* of the loss in front of the next packet */
};

/* Packets that are missing right before this one. */
uint64_t fw_nflog_gaps_packet(struct fw_nflog_gaps *gaps, const struct fw_logged_packet *packet);

/*
 * The listener lost so many messages. It tells that when it has emptied the socket: packets that
 * came at that very moment stand in front of it.
 */
void fw_nflog_gaps_lost(struct fw_nflog_gaps *gaps, uint64_t messages);

/*
 * No packet came behind what was lost last: how many are missing at least, which may be too few or
 * none; what the next number makes good is not counted again.
 */
uint64_t fw_nflog_gaps_rest(struct fw_nflog_gaps *gaps);

#endif
