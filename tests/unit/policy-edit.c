/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Editing: what is not changed stays as it was written. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fwctl/policy/edit.h"

static const struct fw_policy_options options = { fw_protos, NULL };

static const char text[] = "# my policy\n"
			   "default deny incoming  # the usual\n"
			   "logging low\n"
			   "timeout udp unreplied 20s replied 1m\n"
			   "\n"
			   "set bad { 192.0.2.1 }\n"
			   "# ssh for everybody,\n"
			   "  # but slowly\n"
			   "limit 22/tcp\n"
			   "\n"
			   "allow from 10.0.0.0/8 \\\n"
			   "\tto any port 80 proto tcp   # the web\n"
			   "deny from @bad\n"
			   "# the end\n";

enum verb { APPEND, INSERT, REPLACE, DELETE, SET };

static const struct {
	enum verb verb;
	size_t number;
	const char *statement;
	const char *old, *new; /* the only difference: this part of the text is that one */
	const char *error;
} edits[] = {
	{ APPEND, 0, "allow 443/tcp", "@bad\n", "@bad\nallow 443/tcp\n", NULL },
	{ INSERT, 1, "allow 1/tcp", "# ssh", "allow 1/tcp\n# ssh", NULL },
	{ INSERT, 2, "allow 2/tcp", "allow from", "allow 2/tcp\nallow from", NULL },
	{ INSERT, 3, "allow 3/tcp", "deny from", "allow 3/tcp\ndeny from", NULL },
	{ INSERT, 4, "allow 4/tcp", "@bad\n", "@bad\nallow 4/tcp\n", NULL },
	{ INSERT, 5, "allow 5/tcp", "", "", "there is no rule 5, the policy has 3" },
	{ INSERT, 0, "allow 5/tcp", "", "", "there is no rule 0, the policy has 3" },
	{ REPLACE, 1, "deny 22/tcp", "limit 22/tcp\n", "deny 22/tcp\n", NULL },
	{ REPLACE, 2, "deny from 10.0.0.0/8",
	  "allow from 10.0.0.0/8 \\\n\tto any port 80 proto tcp   # the web\n",
	  "deny from 10.0.0.0/8   # the web\n", NULL },
	{ REPLACE, 4, "allow 1/tcp", "", "", "there is no rule 4, the policy has 3" },
	{ DELETE, 1, NULL, "limit 22/tcp\n", "", NULL },
	{ DELETE, 2, NULL, "allow from 10.0.0.0/8 \\\n\tto any port 80 proto tcp   # the web\n", "",
	  NULL },
	{ DELETE, 3, NULL, "deny from @bad\n", "", NULL },
	{ DELETE, 4, NULL, "", "", "there is no rule 4, the policy has 3" },
	{ SET, 0, "default reject incoming", "default deny incoming  # the usual",
	  "default reject incoming  # the usual", NULL },
	{ SET, 0, "logging off", "logging low", "logging off", NULL },
	{ SET, 0, "ping off", "1m\n", "1m\nping off\n", NULL },
	{ SET, 0, "default allow routed", "1m\n", "1m\ndefault allow routed\n", NULL },
	{ SET, 0, "timeout udp unreplied 0 replied 0", "timeout udp unreplied 20s replied 1m",
	  "timeout udp unreplied 0s replied 0s", NULL },
	{ SET, 0, "timeout udp unreplied 5", "timeout udp unreplied 20s replied 1m",
	  "timeout udp replied 1m unreplied 5s", NULL },
	{ SET, 0, "timeout tcp close 5", "1m\n", "1m\ntimeout tcp close 5s\n", NULL },
	{ SET, 0, "logging loud", "", "",
	  "unknown logging level \"loud\", expected off, low, medium, high, full, on; did you mean "
	  "\"low\"?" },
	{ SET, 0, "allow 22/tcp", "", "", "this is no setting" },
};

static struct fw_policy *parse(const char *name, const char *from, size_t length)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy = fw_policy_parse(name, from, length, &options, &diags);
	struct fw_buf messages = { 0 };

	fw_diags_print(&messages, &diags);
	if (!policy)
		fail_msg("%s\n%s", from, fw_buf_text(&messages));
	fw_diags_free(&diags);
	fw_buf_free(&messages);
	return policy;
}

/* A policy without rules or settings too. */
static void change(const struct fw_edit *edit, size_t row, struct fw_buf *out)
{
	struct fw_err err = FW_ERR_INIT;
	int result = -1;

	switch (edits[row].verb) {
	case APPEND: result = fw_edit_append(edit, edits[row].statement, out, &err); break;
	case INSERT:
		result = fw_edit_insert(edit, edits[row].number, edits[row].statement, out, &err);
		break;
	case REPLACE:
		result = fw_edit_replace(edit, edits[row].number, edits[row].statement, out, &err);
		break;
	case DELETE: result = fw_edit_delete(edit, edits[row].number, out, &err); break;
	case SET: result = fw_edit_set(edit, edits[row].statement, &options, out, &err); break;
	}
	assert_int_equal(result, edits[row].error ? -1 : 0);
	if (edits[row].error)
		assert_string_equal(err.what, edits[row].error);
	fw_err_free(&err);
}

static void edit_rows(void **state)
{
	struct fw_policy *policy = parse("policy", text, strlen(text));
	struct fw_edit edit = { policy, text, strlen(text) };
	struct fw_buf out = { 0 }, want = { 0 };
	const char *at;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(edits); i++) {
		out.length = want.length = 0;
		change(&edit, i, &out);
		if (edits[i].error)
			continue;
		at = strstr(text, edits[i].old);
		assert_non_null(at);
		fw_buf_put(&want, text, (size_t)(at - text));
		fw_buf_puts(&want, edits[i].new);
		fw_buf_puts(&want, at + strlen(edits[i].old));
		assert_string_equal(fw_buf_text(&out), fw_buf_text(&want));
		fw_policy_free(parse("edited", out.data, out.length));
	}
	fw_policy_free(policy);
	fw_buf_free(&out);
	fw_buf_free(&want);
}

static void small_texts(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = { { "", "allow 1/tcp\n" },
		     { "allow 2/tcp", "allow 2/tcp\nallow 1/tcp\n" },
		     { "# only a comment\n", "# only a comment\nallow 1/tcp\n" } };
	struct fw_buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct fw_policy *policy = parse("small", rows[i].before, strlen(rows[i].before));
		struct fw_edit edit = { policy, rows[i].before, strlen(rows[i].before) };

		out.length = 0;
		assert_int_equal(fw_edit_append(&edit, "allow 1/tcp", &out, NULL), 0);
		assert_string_equal(fw_buf_text(&out), rows[i].after);
		fw_policy_free(policy);
	}
	fw_buf_free(&out);
}

/* A # behind a statement is found as the reader finds it. */
static void remarks(void **state)
{
	static const struct {
		const char *line, *kept;
	} rows[] = { { "allow 1/tcp comment 'no # remark'", "" },
		     { "allow 1/tcp comment \"one's\" # it's \"one\"", " # it's \"one\"" },
		     { "allow in on a'b#c # one\t", " # one\t" },
		     { "allow 1/tcp comment 'x'#one", "#one" },
		     { "allow 1/tcp # CRLF\r", " # CRLF\r" } };
	struct fw_buf out = { 0 }, want = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct fw_policy *policy = parse("remark", rows[i].line, strlen(rows[i].line));
		struct fw_edit edit = { policy, rows[i].line, strlen(rows[i].line) };

		out.length = want.length = 0;
		fw_buf_printf(&want, "deny 1/tcp%s\n", rows[i].kept);
		assert_int_equal(fw_edit_replace(&edit, 1, "deny 1/tcp", &out, NULL), 0);
		assert_string_equal(fw_buf_text(&out), fw_buf_text(&want));
		fw_policy_free(policy);
	}
	fw_buf_free(&out);
	fw_buf_free(&want);
}

static void find_rows(void **state)
{
	static const struct {
		const char *rule;
		size_t number, rival;
	} rows[] = { { "limit 22/tcp", 1, 1 },
		     { "limit 22/tcp comment 'another one'", 1, 1 },
		     { "limit to any port 22 proto tcp", 1, 1 },
		     { "allow proto tcp from 10.0.0.0/8 to any port 80", 2, 2 },
		     { "deny from @bad", 3, 3 },
		     { "allow 22/tcp", 0, 1 },
		     { "allow log 22/tcp timeout established 5 helper ftp", 0, 1 },
		     { "deny 22", 0, 0 },
		     { "limit in on eth0 22/tcp", 0, 0 } };
	struct fw_policy *policy = parse("policy", text, strlen(text));
	struct fw_edit edit = { policy, text, strlen(text) };
	struct fw_buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct fw_policy *other;

		out.length = 0;
		assert_int_equal(fw_edit_append(&edit, rows[i].rule, &out, NULL), 0);
		other = parse("other", out.data, out.length);
		assert_int_equal(fw_policy_find_rule(policy, other, true), rows[i].number);
		assert_int_equal(fw_policy_find_rival(policy, other, true), rows[i].rival);
		fw_policy_free(other);
	}
	fw_policy_free(policy);
	fw_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edit_rows),
		cmocka_unit_test(small_texts),
		cmocka_unit_test(remarks),
		cmocka_unit_test(find_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
