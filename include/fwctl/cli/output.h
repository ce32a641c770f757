/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The -o option: a format by name, with flags after commas; and how a sink comes of it. */
#ifndef FWCTL_CLI_OUTPUT_H
#define FWCTL_CLI_OUTPUT_H

#include "fwctl/cli/options.h"
#include "fwctl/format/sink.h"

enum fw_colour { FW_COLOUR_AUTO, FW_COLOUR_ALWAYS, FW_COLOUR_NEVER };

/* What -o and its companions fill; a member of the command's values. format NULL: not given. */
struct fw_output {
	const struct fw_format *format;
	unsigned int flags;  /* enum fw_output_flag */
	const char *columns; /* --columns, by fw_set_string */
	uint64_t colour;     /* --color, by fw_set_word with fw_colour_words: enum fw_colour */
};

extern const struct fw_word fw_colour_words[];

/*
 * Setter for `-o FORMAT[,FLAG…]`; a flag alone means text with it, as in conntrack(8). The member
 * at option->offset is a struct fw_output.
 */
fw_option_set fw_set_output;

/* The same for a command that writes no records, and has these two formats only. */
fw_option_set fw_set_text_or_json;

/* The tables that most commands know: "conntrack", "expect"; values of enum fw_ct_table. */
extern const struct fw_word fw_table_words[];

/* What the records of that table are. */
enum fw_record fw_output_record(uint64_t table);

/* Whether stdout gets colours: `colour` is an enum fw_colour; auto obeys NO_COLOR. */
bool fw_output_wants_colour(uint64_t colour);

/* What `output` says, text when it says nothing. */
const struct fw_format *fw_output_format(const struct fw_output *output);

/*
 * The sink to stdout for records of `kind`; the widths and colours of a terminal when that is one
 * and NO_COLOR is not set. `labels` is borrowed. As fw_sink_init().
 */
int fw_output_open(const struct fw_output *output, enum fw_record kind,
		   const struct fw_word *labels, struct fw_sink *sink, struct fw_err *err);

/*
 * How it ended for stdout: 0, also when the reader closed the pipe, which is no fault of anybody;
 * -1 with `err` set when writing failed.
 */
int fw_output_check(const struct fw_sink *sink, struct fw_err *err);

/*
 * The same of a command that changes something: `done` says what has been done all the same, "the
 * flows were deleted". `status` is how that went, and is returned if it went wrong.
 */
int fw_output_finish(struct fw_sink *sink, int status, const char *done, struct fw_err *err);

/* Whether records are shown: a format that is asked for is, whatever else is not. */
static inline bool fw_output_is_shown(const struct fw_output *output, bool quiet)
{
	return !quiet || output->format;
}

#endif
