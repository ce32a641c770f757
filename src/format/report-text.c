/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For people: text with a line for each number, and the same as a table with bars for a terminal.
 */
#include "fwctl/format/report.h"

#include <stdlib.h>

#include "fwctl/base/mem.h"

#define BAR_WIDTH 20

#define BOLD  "\033[1m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

static void put_spaces(struct fw_buf *out, size_t count)
{
	while (count--)
		fw_buf_putc(out, ' ');
}

static void put_bar(struct fw_buf *out, uint64_t part, uint64_t whole,
		    const struct fw_report_style *style)
{
	uint64_t cells = whole ? (part * BAR_WIDTH + whole / 2) / whole : 0;

	if (!cells)
		return;
	fw_buf_puts(out, style->colour ? "  " GREEN : "  ");
	while (cells--)
		fw_buf_putc(out, '#');
	fw_buf_puts(out, style->colour ? PLAIN : "");
}

static void put_heading(struct fw_buf *out, const char *text, size_t length,
			const struct fw_report_style *style)
{
	fw_buf_puts(out, style->colour ? BOLD : "");
	fw_buf_put(out, text, length);
	fw_buf_puts(out, style->colour ? PLAIN "\n" : "\n");
}

/* When one of many reports was made; a blank line keeps them apart. */
static void put_time(struct fw_buf *out, uint64_t time, const struct fw_report_style *style)
{
	if (!style->repeated)
		return;
	fw_buf_puts(out, style->before ? "\n-- " : "-- ");
	fw_report_time(out, time);
	fw_buf_putc(out, '\n');
}

/* ---- metrics -----------------------------------------------------------------------------------
 */

/* The words of the path behind the heading, and the number: "  proto udp          12". */
static void put_metric(struct fw_buf *out, const struct fw_metric *metric, const char *rest)
{
	char text[FW_METRIC_MAX_TEXT];
	size_t begin = out->length;

	fw_buf_puts(out, "  ");
	for (; *rest; rest++)
		fw_buf_putc(out, *rest == '/' ? ' ' : *rest);
	if (out->length - begin < 26)
		put_spaces(out, 26 - (out->length - begin));
	fw_buf_printf(out, " %14s", fw_metric_print(metric, text));
	if (metric->unit)
		fw_buf_printf(out, " %s", metric->unit);
}

static void put_metrics(struct fw_buf *out, const struct fw_metrics *metrics,
			const struct fw_report_style *style, bool bars)
{
	const struct fw_metric *metric;
	const char *heading = "";
	size_t length, same = 0;

	put_time(out, metrics->time, style);
	for (metric = metrics->items; metric < metrics->items + metrics->count; metric++) {
		fw_metric_word(metric->path, 0, &length);
		if (length != same || strncmp(heading, metric->path, length) != 0)
			put_heading(out, metric->path, length, style);
		heading = metric->path;
		same = length;
		put_metric(out, metric, metric->path + length + (metric->path[length] == '/'));
		if (bars && metric->whole && metric->value > 0)
			put_bar(out, (uint64_t)metric->value, metric->whole, style);
		if (metric->note)
			fw_buf_printf(out, "\n      %s", metric->note);
		fw_buf_putc(out, '\n');
	}
}

static void text_metrics(struct fw_buf *out, const struct fw_metrics *metrics,
			 const struct fw_report_style *style)
{
	put_metrics(out, metrics, style, false);
}

static void table_metrics(struct fw_buf *out, const struct fw_metrics *metrics,
			  const struct fw_report_style *style)
{
	put_metrics(out, metrics, style, true);
}

/* ---- groups ------------------------------------------------------------------------------------
 */

/* The text of all parts of all groups, escaped, and the width of each column. */
struct cells {
	struct fw_buf text;
	size_t *ends; /* where each one ends in `text`, row by row */
	size_t widths[FW_TALLY_PARTS];
};

static void fill_cells(struct cells *cells, const struct fw_groups *groups)
{
	const struct fw_tally_key *key = groups->tally->key;
	struct fw_tally_value value;
	struct fw_buf raw = { 0 };
	unsigned int part;
	const char *at;
	size_t i, begin;

	cells->ends = fw_malloc((groups->count * key->count + 1) * sizeof(size_t));
	for (i = 0; i < groups->count; i++) {
		at = fw_tally_entry_key(groups->tally, groups->entries[i]);
		for (part = 0; part < key->count; part++) {
			at = fw_tally_value_read(&key->parts[part], at, &value);
			raw.length = 0;
			fw_report_value(&raw, &value);
			begin = cells->text.length;
			fw_buf_escaped(&cells->text, raw.data, raw.length);
			cells->ends[i * key->count + part] = cells->text.length;
			if (cells->text.length - begin > cells->widths[part])
				cells->widths[part] = cells->text.length - begin;
		}
	}
	fw_buf_free(&raw);
}

/* One cell; the last of a row needs no room behind it unless a bar follows. */
static void put_cell(struct fw_buf *out, const char *text, size_t length, size_t width)
{
	fw_buf_puts(out, "  ");
	fw_buf_put(out, text, length);
	if (length < width)
		put_spaces(out, width - length);
}

static void trim(struct fw_buf *out)
{
	while (out->length && out->data[out->length - 1] == ' ')
		out->length--;
	fw_buf_putc(out, '\n');
}

static void put_headings(struct fw_buf *out, const struct fw_groups *groups, struct cells *cells,
			 const struct fw_report_style *style)
{
	const struct fw_tally *tally = groups->tally;
	const struct fw_tally_part *part;
	unsigned int i;

	fw_buf_puts(out, style->colour ? BOLD : "");
	fw_buf_printf(out, "%12s %7s", "flows", "share");
	if (tally->counted)
		fw_buf_printf(out, " %12s %16s", "packets", "bytes");
	if (fw_tally_error(tally))
		fw_buf_printf(out, " %12s", "error");
	for (i = 0; i < tally->key->count; i++) {
		part = &tally->key->parts[i];
		if (part->name_length > cells->widths[i])
			cells->widths[i] = part->name_length;
		put_cell(out, part->name, part->name_length, cells->widths[i]);
	}
	while (out->data[out->length - 1] == ' ')
		out->length--;
	fw_buf_puts(out, style->colour ? PLAIN "\n" : "\n");
}

static void put_numbers(struct fw_buf *out, const struct fw_groups *groups,
			const struct fw_tally_entry *entry)
{
	struct fw_metric share = { .value = fw_report_share(groups, entry, 1), .decimals = 1 };
	char text[FW_METRIC_MAX_TEXT];

	fw_buf_printf(out, "%12llu %6s%%", (unsigned long long)entry->flows,
		      fw_metric_print(&share, text));
	if (groups->tally->counted)
		fw_buf_printf(out, " %12llu %16llu", (unsigned long long)entry->packets,
			      (unsigned long long)entry->bytes);
	if (fw_tally_error(groups->tally))
		fw_buf_printf(out, " %12llu", (unsigned long long)entry->error);
}

static void put_groups(struct fw_buf *out, const struct fw_groups *groups,
		       const struct fw_report_style *style, bool bars)
{
	unsigned int parts = groups->tally->key->count, part;
	struct cells cells = { 0 };
	size_t i, begin = 0, end;

	put_time(out, groups->time, style);
	fill_cells(&cells, groups);
	put_headings(out, groups, &cells, style);
	for (i = 0; i < groups->count; i++) {
		put_numbers(out, groups, groups->entries[i]);
		for (part = 0; part < parts; part++, begin = end) {
			end = cells.ends[i * parts + part];
			put_cell(out, cells.text.data + begin, end - begin, cells.widths[part]);
		}
		if (bars)
			put_bar(out, groups->entries[i]->flows, groups->tally->flows, style);
		trim(out);
	}
	free(cells.ends);
	fw_buf_free(&cells.text);
}

static void text_groups(struct fw_buf *out, const struct fw_groups *groups,
			const struct fw_report_style *style)
{
	put_groups(out, groups, style, false);
}

static void table_groups(struct fw_buf *out, const struct fw_groups *groups,
			 const struct fw_report_style *style)
{
	put_groups(out, groups, style, true);
}

const struct fw_report_format fw_report_table = {
	.name = "table",
	.help = "for a terminal, with bars",
	.metrics = table_metrics,
	.groups = table_groups,
};

const struct fw_report_format fw_report_text = {
	.name = "text",
	.help = "a line for each number",
	.metrics = text_metrics,
	.groups = text_groups,
};
