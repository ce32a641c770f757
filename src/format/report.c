/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/format/report.h"

#include <time.h>

const struct fw_report_format *const fw_report_formats[] = {
	&fw_report_table, &fw_report_text,       &fw_report_json,
	&fw_report_csv,   &fw_report_prometheus, NULL,
};

void fw_report_time(struct fw_buf *out, uint64_t nanoseconds)
{
	time_t seconds = (time_t)(nanoseconds / 1000000000);
	char text[32];
	struct tm tm;

	if (gmtime_r(&seconds, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		fw_buf_puts(out, text);
}

void fw_report_value(struct fw_buf *out, const struct fw_tally_value *value)
{
	char text[FW_PREFIX_MAX_TEXT];

	switch (value->type) {
	case FW_TALLY_NUMBER: fw_buf_u64(out, value->number); break;
	case FW_TALLY_ADDR: fw_buf_puts(out, fw_prefix_print(&value->prefix, text)); break;
	case FW_TALLY_TEXT: fw_buf_put(out, value->text, value->length); break;
	case FW_TALLY_ABSENT: fw_buf_putc(out, '-'); break;
	}
}

int64_t fw_report_share(const struct fw_groups *groups, const struct fw_tally_entry *entry,
			unsigned int decimals)
{
	return fw_metric_percent(entry->flows, groups->tally->flows, decimals);
}
