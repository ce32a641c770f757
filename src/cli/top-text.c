/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/top-text.h"

#include <string.h>

/* Cuts the line to the width; a character of several bytes is not cut in two. */
static void cut_line(struct fw_buf *out, size_t begin, unsigned int width)
{
	if (out->length - begin <= width)
		return;
	out->length = begin + width;
	while (out->length > begin && (out->data[out->length] & 0xc0) == 0x80)
		out->length--;
}

void fw_top_end_line(struct fw_buf *out, size_t begin, unsigned int width)
{
	cut_line(out, begin, width);
	while (out->length > begin && out->data[out->length - 1] == ' ')
		out->length--;
	fw_buf_putc(out, '\n');
}

void fw_top_mark_cut(struct fw_buf *out, size_t begin, unsigned int width)
{
	if (!width || out->length - begin <= width)
		return;
	cut_line(out, begin, width - 1);
	fw_buf_putc(out, '+');
}

/* How much of the line fits: up to a blank, if one is near. */
static size_t fitting(const char *line, size_t length, unsigned int width)
{
	size_t at;

	if (length <= width)
		return length;
	for (at = width; at > width / 2; at--)
		if (line[at] == ' ')
			return at;
	return width;
}

unsigned int fw_top_put_lines(struct fw_buf *out, const char *text, unsigned int width,
			      unsigned int room)
{
	unsigned int indent = 0, count;
	size_t begin, length, fits;

	for (count = 0; *text && count < room; count++) {
		begin = out->length;
		length = strcspn(text, "\n");
		fits = fitting(text, length, width - indent);
		fw_buf_printf(out, "%*s", (int)indent, "");
		fw_buf_put(out, text, fits);
		fw_top_end_line(out, begin, width);
		indent = fits < length && width > 40 ? 10 : 0;
		text += fits;
		text += fits < length ? strspn(text, " ") : *text == '\n';
	}
	return count;
}
