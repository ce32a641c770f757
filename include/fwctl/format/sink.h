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
#include "fwctl/model/flow.h"

struct fw_sink;

enum fw_record {
	FW_RECORD_FLOW,
	FW_RECORD_EXPECT,
};

struct fw_format {
	const char *name;
	const char *help; /* one line */
	/* The rows of a flow that are shown without flags, in this format's order; ends with NULL.
	 */
	const struct fw_field *const *flow_rows;
	/* The same when `-o NAME,FLAG…` asks for more; NULL: as above. Fills sink->rows. */
	void (*choose_rows)(struct fw_sink *sink);
	unsigned int flags; /* enum fw_output_flag bits that it understands */
	/* Shows all tuple fields of a protocol, as 0 those that the kernel does not send (ports of
	 * dccp where it has no tracker for it). */
	bool whole_tuples;
	void (*start)(struct fw_sink *sink); /* before the first record; any function may be NULL */
	void (*begin)(struct fw_sink *sink, enum fw_record kind);
	void (*open)(struct fw_sink *sink, const struct fw_field *group);
	void (*field)(struct fw_sink *sink, const struct fw_field *row, const void *at);
	void (*close)(struct fw_sink *sink, const struct fw_field *group);
	void (*end)(struct fw_sink *sink);
	void (*finish)(struct fw_sink *sink); /* after the last record */
};

/* What may follow the format's name after a comma. */
enum fw_output_flag {
	FW_OUTPUT_EXTENDED = 1 << 0,
	FW_OUTPUT_ID = 1 << 1,
	FW_OUTPUT_TIMESTAMP = 1 << 2,
	FW_OUTPUT_KTIMESTAMP = 1 << 3,
	FW_OUTPUT_LABELS = 1 << 4,
	FW_OUTPUT_NETNS = 1 << 5, /* not a word of -o: set by --all-netns */
};

#define FW_SINK_MAX_ROWS 40

struct fw_sink {
	const struct fw_format *format;
	unsigned int flags;
	int fd;
	const struct fw_field *rows[FW_SINK_MAX_ROWS]; /* ends with NULL */
	const struct fw_word *labels;                  /* names of label bits; borrowed */
	struct fw_buf out;                             /* what is not written yet */
	int write_error;  /* errno of the first failed write; then nothing is written */
	uint64_t records; /* complete records so far */
	/* Of the record that is being written: */
	const struct fw_proto *proto;
	uint8_t family;
	const struct fw_field *group; /* the tuple whose fields come now, or NULL */
	/* For the format: */
	bool first; /* nothing in this group yet */
	void *state;
};

/* All formats, by name; ends with NULL. */
extern const struct fw_format *const fw_formats[];

/* `labels` (a table that ends with a NULL name) is borrowed and may be NULL. */
void fw_sink_init(struct fw_sink *sink, const struct fw_format *format, unsigned int flags, int fd,
		  const struct fw_word *labels);

/* Adds a row at the end of sink->rows. */
void fw_sink_add_row(struct fw_sink *sink, const struct fw_field *row);

/*
 * Writes one flow. Text gathers in sink->out and goes to the file in large writes. Returns 0, or
 * -1 once writing has failed (sink->write_error says why).
 */
int fw_sink_flow(struct fw_sink *sink, const struct fw_flow *flow);

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
