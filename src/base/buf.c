/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fwctl/base/digits.h"
#include "fwctl/base/mem.h"

void fw_buf_grow(struct fw_buf *buf, size_t size)
{
	size_t capacity = buf->capacity ? buf->capacity : 256;

	while (capacity - buf->length < size)
		capacity *= 2;
	buf->data = fw_realloc_array(buf->data, capacity, 1);
	buf->capacity = capacity;
}

void fw_buf_printf(struct fw_buf *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return;
	fw_buf_reserve(buf, (size_t)length + 1);
	va_start(args, format);
	vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
	va_end(args);
	buf->length += (size_t)length;
}

void fw_buf_u64(struct fw_buf *buf, uint64_t value)
{
	char *at = fw_buf_reserve(buf, FW_U64_MAX_DIGITS);

	buf->length += (size_t)(fw_put_u64(at, value) - at);
}

size_t fw_utf8_length(const char *bytes, size_t size)
{
	const unsigned char *b = (const unsigned char *)bytes;
	size_t length, i;

	if (!size)
		return 0;
	if (b[0] < 0x80)
		return 1;
	if (b[0] >= 0xc2 && b[0] <= 0xdf)
		length = 2;
	else if ((b[0] & 0xf0) == 0xe0)
		length = 3;
	else if (b[0] >= 0xf0 && b[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (size < length)
		return 0;
	for (i = 1; i < length; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
	    (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f))
		return 0;
	return length;
}

void fw_buf_escaped(struct fw_buf *buf, const char *bytes, size_t size)
{
	size_t i = 0, length;

	while (i < size) {
		unsigned char c = (unsigned char)bytes[i];

		length = fw_utf8_length(bytes + i, size - i);
		/* U+0080 to U+009F are C1 control characters, which some terminals obey. */
		if (!length || c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0)) {
			length = length ? length : 1;
			for (; length; length--, i++)
				fw_buf_printf(buf, "\\x%02x", (unsigned char)bytes[i]);
			continue;
		}
		if (c == '\\')
			fw_buf_putc(buf, '\\');
		fw_buf_put(buf, bytes + i, length);
		i += length;
	}
}

void fw_buf_escaped_lines(struct fw_buf *buf, const char *text)
{
	size_t line;

	for (;; text += line + 1) {
		line = strcspn(text, "\n");
		fw_buf_escaped(buf, text, line);
		if (!text[line])
			return;
		fw_buf_putc(buf, '\n');
	}
}

const char *fw_buf_text(struct fw_buf *buf)
{
	*fw_buf_reserve(buf, 1) = '\0';
	return buf->data;
}

char *fw_buf_take(struct fw_buf *buf)
{
	char *text;

	fw_buf_text(buf);
	text = buf->data;
	memset(buf, 0, sizeof(*buf));
	return text;
}

void fw_buf_free(struct fw_buf *buf)
{
	if (!buf)
		return;
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}
