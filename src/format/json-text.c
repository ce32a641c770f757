/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/format/json-text.h"

static void put_escape(struct fw_buf *buf, unsigned char c)
{
	switch (c) {
	case '"': fw_buf_puts(buf, "\\\""); break;
	case '\\': fw_buf_puts(buf, "\\\\"); break;
	case '\n': fw_buf_puts(buf, "\\n"); break;
	case '\t': fw_buf_puts(buf, "\\t"); break;
	case '\r': fw_buf_puts(buf, "\\r"); break;
	default: fw_buf_printf(buf, "\\u%04x", c);
	}
}

void fw_json_string(struct fw_buf *buf, const char *bytes, size_t length)
{
	size_t i = 0, sequence;
	unsigned char c;

	fw_buf_putc(buf, '"');
	while (i < length) {
		c = (unsigned char)bytes[i];
		sequence = fw_utf8_length(bytes + i, length - i);
		if (!sequence) {
			fw_buf_puts(buf, "\\ufffd");
			i++;
		} else if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
			put_escape(buf, c);
			i++;
		} else if (c == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0) {
			/* C1 control characters: legal in JSON, but some terminals obey them. */
			put_escape(buf, (unsigned char)bytes[i + 1]);
			i += 2;
		} else {
			fw_buf_put(buf, bytes + i, sequence);
			i += sequence;
		}
	}
	fw_buf_putc(buf, '"');
}
