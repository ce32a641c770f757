/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/load-lines.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/cli/flow-options.h"
#include "fwctl/cli/load-json.h"

/* A line of `list -o save` has at most 50. */
#define WORDS 100

struct fw_line_reader {
	struct fw_flow_reader values;
	const struct fw_word *labels;
	struct fw_option *options;
	struct fw_option_group groups[3];
	struct fw_option_index *index;
	json_t *root; /* what the strings of the write are in */
};

struct fw_line_reader *fw_line_reader_new(const struct fw_word *labels)
{
	struct fw_line_reader *reader = fw_calloc(1, sizeof(*reader));

	reader->labels = labels;
	reader->options = fw_flow_options();
	reader->groups[0] = (struct fw_option_group){ NULL, reader->options, &reader->values };
	reader->groups[1] = (struct fw_option_group){ NULL, fw_verb_options, &reader->values };
	reader->index = fw_option_index_new(reader->groups);
	return reader;
}

void fw_line_reader_free(struct fw_line_reader *reader)
{
	if (!reader)
		return;
	json_decref(reader->root);
	fw_option_index_free(reader->index);
	free(reader->options);
	free(reader);
}

/* ---- words ----------------------------------------------------------------------------------- */

/* The byte that \xNN stands for at `text`; 0 when it is nothing of the kind. */
static char escaped_byte(const char *text)
{
	char digits[5] = "0x";
	uint64_t byte = 0;

	if (text[1] != 'x' || !text[2] || !text[3])
		return 0;
	digits[2] = text[2];
	digits[3] = text[3];
	return fw_num_parse(digits, 1, UINT8_MAX, &byte) == FW_NUM_OK ? (char)byte : 0;
}

/* What fw_buf_escaped() did to a name is undone in place: \xNN and a doubled backslash. */
static void unescape(char *word)
{
	char *to = strchr(word, '\\'), byte;
	const char *from = to;

	if (!to)
		return;
	while (*from) {
		byte = *from == '\\' ? escaped_byte(from) : 0;
		if (byte) {
			*to++ = byte;
			from += 4;
			continue;
		}
		if (from[0] == '\\' && from[1] == '\\')
			from++;
		*to++ = *from++;
	}
	*to = '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Cuts the line at its blanks. The number of words, or -1 when there are too many. Words are short,
 * and many: loops are quicker here than the functions of the C library.
 */
static int split(char *line, char **words)
{
	bool has_escapes = strchr(line, '\\');
	int count = 0;

	for (;;) {
		while (is_blank(*line))
			line++;
		if (!*line)
			return count;
		if (count == WORDS)
			return -1;
		words[count++] = line;
		while (*line && !is_blank(*line))
			line++;
		if (*line)
			*line++ = '\0';
		if (has_escapes)
			unescape(words[count - 1]);
	}
}

/* ---- lines ----------------------------------------------------------------------------------- */

static int read_options(struct fw_line_reader *reader, char *line, struct fw_err *err)
{
	char *words[WORDS];
	int count = split(line, words);

	if (count < 0)
		return fw_err_set(err, FW_ERR_FAILED, "more than %d words", WORDS);
	count = fw_options_parse_indexed(reader->index, count, words, err);
	if (count < 0)
		return -1;
	if (count)
		return fw_err_set(err, FW_ERR_FAILED, "unexpected word '%s'", words[0]);
	if (!reader->values.write.verb)
		return fw_err_set(err, FW_ERR_FAILED,
				  "none of -A, -I, -U, -D and -F says what to do");
	return fw_flow_reader_finish(&reader->values, err);
}

static void begin(struct fw_line_reader *reader)
{
	memset(&reader->values, 0, sizeof(reader->values));
	reader->values.labels = reader->labels;
	reader->values.saved = true;
	json_decref(reader->root);
	reader->root = NULL;
}

int fw_line_read(struct fw_line_reader *reader, char *line, size_t length,
		 const struct fw_write **write, struct fw_err *err)
{
	int result;

	if (length && line[length - 1] == '\r')
		length--;
	if (memchr(line, '\0', length))
		return fw_err_set(err, FW_ERR_FAILED, "a NUL byte is in it");
	line[length] = '\0';
	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return 0;
	begin(reader);
	if (*line == '{')
		result = fw_json_read(line, strlen(line), reader->labels, &reader->values.write,
				      &reader->root, err);
	else
		result = read_options(reader, line, err);
	*write = &reader->values.write;
	return result < 0 ? -1 : 1;
}
