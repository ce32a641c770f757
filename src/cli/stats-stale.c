/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --stale: the flows themselves, as list shows them. */
#include <inttypes.h>
#include <stdio.h>

#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/cli/stale.h"
#include "fwctl/cli/stats.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/labels.h"

struct finding {
	struct fw_stale stale;
	uint64_t seconds;
	struct fw_sink sink;
};

static int take(void *context, const struct fw_flow *flow)
{
	struct finding *finding = context;

	return fw_stale_is(&finding->stale, flow, finding->seconds)
		       ? fw_sink_flow(&finding->sink, flow)
		       : 0;
}

/* The format of records that has the name of the one of reports. */
static const struct fw_format *record_format(const struct fw_stats_values *values)
{
	if (values->format == &fw_report_json)
		return &fw_format_json;
	if (values->format == &fw_report_csv)
		return &fw_format_csv;
	return values->format == &fw_report_table ? &fw_format_table : &fw_format_text;
}

static int show(struct fw_cli *cli, struct finding *finding)
{
	struct fw_ct_query query = { .filter = cli->filter };
	int status = fw_ct_each(&query, take, finding, &cli->err);

	fw_privilege_drop();
	fw_sink_finish(&finding->sink);
	return status ? status : fw_output_check(&finding->sink, &cli->err);
}

int fw_stats_run_stale(struct fw_cli *cli, const struct fw_stats_values *values)
{
	struct finding finding = { .seconds =
					   values->interval ? values->interval : FW_STALE_SECONDS };
	struct fw_output output = { .format = record_format(values), .colour = values->color };
	struct fw_word *labels = fw_labels_read();
	int status;

	status = fw_output_open(&output, FW_RECORD_FLOW, labels, &finding.sink, &cli->err);
	if (!status)
		status = fw_stale_begin(&finding.stale, cli->filter, finding.seconds, &cli->err);
	if (!status)
		status = show(cli, &finding);
	if (!status && output.format == &fw_format_text)
		fw_cli_note(cli,
			    "%" PRIu64 " of %zu unreplied UDP flows are kept alive by their "
			    "sender alone ('fwctl flush --stale' deletes such)",
			    finding.sink.records, finding.stale.count);
	fw_stale_free(&finding.stale);
	fw_sink_free(&finding.sink);
	fw_labels_free(labels);
	return status;
}
