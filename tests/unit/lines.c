/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of files, as `fwctl load` reads them, and the messages that they make, without a kernel:
 * what list wrote of a recorded table as options and as JSON makes the same messages, and those,
 * read as the kernel's would be, are the flow again.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/load-lines.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-batch.h"
#include "fwctl/kernel/ct-build.h"
#include "fwctl/kernel/ct-decode.h"

static const struct fw_word labels[] = { { "web", 3 }, { "la<st>\"", 127 }, { 0 } };

struct message {
	char bytes[FW_CT_BATCH_MESSAGE] __attribute__((aligned(8)));
};

static struct nlmsghdr *begin(struct message *message)
{
	struct nlmsghdr *header = (void *)message->bytes;

	memset(message, 0, sizeof(*message));
	/* With room for the family, as fw_message_begin() leaves it. */
	header->nlmsg_len = NLMSG_HDRLEN + 4;
	return header;
}

/* The message of one line; what is wrong with the line is a failure of the test. */
static struct nlmsghdr *message_of(struct fw_line_reader *reader, const char *text,
				   struct message *message)
{
	struct nlmsghdr *header = begin(message);
	struct fw_err err = FW_ERR_INIT;
	struct fw_line read;
	char *line = fw_strdup(text);

	if (fw_line_read(reader, line, strlen(line), &read, &err) != 1 || read.filter)
		fail_msg("%s: %s", text, err.what ? err.what : "nothing in it");
	fw_ct_build_new(header, read.write);
	message->bytes[NLMSG_HDRLEN] = (char)read.write->flow.family;
	free(line);
	return header;
}

static FILE *open_data(const char *name)
{
	const char *source = getenv("FWCTL_SOURCE");
	char *path = fw_format("%s/tests/data/%s", source ? source : ".", name);
	FILE *file = fopen(path, "r");

	if (!file)
		fail_msg("%s cannot be opened", path);
	free(path);
	return file;
}

static bool next_line(FILE *file, char line[4096])
{
	if (!fgets(line, 4096, file))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* The line that the message stands for. */
static char *saved_again(const struct nlmsghdr *message)
{
	const struct fw_sink_setup setup = { .format = &fw_format_save,
					     .kind = FW_RECORD_FLOW,
					     .fd = -1,
					     .flags = FW_OUTPUT_WINDOWS,
					     .labels = labels,
					     .protos = fw_protos };
	struct fw_ct_decoder decoder;
	struct fw_flow flow;
	struct fw_sink sink;
	char *line;

	fw_ct_decoder_init(&decoder);
	assert_int_equal(fw_ct_decode(&decoder, message, &flow), 0);
	assert_int_equal(fw_sink_init(&sink, &setup, NULL), 0);
	fw_sink_flow(&sink, &flow);
	line = fw_strndup(sink.out.data, sink.out.length - 1);
	fw_sink_free(&sink);
	return line;
}

/* Options say nothing of a mark of 0, which is what a new flow has. */
static void remove_mark(char *object)
{
	static const char none[] = "\"mark\":0,";
	char *at = strstr(object, none);

	if (at)
		memmove(at, at + strlen(none), strlen(at + strlen(none)) + 1);
}

/* What stands behind the state and before mark, labels and helper: JSON has none of it. */
static void remove_windows(char *line)
{
	static const char *const names[] = { "-wscale ", "-tcp-flags ", "-seq-pos ", "-seq-before ",
					     "-seq-after " };
	char *at, *end;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		while ((at = strstr(line, names[i]))) {
			end = at + strlen(names[i]);
			end += strcspn(end, " ");
			/* Back to the blank before "--orig" or "--reply". */
			while (*at != ' ')
				at--;
			memmove(at, end, strlen(end) + 1);
		}
}

/*
 * The kernel is given the untranslated replies, and ports of dccp that it does not look at; all
 * other lines come back as they were.
 */
static bool comes_back(const char *line)
{
	return !strstr(line, " -n ") && !strstr(line, " -g ") && !strstr(line, " dccp");
}

static void a_table(void **state)
{
	struct fw_line_reader *reader = fw_line_reader_new(labels);
	FILE *save = open_data("flows.save"), *json = open_data("flows.json");
	char line[4096], object[4096], known[4096], *again;
	struct message of_save, of_known, of_json;
	unsigned int count = 0, back = 0;
	struct nlmsghdr *header;

	(void)state;
	while (next_line(save, line) && next_line(json, object)) {
		header = message_of(reader, line, &of_save);
		memcpy(known, line, sizeof(known));
		remove_windows(known);
		message_of(reader, known, &of_known);
		remove_mark(object);
		message_of(reader, object, &of_json);
		/* JSON knows of bits that conntrack(8) has no word for, but none that can be set.
		 */
		if (memcmp(&of_known, &of_json, sizeof(of_known)))
			fail_msg("other messages: %s and %s", line, object);
		count++;
		if (!comes_back(line))
			continue;
		again = saved_again(header);
		assert_string_equal(again, line);
		free(again);
		back++;
	}
	assert_true(count > 40 && back > 30);
	fclose(save);
	fclose(json);
	fw_line_reader_free(reader);
}

struct row {
	const char *line;
	const char *what; /* a part of the message, NULL: it is understood */
};

#define GOOD "-p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2"

static const struct row rows[] = {
	{ "-A -t 1 " GOOD, NULL },
	{ "-At1 " GOOD, NULL },
	{ "--add --timeout=1 " GOOD, NULL },
	{ "-U -m 1/3 " GOOD, NULL },
	{ "-D " GOOD, NULL },
	{ "-D -p udp -s 10.0.0.0/8 --dport 1:5 --not -m 5", NULL },
	{ "-U -p udp -m 5 --if-mark 6 --label-del", NULL },
	{ "-A " GOOD " --not --helper -Dx", "unknown option --not" },
	{ "-D", "no flow is chosen" },
	{ "-U -m 5", "no flow is chosen" },
	{ "-U -p udp", "nothing to set" },
	{ "-D -p udp -t 5", "unknown option -t" },
	{ "-D -t 0 -p udp -s 10.0.0.256", "unknown option -t" },
	{ "-D -p udp --sport 99999", "'99999'" },
	{ "-D -p udp --not", "--not" },
	{ "-s 10.0.0.0/8 -D -A", "is enough" },
	{ "-F", NULL },
	{ "-A -t 1 -u EXPECTED,SRC_NAT " GOOD " -n 10.0.0.3", NULL },
	{ "-A -t 1 --helper a\\x20b\\\\c " GOOD, NULL },
	{ GOOD, "what to do" },
	{ "-A -D " GOOD, "is enough" },
	{ "-A " GOOD, "timeout" },
	{ "-A -t 1 -m 1/3 " GOOD, NULL },
	{ "-A -t 1 " GOOD " --master-proto tcp --master-src 10.0.0.1 --master-dst 10.0.0.2 "
	  "--master-sport 1 --master-dport 21",
	  NULL },
	{ "-A -t 1 " GOOD " --master-src 10.0.0.1",
	  "the protocol of the master (--master-proto) is missing" },
	{ "-A -t 1 " GOOD " --master-src fd00::1", "the flow is ipv4" },
	{ "-A -t 1 -u BANANA " GOOD, "'BANANA'" },
	{ "-A -t 1 --labels 1 " GOOD, "unknown option" },
	{ "-A -t 1 -l web,nobody " GOOD, "nobody" },
	{ "-A -t 1 -Z " GOOD, "unknown option -Z" },
	{ "-A -t 1 -p tcp " GOOD, "given before" },
	{ "-A -t 1 -r fd00::1 " GOOD, "is ipv6" },
	{ "-A -t", "needs a value" },
	{ "banana", "unexpected word" },
	{ "{\"protonum\":17,\"timeout\":1,\"orig\":{\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\","
	  "\"sport\":1,\"dport\":2},\"unheard-of\":[{}]}",
	  NULL },
	{ "{\"protonum\":300}", "protonum" },
	{ "{\"timeout\":1}", "proto" },
	{ "{\"proto\":\"udp\",\"timeout\":\"1\"}", "timeout" },
	{ "{\"proto\":\"udp\",\"timeout\":1,\"orig\":[]}", "\"orig\" is not an object" },
	{ "{\"proto\":\"udp\",\"timeout\":1,\"orig\":{\"sport\":65536}}", "\"sport\"" },
	{ "{\"proto\":\"udp\",\"timeout\":1,\"labels\":[\"nobody\"]}", "nobody" },
	{ "{\"proto\":\"udp\",\"timeout\":1}", "address" },
	{ "{\"proto\":\"udp\",\"proto\":\"tcp\"}", "not JSON" },
	{ "{\"event\":\"new\"}", "event" },
	{ "{\"expected\":{}}", "expectation" },
	{ "{} x", "not JSON" },
};

static void lines(void **state)
{
	struct fw_line_reader *reader = fw_line_reader_new(labels);
	struct fw_err err = FW_ERR_INIT;
	struct fw_line read;
	int result;
	char *line;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		line = fw_strdup(rows[i].line);
		result = fw_line_read(reader, line, strlen(line), &read, &err);
		if (result != (rows[i].what ? -1 : 1) ||
		    (rows[i].what && !strstr(err.what, rows[i].what)))
			fail_msg("%s: %d, said: %s", rows[i].line, result,
				 err.what ? err.what : "");
		fw_err_free(&err);
		free(line);
	}
	fw_line_reader_free(reader);
}

static void values(void **state)
{
	struct fw_line_reader *reader = fw_line_reader_new(labels);
	char line[] =
		"-A -t 1m -u ASSURED -m 7 -w 5 -l web -n 10.9.9.9:99 --helper a\\x20b\\\\c " GOOD
		" --reply-port-src 2";
	struct fw_err err = FW_ERR_INIT;
	const struct fw_write *write;
	struct fw_line read;

	(void)state;
	assert_int_equal(fw_line_read(reader, line, strlen(line), &read, &err), 1);
	write = read.write;
	assert_int_equal(write->verb, FW_WRITE_ADD);
	assert_int_equal(write->flow.timeout, 60);
	assert_int_equal(write->flow.status, FW_STATUS_ASSURED);
	assert_int_equal(write->flow.mark, 7);
	assert_int_equal(write->flow.zone, 5);
	assert_int_equal(write->labels[0], 1 << 3);
	assert_int_equal(write->src_nat.port, 99);
	/* Untranslated, as the kernel wants it. */
	assert_memory_equal(&write->flow.reply.dst, &write->flow.orig.src, 16);
	assert_int_equal(write->flow.reply.dport, 1);
	assert_int_equal(write->flow.helper.length, 5);
	assert_memory_equal(write->flow.helper.data, "a b\\c", 5);
	fw_line_reader_free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table),
		cmocka_unit_test(lines),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
