/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte buffer, and the fast writers of the formats. Writers come in two forms: the
 * fw_buf_* functions check the room themselves; the fw_put_* ones (digits.h) write to memory that
 * the caller has reserved.
 */
#ifndef FWCTL_BASE_BUF_H
#define FWCTL_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* All zero is a valid empty buffer. `data` is not NUL-terminated unless fw_buf_text() was called.
 */
struct fw_buf {
	char *data;
	size_t length;
	size_t capacity;
};

/* Makes room for at least `size` more bytes; the slow path of fw_buf_reserve(). */
void fw_buf_grow(struct fw_buf *buf, size_t size);

/* Makes sure that `size` more bytes fit and returns where they go; buf->length is unchanged. */
static inline char *fw_buf_reserve(struct fw_buf *buf, size_t size)
{
	if (buf->capacity - buf->length < size)
		fw_buf_grow(buf, size);
	return buf->data + buf->length;
}

static inline void fw_buf_put(struct fw_buf *buf, const void *bytes, size_t size)
{
	if (!size)
		return;
	memcpy(fw_buf_reserve(buf, size), bytes, size);
	buf->length += size;
}

static inline void fw_buf_putc(struct fw_buf *buf, char c)
{
	*fw_buf_reserve(buf, 1) = c;
	buf->length++;
}

static inline void fw_buf_puts(struct fw_buf *buf, const char *text)
{
	fw_buf_put(buf, text, strlen(text));
}

void fw_buf_printf(struct fw_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Decimal digits of `value`. */
void fw_buf_u64(struct fw_buf *buf, uint64_t value);

/*
 * The text of `size` bytes that came from the kernel, a file or the network, safe for a terminal:
 * control characters, DEL, C1 controls and invalid UTF-8 become \xNN, a backslash is doubled.
 */
void fw_buf_escaped(struct fw_buf *buf, const char *bytes, size_t size);

/* The same for a text of several lines: line feeds stay. */
void fw_buf_escaped_lines(struct fw_buf *buf, const char *text);

/* Terminates with a NUL that does not count as length, and returns the text, owned by `buf`. */
const char *fw_buf_text(struct fw_buf *buf);

/* Hands the NUL-terminated text over to the caller, who frees it; `buf` is empty afterwards. */
char *fw_buf_take(struct fw_buf *buf);

void fw_buf_free(struct fw_buf *buf);

/*
 * Length in bytes of the valid UTF-8 sequence that starts at `bytes` (at most `size` bytes), or 0
 * when there is none: overlong forms, surrogates and code points above U+10FFFF are invalid
 * (RFC 3629).
 */
size_t fw_utf8_length(const char *bytes, size_t size);

#endif
