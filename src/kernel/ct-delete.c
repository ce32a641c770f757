/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-delete.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/ct-count.h"
#include "fwctl/kernel/ct-encode.h"
#include "fwctl/kernel/ct-pending.h"
#include "fwctl/model/filter.h"

#define ASKED  "deleting flows"
#define LOOKED "looking at flows again"

bool fw_ct_is_lasting(const struct fw_filter *filter)
{
	static const enum fw_flow_field lasting[] = { FW_FIELD_FAMILY, FW_FIELD_PROTONUM,
						      FW_FIELD_ID, FW_FIELD_ZONE };

	return !fw_filter_beyond(filter, lasting, sizeof(lasting) / sizeof(lasting[0]));
}

int fw_ct_deleter_open(struct fw_ct_deleter *deleter, fw_ct_still_fn *still, fw_flow_fn *deleted,
		       void *context, struct fw_err *err)
{
	memset(deleter, 0, sizeof(*deleter));
	if (fw_ct_batch_open(&deleter->batch, err) < 0)
		return -1;
	fw_ct_decoder_init(&deleter->decoder);
	deleter->still = still;
	deleter->deleted = deleted;
	deleter->context = context;
	deleter->pending = fw_calloc(FW_CT_BATCH, sizeof(*deleter->pending));
	return 0;
}

static void release(struct fw_ct_deleter *deleter)
{
	while (deleter->waiting)
		fw_ct_pending_release(&deleter->pending[--deleter->waiting]);
}

void fw_ct_deleter_close(struct fw_ct_deleter *deleter)
{
	release(deleter);
	free(deleter->pending);
	fw_ct_batch_close(&deleter->batch);
	memset(deleter, 0, sizeof(*deleter));
}

static void put(struct fw_ct_deleter *deleter, unsigned int type, const struct fw_flow *flow)
{
	struct nlmsghdr *message = fw_ct_batch_begin(
		&deleter->batch, (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type), 0, flow->family);

	fw_ct_put_identity(message, flow);
	fw_ct_batch_end(&deleter->batch, message);
}

int fw_ct_delete(struct fw_ct_deleter *deleter, const struct fw_flow *flow, struct fw_err *err)
{
	fw_ct_pending_keep(&deleter->pending[deleter->waiting++], flow);
	put(deleter, deleter->still ? IPCTNL_MSG_CT_GET : IPCTNL_MSG_CT_DELETE, flow);
	return deleter->waiting < FW_CT_BATCH ? 0 : fw_ct_deleter_finish(deleter, err);
}

/* ---- once more ------------------------------------------------------------------------------- */

static void looked_at(void *context, unsigned int which, const struct nlmsghdr *message)
{
	struct fw_ct_deleter *deleter = context;
	struct fw_ct_pending *pending = &deleter->pending[which];
	struct fw_flow flow;

	if (!fw_ct_decode(&deleter->decoder, message, &flow) && flow.id == pending->flow.id &&
	    deleter->still(deleter->context, &flow))
		pending->sys = 0;
}

static int not_there(void *context, unsigned int which, const struct fw_message_error *error,
		     struct fw_err *err)
{
	struct fw_ct_deleter *deleter = context;

	(void)which;
	if (error->sys != ENOENT)
		return fw_kernel_err(err, error->sys, LOOKED, error->detail);
	deleter->gone++;
	return 0;
}

/* Only those that still pass go on. */
static int look_again(struct fw_ct_deleter *deleter, struct fw_err *err)
{
	struct fw_ct_pending *pending = deleter->pending;
	unsigned int i, left = 0;

	for (i = 0; i < deleter->waiting; i++)
		pending[i].sys = ESTALE;
	if (fw_ct_batch_ask(&deleter->batch, LOOKED, looked_at, not_there, deleter, err) < 0)
		return -1;
	for (i = 0; i < deleter->waiting; i++) {
		if (pending[i].sys) {
			fw_ct_pending_release(&pending[i]);
			continue;
		}
		put(deleter, IPCTNL_MSG_CT_DELETE, &pending[i].flow);
		if (left < i) {
			pending[left] = pending[i];
			memset(&pending[i], 0, sizeof(pending[i]));
		}
		left++;
	}
	deleter->waiting = left;
	return 0;
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

static void tell(struct fw_ct_deleter *deleter)
{
	struct fw_ct_pending *pending = deleter->pending;

	for (; pending < deleter->pending + deleter->waiting; pending++) {
		if (pending->sys)
			continue;
		deleter->count++;
		if (deleter->deleted)
			deleter->deleted(deleter->context, &pending->flow);
	}
}

int fw_ct_deleter_finish(struct fw_ct_deleter *deleter, struct fw_err *err)
{
	int result = deleter->still ? look_again(deleter, err) : 0;

	if (!result)
		result = fw_ct_batch_send(&deleter->batch, ASKED, refused, deleter, err);
	if (!result)
		tell(deleter);
	release(deleter);
	return result;
}

/* ---- the whole table ------------------------------------------------------------------------- */

int fw_ct_flush_all(uint64_t *count, struct fw_err *err)
{
	char buffer[64] __attribute__((aligned(8))) = { 0 };
	struct fw_socket socket;
	struct nlmsghdr *message;
	int result;

	if (fw_socket_open(&socket, 0, err) < 0)
		return -1;
	*count = 0;
	result = fw_ct_count_by(&socket, "counting the flows", count, err);
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
