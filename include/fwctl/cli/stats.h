/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of `fwctl stats`: what it can be asked for, each in a file of src/cli/stats-*.c. */
#ifndef FWCTL_CLI_STATS_H
#define FWCTL_CLI_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/cli/command.h"
#include "fwctl/cli/options.h"
#include "fwctl/format/report.h"
#include "fwctl/model/census.h"
#include "fwctl/model/counters.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/tally.h"

/* What the options fill. */
struct fw_stats_values {
	const struct fw_report_format *format; /* NULL: not given */
	uint64_t color;                        /* enum fw_colour */
	struct fw_tally_key by;                /* count 0: not given */
	uint64_t top;                          /* 0: not given; UINT64_MAX: all */
	uint64_t order;                        /* enum fw_tally_order */
	uint64_t interval, count;              /* seconds, reports; 0: not given */
	uint64_t warn, crit;                   /* percent plus 1; 0: not given */
	uint64_t enable;                       /* enum fw_kept bits */
	bool approximate, per_cpu, stale, all_netns;
};

/* ---- setters -----------------------------------------------------------------------------------
 */

fw_option_set fw_stats_set_output;  /* const struct fw_report_format * */
fw_option_set fw_stats_set_by;      /* struct fw_tally_key */
fw_option_set fw_stats_set_percent; /* uint64_t: 1 more than the percentage */
fw_option_set fw_stats_set_top;     /* uint64_t: 0 becomes UINT64_MAX */
fw_option_set fw_stats_set_enable;  /* uint64_t */

/* Whether the key asks for the namespace, which only --all-netns tells. */
bool fw_stats_wants_netns(const struct fw_tally_key *key);

/* ---- the summary -------------------------------------------------------------------------------
 */

/* What was seen at one moment. */
struct fw_stats_sample {
	uint64_t time;  /* nanoseconds since 1970 */
	uint64_t clock; /* nanoseconds of a clock that is never set */
	struct fw_table_stats table;
	struct fw_census census; /* of the flows that match the filter */
};

/* Counters and one pass over the table. Release with fw_stats_sample_free(), also after an error.
 */
int fw_stats_sample_read(struct fw_stats_sample *sample, const struct fw_filter *filter,
			 struct fw_err *err);
void fw_stats_sample_free(struct fw_stats_sample *sample);

/*
 * The metrics of a sample, and rates when there is one `before` it (else NULL). `metrics` must be
 * empty. Reads the timeouts of the namespace.
 */
void fw_stats_metrics(struct fw_metrics *metrics, const struct fw_stats_sample *before,
		      const struct fw_stats_sample *now, bool per_cpu);

/*
 * Adds whether a policy is in force and whether the table is as it made it; with `lines` also the
 * packets and bytes of each of its lines. Nothing where that cannot be read.
 */
void fw_stats_policy_metrics(struct fw_metrics *metrics, bool lines);

/* ---- what is done ------------------------------------------------------------------------------
 */

/* Each returns the exit status, or -1 with cli->err set. */
int fw_stats_run_summary(struct fw_cli *cli, const struct fw_stats_values *values);
int fw_stats_run_by(struct fw_cli *cli, const struct fw_stats_values *values);
int fw_stats_run_check(struct fw_cli *cli, const struct fw_stats_values *values);
int fw_stats_run_enable(struct fw_cli *cli, const struct fw_stats_values *values);
int fw_stats_run_stale(struct fw_cli *cli, const struct fw_stats_values *values);

/* The format that was asked for, or the one for where stdout goes. */
const struct fw_report_format *fw_stats_format(const struct fw_stats_values *values);

/* Makes one report into `out`. 0, or -1 with cli->err set. */
typedef int fw_stats_report_fn(struct fw_cli *cli, const struct fw_report_style *style,
			       struct fw_buf *out, void *context);

/* Prints one report, or with --interval one after the other. Same return as the runs. */
int fw_stats_repeat(struct fw_cli *cli, const struct fw_stats_values *values,
		    fw_stats_report_fn *report, void *context);

/* Says on stderr how to switch on what the filter or the key needs and the kernel does not keep. */
void fw_stats_hint(const struct fw_cli *cli, const struct fw_stats_values *values);

#endif
