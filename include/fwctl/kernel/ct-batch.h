/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many requests about the connection table in one datagram. The kernel works on a datagram before
 * the send returns, and to changes it answers nothing but errors: so after each one it is known
 * which of its messages were refused, and that all others were done.
 */
#ifndef FWCTL_KERNEL_CT_BATCH_H
#define FWCTL_KERNEL_CT_BATCH_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"

/*
 * An answer, a flow or an error, takes about a kilobyte of the receive buffer, as the kernel counts
 * it; there is room for twice as much of each message of a batch.
 */
#define FW_CT_BATCH 128

/* Bytes that one message may have at most. */
#define FW_CT_BATCH_MESSAGE 1024

struct fw_ct_batch {
	struct fw_socket socket;
	char *messages;
	size_t used;
	uint32_t first_seq;
	unsigned int count; /* messages that wait, FW_CT_BATCH at most */
};

/* Is told of each refused message, by its place in the batch. -1 gives up, `err` set or not. */
typedef int fw_ct_refused_fn(void *context, unsigned int which,
			     const struct fw_message_error *error, struct fw_err *err);

/* Is told of each other message that comes back, likewise. */
typedef void fw_ct_answered_fn(void *context, unsigned int which, const struct nlmsghdr *message);

/* -1 with `err` set. Release with fw_ct_batch_close() after success only. */
int fw_ct_batch_open(struct fw_ct_batch *batch, struct fw_err *err);
void fw_ct_batch_close(struct fw_ct_batch *batch);

/*
 * Begins the next message, as fw_message_begin(), in zeroed memory (so that no padding goes to the
 * kernel uninitialised); there must be room for it. The caller adds attributes, then ends it.
 */
struct nlmsghdr *fw_ct_batch_begin(struct fw_ct_batch *batch, uint16_t type, uint16_t flags,
				   uint8_t family);
void fw_ct_batch_end(struct fw_ct_batch *batch, const struct nlmsghdr *message);

/*
 * Sends what waits, and tells `refused` of each error that came back. The batch is empty
 * afterwards. -1 with `err` set when it could not be sent or the answers not be read; `what` is
 * what to call it then.
 */
int fw_ct_batch_send(struct fw_ct_batch *batch, const char *what, fw_ct_refused_fn *refused,
		     void *context, struct fw_err *err);

/* The same of requests that are answered, each by one message at most. -1 also when `refused` gave
 * up. */
int fw_ct_batch_ask(struct fw_ct_batch *batch, const char *what, fw_ct_answered_fn *answered,
		    fw_ct_refused_fn *refused, void *context, struct fw_err *err);

#endif
