/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of conntrack(8), byte for byte: bare columns first, then key=value words, and marks in
 * brackets between and behind the tuples.
 */
#include <sys/time.h>
#include <time.h>

#include "fwctl/base/digits.h"
#include "fwctl/format/formats.h"
#include "fwctl/format/labels.h"
#include "fwctl/format/sink.h"
#include "fwctl/format/text-event.h"

/* Things that only this format says; told apart from other rows by their address. */
enum tag { TAG_UNREPLIED, TAG_ASSURED, TAG_START, TAG_STOP, TAGS };

/* clang-format off */
static const struct fw_field tags[TAGS] = {
	[TAG_UNREPLIED] = { .text = "[UNREPLIED]", .type = FW_TYPE_FLAGS,
		.offset = offsetof(struct fw_flow, status), .bit = FW_FLOW_STATUS },
	[TAG_ASSURED] = { .text = "[ASSURED]", .type = FW_TYPE_FLAGS,
		.offset = offsetof(struct fw_flow, status), .bit = FW_FLOW_STATUS },
	[TAG_START] = { .text = "start", .type = FW_TYPE_TIME,
		.offset = offsetof(struct fw_flow, start), .bit = FW_FLOW_START },
	[TAG_STOP] = { .text = "stop", .type = FW_TYPE_TIME,
		.offset = offsetof(struct fw_flow, stop), .bit = FW_FLOW_STOP },
};
static const struct fw_field delta_time = { .text = "delta-time", .type = FW_TYPE_SECONDS,
	.offset = offsetof(struct fw_flow, age), .bit = FW_FLOW_AGE };
static const struct fw_field family_number = { .text = "", .type = FW_TYPE_U8,
	.offset = offsetof(struct fw_flow, family), .bit = FW_FLOW_BASICS };
/* clang-format on */

static void choose_rows(struct fw_sink *sink)
{
	static const enum fw_flow_field head[] = { FW_FIELD_PROTO, FW_FIELD_PROTONUM,
						   FW_FIELD_TIMEOUT, FW_FIELD_STATE,
						   FW_FIELD_ORIG };
	static const enum fw_flow_field middle[] = { FW_FIELD_MARK, FW_FIELD_SECCTX,
						     FW_FIELD_ZONE };
	unsigned int i;

	if (sink->flags & FW_OUTPUT_EXTENDED) {
		fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_FAMILY]);
		fw_sink_add_row(sink, &family_number);
	}
	for (i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		fw_sink_add_row(sink, &fw_flow_fields[head[i]]);
	fw_sink_add_row(sink, &tags[TAG_UNREPLIED]);
	fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_REPLY]);
	fw_sink_add_row(sink, &tags[TAG_ASSURED]);
	for (i = 0; i < sizeof(middle) / sizeof(middle[0]); i++)
		fw_sink_add_row(sink, &fw_flow_fields[middle[i]]);
	fw_sink_add_row(sink, &delta_time);
	if (sink->flags & FW_OUTPUT_KTIMESTAMP) {
		fw_sink_add_row(sink, &tags[TAG_START]);
		fw_sink_add_row(sink, &tags[TAG_STOP]);
	}
	fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_HELPER]);
	fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_USE]);
	if (sink->flags & FW_OUTPUT_ID)
		fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_ID]);
	if (sink->flags & FW_OUTPUT_LABELS)
		fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_LABELS]);
	if (sink->flags & FW_OUTPUT_LINE)
		fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_FLOW_LINE]);
	if (sink->flags & FW_OUTPUT_NETNS)
		fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_NETNS]);
}

static const struct fw_field *const expect_rows[] = {
	&fw_expect_fields[FW_EXPECT_FIELD_TIMEOUT],
	&fw_expect_fields[FW_EXPECT_FIELD_PROTONUM],
	&fw_expect_fields[FW_EXPECT_FIELD_EXPECTED],
	&fw_expect_fields[FW_EXPECT_FIELD_MASK],
	&fw_expect_fields[FW_EXPECT_FIELD_MASTER],
	&fw_expect_fields[FW_EXPECT_FIELD_ZONE],
	&fw_expect_fields[FW_EXPECT_FIELD_FLAGS],
	&fw_expect_fields[FW_EXPECT_FIELD_CLASS],
	&fw_expect_fields[FW_EXPECT_FIELD_HELPER],
	&fw_expect_fields[FW_EXPECT_FIELD_NETNS],
	NULL,
};

static const struct fw_field *const packet_rows[] = {
	&fw_flow_fields[FW_FIELD_PROTO],
	&fw_flow_fields[FW_FIELD_PROTONUM],
	NULL,
};

/* "udp      17 ": names are padded to eight columns. */
static char *put_padded(char *at, const char *name)
{
	char *end = at + 8;

	at = fw_put_name(at, name);
	while (at < end)
		*at++ = ' ';
	return at;
}

static char *put_state(const struct fw_sink *sink, char *at, uint8_t state)
{
	const char *name = fw_word_name(sink->proto->states, state);

	return fw_put_name(at, name ? name : "NONE");
}

/* "[start=Sun Nov 22 19:00:00 2026]", as ctime(3) without its line feed. */
static char *put_time(char *at, uint64_t nanoseconds)
{
	time_t seconds = (time_t)(nanoseconds / 1000000000);
	char text[26];

	if (!ctime_r(&seconds, text))
		return at;
	memcpy(at, text, 24);
	return at + 24;
}

static void put_bytes(struct fw_sink *sink, const struct fw_field *row,
		      const struct fw_bytes *bytes)
{
	fw_buf_puts(&sink->out, fw_field_text(row));
	fw_buf_putc(&sink->out, '=');
	fw_buf_escaped(&sink->out, bytes->data, bytes->length);
	fw_buf_putc(&sink->out, ' ');
}

static void put_labels(struct fw_sink *sink, const struct fw_bytes *labels)
{
	struct fw_label_walk walk = { .labels = labels };
	const char *name;
	char number[4];

	fw_buf_puts(&sink->out, "labels=");
	for (sink->first = true; fw_label_next(&walk); sink->first = false) {
		if (!sink->first)
			fw_buf_putc(&sink->out, ',');
		name = fw_sink_label(sink, walk.bit, number);
		fw_buf_escaped(&sink->out, name, strlen(name));
	}
	fw_buf_putc(&sink->out, ' ');
}

static const char *tag_of_status(enum tag tag, uint32_t status)
{
	if (tag == TAG_UNREPLIED)
		return status & FW_STATUS_SEEN_REPLY ? NULL : "[UNREPLIED] ";
	if (status & FW_STATUS_HW_OFFLOAD)
		return "[HW_OFFLOAD] ";
	if (status & FW_STATUS_OFFLOAD)
		return "[OFFLOAD] ";
	return status & FW_STATUS_ASSURED ? "[ASSURED] " : NULL;
}

static void put_tag(struct fw_sink *sink, enum tag tag, const void *value)
{
	const char *text;
	char *at;

	if (tag == TAG_UNREPLIED || tag == TAG_ASSURED) {
		text = tag_of_status(tag, *(const uint32_t *)value);
		if (text)
			fw_buf_puts(&sink->out, text);
		return;
	}
	fw_buf_printf(&sink->out, "[%s=", tags[tag].text);
	at = put_time(fw_buf_reserve(&sink->out, 32), *(const uint64_t *)value);
	sink->out.length = (size_t)(at - sink->out.data);
	fw_buf_puts(&sink->out, "] ");
}

/* "src", "mask-src", "zone-orig": addresses of an expectation and zones of a flow tell whose. */
static char *put_word(const struct fw_sink *sink, char *at, const struct fw_field *row)
{
	if (sink->group && sink->group->text && row->type == FW_TYPE_ADDR)
		at = fw_put_name(at, sink->group->text);
	at = fw_put_name(at, fw_field_text(row));
	if (row == fw_tuple_tail)
		at = fw_put_name(at, sink->group == &fw_flow_fields[FW_FIELD_ORIG] ? "-orig"
										   : "-reply");
	return at;
}

/* "PERMANENT,INACTIVE " of an expectation. */
static void put_flags(struct fw_sink *sink, const struct fw_field *row, uint32_t flags)
{
	const struct fw_word *word;
	const char *c, *comma = "";

	for (word = row->words; word->name; word++) {
		if (!(flags & word->value))
			continue;
		fw_buf_puts(&sink->out, comma);
		for (c = word->name; *c; c++)
			fw_buf_putc(&sink->out, *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c);
		comma = ",";
	}
	fw_buf_putc(&sink->out, ' ');
}

/* Whether the row is one of the columns in front, which have no name. */
static bool is_bare(const struct fw_field *row)
{
	return row == &fw_flow_fields[FW_FIELD_PROTONUM] ||
	       row == &fw_flow_fields[FW_FIELD_TIMEOUT] || row == &fw_flow_fields[FW_FIELD_STATE] ||
	       row == &family_number || row == &fw_expect_fields[FW_EXPECT_FIELD_TIMEOUT];
}

static char *put_value(struct fw_sink *sink, char *at, const struct fw_field *row,
		       const void *value)
{
	switch (row->type) {
	case FW_TYPE_U8: return fw_put_u32(at, *(const uint8_t *)value);
	case FW_TYPE_U16: return fw_put_u32(at, *(const uint16_t *)value);
	case FW_TYPE_U32: return fw_put_u32(at, *(const uint32_t *)value);
	case FW_TYPE_U64:
	case FW_TYPE_SECONDS: return fw_put_u64(at, *(const uint64_t *)value);
	case FW_TYPE_HEX16:
		*at++ = '0';
		*at++ = 'x';
		return fw_put_hex(at, *(const uint16_t *)value);
	case FW_TYPE_ADDR:
		return sink->family == FW_FAMILY_IPV4 ? fw_put_ipv4(at, value)
						      : fw_put_ipv6(at, value);
	case FW_TYPE_STATE: return put_state(sink, at, *(const uint8_t *)value);
	default: return at;
	}
}

static void field(struct fw_sink *sink, const struct fw_field *row, const void *value)
{
	char *at;

	if (row >= tags && row < tags + TAGS) {
		put_tag(sink, (enum tag)(row - tags), value);
		return;
	}
	if (row->type == FW_TYPE_STRING) {
		put_bytes(sink, row, value);
		return;
	}
	if (row->type == FW_TYPE_LABELS) {
		put_labels(sink, value);
		return;
	}
	if (row->type == FW_TYPE_FLAGS) {
		put_flags(sink, row, *(const uint32_t *)value);
		return;
	}
	/* Longer than any name with any number, address or state. */
	at = fw_buf_reserve(&sink->out, 128);
	if (row->type == FW_TYPE_PROTO) {
		at = put_padded(at, fw_proto_shown(sink->proto));
	} else if (row->type == FW_TYPE_FAMILY) {
		at = put_padded(at, fw_family_name(sink->family));
	} else {
		if (!is_bare(row)) {
			at = put_word(sink, at, row);
			*at++ = '=';
		}
		at = put_value(sink, at, row, value);
	}
	*at++ = ' ';
	sink->out.length = (size_t)(at - sink->out.data);
}

static void nothing(struct fw_sink *sink, const struct fw_field *group)
{
	(void)sink;
	(void)group;
}

/* conntrack(8) puts the time of reading before an expectation, and none before a flow of a list. */
static void begin(struct fw_sink *sink)
{
	struct timeval now;

	if (!(sink->flags & FW_OUTPUT_TIMESTAMP) || sink->setup.kind != FW_RECORD_EXPECT)
		return;
	gettimeofday(&now, NULL);
	fw_buf_printf(&sink->out, "[%lld.%06ld]\t", (long long)now.tv_sec, (long)now.tv_usec);
}

static void end(struct fw_sink *sink)
{
	/* The blank behind the last word becomes the line feed. */
	sink->out.data[sink->out.length - 1] = '\n';
}

const struct fw_format fw_format_text = {
	.name = "text",
	.help = "the lines of conntrack(8)",
	.choose_rows = choose_rows,
	.expect_rows = expect_rows,
	.event_head = fw_text_event_head,
	.event_tail = fw_text_event_tail,
	.packet_rows = packet_rows,
	.event_field = fw_text_event_field,
	.flags = FW_OUTPUT_EXTENDED | FW_OUTPUT_ID | FW_OUTPUT_TIMESTAMP | FW_OUTPUT_KTIMESTAMP |
		 FW_OUTPUT_LABELS | FW_OUTPUT_NETNS | FW_OUTPUT_CHANGES | FW_OUTPUT_LINE,
	.whole_tuples = true,
	.begin = begin,
	.open = nothing,
	.field = field,
	.close = nothing,
	.end = end,
};
