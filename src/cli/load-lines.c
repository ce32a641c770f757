/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/load-lines.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/cli/changes.h"
#include "fwctl/cli/flow-options.h"
#include "fwctl/cli/load-json.h"

/* A line of `list -o save` has at most 50. */
#define WORDS 100

/* One way to read the options of a line. */
struct reading {
	struct fw_option *made[2]; /* the rows that are not constant */
	struct fw_option_group groups[4];
	struct fw_option_index *index;
};

struct fw_line_reader {
	struct fw_flow_reader values;
	const struct fw_word *labels;
	struct reading whole, update, delete;
	struct fw_filter filter;
	struct fw_filter_reader filter_values;
	json_t *root; /* what the strings of the write are in */
};

/* `values` are rows that fill the write, or NULL; `filter` those of the filter, or NULL. */
static void init_reading(struct fw_line_reader *reader, struct reading *reading,
			 struct fw_option *values, struct fw_option *filter)
{
	struct fw_option_group *group = reading->groups;

	*group++ = (struct fw_option_group){ NULL, fw_verb_options, &reader->values };
	if (values)
		*group++ = (struct fw_option_group){ NULL, values, &reader->values };
	if (filter)
		*group++ = (struct fw_option_group){ NULL, filter, &reader->filter_values };
	reading->made[0] = values;
	reading->made[1] = filter;
	reading->index = fw_option_index_new(reading->groups);
}

static void free_reading(struct reading *reading)
{
	fw_option_index_free(reading->index);
	free(reading->made[0]);
	free(reading->made[1]);
}

struct fw_line_reader *fw_line_reader_new(const struct fw_word *labels)
{
	struct fw_line_reader *reader = fw_calloc(1, sizeof(*reader));

	reader->labels = labels;
	reader->filter_values.filter = &reader->filter;
	init_reading(reader, &reader->whole, fw_flow_options(), NULL);
	init_reading(reader, &reader->update, fw_change_options(),
		     fw_change_filter_source.options());
	init_reading(reader, &reader->delete, NULL, fw_filter_source.options());
	return reader;
}

void fw_line_reader_free(struct fw_line_reader *reader)
{
	if (!reader)
		return;
	json_decref(reader->root);
	fw_filter_free(&reader->filter);
	free_reading(&reader->whole);
	free_reading(&reader->update);
	free_reading(&reader->delete);
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

static void begin(struct fw_line_reader *reader)
{
	memset(&reader->values, 0, sizeof(reader->values));
	reader->values.labels = reader->labels;
	reader->values.saved = true;
	json_decref(reader->root);
	reader->root = NULL;
}

static int read_words(const struct reading *reading, int count, char **words, struct fw_err *err)
{
	count = fw_options_parse_indexed(reading->index, count, words, err);
	if (count > 0)
		return fw_err_set(err, FW_ERR_FAILED, "unexpected word '%s'", words[0]);
	return count;
}

/* Its words have been read. */
static int finish_whole(struct fw_line_reader *reader, int count, struct fw_err *err)
{
	if (!reader->values.write.verb)
		return fw_err_set(err, FW_ERR_FAILED,
				  "none of -A, -I, -U, -D and -F says what to do");
	/* Whoever writes more means some of the flows. */
	if (reader->values.write.verb == FW_WRITE_FLUSH && count > 1)
		return fw_err_set(err, FW_ERR_FAILED,
				  "-F deletes every flow, whatever else the line says");
	return fw_flow_reader_finish(&reader->values, err);
}

/* -U or -D, wherever it stands; FW_WRITE_NOTHING when it is another line. */
static enum fw_write_verb choosing_verb(int count, char *const *words)
{
	enum fw_write_verb verb = FW_WRITE_NOTHING;
	int i;

	for (i = 0; i < count && verb == FW_WRITE_NOTHING; i++) {
		if (!strncmp(words[i], "-U", 2) || !strcmp(words[i], "--update"))
			verb = FW_WRITE_UPDATE;
		else if (!strncmp(words[i], "-D", 2) || !strcmp(words[i], "--delete"))
			verb = FW_WRITE_DELETE;
	}
	return verb;
}

static int read_chosen(struct fw_line_reader *reader, enum fw_write_verb verb, int count,
		       char **words, struct fw_err *err)
{
	bool update = verb == FW_WRITE_UPDATE;
	const struct fw_filter_source *source =
		update ? &fw_change_filter_source : &fw_filter_source;

	begin(reader);
	fw_filter_free(&reader->filter);
	reader->filter = (struct fw_filter){ 0 };
	reader->filter_values = (struct fw_filter_reader){ .filter = &reader->filter };
	if (read_words(update ? &reader->update : &reader->delete, count, words, err) < 0 ||
	    source->finish(&reader->filter_values, err) < 0)
		return -1;
	if (update && fw_changes_check(&reader->values, err) < 0)
		return -1;
	if (!reader->filter.count)
		return fw_err_set(err, FW_ERR_FAILED, "no flow is chosen%s",
				  update ? "" : " (-F deletes all of them)");
	return 0;
}

/* As save does: timer, status, and both addresses of the replies, or their translations. */
static bool says_everything(const struct fw_write *write)
{
	const struct fw_tuple *reply = &write->flow.reply;

	return write->flow.present >> FW_FLOW_TIMEOUT & 1 &&
	       write->flow.present >> FW_FLOW_STATUS & 1 &&
	       (fw_tuple_has(reply, FW_TUPLE_SRC) || write->dst_nat.wanted) &&
	       (fw_tuple_has(reply, FW_TUPLE_DST) || write->src_nat.wanted);
}

/*
 * Whether a line with -U or -D says more than which flow it is and what becomes of that: then it
 * has conditions. What `list` and `watch -o save` write says everything, and means the flow.
 */
static bool has_conditions(const struct fw_flow_reader *reader)
{
	const struct fw_write *write = &reader->write;
	const struct fw_flow *flow = &write->flow;
	uint64_t plain = 1ull << FW_FLOW_TIMEOUT | 1ull << FW_FLOW_ZONE;
	bool update = write->verb == FW_WRITE_UPDATE;

	if ((!update && write->verb != FW_WRITE_DELETE) || says_everything(write))
		return false;
	/* The tags that the kernel wants with a state of sctp are those of the flow. */
	if (update && reader->state && flow->protonum == IPPROTO_SCTP)
		return true;
	if (update)
		plain |= 1ull << FW_FLOW_MARK | 1ull << FW_FLOW_STATUS;
	return flow->present & ~plain || flow->reply.present || write->src_nat.wanted ||
	       write->dst_nat.wanted || (update ? reader->has_label : fw_write_has_labels(write));
}

static int read_options(struct fw_line_reader *reader, char *line, struct fw_line *read,
			struct fw_err *err)
{
	char *words[WORDS], *again[WORDS];
	struct fw_err as_one = FW_ERR_INIT;
	enum fw_write_verb verb;
	int count = split(line, words), result;
	bool is_readable;

	if (count < 0)
		return fw_err_set(err, FW_ERR_FAILED, "more than %d words", WORDS);
	memcpy(again, words, (size_t)count * sizeof(*words));
	is_readable = read_words(&reader->whole, count, words, &as_one) == 0;
	if (is_readable && !has_conditions(&reader->values) &&
	    finish_whole(reader, count, &as_one) == 0)
		return 0;
	verb = choosing_verb(count, again);
	if (verb == FW_WRITE_NOTHING)
		return fw_err_move(err, &as_one);
	read->filter = &reader->filter;
	result = read_chosen(reader, verb, count, again, err);
	read->state = reader->values.state;
	/* The value of an option may look like one of the two. */
	if (reader->values.write.verb != verb && reader->values.write.verb != FW_WRITE_NOTHING) {
		read->filter = NULL;
		fw_err_free(err);
		return fw_err_move(err, &as_one);
	}
	/* It is not known what was meant. */
	if (result < 0 && !is_readable && strcmp(err->what, as_one.what) != 0)
		fw_err_hint(err, "of one flow: %s", as_one.what);
	fw_err_free(&as_one);
	return result;
}

int fw_line_read(struct fw_line_reader *reader, char *line, size_t length, struct fw_line *read,
		 struct fw_err *err)
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
	*read = (struct fw_line){ .write = &reader->values.write };
	if (*line == '{')
		result = fw_json_read(line, strlen(line), reader->labels, &reader->values.write,
				      &reader->root, err);
	else
		result = read_options(reader, line, read, err);
	return result < 0 ? -1 : 1;
}
