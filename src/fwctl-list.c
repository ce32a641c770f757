/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl list: the kernel's connection table through a filter, in a format. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/labels.h"

struct values {
	struct fw_output output;
	bool quiet;
};

#define AT(member) .offset = offsetof(struct values, member)

static const struct fw_option options[] = {
	{ .names = "output",
	  .letter = 'o',
	  .arg = "FORMAT[,FLAG...]",
	  .set = fw_set_output,
	  AT(output),
	  .help = "text (default) or json; text flags: extended, id, ktimestamp, labels" },
	{ .names = "quiet", .set = fw_set_flag, AT(quiet), .help = "no closing line on stderr" },
	{ 0 },
};

static int take(void *context, const struct fw_flow *flow)
{
	return fw_sink_flow(context, flow);
}

/* How it ended for stdout: a closed pipe is no fault of anybody. */
static int check_written(struct fw_cli *cli, const struct fw_sink *sink)
{
	if (!sink->write_error || sink->write_error == EPIPE)
		return 0;
	return fw_err_sys(&cli->err, sink->write_error, "writing the output");
}

static int run(struct fw_cli *cli)
{
	const struct values *values = cli->values;
	const struct fw_format *format =
		values->output.format ? values->output.format : &fw_format_text;
	struct fw_ct_query query = { .filter = cli->filter };
	struct fw_word *labels = fw_labels_read();
	struct fw_sink sink;
	int status;

	fw_sink_init(&sink, format, values->output.flags, STDOUT_FILENO, labels);
	status = fw_ct_each(&query, take, &sink, &cli->err);
	fw_sink_finish(&sink);
	if (!status)
		status = check_written(cli, &sink);
	if (!status && format == &fw_format_text && !values->quiet)
		fprintf(stderr, "fwctl %s: %" PRIu64 " flow entries have been shown.\n",
			PACKAGE_VERSION, sink.records);
	fw_sink_free(&sink);
	fw_labels_free(labels);
	return status;
}

static const struct fw_command command = {
	.name = "list",
	.summary = "Show the connection table",
	.usage = "[FILTER] [-o FORMAT]",
	.options = options,
	.values_size = sizeof(struct values),
	.filter_source = &fw_filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
