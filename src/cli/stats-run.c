/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The summary, and what all reports have in common: their format, colours and repetition. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/cli/stats.h"

const struct fw_report_format *fw_stats_format(const struct fw_stats_values *values)
{
	if (values->format)
		return values->format;
	return isatty(STDOUT_FILENO) ? &fw_report_table : &fw_report_text;
}

static int print(struct fw_cli *cli, const struct fw_buf *out)
{
	fwrite(out->data, 1, out->length, stdout);
	return fflush(stdout) || ferror(stdout) ? fw_cli_finish(cli, 0) : 1;
}

static void wait_until(struct timespec *next, uint64_t seconds)
{
	next->tv_sec += (time_t)seconds;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
		;
}

int fw_stats_repeat(struct fw_cli *cli, const struct fw_stats_values *values,
		    fw_stats_report_fn *report, void *context)
{
	struct fw_report_style style = {
		.colour = fw_output_wants_colour(values->color),
		.repeated = values->interval != 0,
	};
	struct fw_buf out = { 0 };
	struct timespec next;
	int status, result;
	bool is_last;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		out.length = 0;
		result = report(cli, &style, &out, context);
		style.before++;
		is_last = !values->interval || style.before == values->count;
		if (is_last)
			fw_privilege_drop();
		if (result < 0) {
			/* What there is of it. */
			fwrite(out.data, 1, out.length, stdout);
			status = -1;
			break;
		}
		status = print(cli, &out);
		/* Anything but 1: the reader has gone, or the disk is full. */
		if (status != 1)
			break;
		status = 0;
		if (is_last)
			break;
		wait_until(&next, values->interval);
	}
	fw_buf_free(&out);
	return status;
}

/* ---- the summary -------------------------------------------------------------------------------
 */

struct summary {
	const struct fw_stats_values *values;
	const struct fw_report_format *format;
	struct fw_stats_sample *before, *now;
};

static int report_summary(struct fw_cli *cli, const struct fw_report_style *style,
			  struct fw_buf *out, void *context)
{
	struct summary *summary = context;
	struct fw_stats_sample *spare = summary->before;
	struct fw_metrics metrics = { 0 };

	summary->before = summary->now;
	summary->now = spare;
	fw_stats_sample_free(summary->now);
	if (fw_stats_sample_read(summary->now, cli->filter, &cli->err) < 0)
		return -1;
	/* Monitoring adds up CPUs itself. */
	fw_stats_metrics(&metrics, style->before ? summary->before : NULL, summary->now,
			 summary->values->per_cpu || summary->format == &fw_report_prometheus);
	/* For people `fwctl policy status verbose` has the lines. */
	fw_stats_policy_metrics(&metrics, summary->format != &fw_report_table &&
						  summary->format != &fw_report_text);
	summary->format->metrics(out, &metrics, style);
	fw_metrics_free(&metrics);
	return 0;
}

int fw_stats_run_summary(struct fw_cli *cli, const struct fw_stats_values *values)
{
	struct summary summary = { .values = values, .format = fw_stats_format(values) };
	struct fw_stats_sample *samples = fw_calloc(2, sizeof(*samples));
	int status;

	summary.before = &samples[0];
	summary.now = &samples[1];
	status = fw_stats_repeat(cli, values, report_summary, &summary);
	fw_stats_sample_free(&samples[0]);
	fw_stats_sample_free(&samples[1]);
	free(samples);
	return status;
}
