/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/format/text-event.h"

#include <inttypes.h>

#include "fwctl/format/value.h"

const struct fw_field *const fw_text_event_head[] = {
	&fw_event_fields[FW_FIELD_EVENT_TIME],
	&fw_event_fields[FW_FIELD_EVENT],
	&fw_event_fields[FW_FIELD_AT_LEAST],
	NULL,
};

/* The text of a rule has blanks: it stands last. */
const struct fw_field *const fw_text_event_tail[] = {
	&fw_event_fields[FW_FIELD_CHANGED],
	&fw_event_fields[FW_FIELD_SOURCE],
	&fw_event_fields[FW_FIELD_AFTER],
	&fw_event_fields[FW_FIELD_LIVED],
	&fw_event_fields[FW_FIELD_IN],
	&fw_event_fields[FW_FIELD_OUT],
	&fw_event_fields[FW_FIELD_LENGTH],
	&fw_event_fields[FW_FIELD_GENERATION],
	&fw_event_fields[FW_FIELD_TOUCHED],
	&fw_event_fields[FW_FIELD_PID],
	&fw_event_fields[FW_FIELD_REASON],
	&fw_event_fields[FW_FIELD_PORTID],
	&fw_event_fields[FW_FIELD_PROGRAM],
	&fw_event_fields[FW_FIELD_PROGRAM_GUESS],
	&fw_event_fields[FW_FIELD_LINE],
	&fw_event_fields[FW_FIELD_RULE],
	NULL,
};

/* "    [NEW] ": to the right of nine columns, as wide as "[DESTROY]". */
static void put_kind(struct fw_sink *sink, uint8_t kind)
{
	static const char *const texts[] = {
		[FW_EVENT_NEW] = "    [NEW] ",     [FW_EVENT_UPDATE] = " [UPDATE] ",
		[FW_EVENT_DESTROY] = "[DESTROY] ", [FW_EVENT_LOST] = "   [LOST] ",
		[FW_EVENT_REPLIED] = "[REPLIED] ", [FW_EVENT_ASSURED] = "[ASSURED] ",
		[FW_EVENT_CLOSING] = "[CLOSING] ", [FW_EVENT_GONE] = "   [GONE] ",
		[FW_EVENT_DENIED] = " [DENIED] ",  [FW_EVENT_POLICY] = " [POLICY] ",
	};

	fw_buf_puts(&sink->out, texts[kind]);
}

static void put_time(struct fw_sink *sink, uint64_t nanoseconds)
{
	if (sink->flags & FW_OUTPUT_TIMESTAMP)
		fw_buf_printf(&sink->out, "[%" PRIu64 ".%06" PRIu64 "]\t", nanoseconds / 1000000000,
			      nanoseconds / 1000 % 1000000);
}

static bool is_wanted(const struct fw_sink *sink, enum fw_event_field field, const void *value)
{
	if (field == FW_FIELD_CHANGED)
		return sink->flags & FW_OUTPUT_CHANGES;
	return field != FW_FIELD_SOURCE || *(const uint8_t *)value == FW_SOURCE_RESYNC;
}

/* What stands before the value; conntrack(8) has words of its own for some. */
static void put_name(struct fw_sink *sink, const struct fw_field *row)
{
	if (row == &fw_event_fields[FW_FIELD_PORTID])
		fw_buf_puts(&sink->out, "[USERSPACE] ");
	fw_buf_printf(&sink->out, "%s=", fw_field_text(row));
}

/* A gap always says when it was: conntrack(8) has no such line whose form would forbid that. */
static void put_gap_time(struct fw_sink *sink)
{
	if (sink->flags & FW_OUTPUT_TIMESTAMP)
		return;
	fw_buf_puts(&sink->out, "time=");
	fw_value_time(&sink->out, sink->event->time);
	fw_buf_putc(&sink->out, ' ');
}

void fw_text_event_field(struct fw_sink *sink, const struct fw_field *row, const void *value)
{
	enum fw_event_field field = (enum fw_event_field)(row - fw_event_fields);

	if (!is_wanted(sink, field, value))
		return;
	if (field == FW_FIELD_EVENT) {
		put_kind(sink, *(const uint8_t *)value);
	} else if (field == FW_FIELD_EVENT_TIME) {
		put_time(sink, *(const uint64_t *)value);
	} else if (field == FW_FIELD_SOURCE) {
		fw_buf_puts(&sink->out, "[RESYNC] ");
	} else {
		put_name(sink, row);
		fw_value_put(&sink->out, sink, row, value);
		fw_buf_putc(&sink->out, ' ');
		if (field == FW_FIELD_AT_LEAST)
			put_gap_time(sink);
	}
}
