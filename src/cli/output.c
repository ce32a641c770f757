/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-request.h"

const struct fw_word fw_colour_words[] = {
	{ "auto", FW_COLOUR_AUTO },
	{ "always", FW_COLOUR_ALWAYS },
	{ "never", FW_COLOUR_NEVER },
	{ 0 },
};

static const struct fw_word flag_words[] = {
	{ "extended", FW_OUTPUT_EXTENDED },
	{ "id", FW_OUTPUT_ID },
	{ "timestamp", FW_OUTPUT_TIMESTAMP },
	{ "ktimestamp", FW_OUTPUT_KTIMESTAMP },
	{ "labels", FW_OUTPUT_LABELS },
	{ "changes", FW_OUTPUT_CHANGES },
	{ "line", FW_OUTPUT_LINE },
	{ "windows", FW_OUTPUT_WINDOWS },
	{ "userspace", 0 }, /* conntrack's, which adds nothing */
	{ 0 },
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
	struct fw_guess guess = { .wrong = word, .length = length };
	struct fw_buf accepted = { 0 };

	for (format = fw_formats; *format; format++) {
		fw_guess_try(&guess, (*format)->name);
		fw_buf_printf(&accepted, "%s, ", (*format)->name);
	}
	fw_guess_try_all(&guess, flag_words);
	fw_buf_puts(&accepted, "and after a comma: ");
	fw_words_print(&accepted, flag_words);
	fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is not a format or a flag of one", (int)length,
		   word);
	fw_guess_hint(&guess, fw_buf_text(&accepted), err);
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

int fw_set_text_or_json(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is none of: text, json", value);
	return fw_set_output(values, option, value, err);
}

/* ---- tables ---------------------------------------------------------------------------------- */

const struct fw_word fw_table_words[] = {
	{ "conntrack", FW_TABLE_CONNTRACK },
	{ "expect", FW_TABLE_EXPECT },
	{ 0 },
};

enum fw_record fw_output_record(uint64_t table)
{
	return table == FW_TABLE_EXPECT ? FW_RECORD_EXPECT : FW_RECORD_FLOW;
}

/* ---- the sink -------------------------------------------------------------------------------- */

const struct fw_format *fw_output_format(const struct fw_output *output)
{
	return output->format ? output->format : &fw_format_text;
}

/* Columns of the terminal at stdout, 0 when it is none. */
static unsigned int terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

/* https://no-color.org: set and not empty means no, unless asked for by option. */
bool fw_output_wants_colour(uint64_t colour)
{
	const char *no = getenv("NO_COLOR");

	if (colour == FW_COLOUR_AUTO)
		return isatty(STDOUT_FILENO) && !(no && *no);
	return colour == FW_COLOUR_ALWAYS;
}

int fw_output_open(const struct fw_output *output, enum fw_record kind,
		   const struct fw_word *labels, struct fw_sink *sink, struct fw_err *err)
{
	const struct fw_sink_setup setup = {
		.format = fw_output_format(output),
		.kind = kind,
		.flags = output->flags,
		.fd = STDOUT_FILENO,
		.labels = labels,
		.protos = fw_protos,
		.columns = output->columns,
		.colour = fw_output_wants_colour(output->colour),
		.width = terminal_width(),
	};

	return fw_sink_init(sink, &setup, err);
}

int fw_output_check(const struct fw_sink *sink, struct fw_err *err)
{
	if (!sink->write_error || sink->write_error == EPIPE)
		return 0;
	return fw_err_sys(err, sink->write_error, "writing the output");
}

int fw_output_finish(struct fw_sink *sink, int status, const char *done, struct fw_err *err)
{
	fw_sink_finish(sink);
	if (status || !sink->write_error || sink->write_error == EPIPE)
		return status;
	return fw_err_sys(err, sink->write_error, "%s, but not all of the output could be written",
			  done);
}
