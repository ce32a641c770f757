/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl stats: how full the connection table is, of what, and what went wrong with it. */
#include <stddef.h>

#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/monitoring.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/cli/stale.h"
#include "fwctl/cli/stats.h"

static const struct fw_word orders[] = {
	{ "flows", FW_TALLY_BY_FLOWS },
	{ "bytes", FW_TALLY_BY_BYTES },
	{ "packets", FW_TALLY_BY_PACKETS },
	{ 0 },
};

#define AT(member) .offset = offsetof(struct fw_stats_values, member)

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "output", .letter = 'o', .arg = "table|text|json|csv|prometheus",
	  .set = fw_stats_set_output, AT(format),
	  .help = "table on a terminal, else text, unless another is named" },
	{ .names = "by", .arg = "KEY[,KEY...]", .set = fw_stats_set_by, AT(by),
	  .help = "count flows by a field, src/24 by prefixes of an address" },
	{ .names = "top", .arg = "N", .set = fw_stats_set_top, AT(top),
	  .help = "with --by: show the N largest groups (10), 0 all" },
	{ .names = "sort", .arg = "flows|bytes|packets", .set = fw_set_word, .data = orders,
	  AT(order), .help = "with --by: what makes a group large" },
	{ .names = "approximate", .set = fw_set_flag, AT(approximate),
	  .help = "with --by: bounded memory, for tables with millions of keys" },
	{ .names = "all-netns", .set = fw_set_flag, AT(all_netns),
	  .help = "with --by: the flows of every network namespace" },
	{ .names = "interval", .arg = "DURATION", .set = fw_set_duration, AT(interval), .min = 1,
	  .max = 31536000, .help = "report again and again, with rates" },
	{ .names = "count", .arg = "N", .set = fw_set_number, AT(count), .min = 1,
	  .help = "with --interval: end after N reports" },
	{ .names = "per-cpu", .set = fw_set_flag, AT(per_cpu),
	  .help = "the counters of each CPU too" },
	{ .names = "warn", .arg = "PERCENT", .set = fw_stats_set_percent, AT(warn),
	  .help = "one line for monitoring; exit 1 when the table is that full" },
	{ .names = "crit", .arg = "PERCENT", .set = fw_stats_set_percent, AT(crit),
	  .help = "the same; exit 2" },
	{ .names = "stale", .set = fw_set_flag, AT(stale),
	  .help = "show UDP flows that only their sender keeps alive, by two looks --interval apart" },
	{ .names = "enable", .arg = "accounting,timestamps", .set = fw_stats_set_enable,
	  AT(enable), .help = "have the kernel keep bytes, or the age, of new flows" },
	{ .names = "color", .arg = "auto|always|never", .set = fw_set_word, .data = fw_colour_words,
	  AT(color), .help = "colours; auto: on a terminal, unless NO_COLOR is set" },
	{ 0 },
};
/* clang-format on */

static int check_stale(const struct fw_stats_values *values, struct fw_err *err)
{
	if (values->by.count || values->count || values->per_cpu)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--stale shows flows: it takes a filter, --interval and -o");
	if (values->format == &fw_report_prometheus)
		return fw_err_set(err, FW_ERR_MISUSE, "-o prometheus has no form for flows");
	if (values->interval && values->interval < FW_STALE_MIN_SECONDS)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--stale needs at least %d seconds between its two looks",
				  FW_STALE_MIN_SECONDS);
	return 0;
}

static int check_groups(const struct fw_stats_values *values, struct fw_err *err)
{
	if (!values->by.count && (values->top || values->order || values->approximate))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--top, --sort and --approximate are for the groups of --by");
	if (!values->by.count && values->all_netns)
		return fw_err_set(err, FW_ERR_MISUSE, "--all-netns is for the groups of --by");
	if (fw_stats_wants_netns(&values->by) && !values->all_netns) {
		fw_err_set(err, FW_ERR_MISUSE,
			   "--by netns: all flows that are read are of one namespace");
		return fw_err_hint(err, "--all-netns reads those of every namespace");
	}
	return 0;
}

/* Options that do something else than report. */
static int check_others(const struct fw_stats_values *values, const struct fw_filter *filter,
			struct fw_err *err)
{
	bool reports = values->by.count || values->interval || values->format || filter->count ||
		       values->per_cpu || values->stale;

	if ((values->warn || values->crit) && (reports || values->enable))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--warn and --crit print their one line on the whole table and "
				  "take no other option");
	if (values->enable && reports)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--enable only switches on and takes no other option");
	return 0;
}

/* Options that say something only together with another. */
static int check(const struct fw_stats_values *values, const struct fw_filter *filter,
		 struct fw_err *err)
{
	if (check_groups(values, err) < 0)
		return -1;
	if (values->count && !values->interval)
		return fw_err_set(err, FW_ERR_MISUSE, "--count counts the reports of --interval");
	if (values->approximate && values->order)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--approximate keeps the groups with most flows: no --sort");
	if (values->warn && values->crit && values->warn > values->crit)
		return fw_err_set(err, FW_ERR_MISUSE, "--warn is above --crit");
	if (check_others(values, filter, err) < 0)
		return -1;
	if (values->stale)
		return check_stale(values, err);
	if (values->interval && values->format == &fw_report_prometheus)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "-o prometheus is one report: what reads it makes the rates");
	return 0;
}

static int run(struct fw_cli *cli)
{
	struct fw_stats_values *values = cli->values;

	if (check(values, cli->filter, &cli->err) < 0)
		return -1;
	/* Entering namespaces needs more than asking in them. */
	if (!values->all_netns)
		fw_privilege_keep();
	if (values->enable)
		return fw_stats_run_enable(cli, values);
	if (values->warn || values->crit)
		return fw_stats_run_check(cli, values);
	fw_stats_hint(cli, values);
	if (values->stale)
		return fw_stats_run_stale(cli, values);
	return values->by.count ? fw_stats_run_by(cli, values) : fw_stats_run_summary(cli, values);
}

static bool wants_json(const void *values)
{
	return ((const struct fw_stats_values *)values)->format == &fw_report_json;
}

/* As the command line was given, be it right or wrong. */
static bool monitoring;

static int report(const struct fw_cli *cli)
{
	return monitoring ? fw_monitoring_unknown(cli->err.what) : fw_cli_report(cli);
}

static const struct fw_command command = {
	.name = "stats",
	.summary = "Say how full the connection table is, and of what",
	.usage = "[FILTER] [--by KEY] [--interval DURATION] [-o FORMAT]",
	.options = options,
	.values_size = sizeof(struct fw_stats_values),
	.filter_source = &fw_filter_source,
	.wants_json = wants_json,
	.run = run,
	.report = report,
};

int main(int argc, char **argv)
{
	monitoring = argc > 0 && fw_monitoring_is_asked(argv + 1);
	return fw_main(&command, argc, argv);
}
