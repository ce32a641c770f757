/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flows as lines of a screen. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "fwctl/cli/top-flows.h"

/* ---- parts of a line --------------------------------------------------------------------------
 */

void fw_top_put_short(struct fw_buf *out, uint64_t number)
{
	static const char units[] = "kMGTPE";
	double value = (double)number;
	size_t unit = 0;

	if (number < 10000) {
		fw_buf_printf(out, "%" PRIu64, number);
		return;
	}
	for (value /= 1000; value >= 999.5 && units[unit + 1]; value /= 1000)
		unit++;
	fw_buf_printf(out, value < 99.95 ? "%.1f%c" : "%.0f%c", value, units[unit]);
}

void fw_top_put_end(struct fw_buf *out, const struct fw_flow *flow, const struct fw_tuple *tuple,
		    bool destination)
{
	uint64_t bit = destination ? FW_TUPLE_DPORT : FW_TUPLE_SPORT;
	bool has_port = tuple->present >> bit & 1;
	bool brackets = has_port && flow->family == FW_FAMILY_IPV6;
	char text[FW_PREFIX_MAX_TEXT];

	fw_addr_print(destination ? &tuple->dst : &tuple->src, flow->family, text);
	fw_buf_printf(out, brackets ? "[%s]" : "%s", text);
	if (has_port)
		fw_buf_printf(out, ":%u", destination ? tuple->dport : tuple->sport);
}

static void put_proto(struct fw_buf *out, const struct fw_flow *flow)
{
	if (fw_proto_is_generic(flow->proto))
		fw_buf_printf(out, "%u", flow->protonum);
	else
		fw_buf_puts(out, flow->proto->name);
}

void fw_top_put_name(struct fw_buf *out, const struct fw_flow *flow)
{
	put_proto(out, flow);
	fw_buf_putc(out, ' ');
	fw_top_put_end(out, flow, &flow->orig, false);
	fw_buf_puts(out, " > ");
	fw_top_put_end(out, flow, &flow->orig, true);
}

/* "9999s", "599m", "119h": what is small exactly, the rest in the largest unit. */
static void put_seconds(struct fw_buf *out, uint64_t seconds)
{
	if (seconds < 10000)
		fw_buf_printf(out, "%" PRIu64 "s", seconds);
	else if (seconds < 36000)
		fw_buf_printf(out, "%" PRIu64 "m", seconds / 60);
	else
		fw_buf_printf(out, "%" PRIu64 "h", seconds / 3600);
}

/* ---- columns -----------------------------------------------------------------------------------
 */

/* Columns of text are flush left and may be cut, which a '+' shows; those of numbers are not. */
static bool is_text(enum fw_top_column column)
{
	return column <= FW_TOP_DST;
}

static void put_state(struct fw_buf *out, const struct fw_top_flow *row)
{
	const struct fw_flow *flow = &row->flow;
	const char *state = fw_flow_state(flow);

	if (row->ended)
		state = "ended";
	else if (!state && !(flow->status & FW_STATUS_SEEN_REPLY))
		state = "unreplied";
	else if (!state && flow->status & FW_STATUS_ASSURED)
		state = "assured";
	fw_buf_puts(out, state ? state : "replied");
}

static void put_value(struct fw_buf *out, const struct fw_top_flow *row, enum fw_top_column column)
{
	const struct fw_flow *flow = &row->flow;

	switch (column) {
	case FW_TOP_PROTO: put_proto(out, flow); break;
	case FW_TOP_STATE: put_state(out, row); break;
	case FW_TOP_SRC: fw_top_put_end(out, flow, &flow->orig, false); break;
	case FW_TOP_DST: fw_top_put_end(out, flow, &flow->orig, true); break;
	case FW_TOP_LEFT: put_seconds(out, flow->timeout); break;
	case FW_TOP_AGE: put_seconds(out, flow->age); break;
	case FW_TOP_PACKETS: fw_top_put_short(out, flow->orig.packets + flow->reply.packets); break;
	case FW_TOP_BYTES: fw_top_put_short(out, flow->orig.bytes + flow->reply.bytes); break;
	case FW_TOP_PACKET_RATE: fw_top_put_short(out, row->packet_rate); break;
	case FW_TOP_BYTE_RATE: fw_top_put_short(out, row->byte_rate); break;
	default: break;
	}
}

/* Widths of the columns; 0: not shown. The two ends share what the others leave. */
static void choose(unsigned int widths[FW_TOP_COLUMNS], unsigned int width, bool counted,
		   bool stamped)
{
	bool wide = width >= 110;
	unsigned int used = 0, i;

	widths[FW_TOP_PROTO] = 7;
	widths[FW_TOP_STATE] = 11;
	widths[FW_TOP_SRC] = widths[FW_TOP_DST] = 0;
	widths[FW_TOP_LEFT] = 5;
	widths[FW_TOP_AGE] = stamped && wide ? 5 : 0;
	widths[FW_TOP_PACKETS] = widths[FW_TOP_BYTES] = counted && wide ? 7 : 0;
	widths[FW_TOP_PACKET_RATE] = widths[FW_TOP_BYTE_RATE] = counted ? 6 : 0;
	for (i = 0; i < FW_TOP_COLUMNS; i++)
		used += widths[i] ? widths[i] + 1 : 0;
	widths[FW_TOP_SRC] = widths[FW_TOP_DST] = width > used + 20 ? (width - used - 1) / 2 : 9;
	if (widths[FW_TOP_SRC] > 47)
		widths[FW_TOP_SRC] = widths[FW_TOP_DST] = 47;
}

/* `text` flush in its column; of a text that is too long, the beginning. */
static void put_cell(struct fw_buf *out, const struct fw_buf *text, enum fw_top_column column,
		     unsigned int width)
{
	unsigned int length = (unsigned int)text->length, i;

	if (column)
		fw_buf_putc(out, ' ');
	for (i = length; i < width && !is_text(column); i++)
		fw_buf_putc(out, ' ');
	if (length > width && is_text(column)) {
		fw_buf_put(out, text->data, width - 1);
		fw_buf_putc(out, '+');
		return;
	}
	fw_buf_put(out, text->data, length);
	for (i = length; i < width && is_text(column); i++)
		fw_buf_putc(out, ' ');
}

void fw_top_put_flow(struct fw_buf *out, const struct fw_top_flow *row, unsigned int width,
		     bool counted, bool stamped)
{
	unsigned int widths[FW_TOP_COLUMNS];
	enum fw_top_column column;
	struct fw_buf text = { 0 };

	choose(widths, width, counted, stamped);
	for (column = 0; column < FW_TOP_COLUMNS; column++) {
		if (!widths[column])
			continue;
		text.length = 0;
		if (row)
			put_value(&text, row, column);
		else
			fw_buf_puts(&text, fw_top_columns[column].name);
		put_cell(out, &text, column, widths[column]);
	}
	fw_buf_free(&text);
}
