/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-delete.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/attr.h"
#include "fwctl/kernel/ct-encode.h"

/*
 * A flow that is gone is answered with an error of about 800 bytes of the receive buffer, as the
 * kernel counts them; the default buffer (212,992 bytes) holds those of a whole batch.
 */
#define BATCH 128

#define ASKED "deleting flows"

struct fw_ct_pending {
	struct fw_flow flow;
	char *strings; /* what the flow's strings point into, or NULL */
	int sys;       /* errno that the kernel answered */
};

int fw_ct_deleter_open(struct fw_ct_deleter *deleter, fw_flow_fn *deleted, void *context,
		       struct fw_err *err)
{
	memset(deleter, 0, sizeof(*deleter));
	if (fw_socket_open(&deleter->socket, 0, err) < 0)
		return -1;
	deleter->deleted = deleted;
	deleter->context = context;
	deleter->messages = fw_realloc_array(NULL, BATCH, FW_CT_IDENTITY_SIZE);
	deleter->pending = fw_calloc(BATCH, sizeof(*deleter->pending));
	return 0;
}

void fw_ct_deleter_close(struct fw_ct_deleter *deleter)
{
	unsigned int i;

	for (i = 0; i < deleter->pending_count; i++)
		free(deleter->pending[i].strings);
	free(deleter->pending);
	free(deleter->messages);
	fw_socket_close(&deleter->socket);
	memset(deleter, 0, sizeof(*deleter));
}

/* ---- gathering ------------------------------------------------------------------------------- */

static char *keep_bytes(struct fw_bytes *bytes, char *at)
{
	if (!bytes->length)
		return at;
	memcpy(at, bytes->data, bytes->length);
	bytes->data = at;
	return at + bytes->length;
}

/* Copies the flow with its strings, which else would go with the message that they came in. */
static void keep_flow(struct fw_ct_pending *pending, const struct fw_flow *flow)
{
	struct fw_flow *copy = &pending->flow;
	size_t size = flow->labels.length + flow->helper.length + flow->secctx.length +
		      flow->netns.length;
	char *at;

	*copy = *flow;
	pending->sys = 0;
	pending->strings = NULL;
	if (!size)
		return;
	at = pending->strings = fw_malloc(size);
	at = keep_bytes(&copy->labels, at);
	at = keep_bytes(&copy->helper, at);
	at = keep_bytes(&copy->secctx, at);
	keep_bytes(&copy->netns, at);
}

static void put_delete(struct fw_ct_deleter *deleter, const struct fw_flow *flow)
{
	char *at = deleter->messages + deleter->used;
	struct nlmsghdr *message;

	/* So that no padding of attributes goes to the kernel uninitialised. */
	memset(at, 0, FW_CT_IDENTITY_SIZE);
	message = fw_message_begin(&deleter->socket, at,
				   NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0,
				   flow->family);
	fw_ct_put_identity(message, flow);
	deleter->used += mnl_nlmsg_size(mnl_nlmsg_get_payload_len(message));
	if (!deleter->pending_count)
		deleter->first_seq = message->nlmsg_seq;
}

int fw_ct_delete(struct fw_ct_deleter *deleter, const struct fw_flow *flow, struct fw_err *err)
{
	put_delete(deleter, flow);
	keep_flow(&deleter->pending[deleter->pending_count++], flow);
	return deleter->pending_count < BATCH ? 0 : fw_ct_deleter_finish(deleter, err);
}

/* ---- answers --------------------------------------------------------------------------------- */

static int refused(struct fw_ct_deleter *deleter, const struct fw_message_error *error,
		   struct fw_err *err)
{
	if (error->sys == ENOENT) {
		deleter->gone++;
		return 0;
	}
	deleter->failed++;
	if (err->kind == FW_ERR_NONE)
		fw_kernel_err(err, error->sys, ASKED, error->detail);
	/* What holds for one flow holds for all. */
	return error->sys == EPERM || error->sys == EOPNOTSUPP ? -1 : 0;
}

static int read_errors(struct fw_ct_deleter *deleter, const char *bytes, size_t size,
		       struct fw_err *err)
{
	const struct nlmsghdr *message = (const void *)bytes;
	struct fw_message_error error;
	int left = (int)size;
	uint32_t which;

	for (; fw_message_fits(message, left); message = mnl_nlmsg_next(message, &left)) {
		which = message->nlmsg_seq - deleter->first_seq;
		if (message->nlmsg_type != NLMSG_ERROR || which >= deleter->pending_count ||
		    fw_message_error_read(message, &error) < 0 || !error.sys)
			continue;
		deleter->pending[which].sys = error.sys;
		if (refused(deleter, &error, err) < 0)
			return -1;
	}
	return 0;
}

static int receive_errors(struct fw_ct_deleter *deleter, struct fw_err *err)
{
	char buffer[8192] __attribute__((aligned(8)));
	ssize_t length;

	for (;;) {
		length = fw_socket_receive(&deleter->socket, buffer, sizeof(buffer), MSG_DONTWAIT,
					   err);
		if (length <= 0)
			return (int)length;
		if (read_errors(deleter, buffer, (size_t)length, err) < 0)
			return -1;
	}
}

static void tell(struct fw_ct_deleter *deleter, bool known)
{
	struct fw_ct_pending *pending;
	unsigned int i;

	for (i = 0; i < deleter->pending_count; i++) {
		pending = &deleter->pending[i];
		if (known && !pending->sys) {
			deleter->count++;
			if (deleter->deleted)
				deleter->deleted(deleter->context, &pending->flow);
		}
		free(pending->strings);
		pending->strings = NULL;
	}
	deleter->pending_count = 0;
	deleter->used = 0;
}

int fw_ct_deleter_finish(struct fw_ct_deleter *deleter, struct fw_err *err)
{
	int result;

	if (!deleter->pending_count)
		return 0;
	result = fw_socket_send(&deleter->socket, deleter->messages, deleter->used, ASKED, err);
	if (!result)
		result = receive_errors(deleter, err);
	tell(deleter, !result);
	return result;
}

/* ---- the whole table ------------------------------------------------------------------------- */

static int read_count(const struct nlmsghdr *message, void *data)
{
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(struct nfgenmsg));
	const struct nlattr *attr;
	uint32_t count;

	while ((attr = fw_attrs_next(&attrs)))
		if (fw_attr_type(attr) == CTA_STATS_GLOBAL_ENTRIES && fw_attr_be32(attr, &count))
			*(uint64_t *)data = count;
	return 0;
}

int fw_ct_flush_all(uint64_t *count, struct fw_err *err)
{
	char buffer[64] __attribute__((aligned(8))) = { 0 };
	struct fw_socket socket;
	struct nlmsghdr *message;
	int result;

	if (fw_socket_open(&socket, 0, err) < 0)
		return -1;
	*count = 0;
	message = fw_message_begin(&socket, buffer,
				   NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS, 0, 0);
	result = fw_socket_request(&socket, message, "counting the flows", read_count, count, NULL,
				   err);
	if (!result) {
		/* No tuple and no family in it: every flow. */
		message = fw_message_begin(&socket, buffer,
					   NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, 0);
		result = fw_socket_request(&socket, message, "emptying the connection table", NULL,
					   NULL, NULL, err);
	}
	fw_socket_close(&socket);
	return result;
}
