/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/output.h"

#include <string.h>

#include "fwctl/format/formats.h"

static const struct fw_word flag_words[] = {
	{ "extended", FW_OUTPUT_EXTENDED },   { "id", FW_OUTPUT_ID },
	{ "timestamp", FW_OUTPUT_TIMESTAMP }, { "ktimestamp", FW_OUTPUT_KTIMESTAMP },
	{ "labels", FW_OUTPUT_LABELS },       { 0 },
};

static const struct fw_format *find_format(const char *name, size_t length)
{
	const struct fw_format *const *format;

	for (format = fw_formats; *format; format++)
		if (strlen((*format)->name) == length && !strncmp((*format)->name, name, length))
			return *format;
	return NULL;
}

static int unknown_word(const char *word, size_t length, struct fw_err *err)
{
	const struct fw_format *const *format;
	struct fw_buf accepted = { 0 };

	for (format = fw_formats; *format; format++)
		fw_buf_printf(&accepted, "%s, ", (*format)->name);
	fw_buf_puts(&accepted, "and after a comma: ");
	fw_words_print(&accepted, flag_words);
	fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is not a format or a flag of one", (int)length,
		   word);
	fw_err_hint(err, "accepted: %s", fw_buf_text(&accepted));
	fw_buf_free(&accepted);
	return -1;
}

static int take_word(struct fw_output *output, const char *word, size_t length, struct fw_err *err)
{
	const struct fw_format *format = find_format(word, length);
	const struct fw_word *flag = fw_word_find(flag_words, word, length);

	if (flag) {
		output->flags |= (unsigned int)flag->value;
		return 0;
	}
	if (!format)
		return unknown_word(word, length, err);
	if (output->format && output->format != format)
		return fw_err_set(err, FW_ERR_MISUSE, "%s and %s are two formats, one is possible",
				  output->format->name, format->name);
	output->format = format;
	return 0;
}

int fw_set_output(void *values, const struct fw_option *option, const char *value,
		  struct fw_err *err)
{
	struct fw_output *output = (void *)((char *)values + option->offset);
	size_t length;

	for (;; value += length + 1) {
		length = strcspn(value, ",");
		if (take_word(output, value, length, err) < 0)
			return -1;
		if (!value[length])
			break;
	}
	if (!output->format)
		output->format = &fw_format_text;
	if (output->flags & ~output->format->flags)
		return fw_err_set(err, FW_ERR_MISUSE, "format %s does not take such a flag",
				  output->format->name);
	return 0;
}
