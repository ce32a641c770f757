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
	FW_EVENT_HAS_AFTER,
	FW_EVENT_HAS_LIVED,
	FW_EVENT_HAS_REASON,
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
	FW_FIELD_AFTER,
	FW_FIELD_LIVED,
	FW_FIELD_REASON,
	FW_EVENT_FIELDS,
};
extern const struct fw_field fw_event_fields[FW_EVENT_FIELDS + 1];

/* "new", "update", …; the first three are also the words of `watch -e`. */
extern const struct fw_word fw_event_words[];
extern const struct fw_word fw_change_words[];

#endif
