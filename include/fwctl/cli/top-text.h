/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that fit on the screen of `fwctl top`. Widths are in bytes. */
#ifndef FWCTL_CLI_TOP_TEXT_H
#define FWCTL_CLI_TOP_TEXT_H

#include "fwctl/base/buf.h"

/* Ends the line that begins there, cut to the width and without blanks at its end. */
void fw_top_end_line(struct fw_buf *out, size_t begin, unsigned int width);

/* A '+' at the end of a line that will be cut. */
void fw_top_mark_cut(struct fw_buf *out, size_t begin, unsigned int width);

/*
 * A text of several lines, in at most `room` of them; what is too wide goes on in the next one, as
 * far in as the values of the details are. Returns how many lines there are.
 */
unsigned int fw_top_put_lines(struct fw_buf *out, const char *text, unsigned int width,
			      unsigned int room);

#endif
