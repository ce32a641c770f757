/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl list: the kernel's connection table through a filter, in an order, in a format. */
#include <inttypes.h>
#include <stdio.h>

#include "config.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/kept.h"
#include "fwctl/cli/listing.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/stamp.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/labels.h"
#include "fwctl/model/expect.h"

struct values {
	struct fw_output output;
	uint64_t table; /* enum fw_ct_table */
	uint64_t sort;  /* enum fw_rank_key */
	uint64_t limit; /* 0: none */
	bool count, exit_code, quiet, zero, all_netns;
};

#define AT(member) .offset = offsetof(struct values, member)

static const struct fw_word tables[] = {
	{ "conntrack", FW_TABLE_CONNTRACK },
	{ "expect", FW_TABLE_EXPECT },
	{ "dying", FW_TABLE_DYING },
	{ "unconfirmed", FW_TABLE_UNCONFIRMED },
	{ 0 },
};

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "table", .arg = "conntrack|expect|dying|unconfirmed", .set = fw_set_word,
	  AT(table), .data = tables, .help = "which of the kernel's tables" },
	{ .names = "output", .letter = 'o', .arg = "FORMAT[,FLAG...]", .set = fw_set_output,
	  AT(output), .help = "text (default), table, json, csv, xml, save; flags of text and xml: "
			      "extended, id, timestamp, ktimestamp, labels, line" },
	{ .names = "columns", .arg = "NAME[,...]", .set = fw_set_string, AT(output.columns),
	  .help = "the columns of table and csv, by the keys of json: proto,orig.src" },
	{ .names = "color", .arg = "auto|always|never", .set = fw_set_word, AT(output.colour),
	  .data = fw_colour_words, .help = "colours of a table; auto: on a terminal" },
	{ .names = "sort", .arg = "timeout|bytes|packets|age|src|dst", .set = fw_set_word,
	  AT(sort), .data = fw_rank_words,
	  .help = "in this order: the most first, addresses from the lowest" },
	{ .names = "limit", .arg = "N", .set = fw_set_number, AT(limit), .min = 1,
	  .max = UINT32_MAX, .help = "no more than that many" },
	{ .names = "count", .set = fw_set_flag, AT(count), .help = "only how many there are" },
	{ .names = "zero", .letter = 'z', .set = fw_set_flag, AT(zero),
	  .help = "reset the counters of each flow while reading it" },
	{ .names = "exit-code", .set = fw_set_flag, AT(exit_code),
	  .help = "exit with 1 when nothing matches" },
	{ .names = "all-netns", .set = fw_set_flag, AT(all_netns),
	  .help = "in every network namespace, and say which" },
	{ .names = "quiet", .set = fw_set_flag, AT(quiet), .help = "no closing line on stderr" },
	{ 0 },
};
/* clang-format on */

/* ---- what is asked for ----------------------------------------------------------------------- */

static int exclude(struct fw_cli *cli, bool one, bool other, const char *why)
{
	return one && other ? fw_err_set(&cli->err, FW_ERR_MISUSE, "%s", why) : 0;
}

static int check_usage(struct fw_cli *cli, const struct values *values)
{
	if (exclude(cli, values->zero, values->table != FW_TABLE_CONNTRACK,
		    "--zero is for --table conntrack") ||
	    exclude(cli, values->zero, cli->filter->count || values->limit || values->count,
		    "--zero takes no filter, --limit or --count: it resets every flow of the "
		    "table, "
		    "also those that would not be shown") ||
	    exclude(cli, values->all_netns, fw_stamp_is_asked(cli->filter),
		    "--line is of one policy, and each network namespace has its own: without "
		    "--all-netns") ||
	    exclude(cli, values->sort, values->table == FW_TABLE_EXPECT,
		    "--sort is for flows, not for --table expect") ||
	    exclude(cli, values->count, values->sort || values->limit || values->output.columns,
		    "--count shows no records, so --sort, --limit and --columns say nothing"))
		return -1;
	return values->table == FW_TABLE_EXPECT ? fw_filter_check_expects(cli->filter, &cli->err)
						: 0;
}

/* ---- the run --------------------------------------------------------------------------------- */

static void say_count(const struct values *values, const struct fw_listing *listing)
{
	const struct fw_sink *sink = listing->sink;

	if (values->count)
		printf("%" PRIu64 "\n", listing->matched);
	/* A reader who left in the middle wants no sum. */
	else if (!values->quiet && sink->format == &fw_format_text && !sink->write_error)
		fprintf(stderr, "fwctl %s: %" PRIu64 " %s have been shown.\n", PACKAGE_VERSION,
			sink->records,
			values->table == FW_TABLE_EXPECT ? "expectations" : "flow entries");
}

static int list(struct fw_cli *cli, struct fw_listing *listing)
{
	const struct values *values = cli->values;
	int status = fw_listing_run(listing, cli);

	if (!values->count)
		fw_sink_finish(listing->sink);
	if (!status)
		status = fw_output_check(listing->sink, &cli->err);
	/* Of namespaces that were left out nobody asks to see less of the others. */
	if (!status || (values->all_netns && cli->err.kind == FW_ERR_INCOMPLETE))
		say_count(values, listing);
	return status ? status : values->exit_code && !listing->matched;
}

/* What is sorted by, or was asked to be shown, may be nowhere. */
static void hint(const struct fw_cli *cli, const struct values *values)
{
	bool traffic = values->sort == FW_RANK_BYTES || values->sort == FW_RANK_PACKETS;
	bool age = values->sort == FW_RANK_AGE || values->output.flags & FW_OUTPUT_KTIMESTAMP;

	/* Others have settings of their own. */
	if (!values->quiet && !values->all_netns)
		fw_kept_hint(cli, traffic, age);
}

static int run(struct fw_cli *cli)
{
	struct values *values = cli->values;
	struct fw_sink sink;
	struct fw_listing listing = {
		.filter = cli->filter,
		.table = (enum fw_ct_table)values->table,
		.sink = &sink,
		.limit = values->limit,
		.count = values->count,
		.zero = values->zero,
		.all_netns = values->all_netns,
		.rank = { .key = (enum fw_rank_key)values->sort },
	};
	struct fw_word *labels;
	int status;

	if (check_usage(cli, values) < 0)
		return -1;
	if (values->all_netns)
		values->output.flags |= FW_OUTPUT_NETNS;
	hint(cli, values);
	labels = fw_labels_read();
	status = fw_output_open(&values->output, fw_output_record(values->table), labels, &sink,
				&cli->err);
	if (!status)
		status = list(cli, &listing);
	fw_rank_clear(&listing.rank);
	fw_sink_free(&sink);
	fw_labels_free(labels);
	return status;
}

static const struct fw_command command = {
	.name = "list",
	.summary = "Show the connection table",
	.usage = "[FILTER] [--table TABLE] [-o FORMAT] [--sort KEY] [--limit N] [--count]",
	.options = options,
	.values_size = sizeof(struct values),
	.filter_source = &fw_filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
