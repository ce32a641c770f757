/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver that walks a record's rows and calls the format. */
#include "fwctl/format/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static int choose_rows(struct fw_sink *sink, struct fw_err *err)
{
	const struct fw_format *format = sink->format;
	const struct fw_field *const *row = format->flow_rows;

	if (fw_sink_is_event(sink) && !format->event_head)
		return fw_err_set(err, FW_ERR_MISUSE, "format %s cannot show events", format->name);
	if (sink->setup.kind == FW_RECORD_NOTICE && !format->packet_rows)
		return fw_err_set(
			err, FW_ERR_MISUSE,
			"format %s cannot show blocked packets and changes of the ruleset",
			format->name);
	if (!fw_sink_is_expect(sink) && format->choose_rows) {
		format->choose_rows(sink);
		return 0;
	}
	if (fw_sink_is_expect(sink))
		row = format->expect_rows;
	if (!row)
		return fw_err_set(err, FW_ERR_MISUSE, "format %s cannot show expectations",
				  format->name);
	for (; *row; row++)
		fw_sink_add_row(sink, *row);
	return 0;
}

int fw_sink_init(struct fw_sink *sink, const struct fw_sink_setup *setup, struct fw_err *err)
{
	memset(sink, 0, sizeof(*sink));
	sink->setup = *setup;
	sink->format = setup->format;
	sink->flags = setup->flags;
	if (setup->columns && !sink->format->columns)
		return fw_err_set(err, FW_ERR_MISUSE, "format %s has no columns to choose",
				  sink->format->name);
	if (choose_rows(sink, err) < 0)
		return -1;
	fw_buf_reserve(&sink->out, WRITE_SIZE + 4096);
	return sink->format->start ? sink->format->start(sink, err) : 0;
}

bool fw_sink_restart(struct fw_sink *sink)
{
	struct fw_sink_setup setup = sink->setup;

	if (sink->written || sink->write_error)
		return false;
	fw_sink_free(sink);
	/* It went well before with the same setup. */
	return !fw_sink_init(sink, &setup, NULL);
}

static void emit_fields(struct fw_sink *sink, const struct fw_field *row, const void *record,
			bool all)
{
	for (; !fw_field_is_end(row); row++)
		if (all || fw_field_present(row, record))
			sink->format->field(sink, row, fw_field_at(row, record));
}

static bool is_master(const struct fw_field *group)
{
	return group == &fw_flow_fields[FW_FIELD_MASTER] ||
	       group == &fw_expect_fields[FW_EXPECT_FIELD_MASTER];
}

/* Whether a tuple need not be of the record's protocol: pptp's flow of tcp announces one of gre. */
static bool has_own_proto(const struct fw_sink *sink, const struct fw_field *group)
{
	return fw_sink_is_expect(sink) || is_master(group);
}

static const struct fw_proto *proto_of_tuple(const struct fw_sink *sink,
					     const struct fw_field *group,
					     const struct fw_tuple *tuple)
{
	if (!has_own_proto(sink, group) || !sink->setup.protos ||
	    !(tuple->present >> FW_TUPLE_PROTO & 1))
		return sink->proto;
	return fw_proto_by_number(sink->setup.protos, tuple->protonum);
}

static void emit_tuple(struct fw_sink *sink, const struct fw_field *group,
		       const struct fw_tuple *tuple)
{
	sink->group = group;
	sink->format->open(sink, group);
	if (sink->format->master_proto && is_master(group))
		sink->format->field(sink, &fw_tuple_proto, &tuple->protonum);
	emit_fields(sink, fw_tuple_head, tuple, false);
	emit_fields(sink, proto_of_tuple(sink, group, tuple)->tuple, tuple,
		    sink->format->whole_tuples);
	emit_fields(sink, fw_tuple_tail, tuple, false);
	sink->format->close(sink, group);
	sink->group = NULL;
}

static void emit_rows(struct fw_sink *sink, const void *record)
{
	const struct fw_field *const *row;

	for (row = sink->rows; *row; row++) {
		if (!fw_field_present(*row, record))
			continue;
		if ((*row)->type == FW_TYPE_TUPLE)
			emit_tuple(sink, *row, fw_field_at(*row, record));
		else
			sink->format->field(sink, *row, fw_field_at(*row, record));
	}
}

/* What only this protocol has; the state is among the rows of every flow. */
static void emit_info(struct fw_sink *sink, const struct fw_flow *flow)
{
	const struct fw_field *row = flow->proto->info;

	if (!sink->format->proto_info || !row)
		return;
	for (; !fw_field_is_end(row); row++)
		if (row->bit != FW_FLOW_STATE && fw_field_present(row, flow))
			sink->format->field(sink, row, fw_field_at(row, flow));
}

/* One more record is complete. */
static int end_record(struct fw_sink *sink)
{
	sink->format->end(sink);
	sink->records++;
	if (sink->out.length < WRITE_SIZE)
		return sink->write_error ? -1 : 0;
	return fw_sink_flush(sink);
}

int fw_sink_flow(struct fw_sink *sink, const struct fw_flow *flow)
{
	sink->record = flow;
	sink->proto = flow->proto;
	sink->family = flow->family;
	sink->format->begin(sink);
	emit_rows(sink, flow);
	emit_info(sink, flow);
	return end_record(sink);
}

int fw_sink_expect(struct fw_sink *sink, const struct fw_expect *expect)
{
	sink->record = expect;
	sink->proto = expect->proto;
	sink->family = expect->family;
	sink->format->begin(sink);
	emit_rows(sink, expect);
	return end_record(sink);
}

static void emit_event_rows(struct fw_sink *sink, const struct fw_field *const *row,
			    const struct fw_event *event)
{
	void (*field)(struct fw_sink *, const struct fw_field *, const void *) =
		sink->format->event_field ? sink->format->event_field : sink->format->field;

	for (; *row; row++)
		if (fw_field_present(*row, event))
			field(sink, *row, fw_field_at(*row, event));
}

static void begin_event(struct fw_sink *sink, const struct fw_event *event, const void *record,
			const struct fw_proto *proto, uint8_t family)
{
	sink->record = record;
	sink->event = event;
	sink->proto = proto;
	sink->family = family;
	sink->format->begin(sink);
	emit_event_rows(sink, sink->format->event_head, event);
}

static int end_event(struct fw_sink *sink)
{
	emit_event_rows(sink, sink->format->event_tail, sink->event);
	return end_record(sink);
}

int fw_sink_event(struct fw_sink *sink, const struct fw_event *event, const struct fw_flow *flow)
{
	begin_event(sink, event, flow, flow ? flow->proto : NULL, flow ? flow->family : 0);
	if (flow) {
		emit_rows(sink, flow);
		emit_info(sink, flow);
	}
	return end_event(sink);
}

int fw_sink_expect_event(struct fw_sink *sink, const struct fw_event *event,
			 const struct fw_expect *expect)
{
	begin_event(sink, event, expect, expect->proto, expect->family);
	emit_rows(sink, expect);
	return end_event(sink);
}

/* A packet has one direction: its fields stand in no group. */
int fw_sink_packet(struct fw_sink *sink, const struct fw_event *event, const struct fw_flow *flow)
{
	const struct fw_field *const *row;

	begin_event(sink, event, flow, flow->proto, flow->family);
	for (row = sink->format->packet_rows; *row; row++)
		sink->format->field(sink, *row, fw_field_at(*row, flow));
	emit_fields(sink, fw_tuple_head, &flow->orig, false);
	emit_fields(sink, flow->proto->tuple, &flow->orig, false);
	return end_event(sink);
}

/*
 * A full disk takes part of a line, and the next record that a log gets would be glued to it: takes
 * that part back from the end of a file. Each piece begins with a line.
 */
static size_t cut_line(const struct fw_sink *sink, size_t done)
{
	const char *end = memrchr(sink->out.data, '\n', done);
	size_t whole = end ? (size_t)(end - sink->out.data) + 1 : 0;
	int fd = sink->setup.fd;
	struct stat file;

	if (whole == done || fstat(fd, &file) < 0 || !S_ISREG(file.st_mode) ||
	    lseek(fd, 0, SEEK_CUR) != file.st_size ||
	    ftruncate(fd, file.st_size - (off_t)(done - whole)) < 0)
		return done;
	(void)lseek(fd, 0, SEEK_END);
	return whole;
}

int fw_sink_flush(struct fw_sink *sink)
{
	size_t done = 0;
	ssize_t wrote;

	while (!sink->write_error && done < sink->out.length) {
		wrote = write(sink->setup.fd, sink->out.data + done, sink->out.length - done);
		if (wrote >= 0)
			done += (size_t)wrote;
		else if (errno != EINTR)
			sink->write_error = errno;
	}
	if (done < sink->out.length)
		done = cut_line(sink, done);
	sink->written += done;
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
	if (sink->format && sink->format->release)
		sink->format->release(sink);
	fw_buf_free(&sink->out);
	sink->state = NULL;
}

const char *fw_sink_label(const struct fw_sink *sink, unsigned int bit, char text[4])
{
	const char *name = sink->setup.labels ? fw_word_name(sink->setup.labels, bit) : NULL;

	if (name)
		return name;
	*fw_put_u32(text, bit & 127) = '\0';
	return text;
}
