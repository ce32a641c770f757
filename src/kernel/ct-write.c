/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel does with these messages: ctnetlink_new_conntrack() and ctnetlink_del_conntrack()
 * in net/netfilter/nf_conntrack_netlink.c.
 */
#include "fwctl/kernel/ct-write.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/ct-build.h"
#include "fwctl/kernel/ct-count.h"
#include "fwctl/kernel/ct-encode.h"
#include "fwctl/kernel/ct-query.h"

#define NEW    (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW)
#define DELETE (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE)

struct fw_ct_slot {
	struct fw_write write;
	uint64_t tag;
	int sys; /* errno that the kernel answered */
	struct fw_err refusal;
};

/*
 * Who may not write at all gets one answer to a whole datagram, which looks as if it were to its
 * first message: nfnetlink_rcv(). So that is found out before.
 */
static int check_permission(struct fw_ct_batch *batch, struct fw_err *err)
{
	uint64_t count;

	return fw_ct_count_by(&batch->socket, "writing the connection table", &count, err);
}

int fw_ct_writer_open(struct fw_ct_writer *writer, fw_ct_written_fn *written, void *context,
		      struct fw_err *err)
{
	memset(writer, 0, sizeof(*writer));
	if (fw_ct_batch_open(&writer->batch, err) < 0)
		return -1;
	if (check_permission(&writer->batch, err) < 0) {
		fw_ct_batch_close(&writer->batch);
		return -1;
	}
	writer->slots = fw_calloc(FW_CT_BATCH, sizeof(*writer->slots));
	writer->written = written;
	writer->context = context;
	return 0;
}

void fw_ct_writer_close(struct fw_ct_writer *writer)
{
	free(writer->slots);
	fw_ct_batch_close(&writer->batch);
	memset(writer, 0, sizeof(*writer));
}

/* ---- messages -------------------------------------------------------------------------------- */

static void put_new(struct fw_ct_batch *batch, const struct fw_write *write)
{
	struct nlmsghdr *message =
		fw_ct_batch_begin(batch, NEW, NLM_F_CREATE | NLM_F_EXCL, write->flow.family);

	fw_ct_build_new(message, write);
	fw_ct_batch_end(batch, message);
}

static void put_update(struct fw_ct_batch *batch, const struct fw_write *write,
		       bool without_timeout)
{
	struct nlmsghdr *message = fw_ct_batch_begin(batch, NEW, 0, write->flow.family);

	fw_ct_build_update(message, write, without_timeout);
	fw_ct_batch_end(batch, message);
}

/* Without a flow: all of them, of any family. */
static void put_delete(struct fw_ct_batch *batch, const struct fw_write *write)
{
	struct nlmsghdr *message = fw_ct_batch_begin(batch, DELETE, 0, write->flow.family);

	if (write->verb == FW_WRITE_DELETE)
		fw_ct_put_identity(message, &write->flow);
	fw_ct_batch_end(batch, message);
}

static void put_write(struct fw_ct_batch *batch, const struct fw_write *write)
{
	switch (write->verb) {
	case FW_WRITE_CREATE:
	case FW_WRITE_ADD: put_new(batch, write); break;
	case FW_WRITE_UPDATE: put_update(batch, write, false); break;
	default: put_delete(batch, write);
	}
}

/* ---- refusals -------------------------------------------------------------------------------- */

static const char *asked(enum fw_write_verb verb)
{
	switch (verb) {
	case FW_WRITE_CREATE: return "creating the flow";
	case FW_WRITE_ADD: return "adding the flow";
	case FW_WRITE_UPDATE: return "updating the flow";
	case FW_WRITE_DELETE: return "deleting the flow";
	default: return "emptying the connection table";
	}
}

static void explain_new(const struct fw_write *write, struct fw_err *err)
{
	switch (err->sys) {
	case EEXIST:
		fw_err_hint(err,
			    "it exists already, or its replies would be those of another flow");
		break;
	case ENOMEM: fw_err_hint(err, "the table may be full: see fwctl stats"); break;
	case EOPNOTSUPP:
		if (write->flow.present >> FW_FLOW_HELPER & 1)
			fw_err_hint(err, "the kernel has no such helper for this protocol; is its "
					 "module loaded?");
		break;
	case EINVAL:
		if (fw_tuple_has(&write->flow.orig, FW_TUPLE_ICMP_TYPE))
			fw_err_hint(err, "only messages that ask for an answer make a flow, as an "
					 "echo request");
		break;
	case ENOENT:
		if (write->flow.present >> FW_FLOW_MASTER & 1)
			fw_err_hint(err, "the master of the flow does not exist");
		break;
	}
}

static void explain_old(const struct fw_write *write, struct fw_err *err)
{
	switch (err->sys) {
	case ENOENT: fw_err_hint(err, "there is no such flow"); break;
	case EPERM:
		/* __nf_ct_change_timeout(): it is no matter of privileges. */
		if (write->flow.present >> FW_FLOW_TIMEOUT & 1)
			fw_err_set(err, FW_ERR_FAILED,
				   "%s: it has the status fixed-timeout, so its timeout stays",
				   asked(write->verb));
		break;
	case EBUSY: fw_err_hint(err, "its status was another one at each of several tries"); break;
	case ENOSPC:
		if (fw_write_has_labels(write))
			fw_err_hint(err, "the flow was made when no rule of this network "
					 "namespace used labels (ct label)");
		break;
	}
}

static void explain(const struct fw_write *write, int sys, const char *detail, struct fw_err *err)
{
	fw_kernel_err(err, sys, asked(write->verb), detail);
	if (fw_write_adds(write))
		explain_new(write, err);
	else
		explain_old(write, err);
}

static int refused(void *context, unsigned int which, const struct fw_message_error *error,
		   struct fw_err *err)
{
	struct fw_ct_writer *writer = context;
	struct fw_ct_slot *slot = &writer->slots[which];

	slot->sys = error->sys;
	(void)err;
	explain(&slot->write, error->sys, error->detail, &slot->refusal);
	return 0;
}

/* ---- a flow that exists, or has another status ------------------------------------------------
 */

static int note_refusal(void *context, unsigned int which, const struct fw_message_error *error,
			struct fw_err *err)
{
	(void)which;
	(void)err;
	*(int *)context = error->sys;
	return 0;
}

/* An update by itself; `*sys` is the kernel's answer to it. */
static int update_one(struct fw_ct_writer *writer, const struct fw_write *write,
		      bool without_timeout, int *sys, struct fw_err *err)
{
	*sys = 0;
	put_update(&writer->batch, write, without_timeout);
	return fw_ct_batch_send(&writer->batch, asked(write->verb), note_refusal, sys, err);
}

static int take_status(void *context, const struct fw_flow *flow)
{
	*(uint32_t *)context = flow->status;
	return 0;
}

/*
 * The kernel wants all of the status, and refuses one that lacks what the flow has. What was not
 * said of it, or came to it since it was read, as its first answer, is not meant to be taken back.
 */
static int complete_status(struct fw_write *write, struct fw_err *err)
{
	uint32_t status = 0;

	if (fw_ct_find(&write->flow, take_status, &status, err) < 0)
		return -1;
	write->flow.status |= status;
	return 0;
}

/* So often is a flow tried again whose status is another one at each try. */
#define TRIES 5

/*
 * One part that the flow cannot take makes the kernel refuse all of the update: of an FW_WRITE_ADD
 * the rest is worth a try of its own.
 */
static int update_existing(struct fw_ct_writer *writer, struct fw_ct_slot *slot, struct fw_err *err)
{
	struct fw_write write = slot->write;
	unsigned int busy = 0;
	bool without_timeout = false;
	int sys = slot->sys;

	if (sys == EEXIST && update_one(writer, &write, without_timeout, &sys, err) < 0)
		return -1;
	for (;;) {
		if (sys == EBUSY && busy++ < TRIES) {
			if (complete_status(&write, err) < 0)
				return -1;
		} else if (sys == EPERM && write.verb == FW_WRITE_ADD && !without_timeout) {
			without_timeout = true;
		} else {
			break;
		}
		if (update_one(writer, &write, without_timeout, &sys, err) < 0)
			return -1;
	}
	/* A flow that cannot be found by its original tuple has another one's replies. */
	if (sys == ENOENT && slot->sys == EEXIST)
		return 0;
	slot->sys = sys;
	fw_err_free(&slot->refusal);
	if (sys)
		explain(&slot->write, sys, NULL, &slot->refusal);
	return 0;
}

/* ---- writing --------------------------------------------------------------------------------- */

int fw_ct_write(struct fw_ct_writer *writer, const struct fw_write *write, uint64_t tag,
		struct fw_err *err)
{
	struct fw_ct_slot *slot = &writer->slots[writer->batch.count];

	slot->write = *write;
	slot->tag = tag;
	slot->sys = 0;
	put_write(&writer->batch, write);
	return writer->batch.count < FW_CT_BATCH ? 0 : fw_ct_writer_finish(writer, err);
}

static int settle(struct fw_ct_writer *writer, struct fw_ct_slot *slot, struct fw_err *err)
{
	int result = 0;

	if ((slot->sys == EEXIST && slot->write.verb == FW_WRITE_ADD) ||
	    (slot->sys == EBUSY && slot->write.verb == FW_WRITE_UPDATE))
		result = update_existing(writer, slot, err);
	if (!result)
		writer->written(writer->context, slot->tag, slot->sys ? &slot->refusal : NULL);
	fw_err_free(&slot->refusal);
	return result;
}

int fw_ct_writer_finish(struct fw_ct_writer *writer, struct fw_err *err)
{
	unsigned int count = writer->batch.count, i;
	int result = fw_ct_batch_send(&writer->batch, "writing the connection table", refused,
				      writer, err);

	for (i = 0; i < count; i++) {
		if (!result)
			result = settle(writer, &writer->slots[i], err);
		fw_err_free(&writer->slots[i].refusal);
	}
	return result;
}

/* ---- expectations ---------------------------------------------------------------------------- */

int fw_exp_create(const struct fw_expect *expect, struct fw_err *err)
{
	char buffer[FW_CT_BATCH_MESSAGE] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *message;
	struct fw_socket socket;
	int result;

	if (fw_socket_open(&socket, 0, err) < 0)
		return -1;
	message = fw_message_begin(&socket, buffer,
				   NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_NEW,
				   NLM_F_CREATE | NLM_F_EXCL, expect->family);
	fw_exp_build_new(message, expect);
	result = fw_socket_request(&socket, message, "creating the expectation", NULL, NULL, NULL,
				   err);
	fw_socket_close(&socket);
	switch (result < 0 ? err->sys : 0) {
	case ENOENT: return fw_err_hint(err, "its master does not exist");
	case EOPNOTSUPP:
		return fw_err_hint(err, "its master has no helper, or there is none of that name");
	case EEXIST:
	case EBUSY: return fw_err_hint(err, "there is one for such a flow already");
	default: return result;
	}
}
