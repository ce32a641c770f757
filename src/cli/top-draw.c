/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fwctl/base/num.h"
#include "fwctl/cli/top.h"

#define GAUGE 30

/* Ends the line, cut to the width; a character of several bytes is not cut in two. */
static void end_line(struct fw_buf *out, size_t begin, unsigned int width)
{
	if (out->length - begin > width) {
		out->length = begin + width;
		while (out->length > begin && (out->data[out->length] & 0xc0) == 0x80)
			out->length--;
	}
	while (out->length > begin && out->data[out->length - 1] == ' ')
		out->length--;
	fw_buf_putc(out, '\n');
}

static void put_tenths(struct fw_buf *out, int64_t tenths)
{
	struct fw_metric metric = { .value = tenths, .decimals = 1 };
	char text[FW_METRIC_MAX_TEXT];

	fw_buf_puts(out, fw_metric_print(&metric, text));
}

/* ---- the head ----------------------------------------------------------------------------------
 */

static void put_title(struct fw_buf *out, const struct fw_top *top)
{
	time_t seconds = (time_t)(top->now->sample.time / 1000000000);
	char text[16] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fw_buf_printf(out, "fwctl top  %s  by %s  sorted by %s%s", text, top->key_text,
		      top->order == FW_TALLY_BY_BYTES     ? "bytes"
		      : top->order == FW_TALLY_BY_PACKETS ? "packets"
							  : "flows",
		      top->frozen ? "  FROZEN" : "");
	if (top->filter_text && *top->filter_text) {
		fw_buf_puts(out, "  filter: ");
		fw_buf_escaped(out, top->filter_text, strlen(top->filter_text));
	}
}

static void put_gauge(struct fw_buf *out, const struct fw_top *top)
{
	const struct fw_table_stats *table = &top->now->sample.table;
	uint64_t cells = table->limit ? table->entries * GAUGE / table->limit : 0;
	unsigned int i;

	fw_buf_putc(out, '[');
	for (i = 0; i < GAUGE; i++)
		fw_buf_putc(out, i < cells ? '#' : '.');
	fw_buf_puts(out, "] ");
	put_tenths(out, fw_metric_percent(table->entries, table->limit, 1));
	fw_buf_printf(out, "%%  %" PRIu64 " of %" PRIu64 " flows", table->entries, table->limit);
}

/* The fill of the last readings, from low to high within what they were. */
static void put_history(struct fw_buf *out, const struct fw_top *top, unsigned int width)
{
	static const char levels[] = "_.-=+*#";
	unsigned int shown = top->history_count < width ? top->history_count : width, i;
	const uint16_t *history = top->history + top->history_count - shown;
	unsigned int low = UINT16_MAX, high = 0;

	for (i = 0; i < shown; i++) {
		low = history[i] < low ? history[i] : low;
		high = history[i] > high ? history[i] : high;
	}
	for (i = 0; i < shown; i++)
		fw_buf_putc(out, levels[high > low ? (history[i] - low) * 6u / (high - low) : 0]);
}

static int64_t per_second(int64_t growth, uint64_t nanoseconds)
{
	return nanoseconds ? (int64_t)((double)growth * 1e10 / (double)nanoseconds) : 0;
}

static void put_rates(struct fw_buf *out, const struct fw_top *top)
{
	static const enum fw_counter shown[] = { FW_COUNTER_INSERT_FAILED, FW_COUNTER_DROP,
						 FW_COUNTER_EARLY_DROP };
	const struct fw_stats_sample *now = &top->now->sample, *before;
	uint64_t passed;
	size_t i;

	if (!top->before) {
		fw_buf_puts(out, "rates: after the next reading");
		return;
	}
	before = &top->before->sample;
	passed = now->clock - before->clock;
	fw_buf_puts(out, "growth ");
	put_tenths(out, per_second((int64_t)(now->table.entries - before->table.entries), passed));
	fw_buf_puts(out, "/s");
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		fw_buf_printf(out, "  %s ", fw_counter_rows[shown[i]].name);
		put_tenths(out, per_second((int64_t)fw_counter_sum_growth(&before->table,
									  &now->table, shown[i]),
					   passed));
		fw_buf_puts(out, "/s");
	}
}

static void put_share(struct fw_buf *out, const char *name, uint64_t part, uint64_t whole)
{
	fw_buf_printf(out, "%s %" PRIu64 " (", name, part);
	put_tenths(out, fw_metric_percent(part, whole, 1));
	fw_buf_puts(out, "%)  ");
}

static void put_kinds(struct fw_buf *out, const struct fw_census *census)
{
	put_share(out, "assured", census->assured, census->flows);
	put_share(out, "replied", census->replied, census->flows);
	put_share(out, "unreplied", census->unreplied, census->flows);
	put_share(out, "ipv6", census->ipv6, census->flows);
}

/* ---- the groups --------------------------------------------------------------------------------
 */

static void put_headings(struct fw_buf *out, const struct fw_top *top)
{
	fw_buf_printf(out, "%10s %7s %9s", "flows", "share", "flows/s");
	if (top->now->tally.counted)
		fw_buf_printf(out, " %12s %12s", "packets/s", "bytes/s");
	fw_buf_printf(out, "  %s", top->key_text);
}

/* `now` less `before`, per second; a group that was given up and came back begins again. */
static void put_growth(struct fw_buf *out, uint64_t now, uint64_t before, uint64_t passed,
		       int width, bool may_shrink)
{
	int64_t growth = now >= before || may_shrink ? (int64_t)(now - before) : 0;
	struct fw_metric metric = { .value = per_second(growth, passed), .decimals = 1 };
	char text[FW_METRIC_MAX_TEXT];

	fw_buf_printf(out, " %*s", width, fw_metric_print(&metric, text));
}

static void put_key(struct fw_buf *out, const struct fw_tally *tally,
		    const struct fw_tally_entry *entry)
{
	const char *at = fw_tally_entry_key(tally, entry);
	struct fw_tally_value value;
	struct fw_buf raw = { 0 };
	unsigned int i;

	for (i = 0; i < tally->key->count; i++) {
		at = fw_tally_value_read(&tally->key->parts[i], at, &value);
		raw.length = 0;
		fw_report_value(&raw, &value);
		fw_buf_puts(out, i ? " " : "  ");
		fw_buf_escaped(out, raw.data, raw.length);
	}
	fw_buf_free(&raw);
}

static void put_group(struct fw_buf *out, const struct fw_top *top,
		      const struct fw_tally_entry *entry)
{
	static const struct fw_tally_entry nothing = { 0 };
	const struct fw_tally *tally = &top->now->tally;
	const struct fw_tally_entry *old = NULL;
	struct fw_metric share = { .value = fw_metric_percent(entry->flows, tally->flows, 1),
				   .decimals = 1 };
	char text[FW_METRIC_MAX_TEXT];
	uint64_t passed = 0;

	if (top->before) {
		passed = top->now->sample.clock - top->before->sample.clock;
		old = fw_tally_find(&top->before->tally, fw_tally_entry_key(tally, entry),
				    entry->length);
	}
	old = old ? old : &nothing;
	fw_buf_printf(out, "%10" PRIu64 " %6s%%", entry->flows, fw_metric_print(&share, text));
	put_growth(out, entry->flows, old->flows, passed, 9, true);
	if (tally->counted) {
		put_growth(out, entry->packets, old->packets, passed, 12, false);
		put_growth(out, entry->bytes, old->bytes, passed, 12, false);
	}
	put_key(out, tally, entry);
}

static unsigned int put_groups(struct fw_buf *out, const struct fw_top *top, unsigned int width,
			       unsigned int room)
{
	const struct fw_tally_entry **entries;
	size_t count, i, begin;

	if (!room)
		return 0;
	entries = fw_tally_top(&top->now->tally, (enum fw_tally_order)top->order, room, &count);
	for (i = 0; i < count; i++) {
		begin = out->length;
		put_group(out, top, entries[i]);
		end_line(out, begin, width);
	}
	free(entries);
	return (unsigned int)count;
}

/* ---- the screen --------------------------------------------------------------------------------
 */

static const char *const help[] = {
	"",
	"  b      count by another field: src, dst, proto,dport, src/24, proto,state, ...",
	"  s      sort by flows, bytes or packets",
	"  /      a filter, with the options of 'fwctl list': -p udp --dport 53",
	"  space  freeze the figures, and go on",
	"  h      this help, and back",
	"  q      quit",
	"",
	"  flows/s is by how much the number of flows of a group grows or shrinks.",
	"  Bytes and packets are there when the kernel counts them:",
	"  fwctl stats --enable accounting",
};

#define HELP (sizeof(help) / sizeof(help[0]))

static unsigned int put_help(struct fw_buf *out, unsigned int width, unsigned int room)
{
	unsigned int i;
	size_t begin;

	for (i = 0; i < HELP && i < room; i++) {
		begin = out->length;
		fw_buf_puts(out, help[i]);
		end_line(out, begin, width);
	}
	return i;
}

/* The lines of the head, by number. */
static void put_head(struct fw_buf *out, const struct fw_top *top, unsigned int line,
		     unsigned int width)
{
	switch (line) {
	case 0: put_title(out, top); break;
	case 1: put_gauge(out, top); break;
	case 2: put_rates(out, top); break;
	case 3: put_kinds(out, &top->now->sample.census); break;
	case 4: put_history(out, top, width); break;
	case 5: put_headings(out, top); break;
	}
}

#define HEAD 6

void fw_top_draw(const struct fw_top *top, unsigned int width, unsigned int height,
		 struct fw_buf *out)
{
	unsigned int line, room = height > HEAD + 1 ? height - HEAD - 1 : 0;
	size_t begin;

	for (line = 0; line < HEAD && line + 1 < height; line++) {
		begin = out->length;
		put_head(out, top, line, width);
		end_line(out, begin, width);
	}
	line += top->help ? put_help(out, width, room) : put_groups(out, top, width, room);
	for (; line + 1 < height; line++)
		fw_buf_putc(out, '\n');
	begin = out->length;
	fw_buf_puts(out, "q quit  h help  b by  s sort  / filter  space freeze");
	end_line(out, begin, width);
}
