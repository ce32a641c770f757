/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of files as `fwctl load` reads them, and the message that each makes. */
#include "tests/fuzz/fuzz.h"

#include "fwctl/cli/load-lines.h"
#include "fwctl/kernel/ct-batch.h"
#include "fwctl/kernel/ct-build.h"

static const struct fw_word labels[] = { { "web", 3 }, { "la<st>\"", 127 }, { 0 } };

/* In memory of just the length that the reader asks for. */
static void try_line(struct fw_line_reader *reader, const uint8_t *data, size_t size)
{
	char buffer[FW_CT_BATCH_MESSAGE] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *message = (void *)buffer;
	struct fw_err err = FW_ERR_INIT;
	struct fw_line read;
	char *line = malloc(size + 1);
	int result;

	memcpy(line, data, size);
	result = fw_line_read(reader, line, size, &read, &err);

	/* Flows are chosen only by a line that says so. */
	if (result > 0 && read.filter && read.write->verb != FW_WRITE_UPDATE &&
	    read.write->verb != FW_WRITE_DELETE)
		abort();
	if (result > 0 && !read.filter && read.write->verb != FW_WRITE_FLUSH) {
		message->nlmsg_len = NLMSG_HDRLEN;
		fw_ct_build_new(message, read.write);
		message->nlmsg_len = NLMSG_HDRLEN;
		fw_ct_build_update(message, read.write, 0);
	}
	fw_err_free(&err);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fw_line_reader *reader = fw_line_reader_new(labels);
	const uint8_t *newline;
	size_t length;

	for (; size; data += length, size -= length) {
		newline = memchr(data, '\n', size);
		length = newline ? (size_t)(newline - data) : size;
		try_line(reader, data, length);
		length += newline != NULL;
	}
	fw_line_reader_free(reader);
	return 0;
}

FUZZ_MAIN("flows.save", "flows.json", "lines.txt", "options.txt", "expects.json")
