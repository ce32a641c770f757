/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 4180 with line feeds: a row of names, then one for each record, all of the same length. */
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/format/columns.h"
#include "fwctl/format/formats.h"
#include "fwctl/format/sink.h"
#include "fwctl/format/value.h"

struct state {
	struct fw_columns columns;
	struct fw_buf value;
};

static const struct fw_field *const event_head[] = {
	&fw_event_fields[FW_FIELD_EVENT],
	&fw_event_fields[FW_FIELD_EVENT_TIME],
	&fw_event_fields[FW_FIELD_AT_LEAST],
	NULL,
};

static const struct fw_field *const event_tail[] = {
	&fw_event_fields[FW_FIELD_CHANGED], &fw_event_fields[FW_FIELD_SOURCE],
	&fw_event_fields[FW_FIELD_AFTER],   &fw_event_fields[FW_FIELD_LIVED],
	&fw_event_fields[FW_FIELD_REASON],  &fw_event_fields[FW_FIELD_PORTID],
	&fw_event_fields[FW_FIELD_PROGRAM], NULL,
};

static void put_value(struct fw_buf *out, const struct fw_buf *value)
{
	size_t i;

	if (!memchr(value->data, ',', value->length) && !memchr(value->data, '"', value->length)) {
		fw_buf_put(out, value->data, value->length);
		return;
	}
	fw_buf_putc(out, '"');
	for (i = 0; i < value->length; i++) {
		if (value->data[i] == '"')
			fw_buf_putc(out, '"');
		fw_buf_putc(out, value->data[i]);
	}
	fw_buf_putc(out, '"');
}

static int start(struct fw_sink *sink, struct fw_err *err)
{
	struct state *state = sink->state = fw_calloc(1, sizeof(*state));
	unsigned int i;

	if (fw_columns_init(&state->columns, sink, NULL, err) < 0)
		return -1;
	for (i = 0; i < state->columns.count; i++) {
		if (i)
			fw_buf_putc(&sink->out, ',');
		fw_buf_puts(&sink->out, state->columns.columns[i].name);
	}
	fw_buf_putc(&sink->out, '\n');
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

static void end(struct fw_sink *sink)
{
	struct state *state = sink->state;
	const struct fw_cell *cell = state->columns.cells;
	unsigned int i;

	for (i = 0; i < state->columns.count; i++, cell++) {
		if (i)
			fw_buf_putc(&sink->out, ',');
		if (!cell->row)
			continue;
		state->value.length = 0;
		fw_value_put(&state->value, sink, cell->row, cell->at);
		if (state->value.length)
			put_value(&sink->out, &state->value);
	}
	fw_buf_putc(&sink->out, '\n');
}

static void release(struct fw_sink *sink)
{
	struct state *state = sink->state;

	if (!state)
		return;
	fw_columns_free(&state->columns);
	fw_buf_free(&state->value);
	free(state);
}

const struct fw_format fw_format_csv = {
	.name = "csv",
	.help = "rows of values behind one of names",
	.flow_rows = fw_json_flow_rows,
	.expect_rows = fw_json_expect_rows,
	.event_head = event_head,
	.event_tail = event_tail,
	.columns = true,
	.start = start,
	.begin = begin,
	.open = nothing,
	.field = field,
	.close = nothing,
	.end = end,
	.release = release,
};
