/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of words as command lines of a command that takes a filter, and the request each makes. */
#include "tests/fuzz/fuzz.h"

#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/kernel/ct-request.h"

#define WORDS 64

static const struct fw_option own_options[] = {
	{ .names = "output", .letter = 'o', .arg = "FORMAT[,FLAG...]", .set = fw_set_output },
	{ 0 },
};

static void try_line(char *line)
{
	struct fw_option *options = fw_filter_source.options();
	struct fw_filter filter = { 0 };
	struct fw_filter_reader reader = { .filter = &filter };
	struct fw_output output = { 0 };
	const struct fw_option_group groups[] = { { NULL, own_options, &output },
						  { NULL, options, &reader },
						  { 0 } };
	char *argv[WORDS], *word, *rest = NULL, buffer[FW_CT_REQUEST_SIZE];
	struct fw_err err = FW_ERR_INIT;
	uint16_t zone;
	int argc = 0;

	for (word = strtok_r(line, " ", &rest); word && argc < WORDS;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	if (fw_options_parse(groups, argc, argv, false, &err) >= 0 &&
	    !fw_filter_source.finish(&reader, &err)) {
		(void)fw_ct_dump_request(buffer, &filter, FW_TABLE_CONNTRACK, 0, false);
		(void)fw_ct_get_request(buffer, &filter, &zone);
	}
	fw_err_free(&err);
	fw_filter_free(&filter);
	free(options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *line, *rest = NULL;

	memcpy(text, data, size);
	text[size] = '\0';
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		try_line(line);
	free(text);
	return 0;
}

FUZZ_MAIN("options.txt", "flows.save", "expects.dump")
