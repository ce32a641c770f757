/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl update: timeout, mark, status and labels of the flows that a filter chooses. */
#include <inttypes.h>
#include <stdio.h>

#include "config.h"
#include "fwctl/cli/changes.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/flow-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/labels.h"

struct values {
	struct fw_flow_reader flow; /* the first, because its setters fill it */
	struct fw_output output;
	bool all, dry_run, quiet;
};

#define AT(member) .offset = offsetof(struct values, member)

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "all", .set = fw_set_flag, AT(all),
	  .help = "every flow: without a filter it must be said" },
	{ .names = "dry-run", .set = fw_set_flag, AT(dry_run),
	  .help = "only show what the flows would become" },
	{ .names = "output", .letter = 'o', .arg = "FORMAT[,FLAG...]", .set = fw_set_output,
	  AT(output), .help = "how to show what was updated, as of list" },
	{ .names = "quiet", .set = fw_set_flag, AT(quiet),
	  .help = "show nothing but errors, and what -o asks for" },
	{ 0 },
};
/* clang-format on */

static int show(void *context, const struct fw_flow *flow)
{
	/* When nobody reads any more, the updating goes on: it was asked for. */
	return fw_sink_flow(context, flow);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int check_usage(struct fw_cli *cli, const struct values *values)
{
	if (fw_changes_check(&values->flow, &cli->err) < 0)
		return -1;
	if (values->all && cli->filter->count)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--all is every flow, and %s only some: give one of them",
				  cli->filter->conds[0].option);
	if (values->all || cli->filter->count)
		return 0;
	fw_err_set(&cli->err, FW_ERR_MISUSE, "without a filter this would update everything");
	return fw_err_hint(&cli->err, "say --all if that is meant");
}

static void say_count(const struct values *values, const struct fw_sink *sink, uint64_t count)
{
	if (!values->quiet && sink->format == &fw_format_text)
		fprintf(stderr, "fwctl %s: %" PRIu64 " flow entries %s updated.\n", PACKAGE_VERSION,
			count, values->dry_run ? "would be" : "have been");
}

static int run(struct fw_cli *cli)
{
	const struct values *values = cli->values;
	struct fw_sink sink = { 0 };
	struct fw_changing changing = {
		.changes = &values->flow.write,
		.state = values->flow.state,
		.dry_run = values->dry_run,
		.changed = fw_output_is_shown(&values->output, values->quiet) ? show : NULL,
		.context = &sink
	};
	struct fw_word *labels;
	int status;

	if (check_usage(cli, values) < 0 || fw_privilege_limit(&cli->err) < 0)
		return -1;
	labels = fw_labels_read();
	status = fw_output_open(&values->output, FW_RECORD_FLOW, labels, &sink, &cli->err);
	if (!status) {
		status = fw_change_matching(&changing, cli->filter, &cli->err);
		fw_privilege_drop();
		status = fw_output_finish(&sink, status, "the flows were updated", &cli->err);
		if (!status || changing.count)
			say_count(values, &sink, changing.count);
	}
	fw_sink_free(&sink);
	fw_labels_free(labels);
	return status;
}

static const struct fw_command command = {
	.name = "update",
	.summary = "Change timeout, mark, status, state or labels of flows",
	.usage = "FILTER|--all [-t DURATION] [-m VALUE[/MASK]] [-u STATUS] [--state NAME] "
		 "[--label-add NAME] [--label-del [NAME]] [--dry-run] [-o FORMAT]",
	.options = options,
	.more_options = fw_change_options,
	.values_size = sizeof(struct values),
	.filter_source = &fw_change_filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
