/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sinks: where records go. A format is a const struct of functions that are told the parts of a
 * record one after the other; it knows no protocol. Which fields a format shows, and in which
 * order, is a list of rows that the sink holds, so nothing is done for a field that is not shown.
 */
#ifndef FWCTL_FORMAT_SINK_H
#define FWCTL_FORMAT_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/err.h"
#include "fwctl/model/event.h"
#include "fwctl/model/expect.h"
#include "fwctl/model/flow.h"

struct fw_sink;

enum fw_record {
	FW_RECORD_FLOW,
	FW_RECORD_EXPECT,
	FW_RECORD_EVENT,        /* of flows */
	FW_RECORD_EXPECT_EVENT, /* of expectations */
	FW_RECORD_NOTICE,       /* blocked packets, changes of the ruleset; also events of flows */
};

struct fw_format {
	const char *name;
	const char *help; /* one line */
	/* The rows that are shown, in this format's order; each ends with NULL. Without one of the
	 * two, the format cannot show that kind of record. */
	const struct fw_field *const *flow_rows, *const *expect_rows;
	/* For flows, when it hangs on `-o NAME,FLAG…` what is shown: fills sink->rows. NULL: as
	 * flow_rows says. */
	void (*choose_rows)(struct fw_sink *sink);
	/* Rows of an event before and behind those of its flow; NULL: it cannot show events. */
	const struct fw_field *const *event_head, *const *event_tail;
	/* Rows of a flow that stand before the addresses of a blocked packet; NULL: it cannot show
	 * blocked packets and changes of the ruleset. */
	const struct fw_field *const *packet_rows;
	/* Shows a row of events; NULL: field() can. */
	void (*event_field)(struct fw_sink *sink, const struct fw_field *row, const void *at);
	unsigned int flags; /* enum fw_output_flag bits that it understands */
	bool columns;       /* that can be chosen */
	/* Shows all tuple fields of a protocol, as 0 those that the kernel does not send (ports of
	 * dccp where it has no tracker for it). */
	bool whole_tuples;
	bool proto_info;   /* shows what only the flow's protocol has, behind its rows */
	bool master_proto; /* says of which protocol a master is */
	/* Before the first record: -1 with `err` set when what was asked for is not possible. This
	 * and the last three may be NULL. */
	int (*start)(struct fw_sink *sink, struct fw_err *err);
	void (*begin)(struct fw_sink *sink);
	void (*open)(struct fw_sink *sink, const struct fw_field *group);
	void (*field)(struct fw_sink *sink, const struct fw_field *row, const void *at);
	void (*close)(struct fw_sink *sink, const struct fw_field *group);
	void (*end)(struct fw_sink *sink);
	void (*finish)(struct fw_sink *sink);  /* after the last record */
	void (*release)(struct fw_sink *sink); /* what `start` made */
};

/* What may follow the format's name after a comma. */
enum fw_output_flag {
	FW_OUTPUT_EXTENDED = 1 << 0,
	FW_OUTPUT_ID = 1 << 1,
	FW_OUTPUT_TIMESTAMP = 1 << 2,
	FW_OUTPUT_KTIMESTAMP = 1 << 3,
	FW_OUTPUT_LABELS = 1 << 4,
	FW_OUTPUT_NETNS = 1 << 5, /* not a word of -o: set by --all-netns */
	FW_OUTPUT_CHANGES = 1 << 6,
	FW_OUTPUT_LINE = 1 << 7,
	FW_OUTPUT_WINDOWS = 1 << 8, /* fields that have no key */
};

#define FW_SINK_MAX_ROWS 40

/* What a sink is made from; all of it is borrowed for the sink's life. */
struct fw_sink_setup {
	const struct fw_format *format;
	enum fw_record kind;
	unsigned int flags; /* enum fw_output_flag */
	int fd;
	const struct fw_word *labels;         /* names of label bits, or NULL */
	const struct fw_proto *const *protos; /* whose fields columns are made of */
	const char *columns; /* "proto,orig.src": for formats with columns, or NULL */
	bool colour;
	unsigned int width; /* of the terminal; 0: there is none */
};

struct fw_sink {
	struct fw_sink_setup setup;
	const struct fw_format *format;
	unsigned int flags;
	const struct fw_field *rows[FW_SINK_MAX_ROWS]; /* ends with NULL */
	struct fw_buf out;                             /* what is not written yet */
	uint64_t written;                              /* bytes that are */
	int write_error;  /* errno of the first failed write; then nothing is written */
	uint64_t records; /* complete records so far */
	/* Of the record that is being written: */
	const void *record;           /* struct fw_flow or fw_expect, as setup.kind says; or NULL */
	const struct fw_event *event; /* NULL: the record is none */
	const struct fw_proto *proto;
	uint8_t family;
	const struct fw_field *group; /* the tuple whose fields come now, or NULL */
	/* For the format: */
	bool first; /* nothing in this group yet */
	void *state;
};

/* Whether the records are expectations or events of them. */
static inline bool fw_sink_is_expect(const struct fw_sink *sink)
{
	return sink->setup.kind == FW_RECORD_EXPECT || sink->setup.kind == FW_RECORD_EXPECT_EVENT;
}

static inline bool fw_sink_is_event(const struct fw_sink *sink)
{
	return sink->setup.kind == FW_RECORD_EVENT || sink->setup.kind == FW_RECORD_EXPECT_EVENT ||
	       sink->setup.kind == FW_RECORD_NOTICE;
}

/* All formats, by name; ends with NULL. */
extern const struct fw_format *const fw_formats[];

/*
 * -1 with `err` set (misuse) when the format cannot show such records or has no such column.
 * Release with fw_sink_free() in either case.
 */
int fw_sink_init(struct fw_sink *sink, const struct fw_sink_setup *setup, struct fw_err *err);

/*
 * Begins anew, as if nothing had been put in. False, and nothing is done, when something has been
 * written already.
 */
bool fw_sink_restart(struct fw_sink *sink);

/* Adds a row at the end of sink->rows. */
void fw_sink_add_row(struct fw_sink *sink, const struct fw_field *row);

/*
 * Writes one record of the kind that the sink is for. Text gathers in sink->out and goes to the
 * file in large writes. Returns 0, or -1 once writing has failed (sink->write_error says why).
 */
int fw_sink_flow(struct fw_sink *sink, const struct fw_flow *flow);
int fw_sink_expect(struct fw_sink *sink, const struct fw_expect *expect);

/*
 * Writes one event, to a sink for them; `flow` or `expect` is what it happened to, `flow` may be
 * NULL. Same return.
 */
int fw_sink_event(struct fw_sink *sink, const struct fw_event *event, const struct fw_flow *flow);
int fw_sink_expect_event(struct fw_sink *sink, const struct fw_event *event,
			 const struct fw_expect *expect);

/* The same for a blocked packet: `flow` has what its headers say. */
int fw_sink_packet(struct fw_sink *sink, const struct fw_event *event, const struct fw_flow *flow);

/* Writes out what has gathered. Same return. */
int fw_sink_flush(struct fw_sink *sink);

/* The end of the output (closing marks), then a flush. Same return. */
int fw_sink_finish(struct fw_sink *sink);

void fw_sink_free(struct fw_sink *sink);

/*
 * The text of a label bit: its name, else its number in decimal. `text` is used for the latter and
 * must have 4 bytes.
 */
const char *fw_sink_label(const struct fw_sink *sink, unsigned int bit, char text[4]);

#endif
