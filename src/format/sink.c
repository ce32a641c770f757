/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver that walks a record's rows and calls the format. */
#include "fwctl/format/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fwctl/base/digits.h"

/* One write of this size costs the kernel about as much as it does the formatter. */
#define WRITE_SIZE (128 * 1024)

void fw_sink_add_row(struct fw_sink *sink, const struct fw_field *row)
{
	unsigned int i = 0;

	while (sink->rows[i])
		i++;
	if (i + 1 < FW_SINK_MAX_ROWS)
		sink->rows[i] = row;
}

void fw_sink_init(struct fw_sink *sink, const struct fw_format *format, unsigned int flags, int fd,
		  const struct fw_word *labels)
{
	const struct fw_field *const *row;

	memset(sink, 0, sizeof(*sink));
	sink->format = format;
	sink->flags = flags;
	sink->fd = fd;
	sink->labels = labels;
	if (format->choose_rows)
		format->choose_rows(sink);
	else
		for (row = format->flow_rows; *row; row++)
			fw_sink_add_row(sink, *row);
	fw_buf_reserve(&sink->out, WRITE_SIZE + 4096);
	if (format->start)
		format->start(sink);
}

static void emit_fields(struct fw_sink *sink, const struct fw_field *row, const void *record,
			bool all)
{
	for (; !fw_field_is_end(row); row++)
		if (all || fw_field_present(row, record))
			sink->format->field(sink, row, fw_field_at(row, record));
}

static void emit_tuple(struct fw_sink *sink, const struct fw_field *group,
		       const struct fw_tuple *tuple)
{
	sink->group = group;
	sink->format->open(sink, group);
	emit_fields(sink, fw_tuple_head, tuple, false);
	emit_fields(sink, sink->proto->tuple, tuple, sink->format->whole_tuples);
	emit_fields(sink, fw_tuple_tail, tuple, false);
	sink->format->close(sink, group);
	sink->group = NULL;
}

int fw_sink_flow(struct fw_sink *sink, const struct fw_flow *flow)
{
	const struct fw_field *const *row;

	sink->proto = flow->proto;
	sink->family = flow->family;
	sink->format->begin(sink, FW_RECORD_FLOW);
	for (row = sink->rows; *row; row++) {
		if (!fw_field_present(*row, flow))
			continue;
		if ((*row)->type == FW_TYPE_TUPLE)
			emit_tuple(sink, *row, fw_field_at(*row, flow));
		else
			sink->format->field(sink, *row, fw_field_at(*row, flow));
	}
	sink->format->end(sink);
	sink->records++;
	if (sink->out.length < WRITE_SIZE)
		return sink->write_error ? -1 : 0;
	return fw_sink_flush(sink);
}

int fw_sink_flush(struct fw_sink *sink)
{
	size_t done = 0;
	ssize_t wrote;

	while (!sink->write_error && done < sink->out.length) {
		wrote = write(sink->fd, sink->out.data + done, sink->out.length - done);
		if (wrote >= 0)
			done += (size_t)wrote;
		else if (errno != EINTR)
			sink->write_error = errno;
	}
	sink->out.length = 0;
	return sink->write_error ? -1 : 0;
}

int fw_sink_finish(struct fw_sink *sink)
{
	if (sink->format->finish)
		sink->format->finish(sink);
	return fw_sink_flush(sink);
}

void fw_sink_free(struct fw_sink *sink)
{
	fw_buf_free(&sink->out);
	free(sink->state);
	sink->state = NULL;
}

const char *fw_sink_label(const struct fw_sink *sink, unsigned int bit, char text[4])
{
	const char *name = sink->labels ? fw_word_name(sink->labels, bit) : NULL;

	if (name)
		return name;
	*fw_put_u32(text, bit & 127) = '\0';
	return text;
}
