/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel answered once (the dumps in tests/data), through the decoder and each format, must
 * be the text that stands beside it. Then the same messages cut short and with bits turned:
 * whatever comes of those, nothing is read or written out of bounds (the sanitizers look on).
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-decode.h"
#include "fwctl/kernel/exp-query.h"
#include "fwctl/model/proto.h"

/* 2026-11-22T20:30:00Z, after the recording: what ages are counted to. */
#define NOW 1795379400000000000ull

static const struct fw_word labels[] = { { "web", 3 }, { "la<st>\"", 127 }, { 0 } };

struct bytes {
	char *data;
	size_t length;
};

static char *path_of(const char *name)
{
	const char *source = getenv("FWCTL_SOURCE");

	return fw_format("%s/tests/data/%s", source ? source : ".", name);
}

static struct bytes read_file(int fd)
{
	struct bytes bytes = { 0 };
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	bytes.length = (size_t)status.st_size;
	bytes.data = fw_malloc(bytes.length + 1);
	assert_int_equal(pread(fd, bytes.data, bytes.length, 0), bytes.length);
	bytes.data[bytes.length] = '\0';
	return bytes;
}

static struct bytes read_data(const char *name)
{
	char *path = path_of(name);
	int fd = open(path, O_RDONLY);
	struct bytes bytes;

	if (fd < 0)
		fail_msg("%s cannot be opened", path);
	bytes = read_file(fd);
	close(fd);
	free(path);
	return bytes;
}

static void decoder_init(struct fw_ct_decoder *decoder)
{
	fw_ct_decoder_init(decoder);
	decoder->now = NOW;
}

/* One message through decoder and sink; 0 when it was a record. */
static int replay_one(const struct fw_ct_decoder *decoder, const struct nlmsghdr *message,
		      struct fw_sink *sink)
{
	struct fw_expect expect;
	struct fw_flow flow;

	if (sink->setup.kind == FW_RECORD_EXPECT) {
		if (fw_exp_decode(decoder, message, &expect) < 0)
			return -1;
		return fw_sink_expect(sink, &expect);
	}
	if (fw_ct_decode(decoder, message, &flow) < 0)
		return -1;
	return fw_sink_flow(sink, &flow);
}

static size_t step(const struct nlmsghdr *message)
{
	return NLMSG_ALIGN(message->nlmsg_len);
}

static int open_sink(struct fw_sink *sink, const struct fw_format *format, enum fw_record kind)
{
	const struct fw_sink_setup setup = {
		.format = format,
		.kind = kind,
		.flags = format->flags & ~(unsigned int)FW_OUTPUT_TIMESTAMP,
		.fd = memfd_create("output", 0),
		.labels = labels,
		.protos = fw_protos,
	};

	assert_true(setup.fd >= 0);
	assert_int_equal(fw_sink_init(sink, &setup, NULL), 0);
	return setup.fd;
}

/* ---- what it must be ------------------------------------------------------------------------- */

static struct bytes replay(const struct bytes *dump, const struct fw_format *format,
			   enum fw_record kind)
{
	struct fw_ct_decoder decoder;
	struct bytes output;
	struct fw_sink sink;
	int fd = open_sink(&sink, format, kind);
	size_t at;

	decoder_init(&decoder);
	for (at = 0; at < dump->length; at += step((const void *)(dump->data + at)))
		assert_int_equal(replay_one(&decoder, (const void *)(dump->data + at), &sink), 0);
	assert_int_equal(fw_sink_finish(&sink), 0);
	fw_sink_free(&sink);
	output = read_file(fd);
	close(fd);
	return output;
}

static void update(const char *name, const struct bytes *output)
{
	char *path = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_int_equal(write(fd, output->data, output->length), output->length);
	close(fd);
	free(path);
}

static void check(const char *records, enum fw_record kind, const struct fw_format *format)
{
	char *dump_name = fw_format("%s.dump", records);
	char *name = fw_format("%s.%s", records, format->name);
	struct bytes dump = read_data(dump_name), output = replay(&dump, format, kind), expected;

	if (getenv("UPDATE"))
		update(name, &output);
	expected = read_data(name);
	assert_true(output.length > 100);
	if (output.length != expected.length || memcmp(output.data, expected.data, output.length))
		fail_msg("tests/data/%s is not what came out:\n%s", name, output.data);
	free(expected.data);
	free(output.data);
	free(dump.data);
	free(name);
	free(dump_name);
}

static void every_format(void **state)
{
	const struct fw_format *const *format;

	(void)state;
	for (format = fw_formats; *format; format++) {
		/* How it looks is the library's, and changes with its version. */
		if (*format == &fw_format_table)
			continue;
		check("flows", FW_RECORD_FLOW, *format);
		if ((*format)->expect_rows)
			check("expects", FW_RECORD_EXPECT, *format);
	}
}

/* ---- what it must survive -------------------------------------------------------------------- */

struct mangler {
	struct fw_ct_decoder decoder;
	struct fw_sink sinks[2]; /* text and json: between them all fields */
	unsigned int records;    /* that were still ones */
};

/* In memory of exactly that length, so that one byte too far is seen. */
static void try(struct mangler *mangler, const char *bytes, size_t length)
{
	char *copy = fw_malloc(length);
	struct nlmsghdr *message = (void *)copy;
	unsigned int i;

	memcpy(copy, bytes, length);
	/* The socket layer has seen to that. */
	message->nlmsg_len = (uint32_t)length;
	for (i = 0; i < 2; i++) {
		mangler->records += !replay_one(&mangler->decoder, message, &mangler->sinks[i]);
		mangler->sinks[i].out.length = 0;
	}
	free(copy);
}

static void mangle(struct mangler *mangler, const struct bytes *dump, uint64_t *random)
{
	const size_t least = NLMSG_HDRLEN + 4;
	size_t at, length, cut, i;
	char *message;

	for (at = 0; at < dump->length; at += NLMSG_ALIGN(length)) {
		message = dump->data + at;
		length = ((const struct nlmsghdr *)(void *)message)->nlmsg_len;
		for (cut = least; cut <= length; cut++)
			try(mangler, message, cut);
		for (i = 0; i < 500; i++) {
			size_t bit = least * 8 + unit_random(random) % ((length - least) * 8);

			message[bit / 8] = (char)(message[bit / 8] ^ 1 << bit % 8);
			try(mangler, message, length);
			/* Some stay turned, so that damages meet. */
			if (i % 4)
				message[bit / 8] = (char)(message[bit / 8] ^ 1 << bit % 8);
		}
	}
}

static void mangled(const char *records, enum fw_record kind)
{
	char *name = fw_format("%s.dump", records);
	struct bytes dump = read_data(name);
	struct mangler mangler = { 0 };
	uint64_t random = 20261122;
	int fds[2];

	decoder_init(&mangler.decoder);
	fds[0] = open_sink(&mangler.sinks[0], &fw_format_text, kind);
	fds[1] = open_sink(&mangler.sinks[1], &fw_format_json, kind);
	mangle(&mangler, &dump, &random);
	/* Some were records still, and some were none any more. */
	assert_true(mangler.records > 100);
	fw_sink_free(&mangler.sinks[0]);
	fw_sink_free(&mangler.sinks[1]);
	close(fds[0]);
	close(fds[1]);
	free(dump.data);
	free(name);
}

static void damaged_flows(void **state)
{
	(void)state;
	mangled("flows", FW_RECORD_FLOW);
}

static void damaged_expectations(void **state)
{
	(void)state;
	mangled("expects", FW_RECORD_EXPECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format),
		cmocka_unit_test(damaged_flows),
		cmocka_unit_test(damaged_expectations),
	};

	/* Text has local times. */
	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
