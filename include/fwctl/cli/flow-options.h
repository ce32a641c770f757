/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of list as values of one flow instead of conditions: what create takes, and what a
 * line of `list -o save` is made of.
 */
#ifndef FWCTL_CLI_FLOW_OPTIONS_H
#define FWCTL_CLI_FLOW_OPTIONS_H

#include <stdbool.h>

#include "fwctl/base/err.h"
#include "fwctl/cli/options.h"
#include "fwctl/model/write.h"

/*
 * The `values` of these options, or the beginning of them. All zero at first; for many flows in a
 * row `labels` saves reading the file of their names for each.
 */
struct fw_flow_reader {
	struct fw_write write;        /* its strings point into the words that were read */
	const struct fw_word *labels; /* by fw_labels_read(), or NULL */
	const char *state;            /* what state it is depends on the protocol */
	bool has_label;               /* by -l, which is a condition where flows are chosen */
	bool saved;                   /* status bits that the kernel alone sets are passed over */
};

/* All addresses of a flow are of one family: -1 with `err` (misuse) when it has another one. */
int fw_flow_take_family(struct fw_flow *flow, uint8_t family, struct fw_err *err);

/* All rows, those of -A, -I, -U, -D and -F not among them. The caller frees the array. */
struct fw_option *fw_flow_options(void);

/* -A, -I, -U, -D and -F: what a line of a file wants. Ends with a row without names. */
extern const struct fw_option fw_verb_options[];

/* After the last option: the state by its name, then fw_write_complete(). */
int fw_flow_reader_finish(struct fw_flow_reader *reader, struct fw_err *err);

/* The parts that update has, too. The `values` are a struct fw_flow_reader. */
fw_option_set fw_flow_set_timeout;
fw_option_set fw_flow_set_status;
fw_option_set fw_flow_set_state;
fw_option_set fw_flow_set_mark;
fw_option_set fw_flow_set_label; /* option->min: 1 to set it, 0 to clear it, of no name all */

/* The bit of a label by its name in `labels` (NULL: those of connlabel.conf) or its number. -1 with
 * `err` (misuse). */
int fw_label_parse(const struct fw_word *labels, const char *text, size_t length, unsigned int *bit,
		   struct fw_err *err);

/* Stores a number into the field of that row, if it is one and in its range. */
int fw_field_store_number(const struct fw_field *field, uint64_t number, void *record);

#endif
