/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fwctl/base/num.h"
#include "fwctl/cli/top-text.h"
#include "fwctl/cli/top.h"

#define GAUGE 30

static void put_tenths(struct fw_buf *out, int64_t tenths)
{
	struct fw_metric metric = { .value = tenths, .decimals = 1 };
	char text[FW_METRIC_MAX_TEXT];

	fw_buf_puts(out, fw_metric_print(&metric, text));
}

/* ---- the head ----------------------------------------------------------------------------------
 */

static const char *order_of(const struct fw_top *top)
{
	if (top->flows_view)
		return fw_top_columns[top->flows.order].name;
	return top->order == FW_TALLY_BY_BYTES     ? "byte/s"
	       : top->order == FW_TALLY_BY_PACKETS ? "pkts/s"
						   : "flows";
}

static void put_title(struct fw_buf *out, const struct fw_top *top)
{
	time_t seconds = (time_t)(top->pulse.time / 1000000000);
	char text[16] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fw_buf_printf(out, "fwctl top  %s  %s%s  sorted by %s%s%s", text,
		      top->flows_view ? "" : "by ", top->flows_view ? "flows" : top->key_text,
		      order_of(top), top->flows_view && top->flows.reverse ? ", reversed" : "",
		      top->frozen ? "  FROZEN" : "");
	if (top->filter_text && *top->filter_text) {
		fw_buf_puts(out, "  filter: ");
		fw_buf_escaped(out, top->filter_text, strlen(top->filter_text));
	}
}

static void put_gauge(struct fw_buf *out, const struct fw_top *top)
{
	const struct fw_table_stats *table = &top->pulse.table;
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

/* Whether the line that begins there is not too wide. Each part of it ends with two blanks. */
static bool has_room(const struct fw_buf *out, size_t begin, unsigned int width)
{
	return out->length - begin <= width + 2;
}

static void put_rate(struct fw_buf *out, const char *name, int64_t growth, uint64_t passed)
{
	int64_t tenths = per_second(growth, passed);

	fw_buf_printf(out, "%s ", name);
	/* When the table is full all of them are large, and all shall fit. */
	if (tenths >= 10000 || tenths <= -10000)
		fw_buf_printf(out, "%" PRId64, tenths / 10);
	else
		put_tenths(out, tenths);
	fw_buf_puts(out, "/s  ");
}

/*
 * Flows that nobody listened to when they were made end without an event (nf_conntrack_events=2),
 * but the table gets smaller by them.
 */
static void put_births(struct fw_buf *out, const struct fw_top *top, int64_t growth,
		       uint64_t passed)
{
	const struct fw_top_pulse *now = &top->pulse, *before = &top->last;
	int64_t began = (int64_t)(now->began - before->began);
	int64_t ended = (int64_t)(now->ended - before->ended);

	if (!top->events.open)
		return;
	ended = began - growth > ended ? began - growth : ended;
	/* What was lost is not counted. */
	put_rate(out, now->lost > before->lost ? "new over" : "new", began, passed);
	put_rate(out, now->lost > before->lost ? "ended over" : "ended", ended, passed);
}

/* As many as fit, the most telling first. */
static void put_rates(struct fw_buf *out, const struct fw_top *top, unsigned int width)
{
	static const enum fw_counter shown[] = { FW_COUNTER_DROP, FW_COUNTER_EARLY_DROP,
						 FW_COUNTER_INSERT_FAILED };
	const struct fw_table_stats *now = &top->pulse.table, *before = &top->last.table;
	uint64_t passed = top->pulse.clock - top->last.clock;
	int64_t growth = (int64_t)(now->entries - before->entries);
	size_t i, begin = out->length, fits;

	if (!top->last.clock) {
		fw_buf_puts(out, "rates: after the next reading");
		return;
	}
	put_rate(out, "growth", growth, passed);
	put_births(out, top, growth, passed);
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		fits = out->length;
		put_rate(out, fw_counter_rows[shown[i]].name,
			 (int64_t)fw_counter_sum_growth(before, now, shown[i]), passed);
		if (!has_room(out, begin, width))
			out->length = fits;
	}
}

static void put_traffic(struct fw_buf *out, const struct fw_top *top)
{
	const struct fw_growth *traffic = &top->now->traffic;
	uint64_t passed = top->before ? top->now->clock - top->before->clock : 0;

	if (!top->now->counted) {
		if (top->now->census.flows)
			fw_buf_puts(out, "traffic is not counted here: 'fwctl stats --enable "
					 "accounting' begins to");
		return;
	}
	fw_buf_puts(out, "traffic ");
	fw_top_put_short(out, (uint64_t)per_second((int64_t)traffic->packets, passed) / 10);
	fw_buf_puts(out, " packets/s  original ");
	fw_top_put_short(out, (uint64_t)per_second((int64_t)traffic->orig_bytes, passed) / 10);
	fw_buf_puts(out, " bytes/s  reply ");
	fw_top_put_short(out, (uint64_t)per_second((int64_t)traffic->reply_bytes, passed) / 10);
	fw_buf_puts(out, " bytes/s");
}

static void put_share(struct fw_buf *out, const char *name, uint64_t part, uint64_t whole)
{
	fw_buf_printf(out, "%s %" PRIu64 " (", name, part);
	put_tenths(out, fw_metric_percent(part, whole, 1));
	fw_buf_puts(out, "%)  ");
}

static void put_kinds(struct fw_buf *out, const struct fw_census *census, unsigned int width)
{
	size_t begin = out->length, fits;

	put_share(out, "assured", census->assured, census->flows);
	put_share(out, "replied", census->replied, census->flows);
	put_share(out, "unreplied", census->unreplied, census->flows);
	fits = out->length;
	put_share(out, "ipv6", census->ipv6, census->flows);
	if (!has_room(out, begin, width))
		out->length = fits;
}

/* ---- the groups --------------------------------------------------------------------------------
 */

static void put_headings(struct fw_buf *out, const struct fw_top *top, unsigned int width)
{
	/* Help and details have none. */
	if (top->help || top->details)
		return;
	if (top->flows_view) {
		fw_top_put_flow(out, NULL, width, top->now->counted, top->now->stamped);
		return;
	}
	/* In 80 columns an address of IPv6 has room behind these. */
	fw_buf_printf(out, "%8s %7s %8s", "flows", "share", "flows/s");
	if (top->now->tally.counted)
		fw_buf_printf(out, " %6s %6s", "pkts/s", "byte/s");
	fw_buf_printf(out, "  %s", top->key_text);
}

static void put_growth(struct fw_buf *out, int64_t growth, uint64_t passed)
{
	struct fw_metric metric = { .value = per_second(growth, passed), .decimals = 1 };
	char text[FW_METRIC_MAX_TEXT];

	fw_buf_printf(out, " %8s", fw_metric_print(&metric, text));
}

static void put_speed(struct fw_buf *out, uint64_t growth, uint64_t passed)
{
	struct fw_buf text = { 0 };

	fw_top_put_short(&text, (uint64_t)per_second((int64_t)growth, passed) / 10);
	fw_buf_printf(out, " %6s", fw_buf_text(&text));
	fw_buf_free(&text);
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
		passed = top->now->clock - top->before->clock;
		old = fw_tally_find(&top->before->tally, fw_tally_entry_key(tally, entry),
				    entry->length);
	}
	old = old ? old : &nothing;
	fw_buf_printf(out, "%8" PRIu64 " %6s%%", entry->flows, fw_metric_print(&share, text));
	put_growth(out, (int64_t)(entry->flows - old->flows), passed);
	if (tally->counted) {
		put_speed(out, entry->packets, passed);
		put_speed(out, entry->bytes, passed);
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
		fw_top_mark_cut(out, begin, width);
		fw_top_end_line(out, begin, width);
	}
	free(entries);
	return (unsigned int)count;
}

/* ---- flows -------------------------------------------------------------------------------------
 */

/* As many as there is room for, so that the selected one is among them, with a line before and
 * behind it where there are such; its line in *selected. */
static unsigned int put_flows(struct fw_buf *out, const struct fw_top *top, unsigned int width,
			      unsigned int room, unsigned int *selected)
{
	const struct fw_top_flows *flows = &top->flows;
	size_t first = flows->selected >= room ? flows->selected - room + 1 : 0, i, begin;

	for (i = first; i < flows->count && i - first < room; i++) {
		begin = out->length;
		fw_top_put_flow(out, &flows->rows[i], width, top->now->counted, top->now->stamped);
		fw_top_end_line(out, begin, width);
		if (i == flows->selected)
			*selected = (unsigned int)(i - first);
	}
	return (unsigned int)(i - first);
}

/* ---- the screen --------------------------------------------------------------------------------
 */

static const char help[] =
	"\n"
	"  f      flows, or groups of them\n"
	"  b      groups by another field: src, dst, proto,dport, src/24, ...\n"
	"  s > <  sort by the next column, by the one before\n"
	"  r      the other way round\n"
	"  up, down, page up, page down, home, end: select a flow\n"
	"  enter  details of the selected flow, and back\n"
	"  k      delete the selected flow: asks first\n"
	"  /      a filter, with the options of 'fwctl list': -p udp --dport 53\n"
	"  space  freeze the figures, and go on\n"
	"  h      this help, and back\n"
	"  q      quit\n"
	"\n"
	"  flows/s is by how much the number of flows of a group grows or shrinks.\n"
	"  Bytes and packets are there when the kernel counts them:\n"
	"  fwctl stats --enable accounting\n";

/* The lines of the head, by number. */
static void put_head(struct fw_buf *out, const struct fw_top *top, unsigned int line,
		     unsigned int width)
{
	switch (line) {
	case 0: put_title(out, top); break;
	case 1: put_gauge(out, top); break;
	case 2: put_rates(out, top, width); break;
	case 3: put_kinds(out, &top->now->census, width); break;
	case 4: put_traffic(out, top); break;
	case FW_TOP_LINE_HISTORY: put_history(out, top, width); break;
	case FW_TOP_LINE_HEADINGS: put_headings(out, top, width); break;
	}
}

#define HEAD (FW_TOP_LINE_HEADINGS + 1)

static unsigned int put_body(struct fw_buf *out, const struct fw_top *top, unsigned int width,
			     unsigned int room, unsigned int *selected)
{
	struct fw_buf text = { 0 };
	unsigned int lines;

	if (top->help)
		return fw_top_put_lines(out, help, width, room);
	if (!top->flows_view)
		return put_groups(out, top, width, room);
	if (!top->details)
		return put_flows(out, top, width, room, selected);
	fw_top_details_put(top, &text);
	lines = fw_top_put_lines(out, fw_buf_text(&text), width, room);
	fw_buf_free(&text);
	return lines;
}

/* Of a filter that is too long the end: that is where it is typed. */
static void put_prompt(struct fw_buf *out, const char *typed, unsigned int width)
{
	size_t room = width > sizeof(FW_TOP_PROMPT) ? width - sizeof(FW_TOP_PROMPT) : 0;
	size_t length = strlen(typed);

	fw_buf_printf(out, FW_TOP_PROMPT "%s", typed + (length > room ? length - room : 0));
}

static void put_foot(struct fw_buf *out, const struct fw_top *top, unsigned int width)
{
	if (top->typing)
		put_prompt(out, top->typed, width);
	else if (top->notice[0])
		fw_buf_puts(out, top->notice);
	else if (top->flows_view)
		fw_buf_puts(out, "q quit  h help  f groups  s sort  r reverse  enter details  "
				 "k kill  / filter");
	else
		fw_buf_puts(out, "q quit  h help  f flows  b by  s sort  / filter  space freeze");
}

unsigned int fw_top_draw(struct fw_top *top, unsigned int width, unsigned int height,
			 struct fw_buf *out)
{
	unsigned int line, room = height > HEAD + 1 ? height - HEAD - 1 : 0;
	unsigned int selected = UINT_MAX;
	size_t begin;

	top->page = room;
	for (line = 0; line < HEAD && line + 1 < height; line++) {
		begin = out->length;
		put_head(out, top, line, width);
		fw_top_end_line(out, begin, width);
	}
	line += put_body(out, top, width, room, &selected);
	for (; line + 1 < height; line++)
		fw_buf_putc(out, '\n');
	begin = out->length;
	put_foot(out, top, width);
	fw_top_end_line(out, begin, width);
	return selected == UINT_MAX ? 0 : HEAD + selected;
}
