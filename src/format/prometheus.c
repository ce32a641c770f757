/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text format of Prometheus (prometheus.io, "Exposition formats", version 0.0.4). */
#include "fwctl/format/report.h"

/* A label's value: backslash, quote and line feed are escaped. */
static void put_label(struct fw_buf *out, const char *value, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (value[i] == '\\' || value[i] == '"')
			fw_buf_putc(out, '\\');
		if (value[i] == '\n')
			fw_buf_puts(out, "\\n");
		else
			fw_buf_putc(out, value[i]);
	}
}

static void put_labels(struct fw_buf *out, const struct fw_metric *metric)
{
	const struct fw_metric_kind *kind = metric->kind;
	unsigned int i;
	const char *word;
	size_t length;

	for (i = 0; i < FW_METRIC_LABELS && kind->labels[i].key; i++) {
		fw_buf_printf(out, "%c%s=\"", i ? ',' : '{', kind->labels[i].key);
		word = fw_metric_word(metric->path, kind->labels[i].word, &length);
		if (word)
			put_label(out, word, length);
		fw_buf_putc(out, '"');
	}
	if (i)
		fw_buf_putc(out, '}');
}

static void put_head(struct fw_buf *out, const struct fw_metric_kind *kind)
{
	fw_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", kind->name, kind->help, kind->name,
		      kind->counter ? "counter" : "gauge");
}

/* All samples of a kind stand together, wherever they stand in the report. */
static void put_kind(struct fw_buf *out, const struct fw_metrics *metrics, size_t first)
{
	const struct fw_metric_kind *kind = metrics->items[first].kind;
	const struct fw_metric *metric;
	char text[FW_METRIC_MAX_TEXT];
	size_t i;

	put_head(out, kind);
	for (i = first; i < metrics->count; i++) {
		metric = &metrics->items[i];
		if (metric->kind != kind)
			continue;
		fw_buf_puts(out, kind->name);
		put_labels(out, metric);
		fw_buf_printf(out, " %s\n", fw_metric_print(metric, text));
	}
}

static bool seen_before(const struct fw_metrics *metrics, size_t number)
{
	size_t i;

	for (i = 0; i < number; i++)
		if (metrics->items[i].kind == metrics->items[number].kind)
			return true;
	return false;
}

static void put_metrics(struct fw_buf *out, const struct fw_metrics *metrics,
			const struct fw_report_style *style)
{
	size_t i;

	(void)style;
	for (i = 0; i < metrics->count; i++)
		if (metrics->items[i].kind && !seen_before(metrics, i))
			put_kind(out, metrics, i);
}

/* No groups: a label for each address would be the end of the monitoring that keeps them. */
const struct fw_report_format fw_report_prometheus = {
	.name = "prometheus",
	.help = "samples for node_exporter's textfile collector",
	.metrics = put_metrics,
};
