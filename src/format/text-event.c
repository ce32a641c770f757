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

const struct fw_field *const fw_text_event_tail[] = {
	&fw_event_fields[FW_FIELD_CHANGED], &fw_event_fields[FW_FIELD_SOURCE],
	&fw_event_fields[FW_FIELD_AFTER],   &fw_event_fields[FW_FIELD_LIVED],
	&fw_event_fields[FW_FIELD_REASON],  &fw_event_fields[FW_FIELD_PORTID],
	&fw_event_fields[FW_FIELD_PROGRAM], NULL,
};

/* "    [NEW] ": to the right of nine columns, as wide as "[DESTROY]". */
static void put_kind(struct fw_sink *sink, uint8_t kind)
{
	static const char *const texts[] = {
		[FW_EVENT_NEW] = "    [NEW] ",     [FW_EVENT_UPDATE] = " [UPDATE] ",
		[FW_EVENT_DESTROY] = "[DESTROY] ", [FW_EVENT_LOST] = "   [LOST] ",
		[FW_EVENT_REPLIED] = "[REPLIED] ", [FW_EVENT_ASSURED] = "[ASSURED] ",
		[FW_EVENT_CLOSING] = "[CLOSING] ", [FW_EVENT_GONE] = "   [GONE] ",
	};

	fw_buf_puts(&sink->out, texts[kind]);
}

static void put_time(struct fw_sink *sink, uint64_t nanoseconds)
{
	if (sink->flags & FW_OUTPUT_TIMESTAMP)
		fw_buf_printf(&sink->out, "[%" PRIu64 ".%06" PRIu64 "]\t", nanoseconds / 1000000000,
			      nanoseconds / 1000 % 1000000);
}

static void put_changes(struct fw_sink *sink, const struct fw_word *words, uint32_t changed)
{
	bool first = true;

	if (!(sink->flags & FW_OUTPUT_CHANGES))
		return;
	fw_buf_puts(&sink->out, "changed=");
	for (; words->name; words++) {
		if (!(changed & words->value))
			continue;
		fw_buf_printf(&sink->out, "%s%s", first ? "" : ",", words->name);
		first = false;
	}
	fw_buf_putc(&sink->out, ' ');
}

static void put_string(struct fw_sink *sink, const char *name, const struct fw_bytes *bytes)
{
	fw_buf_puts(&sink->out, name);
	fw_buf_escaped(&sink->out, bytes->data, bytes->length);
	fw_buf_putc(&sink->out, ' ');
}

static void put_duration(struct fw_sink *sink, const struct fw_field *row, uint64_t nanoseconds)
{
	fw_buf_printf(&sink->out, "%s=", row->key);
	fw_value_duration(&sink->out, nanoseconds);
	fw_buf_putc(&sink->out, ' ');
}

void fw_text_event_field(struct fw_sink *sink, const struct fw_field *row, const void *value)
{
	switch ((enum fw_event_field)(row - fw_event_fields)) {
	case FW_FIELD_EVENT: put_kind(sink, *(const uint8_t *)value); break;
	case FW_FIELD_EVENT_TIME: put_time(sink, *(const uint64_t *)value); break;
	case FW_FIELD_AT_LEAST:
		fw_buf_printf(&sink->out, "at_least=%" PRIu64 " ", *(const uint64_t *)value);
		break;
	case FW_FIELD_CHANGED: put_changes(sink, row->words, *(const uint32_t *)value); break;
	case FW_FIELD_SOURCE:
		if (*(const uint8_t *)value == FW_SOURCE_RESYNC)
			fw_buf_puts(&sink->out, "[RESYNC] ");
		break;
	case FW_FIELD_PORTID:
		fw_buf_printf(&sink->out, "[USERSPACE] portid=%" PRIu32 " ",
			      *(const uint32_t *)value);
		break;
	case FW_FIELD_PROGRAM: put_string(sink, "progname=", value); break;
	case FW_FIELD_AFTER:
	case FW_FIELD_LIVED: put_duration(sink, row, *(const uint64_t *)value); break;
	case FW_FIELD_REASON: put_string(sink, "reason=", value); break;
	case FW_EVENT_FIELDS: break;
	}
}
