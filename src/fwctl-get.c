/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl get: the one flow that has a tuple, by a single request; exit status 1 when there is none.
 */
#include <stdio.h>

#include "config.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/exp-query.h"
#include "fwctl/kernel/labels.h"

struct values {
	struct fw_output output;
	uint64_t table; /* enum fw_ct_table */
	bool quiet;
};

#define AT(member) .offset = offsetof(struct values, member)

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "table", .arg = "conntrack|expect", .set = fw_set_word, AT(table),
	  .data = fw_table_words, .help = "a flow, or what a helper expects to come" },
	{ .names = "output", .letter = 'o', .arg = "FORMAT[,FLAG...]", .set = fw_set_output,
	  AT(output), .help = "how to show it, as of list" },
	{ .names = "quiet", .set = fw_set_flag, AT(quiet),
	  .help = "show nothing: the exit status says whether it is there" },
	{ 0 },
};
/* clang-format on */

struct found {
	struct fw_sink sink;
	bool quiet;
	unsigned int count;
};

static int take(void *context, const struct fw_flow *flow)
{
	struct found *found = context;

	found->count++;
	return found->quiet ? 0 : fw_sink_flow(&found->sink, flow);
}

static int take_expect(void *context, const struct fw_expect *expect)
{
	struct found *found = context;

	found->count++;
	return found->quiet ? 0 : fw_sink_expect(&found->sink, expect);
}

/* A single request needs a whole tuple; so does a question that has one answer. */
static int check_usage(struct fw_cli *cli, const struct values *values)
{
	char buffer[FW_CT_REQUEST_SIZE];
	uint16_t zone;

	if (values->table == FW_TABLE_EXPECT && fw_filter_check_expects(cli->filter, &cli->err) < 0)
		return -1;
	if (fw_ct_get_request(buffer, cli->filter, &zone))
		return 0;
	fw_err_set(&cli->err, FW_ERR_MISUSE,
		   "get is for one flow: its protocol, both addresses and both ports (or what the "
		   "protocol has instead) of one direction are needed");
	return fw_err_hint(&cli->err, "fwctl list takes any filter");
}

static int say(const struct values *values, const struct found *found, struct fw_err *err)
{
	const char *what = values->table == FW_TABLE_EXPECT ? "expectation" : "flow";

	if (!found->count && values->quiet)
		return 1;
	if (!found->count)
		return fw_err_set(err, FW_ERR_FAILED, "there is no such %s", what);
	if (!values->quiet && found->sink.format == &fw_format_text)
		fprintf(stderr, "fwctl %s: %u %s have been shown.\n", PACKAGE_VERSION, found->count,
			values->table == FW_TABLE_EXPECT ? "expectations" : "flow entries");
	return 0;
}

static int find(struct fw_cli *cli, struct found *found)
{
	const struct values *values = cli->values;
	const struct fw_ct_query query = { .filter = cli->filter, .zones = FW_ZONES_ZERO };
	int status;

	if (values->table == FW_TABLE_EXPECT)
		status = fw_exp_each(cli->filter, take_expect, found, &cli->err);
	else
		status = fw_ct_each(&query, take, found, &cli->err);
	fw_privilege_drop();
	fw_sink_finish(&found->sink);
	if (!status)
		status = fw_output_check(&found->sink, &cli->err);
	return status ? status : say(values, found, &cli->err);
}

static int run(struct fw_cli *cli)
{
	const struct values *values = cli->values;
	struct found found = { .quiet = values->quiet };
	struct fw_word *labels;
	int status;

	if (check_usage(cli, values) < 0 || fw_privilege_limit(&cli->err) < 0)
		return -1;
	labels = fw_labels_read();
	status = fw_output_open(&values->output, fw_output_record(values->table), labels,
				&found.sink, &cli->err);
	if (!status)
		status = find(cli, &found);
	fw_sink_free(&found.sink);
	fw_labels_free(labels);
	return status;
}

static const struct fw_command command = {
	.name = "get",
	.summary = "Show one flow, and say whether it is there",
	.usage = "-p PROTO -s ADDR -d ADDR --sport PORT --dport PORT [--table TABLE] [-o FORMAT]",
	.options = options,
	.values_size = sizeof(struct values),
	.filter_source = &fw_filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
