/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiving side of a listener, and what it puts into the queue for the other one. */
#ifndef FWCTL_KERNEL_LISTENER_RECEIVE_H
#define FWCTL_KERNEL_LISTENER_RECEIVE_H

#include <stdint.h>

#include "fwctl/kernel/listener.h"

/* What stands in the queue before each datagram. */
struct fw_listener_record {
	uint32_t size; /* with this and the padding to 8 bytes behind */
	uint32_t length;
	uint64_t time;
	uint64_t lost; /* then there is no datagram */
	uint32_t source;
	uint32_t mark; /* not 0: it is that mark, and neither datagram nor loss */
};

#define FW_LISTENER_RECORD ((sizeof(struct fw_listener_record) + 7) / 8 * 8)

/* A batch so large is the sign of a stream that will not rest. */
#define FW_LISTENER_BUSY 16

/*
 * The receiving thread: empties the sockets into the queue until it is time to end, and closes the
 * queue. `context` is the struct fw_listener; listener->receive_err says what went wrong.
 */
void *fw_listener_receive(void *context);

/* Lets a stream that will not rest gather. */
void fw_listener_nap(long nanoseconds);

#endif
