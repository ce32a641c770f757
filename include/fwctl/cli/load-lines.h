/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a line of a file wants of the connection table: options as `list -o save` and conntrack(8)
 * write them, or an object as `list -o json` does.
 */
#ifndef FWCTL_CLI_LOAD_LINES_H
#define FWCTL_CLI_LOAD_LINES_H

#include <stddef.h>

#include "fwctl/base/err.h"
#include "fwctl/base/words.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/write.h"

struct fw_line_reader;

/* `labels` has the names that labels may have (fw_labels_read()); it is borrowed. */
struct fw_line_reader *fw_line_reader_new(const struct fw_word *labels);
void fw_line_reader_free(struct fw_line_reader *reader);

/* What is to be done. */
struct fw_line {
	const struct fw_write *write; /* complete, when there is no filter */
	/* -U and -D that do not name one flow: of all that match, what write->verb says. */
	const struct fw_filter *filter;
	const char *state; /* what to set by that, as in struct fw_changing */
};

/*
 * Reads one line of `length` bytes, which is changed on the way and has room for a NUL behind it.
 * `*read` is good until the next line. 1; 0 when the line is empty or a comment (#); -1 with `err`
 * set when it is neither.
 */
int fw_line_read(struct fw_line_reader *reader, char *line, size_t length, struct fw_line *read,
		 struct fw_err *err);

#endif
