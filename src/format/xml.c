/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The document of conntrack(8): a flow is its two directions and what belongs to neither; an
 * expectation is layer 3 of its three tuples and then layer 4 of them. ICMP's type, code and
 * identifier, which conntrack leaves out, are in.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fwctl/base/mem.h"
#include "fwctl/format/formats.h"
#include "fwctl/format/labels.h"
#include "fwctl/format/sink.h"
#include "fwctl/format/value.h"

/* How far a record is; the elements of one part are closed when the next one begins. */
enum part { PART_LAYER3, PART_LAYER4, PART_TAIL, PART_COUNTERS, PART_META };

struct state {
	enum part part;
	bool in_timestamp;
	bool has_end;         /* the flow's own elements are complete */
	struct fw_buf layer4; /* of an expectation, until its layer 3 is complete */
	struct fw_buf value;
};

static const struct fw_field status_row = {
	.text = "status",
	.type = FW_TYPE_FLAGS,
	.offset = offsetof(struct fw_flow, status),
	.bit = FW_FLOW_STATUS,
};

static void choose_rows(struct fw_sink *sink)
{
	static const enum fw_flow_field head[] = { FW_FIELD_ORIG, FW_FIELD_REPLY, FW_FIELD_STATE,
						   FW_FIELD_TIMEOUT, FW_FIELD_MARK };
	static const enum fw_flow_field middle[] = { FW_FIELD_SECCTX, FW_FIELD_ZONE, FW_FIELD_USE,
						     FW_FIELD_ID };
	unsigned int i;

	for (i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		fw_sink_add_row(sink, &fw_flow_fields[head[i]]);
	if (sink->flags & FW_OUTPUT_LABELS)
		fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_LABELS]);
	for (i = 0; i < sizeof(middle) / sizeof(middle[0]); i++)
		fw_sink_add_row(sink, &fw_flow_fields[middle[i]]);
	fw_sink_add_row(sink, &status_row);
	if (sink->flags & FW_OUTPUT_KTIMESTAMP) {
		fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_START]);
		fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_STOP]);
	}
	fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_AGE]);
	fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_NETNS]);
	fw_sink_add_row(sink, &fw_flow_fields[FW_FIELD_HELPER]);
}

static const struct fw_field *const expect_rows[] = {
	&fw_expect_fields[FW_EXPECT_FIELD_EXPECTED], &fw_expect_fields[FW_EXPECT_FIELD_MASK],
	&fw_expect_fields[FW_EXPECT_FIELD_MASTER],   &fw_expect_fields[FW_EXPECT_FIELD_HELPER],
	&fw_expect_fields[FW_EXPECT_FIELD_TIMEOUT],  &fw_expect_fields[FW_EXPECT_FIELD_CLASS],
	&fw_expect_fields[FW_EXPECT_FIELD_ZONE],     &fw_expect_fields[FW_EXPECT_FIELD_FLAGS],
	&fw_expect_fields[FW_EXPECT_FIELD_NETNS],    NULL,
};

/* ---- text ------------------------------------------------------------------------------------ */

/* Control characters are escaped already; these are what XML itself gives a meaning to. */
static void put_escaped(struct fw_buf *out, const struct fw_buf *value)
{
	size_t i;

	for (i = 0; i < value->length; i++)
		switch (value->data[i]) {
		case '<': fw_buf_puts(out, "&lt;"); break;
		case '>': fw_buf_puts(out, "&gt;"); break;
		case '&': fw_buf_puts(out, "&amp;"); break;
		default: fw_buf_putc(out, value->data[i]);
		}
}

static void put_element(struct fw_sink *sink, struct fw_buf *out, const char *name,
			const struct fw_field *row, const void *at)
{
	struct state *state = sink->state;

	state->value.length = 0;
	/* Keys are hexadecimal here, and times the kernel's nanoseconds. */
	if (row->type == FW_TYPE_HEX16)
		fw_buf_printf(&state->value, "0x%x", *(const uint16_t *)at);
	else if (row->type == FW_TYPE_TIME)
		fw_buf_u64(&state->value, *(const uint64_t *)at);
	else
		fw_value_put(&state->value, sink, row, at);
	fw_buf_printf(out, "<%s>", name);
	put_escaped(out, &state->value);
	fw_buf_printf(out, "</%s>", name);
}

static void put_layer3(struct fw_sink *sink)
{
	fw_buf_printf(&sink->out, "<layer3 protonum=\"%u\" protoname=\"%s\">", sink->family,
		      fw_family_name(sink->family));
}

static void put_layer4(struct fw_sink *sink)
{
	const struct fw_flow *flow = sink->record;
	const struct fw_expect *expect = sink->record;

	fw_buf_printf(&sink->out, "<layer4 protonum=\"%u\" protoname=\"%s\">",
		      fw_sink_is_expect(sink) ? expect->protonum : flow->protonum,
		      fw_proto_shown(sink->proto));
}

/* ---- the tuples of a flow -------------------------------------------------------------------- */

/* Closes and opens what lies between the part that the record is in and `part`. */
static void enter(struct fw_sink *sink, enum part part)
{
	struct state *state = sink->state;

	if (state->part < PART_LAYER4 && part >= PART_LAYER4) {
		fw_buf_puts(&sink->out, "</layer3>");
		put_layer4(sink);
	}
	if (state->part < PART_TAIL && part >= PART_TAIL)
		fw_buf_puts(&sink->out, "</layer4>");
	if (state->part < PART_COUNTERS && part == PART_COUNTERS)
		fw_buf_puts(&sink->out, "<counters>");
	if (state->part == PART_COUNTERS && part > PART_COUNTERS)
		fw_buf_puts(&sink->out, "</counters>");
	state->part = part;
}

static enum part part_of(const struct fw_field *row)
{
	if (row >= fw_tuple_head && row < fw_tuple_head + 2)
		return PART_LAYER3;
	if (row < fw_tuple_tail || row >= fw_tuple_tail + 3)
		return PART_LAYER4;
	return row == fw_tuple_tail ? PART_TAIL : PART_COUNTERS;
}

/* The name that text has is XML's too, but "id" is the flow's own. */
static const char *name_of(const struct fw_field *row)
{
	if (row->type == FW_TYPE_U16 && row->key && !strcmp(row->key, "icmp_id"))
		return "icmp-id";
	return fw_field_text(row);
}

static void tuple_field(struct fw_sink *sink, const struct fw_field *row, const void *at)
{
	struct state *state = sink->state;
	struct fw_buf *out = &sink->out;

	if (!fw_sink_is_expect(sink))
		enter(sink, part_of(row));
	else if (part_of(row) != PART_LAYER3)
		out = &state->layer4;
	put_element(sink, out, name_of(row), row, at);
}

static void open(struct fw_sink *sink, const struct fw_field *group)
{
	struct state *state = sink->state;

	if (fw_sink_is_expect(sink)) {
		fw_buf_printf(&sink->out, "<%s>", group->key);
		fw_buf_printf(&state->layer4, "<%s>", group->key);
		return;
	}
	fw_buf_printf(&sink->out, "<meta direction=\"%s\">",
		      group == &fw_flow_fields[FW_FIELD_ORIG] ? "original" : "reply");
	put_layer3(sink);
	state->part = PART_LAYER3;
}

static void close(struct fw_sink *sink, const struct fw_field *group)
{
	struct state *state = sink->state;

	if (fw_sink_is_expect(sink)) {
		fw_buf_printf(&sink->out, "</%s>", group->key);
		fw_buf_printf(&state->layer4, "</%s>", group->key);
		return;
	}
	enter(sink, PART_META);
	fw_buf_puts(&sink->out, "</meta>");
	/* What belongs to neither direction follows the reply. */
	state->part = PART_LAYER3;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void enter_meta(struct fw_sink *sink)
{
	struct state *state = sink->state;

	if (state->part == PART_META)
		return;
	state->part = PART_META;
	if (!fw_sink_is_expect(sink)) {
		fw_buf_puts(&sink->out, "<meta direction=\"independent\">");
		return;
	}
	fw_buf_puts(&sink->out, "</layer3>");
	put_layer4(sink);
	fw_buf_put(&sink->out, state->layer4.data, state->layer4.length);
	fw_buf_puts(&sink->out, "</layer4><meta>");
}

static void put_labels(struct fw_sink *sink, const struct fw_bytes *labels)
{
	struct fw_label_walk walk = { .labels = labels };
	struct state *state = sink->state;
	const char *name;
	char number[4];

	fw_buf_puts(&sink->out, "<labels>");
	while (fw_label_next(&walk)) {
		name = fw_sink_label(sink, walk.bit, number);
		state->value.length = 0;
		fw_buf_escaped(&state->value, name, strlen(name));
		fw_buf_puts(&sink->out, "<label>");
		put_escaped(&sink->out, &state->value);
		fw_buf_puts(&sink->out, "</label>");
	}
	fw_buf_puts(&sink->out, "</labels>");
}

static void put_status(struct fw_sink *sink, uint32_t status)
{
	if (status & FW_STATUS_ASSURED)
		fw_buf_puts(&sink->out, "<assured/>");
	else if (!(status & FW_STATUS_SEEN_REPLY))
		fw_buf_puts(&sink->out, "<unreplied/>");
}

static void put_flags(struct fw_sink *sink, const struct fw_word *words, uint32_t flags)
{
	for (; words->name; words++)
		if (flags & words->value)
			fw_buf_printf(&sink->out, "<%s/>", words->name);
}

/* Start and stop stand in an element of their own. */
static void frame_timestamp(struct fw_sink *sink, bool is_time)
{
	struct state *state = sink->state;

	if (state->in_timestamp != is_time)
		fw_buf_puts(&sink->out, is_time ? "<timestamp>" : "</timestamp>");
	state->in_timestamp = is_time;
}

static void end_meta(struct fw_sink *sink)
{
	struct state *state = sink->state;

	enter_meta(sink);
	frame_timestamp(sink, false);
	fw_buf_puts(&sink->out, "</meta>");
	state->part = PART_LAYER3;
}

static void field(struct fw_sink *sink, const struct fw_field *row, const void *at)
{
	if (sink->group) {
		tuple_field(sink, row, at);
		return;
	}
	/* The helper of a flow stands behind everything; see end(). */
	if (row == &fw_flow_fields[FW_FIELD_HELPER])
		return;
	enter_meta(sink);
	frame_timestamp(sink, row->type == FW_TYPE_TIME);
	if (row == &status_row)
		put_status(sink, *(const uint32_t *)at);
	else if (row->type == FW_TYPE_FLAGS)
		put_flags(sink, row->words, *(const uint32_t *)at);
	else if (row->type == FW_TYPE_LABELS)
		put_labels(sink, at);
	else if (row == &fw_expect_fields[FW_EXPECT_FIELD_HELPER])
		put_element(sink, &sink->out, "helper-name", row, at);
	else if (row == &fw_flow_fields[FW_FIELD_AGE])
		put_element(sink, &sink->out, "deltatime", row, at);
	else
		put_element(sink, &sink->out, fw_field_text(row), row, at);
}

/* The elements of the flow itself; those of an event follow. */
static void end_flow(struct fw_sink *sink)
{
	const struct fw_field *helper = &fw_flow_fields[FW_FIELD_HELPER];
	struct state *state = sink->state;

	if (state->has_end)
		return;
	state->has_end = true;
	end_meta(sink);
	if (!fw_sink_is_expect(sink) && fw_field_present(helper, sink->record))
		put_element(sink, &sink->out, "helper", helper, fw_field_at(helper, sink->record));
}

/* ---- events ---------------------------------------------------------------------------------- */

/* The type is an attribute of the flow; see begin(). */
static const struct fw_field *const event_head[] = { NULL };

static const struct fw_field *const event_tail[] = {
	&fw_event_fields[FW_FIELD_AT_LEAST],
	&fw_event_fields[FW_FIELD_EVENT_TIME],
	&fw_event_fields[FW_FIELD_CHANGED],
	&fw_event_fields[FW_FIELD_SOURCE],
	&fw_event_fields[FW_FIELD_AFTER],
	&fw_event_fields[FW_FIELD_LIVED],
	&fw_event_fields[FW_FIELD_REASON],
	&fw_event_fields[FW_FIELD_PORTID],
	&fw_event_fields[FW_FIELD_PROGRAM],
	&fw_event_fields[FW_FIELD_PROGRAM_GUESS],
	NULL,
};

/* Local time, as conntrack(8) has it; it has no gaps, and they always say when they were. */
static void put_when(struct fw_sink *sink, uint64_t nanoseconds)
{
	bool is_wanted = sink->flags & FW_OUTPUT_TIMESTAMP || sink->event->kind == FW_EVENT_LOST;
	time_t seconds = (time_t)(nanoseconds / 1000000000);
	struct tm tm;

	if (!is_wanted || !localtime_r(&seconds, &tm))
		return;
	fw_buf_printf(&sink->out,
		      "<when><hour>%d</hour><min>%02d</min><sec>%02d</sec><wday>%d</wday>"
		      "<day>%d</day><month>%d</month><year>%d</year></when>",
		      tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_wday + 1, tm.tm_mday, tm.tm_mon + 1,
		      tm.tm_year + 1900);
}

static void event_field(struct fw_sink *sink, const struct fw_field *row, const void *at)
{
	/* The time of an expectation's event stands inside of its last element. */
	if (row == &fw_event_fields[FW_FIELD_EVENT_TIME] && fw_sink_is_expect(sink)) {
		if (sink->record)
			enter_meta(sink);
		put_when(sink, *(const uint64_t *)at);
		return;
	}
	end_flow(sink);
	if (row == &fw_event_fields[FW_FIELD_EVENT_TIME])
		put_when(sink, *(const uint64_t *)at);
	else
		put_element(sink, &sink->out, row->key, row, at);
}

/* ---- records --------------------------------------------------------------------------------- */

static void begin(struct fw_sink *sink)
{
	struct state *state = sink->state;

	state->part = PART_LAYER3;
	state->layer4.length = 0;
	/* A gap has no flow. */
	state->has_end = !sink->record;
	if (sink->event)
		fw_buf_printf(&sink->out, "<flow type=\"%s\">",
			      fw_word_name(fw_event_words, sink->event->kind));
	else
		fw_buf_puts(&sink->out, "<flow>");
	if (!sink->record)
		return;
	if (fw_sink_is_expect(sink))
		put_layer3(sink);
}

static void end(struct fw_sink *sink)
{
	end_flow(sink);
	fw_buf_puts(&sink->out, "</flow>\n");
}

/* ---- the document ---------------------------------------------------------------------------- */

static int start(struct fw_sink *sink, struct fw_err *err)
{
	(void)err;
	sink->state = fw_calloc(1, sizeof(struct state));
	fw_buf_printf(&sink->out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<%s>\n",
		      fw_sink_is_expect(sink) ? "expect" : "conntrack");
	return 0;
}

static void finish(struct fw_sink *sink)
{
	fw_buf_puts(&sink->out, fw_sink_is_expect(sink) ? "</expect>\n" : "</conntrack>\n");
}

static void release(struct fw_sink *sink)
{
	struct state *state = sink->state;

	if (!state)
		return;
	fw_buf_free(&state->layer4);
	fw_buf_free(&state->value);
	free(state);
}

const struct fw_format fw_format_xml = {
	.name = "xml",
	.help = "the document of conntrack(8)",
	.choose_rows = choose_rows,
	.expect_rows = expect_rows,
	.event_head = event_head,
	.event_tail = event_tail,
	.event_field = event_field,
	.flags = FW_OUTPUT_EXTENDED | FW_OUTPUT_ID | FW_OUTPUT_TIMESTAMP | FW_OUTPUT_KTIMESTAMP |
		 FW_OUTPUT_LABELS,
	.whole_tuples = true,
	.start = start,
	.begin = begin,
	.open = open,
	.field = field,
	.close = close,
	.end = end,
	.finish = finish,
	.release = release,
};
