/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fwctl update: timeout, mark, status and labels of the flows that a filter chooses. The filter is
 * that of list, but -m and -u, which say here what is to be set: as conditions they are --if-mark
 * and --if-status.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "fwctl/base/mem.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/flow-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-pending.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/ct-write.h"
#include "fwctl/kernel/labels.h"

struct values {
	struct fw_flow_reader flow; /* the first, because its setters fill it */
	struct fw_output output;
	bool all, dry_run, quiet;
};

#define AT(member) .offset = offsetof(struct values, member)

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "timeout", .letter = 't', .arg = "DURATION", .set = fw_flow_set_timeout,
	  .help = "set the time that is left" },
	{ .names = "mark", .letter = 'm', .arg = "VALUE[/MASK]", .set = fw_flow_set_mark,
	  .help = "set the mark; with MASK, zero its bits and XOR VALUE" },
	{ .names = "status", .letter = 'u', .arg = "STATUS[,...]", .set = fw_flow_set_status,
	  .help = "set seen-reply, assured, fixed-timeout; none can be taken back" },
	{ .names = "label-add", .arg = "NAME[,...]", .set = fw_flow_set_label, .min = true,
	  .help = "set labels" },
	{ .names = "label-del", .arg = "[NAME[,...]]", .set = fw_flow_set_label, .min = false,
	  .help = "clear labels, without a name all of them" },
	{ .names = "all", .set = fw_set_flag, AT(all),
	  .help = "every flow: without a filter it must be said" },
	{ .names = "dry-run", .set = fw_set_flag, AT(dry_run),
	  .help = "only show what the flows would become" },
	{ .names = "output", .letter = 'o', .arg = "FORMAT[,FLAG...]", .set = fw_set_output,
	  AT(output), .help = "how to show what was updated, as of list" },
	{ .names = "quiet", .set = fw_set_flag, AT(quiet), .help = "show nothing but errors" },
	{ 0 },
};
/* clang-format on */

/* ---- the filter ------------------------------------------------------------------------------ */

static struct fw_option *filter_options(void)
{
	struct fw_option *rows = fw_filter_source.options(), *row;

	for (row = rows; row->names; row++) {
		if (row->letter == 'm')
			row->names = "if-mark";
		else if (row->letter == 'u')
			row->names = "if-status";
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

static const struct fw_filter_source filter_source = {
	.options = filter_options,
	.finish = finish_filter,
	.prepare = prepare_filter,
};

/* ---- one update that is under way ------------------------------------------------------------ */

struct update {
	const struct values *values;
	struct fw_ct_writer writer;
	struct fw_ct_pending pending[FW_CT_BATCH]; /* by the tag of the write */
	unsigned int next;
	struct fw_sink sink;
	uint64_t count, failed;
	struct fw_err *err;
};

static void show(struct update *update, const struct fw_flow *found)
{
	struct fw_flow flow = *found;
	uint32_t labels[FW_LABEL_WORDS];

	update->count++;
	if (update->values->quiet)
		return;
	fw_write_apply(&update->values->flow.write, &flow, labels);
	/* When nobody reads any more, the updating goes on: it was asked for. */
	fw_sink_flow(&update->sink, &flow);
}

static void written(void *context, uint64_t tag, const struct fw_err *refusal)
{
	struct update *update = context;
	struct fw_ct_pending *pending = &update->pending[tag];

	if (!refusal) {
		show(update, &pending->flow);
	} else if (refusal->sys != ENOENT) {
		/* A flow that has ended meanwhile is no error; of the others the first is told. */
		if (!update->failed++)
			fw_err_copy(update->err, refusal);
	}
	fw_ct_pending_release(pending);
}

/* Of each flow that matches. */
static int take(void *context, const struct fw_flow *flow)
{
	struct update *update = context;
	struct fw_write write = update->values->flow.write;

	if (update->values->dry_run) {
		show(update, flow);
		return 0;
	}
	write.verb = FW_WRITE_UPDATE;
	write.flow.family = flow->family;
	write.flow.proto = flow->proto;
	write.flow.protonum = flow->protonum;
	write.flow.orig = flow->orig;
	write.flow.zone = flow->zone;
	write.flow.present |= flow->present & 1ull << FW_FLOW_ZONE;
	/* The kernel wants all of the status, and refuses one that lacks what the flow has. */
	write.flow.status |= flow->status;
	fw_ct_pending_keep(&update->pending[update->next], flow);
	update->next = (update->next + 1) % FW_CT_BATCH;
	return fw_ct_write(&update->writer, &write, (update->next + FW_CT_BATCH - 1) % FW_CT_BATCH,
			   update->err);
}

static int update_matching(struct fw_cli *cli, struct update *update)
{
	const struct fw_ct_query query = { .filter = cli->filter };
	unsigned int i;
	int status;

	if (fw_ct_writer_open(&update->writer, written, update, &cli->err) < 0)
		return -1;
	status = fw_ct_each(&query, take, update, &cli->err);
	if (fw_ct_writer_finish(&update->writer, &cli->err) < 0 || cli->err.kind != FW_ERR_NONE)
		status = -1;
	fw_ct_writer_close(&update->writer);
	for (i = 0; i < FW_CT_BATCH; i++)
		fw_ct_pending_release(&update->pending[i]);
	return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int check_usage(struct fw_cli *cli, const struct values *values)
{
	const struct fw_write *write = &values->flow.write;

	if (!write->flow.present && !fw_write_has_labels(write))
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "nothing to set: -t, -m, -u, --label-add or --label-del");
	if (values->all && cli->filter->count)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--all is every flow, and %s only some: give one of them",
				  cli->filter->conds[0].option);
	if (values->all || cli->filter->count)
		return 0;
	fw_err_set(&cli->err, FW_ERR_MISUSE, "without a filter this would update everything");
	return fw_err_hint(&cli->err, "say --all if that is meant");
}

static void say_count(const struct update *update)
{
	if (!update->values->quiet && update->sink.format == &fw_format_text)
		fprintf(stderr, "fwctl %s: %" PRIu64 " flow entries %s updated.\n", PACKAGE_VERSION,
			update->count, update->values->dry_run ? "would be" : "have been");
}

static int run(struct fw_cli *cli)
{
	struct update *update;
	struct fw_word *labels;
	int status;

	if (check_usage(cli, cli->values) < 0 || fw_privilege_limit(&cli->err) < 0)
		return -1;
	update = fw_calloc(1, sizeof(*update));
	update->values = cli->values;
	update->err = &cli->err;
	labels = fw_labels_read();
	status = fw_output_open(&update->values->output, FW_RECORD_FLOW, labels, &update->sink,
				&cli->err);
	if (!status) {
		status = update_matching(cli, update);
		fw_privilege_drop();
		fw_sink_finish(&update->sink);
		if (!status)
			status = fw_output_check(&update->sink, &cli->err);
		if (!status || update->count)
			say_count(update);
	}
	fw_sink_free(&update->sink);
	fw_labels_free(labels);
	free(update);
	return status;
}

static const struct fw_command command = {
	.name = "update",
	.summary = "Change timeout, mark, status or labels of flows",
	.usage = "FILTER|--all [-t DURATION] [-m VALUE[/MASK]] [-u STATUS] [--label-add NAME] "
		 "[--label-del [NAME]] [--dry-run] [-o FORMAT]",
	.options = options,
	.values_size = sizeof(struct values),
	.filter_source = &filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
