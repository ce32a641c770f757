/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-batch.h"

#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/attr.h"

int fw_ct_batch_open(struct fw_ct_batch *batch, struct fw_err *err)
{
	memset(batch, 0, sizeof(*batch));
	if (fw_socket_open(&batch->socket, 0, err) < 0)
		return -1;
	fw_socket_receive_buffer(&batch->socket, (size_t)FW_CT_BATCH * 2048);
	batch->messages = fw_calloc(FW_CT_BATCH, FW_CT_BATCH_MESSAGE);
	return 0;
}

void fw_ct_batch_close(struct fw_ct_batch *batch)
{
	free(batch->messages);
	fw_socket_close(&batch->socket);
	memset(batch, 0, sizeof(*batch));
}

struct nlmsghdr *fw_ct_batch_begin(struct fw_ct_batch *batch, uint16_t type, uint16_t flags,
				   uint8_t family)
{
	return fw_message_begin(&batch->socket, batch->messages + batch->used, type, flags, family);
}

void fw_ct_batch_end(struct fw_ct_batch *batch, const struct nlmsghdr *message)
{
	if (!batch->count++)
		batch->first_seq = message->nlmsg_seq;
	batch->used += NLMSG_ALIGN(message->nlmsg_len);
}

/* ---- answers --------------------------------------------------------------------------------- */

struct reading {
	const struct fw_ct_batch *batch;
	fw_ct_answered_fn *answered; /* or NULL */
	fw_ct_refused_fn *refused;
	void *context;
	struct fw_err *err;
};

static int read_answers(const struct reading *reading, const char *bytes, size_t size)
{
	const struct nlmsghdr *message = (const void *)bytes;
	struct fw_message_error error;
	int left = (int)size;
	uint32_t which;

	for (; fw_message_fits(message, left); message = mnl_nlmsg_next(message, &left)) {
		which = message->nlmsg_seq - reading->batch->first_seq;
		if (which >= reading->batch->count)
			continue;
		if (message->nlmsg_type != NLMSG_ERROR) {
			if (reading->answered)
				reading->answered(reading->context, which, message);
			continue;
		}
		if (fw_message_error_read(message, &error) < 0 || !error.sys)
			continue;
		if (reading->refused(reading->context, which, &error, reading->err) < 0)
			return -1;
	}
	return 0;
}

static int receive_answers(struct fw_socket *socket, const struct reading *reading)
{
	char buffer[8192] __attribute__((aligned(8)));
	ssize_t length;

	for (;;) {
		length = fw_socket_receive(socket, buffer, sizeof(buffer), MSG_DONTWAIT,
					   reading->err);
		if (length <= 0)
			return (int)length;
		if (read_answers(reading, buffer, (size_t)length) < 0)
			return -1;
	}
}

int fw_ct_batch_ask(struct fw_ct_batch *batch, const char *what, fw_ct_answered_fn *answered,
		    fw_ct_refused_fn *refused, void *context, struct fw_err *err)
{
	const struct reading reading = { batch, answered, refused, context, err };
	int result = 0;

	if (!batch->count)
		return 0;
	result = fw_socket_send(&batch->socket, batch->messages, batch->used, what, err);
	if (!result)
		result = receive_answers(&batch->socket, &reading);
	memset(batch->messages, 0, batch->used);
	batch->count = 0;
	batch->used = 0;
	return result;
}

int fw_ct_batch_send(struct fw_ct_batch *batch, const char *what, fw_ct_refused_fn *refused,
		     void *context, struct fw_err *err)
{
	return fw_ct_batch_ask(batch, what, NULL, refused, context, err);
}
