/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/changes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/flow-options.h"
#include "fwctl/kernel/ct-delete.h"
#include "fwctl/kernel/ct-pending.h"
#include "fwctl/kernel/ct-write.h"

/* clang-format off */
static const struct fw_option change_options[] = {
	{ .names = "timeout", .letter = 't', .arg = "DURATION", .set = fw_flow_set_timeout,
	  .help = "set the time that is left" },
	{ .names = "mark", .letter = 'm', .arg = "VALUE[/MASK]", .set = fw_flow_set_mark,
	  .help = "set the mark; with MASK, zero its bits and XOR VALUE" },
	{ .names = "status", .letter = 'u', .arg = "STATUS[,...]", .set = fw_flow_set_status,
	  .help = "set seen-reply, assured, fixed-timeout; none can be taken back" },
	{ .names = "state", .arg = "NAME", .set = fw_flow_set_state,
	  .help = "set the state of tcp, sctp or dccp" },
	{ .names = "label-add", .arg = "NAME[,...]", .set = fw_flow_set_label, .min = true,
	  .help = "set labels" },
	{ .names = "label-del", .arg = "[NAME[,...]]", .set = fw_flow_set_label, .min = false,
	  .help = "clear labels, without a name all of them" },
	{ 0 },
};
/* clang-format on */

struct fw_option *fw_change_options(void)
{
	size_t count = sizeof(change_options) / sizeof(change_options[0]);
	struct fw_option *rows = fw_realloc_array(NULL, count, sizeof(*rows));

	memcpy(rows, change_options, sizeof(change_options));
	return rows;
}

/* ---- the filter ------------------------------------------------------------------------------ */

static struct fw_option *filter_options(void)
{
	struct fw_option *rows = fw_filter_source.options(), *row;

	for (row = rows; row->names; row++) {
		if (row->letter == 'm')
			row->names = "if-mark";
		else if (row->letter == 'u')
			row->names = "if-status";
		else if (!strcmp(row->names, "state"))
			row->names = "if-state";
		else
			continue;
		row->letter = 0;
	}
	return rows;
}

static int finish_filter(struct fw_filter_reader *reader, struct fw_err *err)
{
	return fw_filter_source.finish(reader, err);
}

static int prepare_filter(struct fw_filter *filter, struct fw_err *err)
{
	return fw_filter_source.prepare(filter, err);
}

const struct fw_filter_source fw_change_filter_source = {
	.options = filter_options,
	.finish = finish_filter,
	.prepare = prepare_filter,
};

static const struct fw_word *find_state(const struct fw_proto *proto, const char *state)
{
	return proto->states ? fw_word_find(proto->states, state, strlen(state)) : NULL;
}

static bool is_state(const char *state)
{
	const struct fw_proto *const *proto = fw_protos;

	while (*proto && !find_state(*proto, state))
		proto++;
	return *proto;
}

int fw_changes_check(const struct fw_flow_reader *reader, struct fw_err *err)
{
	const struct fw_write *changes = &reader->write;

	if (reader->state && !is_state(reader->state))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--state: '%s' is not a state of tcp, sctp or dccp",
				  reader->state);
	if (changes->flow.present || reader->state || fw_write_has_labels(changes))
		return 0;
	return fw_err_set(err, FW_ERR_MISUSE,
			  "nothing to set: -t, -m, -u, --state, --label-add or --label-del");
}

/* ---- changing -------------------------------------------------------------------------------- */

struct work {
	struct fw_changing *changing;
	struct fw_ct_writer writer;
	struct fw_ct_pending pending[FW_CT_BATCH]; /* by the tag of the write */
	unsigned int next;
	uint64_t failed;
	struct fw_err *err;
};

/* What is to be written to that flow; false when nothing is, for want of such a state. */
static bool make_write(const struct fw_changing *changing, const struct fw_flow *flow,
		       struct fw_write *write)
{
	static const uint64_t state_company = 1ull << FW_FLOW_VTAG_ORIG |
					      1ull << FW_FLOW_VTAG_REPLY | 1ull << FW_FLOW_ROLE |
					      1ull << FW_FLOW_HANDSHAKE;
	const struct fw_word *state =
		changing->state ? find_state(flow->proto, changing->state) : NULL;

	*write = *changing->changes;
	write->verb = FW_WRITE_UPDATE;
	write->flow.family = flow->family;
	write->flow.proto = flow->proto;
	write->flow.protonum = flow->protonum;
	write->flow.orig = flow->orig;
	write->flow.zone = flow->zone;
	write->flow.present |= flow->present & 1ull << FW_FLOW_ZONE;
	/* The kernel wants all of the status, and refuses one that lacks what the flow has. */
	write->flow.status |= flow->status;
	if (state) {
		write->flow.state = (uint8_t)state->value;
		write->flow.present |= 1ull << FW_FLOW_STATE | (flow->present & state_company);
		/* What the kernel takes a state only together with. */
		write->flow.vtag_orig = flow->vtag_orig;
		write->flow.vtag_reply = flow->vtag_reply;
		write->flow.role = flow->role;
		write->flow.handshake = flow->handshake;
	}
	return state || !changing->state;
}

static void tell(struct fw_changing *changing, const struct fw_flow *found)
{
	struct fw_flow flow = *found;
	uint32_t labels[FW_LABEL_WORDS];
	struct fw_write write;

	changing->count++;
	if (!changing->changed)
		return;
	make_write(changing, found, &write);
	fw_write_apply(&write, &flow, labels);
	changing->changed(changing->context, &flow);
}

static void written(void *context, uint64_t tag, const struct fw_err *refusal)
{
	struct work *work = context;
	struct fw_ct_pending *pending = &work->pending[tag];

	if (!refusal) {
		tell(work->changing, &pending->flow);
	} else if (refusal->sys != ENOENT) {
		/* A flow that has ended meanwhile is no error; of the others the first is told. */
		if (!work->failed++)
			fw_err_copy(work->err, refusal);
	}
	fw_ct_pending_release(pending);
}

/* Of each flow that matches. */
static int take(void *context, const struct fw_flow *flow)
{
	struct work *work = context;
	struct fw_write write;

	if (!make_write(work->changing, flow, &write))
		return 0;
	if (work->changing->dry_run) {
		tell(work->changing, flow);
		return 0;
	}
	fw_ct_pending_keep(&work->pending[work->next], flow);
	work->next = (work->next + 1) % FW_CT_BATCH;
	return fw_ct_write(&work->writer, &write, (work->next + FW_CT_BATCH - 1) % FW_CT_BATCH,
			   work->err);
}

int fw_change_matching(struct fw_changing *changing, const struct fw_filter *filter,
		       struct fw_err *err)
{
	const struct fw_ct_query query = { .filter = filter };
	struct work *work = fw_calloc(1, sizeof(*work));
	unsigned int i;
	int status;

	work->changing = changing;
	work->err = err;
	changing->count = 0;
	status = fw_ct_writer_open(&work->writer, written, work, err);
	if (!status) {
		status = fw_ct_each(&query, take, work, err);
		if (fw_ct_writer_finish(&work->writer, err) < 0 || err->kind != FW_ERR_NONE)
			status = -1;
		if (work->failed)
			fw_err_prefix(err, "%" PRIu64 " of %" PRIu64 " flows stay as they are",
				      work->failed, work->failed + changing->count);
		fw_ct_writer_close(&work->writer);
	}
	for (i = 0; i < FW_CT_BATCH; i++)
		fw_ct_pending_release(&work->pending[i]);
	free(work);
	return status;
}

/* ---- deleting -------------------------------------------------------------------------------- */

struct deletion {
	const struct fw_filter *filter;
	struct fw_ct_deleter deleter;
	struct fw_err *err;
};

static int delete_one(void *context, const struct fw_flow *flow)
{
	struct deletion *deletion = context;

	return fw_ct_delete(&deletion->deleter, flow, deletion->err);
}

static bool still_matches(void *context, const struct fw_flow *flow)
{
	const struct deletion *deletion = context;

	return fw_filter_match(deletion->filter, flow);
}

int fw_delete_matching(const struct fw_filter *filter, uint64_t *count, struct fw_err *err)
{
	const struct fw_ct_query query = { .filter = filter };
	struct deletion deletion = { .filter = filter, .err = err };
	fw_ct_still_fn *still = fw_ct_is_lasting(filter) ? NULL : still_matches;
	int status;

	*count = 0;
	if (fw_ct_deleter_open(&deletion.deleter, still, NULL, &deletion, err) < 0)
		return -1;
	deletion.deleter.decoder.stamp = filter->stamp;
	status = fw_ct_each(&query, delete_one, &deletion, err);
	if (fw_ct_deleter_finish(&deletion.deleter, err) < 0 || err->kind != FW_ERR_NONE)
		status = -1;
	*count = deletion.deleter.count;
	fw_ct_deleter_close(&deletion.deleter);
	return status;
}
