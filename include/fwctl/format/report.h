/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: what `fwctl stats` prints, as against records that stream. A report is a list of
 * metrics, or the groups of a tally; it is built whole, then written into a buffer.
 */
#ifndef FWCTL_FORMAT_REPORT_H
#define FWCTL_FORMAT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/base/buf.h"
#include "fwctl/model/metric.h"
#include "fwctl/model/tally.h"

/* The groups that are shown of a tally, in their order. */
struct fw_groups {
	uint64_t time; /* nanoseconds since 1970, when they were counted */
	const struct fw_tally *tally;
	const struct fw_tally_entry **entries;
	size_t count;
};

/* How a report is to look; those before it tell a repeated one what is said already. */
struct fw_report_style {
	bool colour;
	bool repeated;   /* one of several: say the time of each */
	uint64_t before; /* reports written so far */
};

struct fw_report_format {
	const char *name;
	const char *help; /* one line */
	void (*metrics)(struct fw_buf *out, const struct fw_metrics *metrics,
			const struct fw_report_style *style);
	/* NULL: this format has no form for groups. */
	void (*groups)(struct fw_buf *out, const struct fw_groups *groups,
		       const struct fw_report_style *style);
};

extern const struct fw_report_format fw_report_table;
extern const struct fw_report_format fw_report_text;
extern const struct fw_report_format fw_report_json;
extern const struct fw_report_format fw_report_csv;
extern const struct fw_report_format fw_report_prometheus;

/* All of them; ends with NULL. */
extern const struct fw_report_format *const fw_report_formats[];

/* "2026-11-22T19:00:00Z" in UTC. */
void fw_report_time(struct fw_buf *out, uint64_t nanoseconds);

/* The text of a part of a key, as it came: not escaped. "-" for one that is absent. */
void fw_report_value(struct fw_buf *out, const struct fw_tally_value *value);

/* The share of an entry, times 10 to the power of `decimals`, in percent of all flows. */
int64_t fw_report_share(const struct fw_groups *groups, const struct fw_tally_entry *entry,
			unsigned int decimals);

#endif
