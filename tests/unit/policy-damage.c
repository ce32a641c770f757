/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damaged policies: each byte of a valid one cut, doubled, replaced, the text ended there, and
 * random words. Each is read as a policy whose print reads back, or refused with a message that
 * has a place; none crashes, and no message sends control characters to the terminal.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fwctl/policy/compile.h"
#include "fwctl/policy/print.h"
#include "fwctl/policy/read.h"

static const struct fw_policy_options options = { fw_protos, NULL };

static const char whole[] =
	"default deny incoming # usual\n"
	"logging medium\n"
	"timeout udp unreplied 30s replied 2m\n"
	"stamp mark 0xff00\n"
	"set bad { 192.0.2.1, 2001:db8::/32 \\\n 10.0.0.0/8 }\n"
	"limit in on eth0 log 22/tcp comment \"it's\"\n"
	"route allow in on a+ out on b proto udp from @bad port 53,1:9 to 10.1.0.0/16 port 5\n"
	"allow 21/tcp timeout established 5d close 10 helper ftp comment 'a \"b\"'\n"
	"deny proto icmpv6 from fe80::/10\n"
	"reject out to any port 25\r\n";

static void check_refused(const struct fw_diags *diags)
{
	struct fw_buf text = { 0 };
	size_t i;

	assert_true(diags->errors > 0);
	assert_true(diags->items[0].line > 0);
	fw_diags_print(&text, diags);
	for (i = 0; i < text.length; i++)
		assert_true((unsigned char)text.data[i] >= ' ' || text.data[i] == '\n' ||
			    text.data[i] == '\t');
	fw_buf_free(&text);
}

static void check_accepted(const struct fw_policy *policy)
{
	struct fw_diags diags = { 0 };
	struct fw_buf text = { 0 }, again = { 0 };
	struct fw_policy *second;

	fw_policy_print(&text, policy, 0);
	second = fw_policy_parse("again", text.data, text.length, &options, &diags);
	if (!second) {
		fprintf(stderr, "%s", fw_buf_text(&text));
		fail();
	}
	fw_policy_print(&again, second, 0);
	assert_string_equal(fw_buf_text(&again), fw_buf_text(&text));
	fw_ruleset_free(fw_policy_compile(second));
	fw_policy_free(second);
	fw_diags_free(&diags);
	fw_buf_free(&text);
	fw_buf_free(&again);
}

/* The copy is as large as the text, so that a sanitizer sees a read behind it. */
static void try_text(const char *text, size_t length)
{
	struct fw_diags diags = { 0 };
	char *copy = malloc(length ? length : 1);
	struct fw_policy *policy;

	assert_non_null(copy);
	memcpy(copy, text, length);
	policy = fw_policy_parse("damaged", copy, length, &options, &diags);
	if (policy)
		check_accepted(policy);
	else
		check_refused(&diags);
	fw_policy_free(policy);
	fw_diags_free(&diags);
	free(copy);
}

static void every_byte(void **state)
{
	static const char others[] = "\0\x01\x1b\x7f\x80\xff \t\n\r\\\"'#{},:/|@+-09azA";
	size_t length = sizeof(whole) - 1, at, i;
	char text[sizeof(whole) + 1];

	(void)state;
	for (at = 0; at < length; at++) {
		try_text(whole, at);
		memcpy(text, whole, at);
		memcpy(text + at, whole + at + 1, length - at - 1);
		try_text(text, length - 1);
		text[at] = whole[at];
		memcpy(text + at + 1, whole + at, length - at);
		try_text(text, length + 1);
		memcpy(text, whole, length);
		for (i = 0; i < sizeof(others) - 1; i++) {
			text[at] = others[i];
			try_text(text, length);
		}
	}
}

static void random_words(void **state)
{
	static const char *const words[] = {
		"allow",   "deny",        "limit",   "route",   "in",       "out",   "on",
		"eth0",    "from",        "to",      "any",     "port",     "proto", "tcp",
		"udp",     "22",          "80,81",   "1:9",     "53/udp",   "app",   "set",
		"s",       "{",           "}",       "@s",      "10.0.0.1", "::1",   "10.0.0.0/8",
		"timeout", "established", "replied", "30s",     "helper",   "ftp",   "comment",
		"'x'",     "\"",          "include", "default", "ping",     "off",   "stamp",
		"mark",    "0xff",        "log",     "\\\n",    "\n",       "\n",    "#",
		"file",    "logging",     "icmp",    "generic", "profiles"
	};
	uint64_t seed = 20240607;
	struct fw_buf text = { 0 };
	int round, count;

	(void)state;
	for (round = 0; round < 20000; round++) {
		text.length = 0;
		for (count = 1 + (int)(unit_random(&seed) % 20); count; count--) {
			fw_buf_puts(&text, words[(unit_random(&seed) >> 20) % COUNT(words)]);
			fw_buf_putc(&text, ' ');
		}
		try_text(text.data, text.length);
	}
	fw_buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte),
		cmocka_unit_test(random_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
