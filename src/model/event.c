/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/event.h"

#include <stddef.h>

#include "fwctl/model/ruleset.h"

const struct fw_word fw_event_words[] = {
	{ "new", FW_EVENT_NEW },
	{ "update", FW_EVENT_UPDATE },
	{ "destroy", FW_EVENT_DESTROY },
	{ "lost", FW_EVENT_LOST },
	{ "replied", FW_EVENT_REPLIED },
	{ "assured", FW_EVENT_ASSURED },
	{ "closing", FW_EVENT_CLOSING },
	{ "gone", FW_EVENT_GONE },
	{ "denied", FW_EVENT_DENIED },
	{ "policy", FW_EVENT_POLICY },
	{ 0 },
};

const struct fw_word fw_change_words[] = {
	{ "seen-reply", FW_CHANGE_REPLY },
	{ "assured", FW_CHANGE_ASSURED },
	{ "status", FW_CHANGE_STATUS },
	{ "state", FW_CHANGE_STATE },
	{ "mark", FW_CHANGE_MARK },
	{ "labels", FW_CHANGE_LABELS },
	{ 0 },
};

static const struct fw_word touched_words[] = {
	{ FW_NFT_TABLE, FW_TOUCHED_OWN },
	{ "other", FW_TOUCHED_OTHER },
	{ 0 },
};

static const struct fw_word source_words[] = {
	{ "kernel", FW_SOURCE_KERNEL },
	{ "resync", FW_SOURCE_RESYNC },
	{ 0 },
};

/* clang-format off */
#define AT(member) .offset = offsetof(struct fw_event, member)

const struct fw_field fw_event_fields[FW_EVENT_FIELDS + 1] = {
	[FW_FIELD_EVENT] = { .key = "event", .type = FW_TYPE_WORD, AT(kind),
		.bit = FW_EVENT_HAS_BASICS, .words = fw_event_words },
	[FW_FIELD_EVENT_TIME] = { .key = "time", .type = FW_TYPE_TIME, AT(time),
		.bit = FW_EVENT_HAS_BASICS },
	[FW_FIELD_AT_LEAST] = { .key = "at_least", .type = FW_TYPE_U64, AT(at_least),
		.bit = FW_EVENT_HAS_AT_LEAST },
	[FW_FIELD_CHANGED] = { .key = "changed", .type = FW_TYPE_FLAGS, AT(changed),
		.bit = FW_EVENT_HAS_CHANGED, .words = fw_change_words },
	[FW_FIELD_SOURCE] = { .key = "source", .type = FW_TYPE_WORD, AT(source),
		.bit = FW_EVENT_HAS_SOURCE, .words = source_words },
	[FW_FIELD_PORTID] = { .key = "portid", .type = FW_TYPE_U32, AT(portid),
		.bit = FW_EVENT_HAS_PORTID },
	[FW_FIELD_PROGRAM] = { .key = "program", .text = "progname", .type = FW_TYPE_STRING, AT(program),
		.bit = FW_EVENT_HAS_PROGRAM },
	[FW_FIELD_PROGRAM_GUESS] = { .key = "program_guess", .text = "maybe", .type = FW_TYPE_STRING,
		AT(program), .bit = FW_EVENT_HAS_PROGRAM_GUESS },
	[FW_FIELD_AFTER] = { .key = "after", .type = FW_TYPE_DURATION, AT(after),
		.bit = FW_EVENT_HAS_AFTER },
	[FW_FIELD_LIVED] = { .key = "lived", .type = FW_TYPE_DURATION, AT(lived),
		.bit = FW_EVENT_HAS_LIVED },
	[FW_FIELD_REASON] = { .key = "reason", .type = FW_TYPE_STRING, AT(reason),
		.bit = FW_EVENT_HAS_REASON },
	[FW_FIELD_LINE] = { .key = "line", .type = FW_TYPE_U32, AT(line), .bit = FW_EVENT_HAS_LINE },
	[FW_FIELD_RULE] = { .key = "rule", .type = FW_TYPE_STRING, AT(rule),
		.bit = FW_EVENT_HAS_RULE },
	[FW_FIELD_IN] = { .key = "in", .type = FW_TYPE_STRING, AT(in), .bit = FW_EVENT_HAS_IN },
	[FW_FIELD_OUT] = { .key = "out", .type = FW_TYPE_STRING, AT(out), .bit = FW_EVENT_HAS_OUT },
	[FW_FIELD_LENGTH] = { .key = "length", .type = FW_TYPE_U32, AT(length),
		.bit = FW_EVENT_HAS_LENGTH },
	[FW_FIELD_GENERATION] = { .key = "generation", .type = FW_TYPE_U32, AT(generation),
		.bit = FW_EVENT_HAS_GENERATION },
	[FW_FIELD_PID] = { .key = "pid", .type = FW_TYPE_U32, AT(pid), .bit = FW_EVENT_HAS_PID },
	[FW_FIELD_TOUCHED] = { .key = "touched", .type = FW_TYPE_FLAGS, AT(touched),
		.bit = FW_EVENT_HAS_TOUCHED, .words = touched_words },
};
#undef AT
/* clang-format on */
