/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that others chose must not mean anything in a format: quotes, controls, invalid UTF-8. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fwctl/format/formats.h"
#include "fwctl/model/proto.h"

#define HELPER "a\"b,c<d>&e\n\033[31m\xff\xc2\x9b\\end"

static const struct {
	const struct fw_format *format;
	const char *shown;
} rows[] = {
	{ &fw_format_text, " helper=a\"b,c<d>&e\\x0a\\x1b[31m\\xff\\xc2\\x9b\\\\end use" },
	{ &fw_format_json, "\"helper\":\"a\\\"b,c<d>&e\\n\\u001b[31m\\ufffd\\u009b\\\\end\"" },
	{ &fw_format_csv, ",\"a\"\"b,c<d>&e\\x0a\\x1b[31m\\xff\\xc2\\x9b\\\\end\"," },
	{ &fw_format_xml,
	  "<helper>a\"b,c&lt;d&gt;&amp;e\\x0a\\x1b[31m\\xff\\xc2\\x9b\\\\end</helper>" },
	{ &fw_format_save, " --helper a\"b,c<d>&e\\x0a\\x1b[31m\\xff\\xc2\\x9b\\\\end\n" },
};

static void escaped_in_every_format(void **state)
{
	struct fw_flow flow = { .present = 1ull << FW_FLOW_BASICS | 1ull << FW_FLOW_HELPER |
					   1ull << FW_FLOW_USE,
				.family = FW_FAMILY_IPV4,
				.protonum = 17,
				.helper = { HELPER, sizeof(HELPER) - 1 } };
	char text[8192];
	ssize_t length;
	size_t i;

	(void)state;
	flow.proto = fw_proto_by_number(fw_protos, 17);
	for (i = 0; i < COUNT(rows); i++) {
		const struct fw_sink_setup setup = { .format = rows[i].format,
						     .kind = FW_RECORD_FLOW,
						     .fd = memfd_create("out", 0),
						     .protos = fw_protos };
		struct fw_sink sink;

		assert_int_equal(fw_sink_init(&sink, &setup, NULL), 0);
		assert_int_equal(fw_sink_flow(&sink, &flow), 0);
		assert_int_equal(fw_sink_finish(&sink), 0);
		fw_sink_free(&sink);
		length = pread(setup.fd, text, sizeof(text) - 1, 0);
		assert_true(length > 0);
		text[length] = '\0';
		if (!strstr(text, rows[i].shown))
			fail_msg("%s: %s", rows[i].format->name, text);
		close(setup.fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(escaped_in_every_format) };

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
