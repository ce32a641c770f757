/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/load.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/mem.h"
#include "fwctl/cli/changes.h"
#include "fwctl/cli/load-lines.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/kernel/ct-write.h"
#include "fwctl/kernel/labels.h"

/* A longer line is none: a file without line feeds shall not fill the memory. */
#define LINE_MAX_BYTES 65536
#define READ_SIZE      (4 * LINE_MAX_BYTES)

/* A flow with a master, until the kernel has taken it. */
struct expected {
	uint64_t line;
	struct fw_write write;
	char *helper; /* its memory */
	struct fw_err refusal;
};

struct work {
	struct fw_load *load;
	struct fw_cli *cli;
	struct fw_line_reader *reader;
	struct fw_ct_writer writer;
	uint64_t line; /* the number of the one that is being read */
	/* In the order in which they were written; NULL: the kernel has taken it. */
	struct expected **expected;
	size_t expected_count;
	size_t next_outcome; /* which of them is the next that the kernel will say something of */
};

/* ---- what becomes of a line ------------------------------------------------------------------ */

static void report(struct work *work, uint64_t line, const struct fw_err *err)
{
	struct fw_buf text = { 0 };

	work->load->bad++;
	fw_buf_printf(&text, "%s:%" PRIu64 ": ", work->load->name, line);
	/* Words of the file are in it. */
	fw_buf_escaped(&text, err->what, strlen(err->what));
	if (err->hint) {
		fw_buf_puts(&text, " (");
		fw_buf_escaped(&text, err->hint, strlen(err->hint));
		fw_buf_puts(&text, ")");
	}
	fw_cli_note(work->cli, "%s", fw_buf_text(&text));
	fw_buf_free(&text);
}

static bool is_enough(const struct work *work)
{
	return work->load->strict && work->load->bad;
}

/* ---- flows that belong to others ------------------------------------------------------------- */

static bool makes_expected(const struct fw_write *write)
{
	return fw_write_adds(write) && write->flow.present >> FW_FLOW_MASTER & 1;
}

/*
 * A table is saved in any order, and the kernel makes an expected flow only when its master is
 * there: what it refuses for want of one is tried again before the next line that does not add a
 * flow, when a pipe pauses, and at the end.
 */
static void remember_expected(struct work *work, const struct fw_write *write)
{
	struct expected *expected = fw_calloc(1, sizeof(*expected));

	expected->line = work->line;
	expected->write = *write;
	if (write->flow.helper.length) {
		expected->helper = fw_strndup(write->flow.helper.data, write->flow.helper.length);
		expected->write.flow.helper.data = expected->helper;
	}
	work->expected =
		fw_realloc_array(work->expected, work->expected_count + 1, sizeof(*work->expected));
	work->expected[work->expected_count++] = expected;
}

static void forget_expected(struct expected **expected)
{
	if (!*expected)
		return;
	fw_err_free(&(*expected)->refusal);
	free((*expected)->helper);
	free(*expected);
	*expected = NULL;
}

/* What became of a line. true: it is to be tried again. */
static bool wants_master(struct work *work, uint64_t line, const struct fw_err *refusal)
{
	struct expected **expected;

	if (work->next_outcome == work->expected_count ||
	    work->expected[work->next_outcome]->line != line)
		return false;
	expected = &work->expected[work->next_outcome++];
	if (refusal && refusal->sys == ENOENT) {
		fw_err_free(&(*expected)->refusal);
		fw_err_copy(&(*expected)->refusal, refusal);
		return true;
	}
	forget_expected(expected);
	return false;
}

/* Once more all that are left; 1 when there are fewer of them now, and still some. */
static int retry_expected(struct work *work)
{
	size_t count = 0, i;

	for (i = 0; i < work->expected_count; i++)
		if (work->expected[i])
			work->expected[count++] = work->expected[i];
	work->expected_count = count;
	work->next_outcome = 0;
	for (i = 0; i < count; i++)
		if (fw_ct_write(&work->writer, &work->expected[i]->write, work->expected[i]->line,
				&work->cli->err) < 0)
			return -1;
	if (fw_ct_writer_finish(&work->writer, &work->cli->err) < 0)
		return -1;
	for (i = 0; i < work->expected_count; i++)
		count -= !work->expected[i];
	return count && count < work->expected_count;
}

static void forget_all_expected(struct work *work)
{
	while (work->expected_count)
		forget_expected(&work->expected[--work->expected_count]);
	work->next_outcome = 0;
}

/* Writes what waits, and makes all expected flows whose master is there: a master may have one. */
static int finish_writing(struct work *work)
{
	int result = fw_ct_writer_finish(&work->writer, &work->cli->err);

	if (result < 0 || !work->expected_count)
		return result;
	do {
		result = retry_expected(work);
	} while (result > 0);
	return result;
}

/* The same, and nothing that comes later is waited for. -1 also when a line was bad and is enough.
 */
static int settle(struct work *work)
{
	size_t i;

	if (finish_writing(work) < 0)
		return -1;
	for (i = 0; i < work->expected_count; i++)
		if (work->expected[i])
			report(work, work->expected[i]->line, &work->expected[i]->refusal);
	forget_all_expected(work);
	return is_enough(work) ? -1 : 0;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void written(void *context, uint64_t line, const struct fw_err *refusal)
{
	struct work *work = context;

	if (wants_master(work, line, refusal))
		return;
	if (refusal)
		report(work, line, refusal);
	else
		work->load->done++;
}

/* -1 ends the reading: cli->err is set, or the line was bad and that is enough. */
static int take_write(struct work *work, const struct fw_write *write)
{
	if (work->load->dry_run) {
		work->load->done++;
		return 0;
	}
	if (makes_expected(write))
		remember_expected(work, write);
	else if (work->expected_count && !fw_write_adds(write) && settle(work) < 0)
		return -1;
	if (fw_ct_write(&work->writer, write, work->line, &work->cli->err) < 0)
		return -1;
	if (!work->load->strict)
		return 0;
	/* So that nothing behind a line that is refused gets done. */
	if (fw_ct_writer_finish(&work->writer, &work->cli->err) < 0)
		return -1;
	return work->load->bad ? -1 : 0;
}

/* What the kernel has refused of the lines before comes first. */
static int take_error(struct work *work, struct fw_err *err)
{
	int result = fw_ct_writer_finish(&work->writer, &work->cli->err);

	report(work, work->line, err);
	fw_err_free(err);
	return result < 0 || work->load->strict ? -1 : 0;
}

/* Of the flows that there are when the lines before have been done. */
static int take_chosen(struct work *work, const struct fw_line *line)
{
	struct fw_changing changing = { .changes = line->write, .state = line->state };
	struct fw_err err = FW_ERR_INIT;
	struct fw_filter filter = *line->filter;
	int result;

	work->load->has_filters = true;
	if (work->load->dry_run) {
		work->load->done++;
		return 0;
	}
	if (settle(work) < 0)
		return -1;
	result = fw_filter_source.prepare(&filter, &err);
	if (!result)
		result = line->write->verb == FW_WRITE_UPDATE
				 ? fw_change_matching(&changing, &filter, &err)
				 : fw_delete_matching(&filter, &changing.count, &err);
	work->load->chosen += changing.count;
	if (result < 0 && err.kind == FW_ERR_DENIED) {
		return fw_err_move(&work->cli->err, &err);
	}
	if (result < 0)
		return take_error(work, &err);
	work->load->done++;
	return 0;
}

static int take_line(struct work *work, char *text, size_t length)
{
	struct fw_err err = FW_ERR_INIT;
	struct fw_line line;
	int result;

	work->line++;
	result = fw_line_read(work->reader, text, length, &line, &err);
	if (result < 0)
		return take_error(work, &err);
	if (!result)
		return 0;
	return line.filter ? take_chosen(work, &line) : take_write(work, line.write);
}

static int take_long_line(struct work *work)
{
	struct fw_err err = FW_ERR_INIT;

	work->line++;
	fw_err_set(&err, FW_ERR_FAILED, "the line is longer than %d bytes", LINE_MAX_BYTES);
	return take_error(work, &err);
}

/* ---- lines of a file ------------------------------------------------------------------------- */

struct source {
	char *bytes; /* READ_SIZE, and one for a NUL */
	size_t length;
	bool skipping; /* inside of a line that is too long */
};

/* All whole lines that there are; what is left over moves to the front. */
static int take_lines(struct work *work, struct source *source)
{
	char *at = source->bytes, *end = at + source->length, *newline;

	while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
		if (source->skipping)
			source->skipping = false;
		else if (newline - at > LINE_MAX_BYTES
				 ? take_long_line(work) < 0
				 : take_line(work, at, (size_t)(newline - at)) < 0)
			return -1;
		at = newline + 1;
	}
	source->length = (size_t)(end - at);
	if (source->skipping || source->length > LINE_MAX_BYTES) {
		source->length = 0;
		if (!source->skipping && take_long_line(work) < 0)
			return -1;
		source->skipping = true;
	}
	memmove(source->bytes, at, source->length);
	return 0;
}

/* Of a pipe that pauses, what has come so far is written before more is waited for. */
static int write_at_pause(struct work *work)
{
	struct pollfd input = { .fd = work->load->fd, .events = POLLIN };

	if (poll(&input, 1, 0))
		return 0;
	return finish_writing(work) < 0 || is_enough(work) ? -1 : 0;
}

/* The lines before it have been read. */
static int take_read_error(struct work *work, int sys)
{
	settle(work);
	if (work->cli->err.kind == FW_ERR_NONE)
		fw_err_sys(&work->cli->err, sys, "reading %s", work->load->name);
	return -1;
}

static int read_more(struct work *work, struct source *source)
{
	ssize_t got;

	if (write_at_pause(work) < 0)
		return -1;
	do {
		got = read(work->load->fd, source->bytes + source->length,
			   READ_SIZE - source->length);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return take_read_error(work, errno);
	source->length += (size_t)got;
	return got > 0;
}

static int take_file(struct work *work, struct source *source)
{
	int more;

	while ((more = read_more(work, source)) > 0)
		if (take_lines(work, source) < 0)
			return -1;
	if (more < 0)
		return -1;
	/* The last line may have no end. */
	return source->length ? take_line(work, source->bytes, source->length) : 0;
}

int fw_load_run(struct fw_load *load, struct fw_cli *cli)
{
	struct work work = { .load = load, .cli = cli };
	struct source source = { 0 };
	struct fw_word *labels;

	if (!load->dry_run && fw_ct_writer_open(&work.writer, written, &work, &cli->err) < 0)
		return -1;
	labels = fw_labels_read();
	work.reader = fw_line_reader_new(labels);
	source.bytes = fw_malloc(READ_SIZE + 1);
	take_file(&work, &source);
	if (cli->err.kind == FW_ERR_NONE)
		settle(&work);
	fw_privilege_drop();
	free(source.bytes);
	fw_line_reader_free(work.reader);
	fw_labels_free(labels);
	fw_ct_writer_close(&work.writer);
	forget_all_expected(&work);
	free(work.expected);
	return cli->err.kind == FW_ERR_NONE ? 0 : -1;
}
