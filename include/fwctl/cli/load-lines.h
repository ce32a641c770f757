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
#include "fwctl/model/write.h"

struct fw_line_reader;

/* `labels` has the names that labels may have (fw_labels_read()); it is borrowed. */
struct fw_line_reader *fw_line_reader_new(const struct fw_word *labels);
void fw_line_reader_free(struct fw_line_reader *reader);

/*
 * Reads one line of `length` bytes, which is changed on the way and has room for a NUL behind it.
 * What `*write` is set to is complete and good until the next line. 1; 0 when the line is empty or
 * a comment (#); -1 with `err` set when it is neither.
 */
int fw_line_read(struct fw_line_reader *reader, char *line, size_t length,
		 const struct fw_write **write, struct fw_err *err);

#endif
