/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Something that happened: to a flow, which stands beside it, or to the stream of events itself. */
#ifndef FWCTL_MODEL_EVENT_H
#define FWCTL_MODEL_EVENT_H

#include <stdint.h>

#include "fwctl/model/field.h"

enum fw_event_kind {
	FW_EVENT_NEW,
	FW_EVENT_UPDATE,
	FW_EVENT_DESTROY,
	FW_EVENT_LOST,
	/* Phases of a flow's life (model/lifecycle.h), which begins with new: */
	FW_EVENT_REPLIED,
	FW_EVENT_ASSURED,
	FW_EVENT_CLOSING,
	FW_EVENT_GONE,
	/* Of no flow: */
	FW_EVENT_DENIED, /* a packet was blocked */
	FW_EVENT_POLICY, /* the ruleset was changed */
};

/* What an update changed. */
enum fw_change {
	FW_CHANGE_REPLY = 1 << 0,
	FW_CHANGE_ASSURED = 1 << 1,
	FW_CHANGE_STATUS = 1 << 2, /* another bit of it */
	FW_CHANGE_STATE = 1 << 3,
	FW_CHANGE_MARK = 1 << 4,
	FW_CHANGE_LABELS = 1 << 5,
};

/* Whose tables a change of the ruleset was made in. */
enum fw_touched { FW_TOUCHED_OWN = 1 << 0, FW_TOUCHED_OTHER = 1 << 1 };

enum fw_event_source {
	FW_SOURCE_KERNEL,
	FW_SOURCE_RESYNC, /* found by reading the table anew after a gap */
};

/* Bits of fw_event.present. */
enum fw_event_bit {
	FW_EVENT_HAS_BASICS, /* kind and time: always there */
	FW_EVENT_HAS_CHANGED,
	FW_EVENT_HAS_AT_LEAST,
	FW_EVENT_HAS_SOURCE,
	FW_EVENT_HAS_PORTID,
	FW_EVENT_HAS_PROGRAM,
	FW_EVENT_HAS_PROGRAM_GUESS, /* what is in `program` may be another one */
	FW_EVENT_HAS_AFTER,
	FW_EVENT_HAS_LIVED,
	FW_EVENT_HAS_REASON,
	FW_EVENT_HAS_LINE,
	FW_EVENT_HAS_RULE,
	FW_EVENT_HAS_IN,
	FW_EVENT_HAS_OUT,
	FW_EVENT_HAS_LENGTH,
	FW_EVENT_HAS_GENERATION,
	FW_EVENT_HAS_PID,
	FW_EVENT_HAS_TOUCHED,
};

struct fw_event {
	uint64_t present;  /* 1 << enum fw_event_bit */
	uint8_t kind;      /* enum fw_event_kind */
	uint8_t source;    /* enum fw_event_source */
	uint32_t changed;  /* enum fw_change bits */
	uint32_t portid;   /* netlink port of the program that did it */
	uint64_t time;     /* nanoseconds since 1970 */
	uint64_t at_least; /* events lost */
	uint64_t after;    /* nanoseconds that the phase before lasted */
	uint64_t lived;    /* nanoseconds from the beginning to the end */
	struct fw_bytes program, reason;
	/* Of a blocked packet: */
	uint32_t line;   /* of the policy */
	uint32_t length; /* bytes, from layer 3 on */
	struct fw_bytes rule, in, out;
	/* Of a change of the ruleset: */
	uint32_t generation, pid, touched; /* touched: enum fw_touched bits */
};

/* Rows of an event, for the formats to pick from by address. */
enum fw_event_field {
	FW_FIELD_EVENT,
	FW_FIELD_EVENT_TIME,
	FW_FIELD_AT_LEAST,
	FW_FIELD_CHANGED,
	FW_FIELD_SOURCE,
	FW_FIELD_PORTID,
	FW_FIELD_PROGRAM,
	FW_FIELD_PROGRAM_GUESS,
	FW_FIELD_AFTER,
	FW_FIELD_LIVED,
	FW_FIELD_REASON,
	FW_FIELD_LINE,
	FW_FIELD_RULE,
	FW_FIELD_IN,
	FW_FIELD_OUT,
	FW_FIELD_LENGTH,
	FW_FIELD_GENERATION,
	FW_FIELD_PID,
	FW_FIELD_TOUCHED,
	FW_EVENT_FIELDS,
};
extern const struct fw_field fw_event_fields[FW_EVENT_FIELDS + 1];

/* "new", "update", …; the first three are also the words of `watch -e`. */
extern const struct fw_word fw_event_words[];
extern const struct fw_word fw_change_words[];

#endif
