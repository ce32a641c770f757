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
#include "fwctl/kernel/ct-pending.h"

#define ASKED "deleting flows"

int fw_ct_deleter_open(struct fw_ct_deleter *deleter, fw_flow_fn *deleted, void *context,
		       struct fw_err *err)
{
	memset(deleter, 0, sizeof(*deleter));
	if (fw_ct_batch_open(&deleter->batch, err) < 0)
		return -1;
	deleter->deleted = deleted;
	deleter->context = context;
	deleter->pending = fw_calloc(FW_CT_BATCH, sizeof(*deleter->pending));
	return 0;
}

void fw_ct_deleter_close(struct fw_ct_deleter *deleter)
{
	unsigned int i;

	for (i = 0; i < deleter->batch.count; i++)
		fw_ct_pending_release(&deleter->pending[i]);
	free(deleter->pending);
	fw_ct_batch_close(&deleter->batch);
	memset(deleter, 0, sizeof(*deleter));
}

int fw_ct_delete(struct fw_ct_deleter *deleter, const struct fw_flow *flow, struct fw_err *err)
{
	struct fw_ct_batch *batch = &deleter->batch;
	struct nlmsghdr *message;

	fw_ct_pending_keep(&deleter->pending[batch->count], flow);
	message = fw_ct_batch_begin(batch, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0,
				    flow->family);
	fw_ct_put_identity(message, flow);
	fw_ct_batch_end(batch, message);
	return batch->count < FW_CT_BATCH ? 0 : fw_ct_deleter_finish(deleter, err);
}

/* ---- answers --------------------------------------------------------------------------------- */

static int refused(void *context, unsigned int which, const struct fw_message_error *error,
		   struct fw_err *err)
{
	struct fw_ct_deleter *deleter = context;

	deleter->pending[which].sys = error->sys;
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

static void tell(struct fw_ct_deleter *deleter, unsigned int count, bool known)
{
	struct fw_ct_pending *pending;
	unsigned int i;

	for (i = 0; i < count; i++) {
		pending = &deleter->pending[i];
		if (known && !pending->sys) {
			deleter->count++;
			if (deleter->deleted)
				deleter->deleted(deleter->context, &pending->flow);
		}
		fw_ct_pending_release(pending);
	}
}

int fw_ct_deleter_finish(struct fw_ct_deleter *deleter, struct fw_err *err)
{
	unsigned int count = deleter->batch.count;
	int result = fw_ct_batch_send(&deleter->batch, ASKED, refused, deleter, err);

	tell(deleter, count, !result);
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
