/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object a line. Keys are stable and documented in fwctl-output(7). */
#include <time.h>

#include "fwctl/base/digits.h"
#include "fwctl/format/formats.h"
#include "fwctl/format/json-text.h"
#include "fwctl/format/labels.h"
#include "fwctl/format/sink.h"
#include "fwctl/format/value.h"

const struct fw_field *const fw_json_flow_rows[] = {
	&fw_flow_fields[FW_FIELD_FAMILY],
	&fw_flow_fields[FW_FIELD_PROTO],
	&fw_flow_fields[FW_FIELD_PROTONUM],
	&fw_flow_fields[FW_FIELD_TIMEOUT],
	&fw_flow_fields[FW_FIELD_ORIG],
	&fw_flow_fields[FW_FIELD_REPLY],
	&fw_flow_fields[FW_FIELD_STATE],
	&fw_flow_fields[FW_FIELD_STATUS],
	&fw_flow_fields[FW_FIELD_MARK],
	&fw_flow_fields[FW_FIELD_USE],
	&fw_flow_fields[FW_FIELD_ID],
	&fw_flow_fields[FW_FIELD_ZONE],
	&fw_flow_fields[FW_FIELD_LABELS],
	&fw_flow_fields[FW_FIELD_HELPER],
	&fw_flow_fields[FW_FIELD_SECCTX],
	&fw_flow_fields[FW_FIELD_START],
	&fw_flow_fields[FW_FIELD_STOP],
	&fw_flow_fields[FW_FIELD_AGE],
	&fw_flow_fields[FW_FIELD_NETNS],
	&fw_flow_fields[FW_FIELD_FLOW_LINE],
	NULL,
};

const struct fw_field *const fw_json_expect_rows[] = {
	&fw_expect_fields[FW_EXPECT_FIELD_FAMILY],
	&fw_expect_fields[FW_EXPECT_FIELD_PROTO],
	&fw_expect_fields[FW_EXPECT_FIELD_PROTONUM],
	&fw_expect_fields[FW_EXPECT_FIELD_TIMEOUT],
	&fw_expect_fields[FW_EXPECT_FIELD_EXPECTED],
	&fw_expect_fields[FW_EXPECT_FIELD_MASK],
	&fw_expect_fields[FW_EXPECT_FIELD_MASTER],
	&fw_expect_fields[FW_EXPECT_FIELD_ZONE],
	&fw_expect_fields[FW_EXPECT_FIELD_FLAGS],
	&fw_expect_fields[FW_EXPECT_FIELD_CLASS],
	&fw_expect_fields[FW_EXPECT_FIELD_HELPER],
	&fw_expect_fields[FW_EXPECT_FIELD_FUNCTION],
	&fw_expect_fields[FW_EXPECT_FIELD_ID],
	&fw_expect_fields[FW_EXPECT_FIELD_NETNS],
	NULL,
};

static const struct fw_field *const event_head[] = {
	&fw_event_fields[FW_FIELD_EVENT],    &fw_event_fields[FW_FIELD_EVENT_TIME],
	&fw_event_fields[FW_FIELD_AT_LEAST], &fw_event_fields[FW_FIELD_LINE],
	&fw_event_fields[FW_FIELD_RULE],     &fw_event_fields[FW_FIELD_IN],
	&fw_event_fields[FW_FIELD_OUT],      NULL,
};

static const struct fw_field *const event_tail[] = {
	&fw_event_fields[FW_FIELD_CHANGED],
	&fw_event_fields[FW_FIELD_SOURCE],
	&fw_event_fields[FW_FIELD_AFTER],
	&fw_event_fields[FW_FIELD_LIVED],
	&fw_event_fields[FW_FIELD_LENGTH],
	&fw_event_fields[FW_FIELD_REASON],
	&fw_event_fields[FW_FIELD_GENERATION],
	&fw_event_fields[FW_FIELD_PID],
	&fw_event_fields[FW_FIELD_PORTID],
	&fw_event_fields[FW_FIELD_PROGRAM],
	&fw_event_fields[FW_FIELD_PROGRAM_GUESS],
	&fw_event_fields[FW_FIELD_TOUCHED],
	NULL,
};

static const struct fw_field *const packet_rows[] = {
	&fw_flow_fields[FW_FIELD_FAMILY],
	&fw_flow_fields[FW_FIELD_PROTO],
	&fw_flow_fields[FW_FIELD_PROTONUM],
	NULL,
};

/* Tables of columns have no room for what so few flows have. */
static void choose_rows(struct fw_sink *sink)
{
	const struct fw_field *const *row;

	for (row = fw_json_flow_rows; *row; row++)
		fw_sink_add_row(sink, *row);
	fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_MASTER]);
}

/* Every flow of the table is confirmed, so saying it of each says nothing. */
static uint32_t shown_flags(const struct fw_field *row)
{
	return row->words == fw_status_words ? ~(uint32_t)FW_STATUS_CONFIRMED : UINT32_MAX;
}

/* `,"key":` — keys come from rows and hold nothing that needs escaping. */
static char *put_key(struct fw_sink *sink, char *at, const char *key)
{
	if (!sink->first)
		*at++ = ',';
	sink->first = false;
	*at++ = '"';
	at = fw_put_name(at, key);
	*at++ = '"';
	*at++ = ':';
	return at;
}

static char *put_quoted(char *at, const char *text)
{
	*at++ = '"';
	at = fw_put_name(at, text);
	*at++ = '"';
	return at;
}

static char *put_addr(struct fw_sink *sink, char *at, const void *value)
{
	*at++ = '"';
	at = sink->family == FW_FAMILY_IPV4 ? fw_put_ipv4(at, value) : fw_put_ipv6(at, value);
	*at++ = '"';
	return at;
}

/* Nine digits and the end of an RFC 3339 time. */
static char *put_fraction(char *at, uint32_t nanoseconds)
{
	uint32_t unit;

	for (unit = 100000000; unit; unit /= 10)
		*at++ = (char)('0' + nanoseconds / unit % 10);
	*at++ = 'Z';
	*at++ = '"';
	return at;
}

/* RFC 3339 in UTC, with nanoseconds. */
static char *put_time(char *at, uint64_t nanoseconds)
{
	time_t seconds = (time_t)(nanoseconds / 1000000000);
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		return put_quoted(at, "");
	at += strftime(at, 24, "\"%Y-%m-%dT%H:%M:%S.", &tm);
	return put_fraction(at, (uint32_t)(nanoseconds % 1000000000));
}

static char *put_flags(char *at, uint32_t flags, const struct fw_word *words)
{
	bool first = true;

	*at++ = '[';
	for (; words->name; words++) {
		if (!(flags & words->value))
			continue;
		if (!first)
			*at++ = ',';
		first = false;
		at = put_quoted(at, words->name);
	}
	*at++ = ']';
	return at;
}

static char *put_word(char *at, const struct fw_word *words, uint8_t value, const char *unknown)
{
	const char *name = fw_word_name(words, value);

	return put_quoted(at, name ? name : unknown);
}

static char *put_value(struct fw_sink *sink, char *at, const struct fw_field *row,
		       const void *value)
{
	switch (row->type) {
	case FW_TYPE_U8: return fw_put_u32(at, *(const uint8_t *)value);
	case FW_TYPE_HEX16:
	case FW_TYPE_U16: return fw_put_u32(at, *(const uint16_t *)value);
	case FW_TYPE_U32: return fw_put_u32(at, *(const uint32_t *)value);
	case FW_TYPE_U64:
	case FW_TYPE_SECONDS: return fw_put_u64(at, *(const uint64_t *)value);
	case FW_TYPE_ADDR: return put_addr(sink, at, value);
	case FW_TYPE_FAMILY: return put_quoted(at, fw_family_name(sink->family));
	case FW_TYPE_PROTO: return put_quoted(at, fw_proto_shown(sink->proto));
	case FW_TYPE_STATE:
		return put_word(at, sink->proto->states, *(const uint8_t *)value, "NONE");
	case FW_TYPE_WORD: return put_word(at, row->words, *(const uint8_t *)value, "");
	case FW_TYPE_FLAGS:
		return put_flags(at, *(const uint32_t *)value & shown_flags(row), row->words);
	case FW_TYPE_TIME: return put_time(at, *(const uint64_t *)value);
	default: return at;
	}
}

static void put_labels(struct fw_sink *sink, const struct fw_bytes *labels)
{
	struct fw_label_walk walk = { .labels = labels };
	const char *name;
	char number[4];
	bool first;

	fw_buf_putc(&sink->out, '[');
	for (first = true; fw_label_next(&walk); first = false) {
		if (!first)
			fw_buf_putc(&sink->out, ',');
		name = fw_sink_label(sink, walk.bit, number);
		fw_json_string(&sink->out, name, strlen(name));
	}
	fw_buf_putc(&sink->out, ']');
}

static void field(struct fw_sink *sink, const struct fw_field *row, const void *value)
{
	const struct fw_bytes *bytes = value;
	char *at;

	if (!row->key)
		return;
	/* Longer than any key with any value but a string's. */
	at = put_key(sink, fw_buf_reserve(&sink->out, 256), row->key);
	if (row->type != FW_TYPE_STRING && row->type != FW_TYPE_LABELS)
		at = put_value(sink, at, row, value);
	sink->out.length = (size_t)(at - sink->out.data);
	if (row->type == FW_TYPE_DURATION)
		fw_value_duration(&sink->out, *(const uint64_t *)value);
	else if (row->type == FW_TYPE_STRING)
		fw_json_string(&sink->out, bytes->data, bytes->length);
	else if (row->type == FW_TYPE_LABELS)
		put_labels(sink, bytes);
}

static void open(struct fw_sink *sink, const struct fw_field *group)
{
	char *at = put_key(sink, fw_buf_reserve(&sink->out, 64), group->key);

	*at++ = '{';
	sink->out.length = (size_t)(at - sink->out.data);
	sink->first = true;
}

static void close(struct fw_sink *sink, const struct fw_field *group)
{
	(void)group;
	fw_buf_putc(&sink->out, '}');
	sink->first = false;
}

static void begin(struct fw_sink *sink)
{
	fw_buf_putc(&sink->out, '{');
	sink->first = true;
}

static void end(struct fw_sink *sink)
{
	fw_buf_put(&sink->out, "}\n", 2);
}

const struct fw_format fw_format_json = {
	.name = "json",
	.help = "one object a line",
	.choose_rows = choose_rows,
	.expect_rows = fw_json_expect_rows,
	.event_head = event_head,
	.event_tail = event_tail,
	.proto_info = true,
	.master_proto = true,
	.packet_rows = packet_rows,
	.begin = begin,
	.open = open,
	.field = field,
	.close = close,
	.end = end,
};
