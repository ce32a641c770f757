/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/diag.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

/* Bytes of a line that are shown, and how many of them stand before the marked word. */
#define SHOWN_MAX    400
#define SHOWN_BEFORE 60

/* One character at `at`: its bytes, and 1 for bytes that are no character. */
static size_t character(const char *at, size_t left)
{
	size_t step = fw_utf8_length(at, left);

	return step ? step : 1;
}

static void keep_source(struct fw_diag *diag, const char *source, size_t length)
{
	size_t at = 0, column;

	for (column = 1; length > SHOWN_MAX && column + SHOWN_BEFORE < diag->column; column++) {
		at += character(source + at, length - at);
		diag->skipped++;
	}
	length -= at;
	if (length > SHOWN_MAX) {
		/* Not in the middle of a character. */
		for (length = SHOWN_MAX; length && (source[at + length] & 0xc0) == 0x80;)
			length--;
	}
	diag->source = fw_strndup(source + at, length);
}

static bool is_before(const struct fw_diag *a, const struct fw_diag *b)
{
	return !strcmp(a->file, b->file) &&
	       (a->line < b->line || (a->line == b->line && a->column < b->column));
}

/* Some mistakes show only at the end of the file, as the name of a set that is nowhere. */
static struct fw_diag *make_place(struct fw_diags *diags, const struct fw_diag *diag)
{
	size_t at = diags->count;

	fw_array_grow(&diags->items, &diags->capacity, diags->count, sizeof(*diags->items));
	while (at && is_before(diag, &diags->items[at - 1]))
		at--;
	memmove(&diags->items[at + 1], &diags->items[at],
		(diags->count - at) * sizeof(*diags->items));
	diags->count++;
	return &diags->items[at];
}

void fw_diag_add(struct fw_diags *diags, bool note, const char *file, unsigned int line,
		 unsigned int column, unsigned int length, const char *source, size_t source_length,
		 char *text)
{
	struct fw_diag diag = { .note = note, .line = line, .column = column, .length = length };

	if ((note ? diags->notes++ : diags->errors++) >= FW_DIAGS_MAX) {
		free(text);
		return;
	}
	diag.file = fw_strdup(file);
	diag.text = text;
	if (source)
		keep_source(&diag, source, source_length);
	*make_place(diags, &diag) = diag;
}

/* How wide a character is once it went through fw_buf_escaped(). */
static size_t shown_width(const char *at, size_t size)
{
	struct fw_buf escaped = { 0 };
	size_t width = 0, i;

	fw_buf_escaped(&escaped, at, size);
	for (i = 0; i < escaped.length; i += character(escaped.data + i, escaped.length - i))
		width++;
	fw_buf_free(&escaped);
	return width;
}

static void print_marks(struct fw_buf *buf, const struct fw_diag *diag)
{
	const char *text = diag->source;
	size_t length = strlen(text), i = 0, step, width;
	unsigned int begin = diag->column - diag->skipped, column;

	for (column = 1; column < begin + diag->length && i <= length; column++) {
		step = i < length ? character(text + i, length - i) : 1;
		width = i < length && text[i] != '\t' ? shown_width(text + i, step) : 1;
		if (column < begin && i < length && text[i] == '\t')
			fw_buf_putc(buf, '\t');
		else
			while (width--)
				fw_buf_putc(buf, column < begin ? ' ' : '^');
		i += step;
	}
	fw_buf_putc(buf, '\n');
}

/* As fw_buf_escaped(), but a tab stays, so that the carets below stand right. */
static void print_source(struct fw_buf *buf, const char *text)
{
	const char *tab;

	for (; (tab = strchr(text, '\t')); text = tab + 1) {
		fw_buf_escaped(buf, text, (size_t)(tab - text));
		fw_buf_putc(buf, '\t');
	}
	fw_buf_escaped(buf, text, strlen(text));
	fw_buf_putc(buf, '\n');
}

void fw_diag_print(struct fw_buf *buf, const struct fw_diag *diag)
{
	fw_buf_escaped(buf, diag->file, strlen(diag->file));
	if (diag->line)
		fw_buf_printf(buf, ":%u", diag->line);
	if (diag->column)
		fw_buf_printf(buf, ":%u", diag->column);
	fw_buf_puts(buf, diag->note ? ": note: " : ": ");
	fw_buf_escaped(buf, diag->text, strlen(diag->text));
	fw_buf_putc(buf, '\n');
	if (!diag->source)
		return;
	print_source(buf, diag->source);
	if (diag->column)
		print_marks(buf, diag);
}

void fw_diags_print(struct fw_buf *buf, const struct fw_diags *diags)
{
	size_t i;

	for (i = 0; i < diags->count; i++)
		fw_diag_print(buf, &diags->items[i]);
	if (diags->errors > FW_DIAGS_MAX)
		fw_buf_printf(buf, "and %zu more mistakes\n", diags->errors - FW_DIAGS_MAX);
	if (diags->notes > FW_DIAGS_MAX)
		fw_buf_printf(buf, "and %zu more notes\n", diags->notes - FW_DIAGS_MAX);
}

void fw_diags_free(struct fw_diags *diags)
{
	size_t i;

	for (i = 0; i < diags->count; i++) {
		free(diags->items[i].file);
		free(diags->items[i].text);
		free(diags->items[i].source);
	}
	free(diags->items);
	*diags = (struct fw_diags){ 0 };
}
