/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object a report, on one line; of groups one object each. Keys: fwctl-stats(8). */
#include "fwctl/format/json-text.h"
#include "fwctl/format/report.h"

static void put_key(struct fw_buf *out, const char *key, size_t length)
{
	char last = out->data[out->length - 1];

	if (last != '{')
		fw_buf_putc(out, ',');
	fw_json_string(out, key, length);
	fw_buf_putc(out, ':');
}

static void put_time(struct fw_buf *out, uint64_t time)
{
	fw_buf_puts(out, "\"time\":\"");
	fw_report_time(out, time);
	fw_buf_putc(out, '"');
}

/* How many words, but for the last, two paths have in common. */
static unsigned int common_words(const char *a, const char *b)
{
	unsigned int words = 0;

	for (; *a && *a == *b; a++, b++)
		words += *a == '/';
	return words;
}

static unsigned int depth_of(const char *path)
{
	unsigned int depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

/* Closes and opens objects from where `before` stood to where `path` stands. */
static void enter(struct fw_buf *out, const char *before, const char *path)
{
	unsigned int same = common_words(before, path), depth;
	const char *word;
	size_t length;

	for (depth = depth_of(before); depth > same; depth--)
		fw_buf_putc(out, '}');
	for (depth = same; depth < depth_of(path); depth++) {
		word = fw_metric_word(path, depth, &length);
		put_key(out, word, length);
		fw_buf_putc(out, '{');
	}
}

static void put_metrics(struct fw_buf *out, const struct fw_metrics *metrics,
			const struct fw_report_style *style)
{
	char text[FW_METRIC_MAX_TEXT];
	const struct fw_metric *metric;
	const char *before = "", *word;
	size_t i, length;

	(void)style;
	fw_buf_putc(out, '{');
	put_time(out, metrics->time);
	for (i = 0; i < metrics->count; i++, before = metric->path) {
		metric = &metrics->items[i];
		enter(out, before, metric->path);
		word = fw_metric_word(metric->path, depth_of(metric->path), &length);
		put_key(out, word, length);
		fw_buf_puts(out, fw_metric_print(metric, text));
	}
	enter(out, before, "");
	fw_buf_puts(out, "}\n");
}

static void put_value(struct fw_buf *out, const struct fw_tally_value *value)
{
	if (value->type == FW_TALLY_NUMBER) {
		fw_buf_u64(out, value->number);
	} else if (value->type == FW_TALLY_TEXT) {
		fw_json_string(out, value->text, value->length);
	} else {
		fw_buf_putc(out, '"');
		fw_report_value(out, value);
		fw_buf_putc(out, '"');
	}
}

static void put_number(struct fw_buf *out, const char *key, uint64_t number)
{
	put_key(out, key, strlen(key));
	fw_buf_u64(out, number);
}

static void put_group(struct fw_buf *out, const struct fw_groups *groups,
		      const struct fw_tally_entry *entry)
{
	const struct fw_tally_key *key = groups->tally->key;
	const char *at = fw_tally_entry_key(groups->tally, entry);
	struct fw_metric share = { .value = fw_report_share(groups, entry, 2), .decimals = 2 };
	char text[FW_METRIC_MAX_TEXT];
	struct fw_tally_value value;
	unsigned int i;

	for (i = 0; i < key->count; i++) {
		at = fw_tally_value_read(&key->parts[i], at, &value);
		if (value.type == FW_TALLY_ABSENT)
			continue;
		put_key(out, key->parts[i].name, key->parts[i].name_length);
		put_value(out, &value);
	}
	put_number(out, "flows", entry->flows);
	fw_buf_printf(out, ",\"share\":%s", fw_metric_print(&share, text));
	if (groups->tally->counted) {
		put_number(out, "packets", entry->packets);
		put_number(out, "bytes", entry->bytes);
	}
	if (entry->error)
		put_number(out, "error", entry->error);
}

static void put_groups(struct fw_buf *out, const struct fw_groups *groups,
		       const struct fw_report_style *style)
{
	size_t i;

	for (i = 0; i < groups->count; i++) {
		fw_buf_putc(out, '{');
		if (style->repeated)
			put_time(out, groups->time);
		put_group(out, groups, groups->entries[i]);
		fw_buf_puts(out, "}\n");
	}
}

const struct fw_report_format fw_report_json = {
	.name = "json",
	.help = "one object; with --by, one a line",
	.metrics = put_metrics,
	.groups = put_groups,
};
