/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comma-separated values (RFC 4180, but with line feeds) with a row of headings. */
#include "fwctl/format/report.h"

/* Quoted when it has to be. */
static void put_field(struct fw_buf *out, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (strchr(",\"\r\n", text[i]))
			break;
	if (i == length) {
		fw_buf_put(out, text, length);
		return;
	}
	fw_buf_putc(out, '"');
	for (i = 0; i < length; i++) {
		if (text[i] == '"')
			fw_buf_putc(out, '"');
		fw_buf_putc(out, text[i]);
	}
	fw_buf_putc(out, '"');
}

/* "table.entries": a slash would say that it is a file. */
static void put_path(struct fw_buf *out, const char *path)
{
	for (; *path; path++)
		fw_buf_putc(out, *path == '/' ? '.' : *path);
}

static void put_time(struct fw_buf *out, uint64_t time, const struct fw_report_style *style)
{
	if (!style->repeated)
		return;
	fw_report_time(out, time);
	fw_buf_putc(out, ',');
}

static void put_metrics(struct fw_buf *out, const struct fw_metrics *metrics,
			const struct fw_report_style *style)
{
	char text[FW_METRIC_MAX_TEXT];
	const struct fw_metric *metric;

	if (!style->before)
		fw_buf_printf(out, "%smetric,value,unit\n", style->repeated ? "time," : "");
	for (metric = metrics->items; metric < metrics->items + metrics->count; metric++) {
		put_time(out, metrics->time, style);
		put_path(out, metric->path);
		fw_buf_printf(out, ",%s,%s\n", fw_metric_print(metric, text),
			      metric->unit ? metric->unit : "");
	}
}

static void put_group(struct fw_buf *out, const struct fw_groups *groups,
		      const struct fw_tally_entry *entry)
{
	const struct fw_tally *tally = groups->tally;
	const char *at = fw_tally_entry_key(tally, entry);
	struct fw_metric share = { .value = fw_report_share(groups, entry, 2), .decimals = 2 };
	char text[FW_METRIC_MAX_TEXT];
	struct fw_tally_value value;
	struct fw_buf field = { 0 };
	unsigned int i;

	for (i = 0; i < tally->key->count; i++) {
		at = fw_tally_value_read(&tally->key->parts[i], at, &value);
		field.length = 0;
		if (value.type != FW_TALLY_ABSENT)
			fw_report_value(&field, &value);
		put_field(out, field.data, field.length);
		fw_buf_putc(out, ',');
	}
	fw_buf_free(&field);
	fw_buf_printf(out, "%llu,%s,", (unsigned long long)entry->flows,
		      fw_metric_print(&share, text));
	if (tally->counted)
		fw_buf_printf(out, "%llu,%llu", (unsigned long long)entry->packets,
			      (unsigned long long)entry->bytes);
	else
		fw_buf_putc(out, ',');
	fw_buf_printf(out, ",%llu\n", (unsigned long long)entry->error);
}

static void put_groups(struct fw_buf *out, const struct fw_groups *groups,
		       const struct fw_report_style *style)
{
	const struct fw_tally_key *key = groups->tally->key;
	size_t i;

	if (!style->before) {
		fw_buf_puts(out, style->repeated ? "time," : "");
		for (i = 0; i < key->count; i++) {
			put_field(out, key->parts[i].name, key->parts[i].name_length);
			fw_buf_putc(out, ',');
		}
		fw_buf_puts(out, "flows,share,packets,bytes,error\n");
	}
	for (i = 0; i < groups->count; i++) {
		put_time(out, groups->time, style);
		put_group(out, groups, groups->entries[i]);
	}
}

const struct fw_report_format fw_report_csv = {
	.name = "csv",
	.help = "comma-separated values",
	.metrics = put_metrics,
	.groups = put_groups,
};
