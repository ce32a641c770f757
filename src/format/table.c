/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns for people, by libsmartcols. It wants a table whole to find the widths; so records go
 * through it in blocks, and the widths of a block are the least ones of the next: the memory is
 * that of a block, and a listing that is longer shifts at most where a wider value comes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "fwctl/base/mem.h"
#include "fwctl/format/columns.h"
#include "fwctl/format/formats.h"
#include "fwctl/format/sink.h"
#include "fwctl/format/value.h"

#define BLOCK 512

#define FLOW_COLUMNS "proto,orig.src,orig.sport,orig.dst,orig.dport,state,status,timeout"
#define EXPECT_COLUMNS                                                                             \
	"proto,expected.src,expected.dst,expected.dport,master.src,master.dst,master.dport,"       \
	"helper,"                                                                                  \
	"timeout"

struct state {
	struct fw_columns columns;
	struct libscols_table *table;
	unsigned int lines; /* in this block */
	struct fw_buf value;
};

static bool is_number(enum fw_type type)
{
	return type == FW_TYPE_U8 || type == FW_TYPE_U16 || type == FW_TYPE_U32 ||
	       type == FW_TYPE_U64 || type == FW_TYPE_HEX16 || type == FW_TYPE_SECONDS;
}

/* Short headings: what is of no other tuple is of the first one. */
static const char *heading(const struct fw_column *column)
{
	bool first = column->group == &fw_flow_fields[FW_FIELD_ORIG] ||
		     column->group == &fw_expect_fields[FW_EXPECT_FIELD_EXPECTED];

	return first ? column->row->key : column->name;
}

static int add_column(struct state *state, const struct fw_column *column)
{
	int flags = is_number(column->row->type) ? SCOLS_FL_RIGHT : 0;

	/* What may be cut when the terminal is too narrow: long words, never a number. */
	if (column->row->type == FW_TYPE_FLAGS || column->row->type == FW_TYPE_STRING ||
	    column->row->type == FW_TYPE_LABELS || column->row->type == FW_TYPE_ADDR)
		flags |= SCOLS_FL_TRUNC;
	return scols_table_new_column(state->table, heading(column), 1, flags) ? 0 : -1;
}

static int out_of_memory(struct fw_err *err)
{
	return fw_err_set(err, FW_ERR_FAILED, "no table can be made: out of memory");
}

static int start(struct fw_sink *sink, struct fw_err *err)
{
	const char *standard = fw_sink_is_expect(sink) ? EXPECT_COLUMNS : FLOW_COLUMNS;
	struct state *state = sink->state = fw_calloc(1, sizeof(*state));
	unsigned int i;

	if (fw_columns_init(&state->columns, sink, standard, err) < 0)
		return -1;
	state->table = scols_new_table();
	if (!state->table)
		return out_of_memory(err);
	scols_table_enable_colors(state->table, sink->setup.colour);
	if (sink->setup.width) {
		scols_table_set_termforce(state->table, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(state->table, sink->setup.width);
	} else {
		scols_table_set_termforce(state->table, SCOLS_TERMFORCE_NEVER);
	}
	for (i = 0; i < state->columns.count; i++)
		if (add_column(state, &state->columns.columns[i]) < 0)
			return out_of_memory(err);
	return 0;
}

static void begin(struct fw_sink *sink)
{
	struct state *state = sink->state;

	fw_columns_clear(&state->columns);
}

static void field(struct fw_sink *sink, const struct fw_field *row, const void *at)
{
	struct state *state = sink->state;

	fw_columns_set(&state->columns, sink, row, at);
}

static void nothing(struct fw_sink *sink, const struct fw_field *group)
{
	(void)sink;
	(void)group;
}

/* Green for what lives, yellow for what waits for its first answer, grey for what is ending. */
static const char *colour_of(const struct fw_sink *sink)
{
	const struct fw_flow *flow = sink->record;
	const char *state;

	if (sink->setup.kind != FW_RECORD_FLOW)
		return NULL;
	if (!(flow->status & FW_STATUS_SEEN_REPLY))
		return "yellow";
	state = fw_flow_state(flow);
	if (state && strcmp(state, "ESTABLISHED") && strcmp(state, "OPEN"))
		return "darkgray";
	return flow->status & FW_STATUS_ASSURED ? "green" : NULL;
}

/* The block as text goes to the sink; the table is empty then and has widths to start from. */
static void print_block(struct fw_sink *sink)
{
	struct state *state = sink->state;
	struct libscols_column *column;
	char *text = NULL;
	unsigned int i;

	if (!scols_print_table_to_string(state->table, &text) && text && *text) {
		fw_buf_puts(&sink->out, text);
		fw_buf_putc(&sink->out, '\n');
	}
	free(text);
	scols_table_remove_lines(state->table);
	scols_table_enable_noheadings(state->table, 1);
	for (i = 0; i < state->columns.count; i++) {
		column = scols_table_get_column(state->table, i);
		scols_column_set_whint(column, (double)scols_column_get_width(column));
	}
	state->lines = 0;
}

static void end(struct fw_sink *sink)
{
	struct state *state = sink->state;
	const struct fw_cell *cell = state->columns.cells;
	struct libscols_line *line = scols_table_new_line(state->table, NULL);
	const char *colour = sink->setup.colour ? colour_of(sink) : NULL;
	unsigned int i;

	if (!line) {
		sink->write_error = ENOMEM;
		return;
	}
	for (i = 0; i < state->columns.count; i++, cell++) {
		if (!cell->row)
			continue;
		state->value.length = 0;
		fw_value_put(&state->value, sink, cell->row, cell->at);
		scols_line_set_data(line, i, fw_buf_text(&state->value));
	}
	if (colour)
		scols_line_set_color(line, colour);
	if (++state->lines == BLOCK)
		print_block(sink);
}

static void finish(struct fw_sink *sink)
{
	struct state *state = sink->state;

	if (state->lines)
		print_block(sink);
}

static void release(struct fw_sink *sink)
{
	struct state *state = sink->state;

	if (!state)
		return;
	scols_unref_table(state->table);
	fw_columns_free(&state->columns);
	fw_buf_free(&state->value);
	free(state);
}

const struct fw_format fw_format_table = {
	.name = "table",
	.help = "columns for people",
	.flow_rows = fw_json_flow_rows,
	.expect_rows = fw_json_expect_rows,
	.columns = true,
	.start = start,
	.begin = begin,
	.open = nothing,
	.field = field,
	.close = nothing,
	.end = end,
	.finish = finish,
	.release = release,
};
