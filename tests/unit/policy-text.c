/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The corpora in tests/policies: each good/NAME.conf is read and printed as good/NAME.out, and
 * that reads back to the same text and digest; each bad/NAME.conf is refused with exactly the
 * messages in bad/NAME.out; of each noted/NAME.conf the check says what is in noted/NAME.out. With
 * FWCTL_REGENERATE=1 the .out files are written anew, to be read by a person before they are kept.
 */
#include "tests/unit/unit.h"

#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

#include "fwctl/policy/check.h"
#include "fwctl/policy/compile.h"
#include "fwctl/policy/nft-print.h"
#include "fwctl/policy/print.h"
#include "fwctl/policy/read.h"
#include "fwctl/policy/text.h"

static const char *const profile_dirs[] = { "applications.d", "missing.d", NULL };
static const struct fw_policy_options options = { fw_protos, profile_dirs };

/* Files of sets are printed with their full name; the corpus has them below "…". */
static void hide_directory(struct fw_buf *text)
{
	char here[4096], *at;
	size_t length;

	assert_non_null(getcwd(here, sizeof(here)));
	length = strlen(here);
	fw_buf_text(text);
	while ((at = strstr(text->data, here))) {
		memcpy(at, "…", 3);
		memmove(at + 3, at + length, strlen(at + length) + 1);
		text->length -= length - 3;
	}
}

static void same_or_write(const char *conf, const struct fw_buf *got)
{
	char path[256];
	struct fw_buf want = { 0 };
	FILE *file;

	snprintf(path, sizeof(path), "%.*s.out", (int)(strlen(conf) - strlen(".conf")), conf);
	if (getenv("FWCTL_REGENERATE")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(got->data, 1, got->length, file), got->length);
		assert_int_equal(fclose(file), 0);
		return;
	}
	if (fw_text_read(path, &want, NULL, NULL) < 0)
		fail_msg("cannot read %s", path);
	if (want.length != got->length || memcmp(want.data, got->data, got->length) != 0)
		fail_msg("%s: got\n%.*s\nwant\n%.*s", conf, (int)got->length, got->data,
			 (int)want.length, want.data);
	fw_buf_free(&want);
}

static struct fw_policy *parse_again(const char *name, const struct fw_buf *text)
{
	struct fw_diags diags = { 0 };
	struct fw_buf messages = { 0 };
	struct fw_policy *policy;

	policy = fw_policy_parse(name, text->data, text->length, &options, &diags);
	fw_diags_print(&messages, &diags);
	if (!policy)
		fail_msg("%s, as printed:\n%s\nis refused:\n%s", name, text->data,
			 fw_buf_text(&messages));
	fw_diags_free(&diags);
	fw_buf_free(&messages);
	return policy;
}

static void same_ruleset(const struct fw_policy *a, const struct fw_policy *b)
{
	struct fw_ruleset *one = fw_policy_compile(a), *two = fw_policy_compile(b);
	struct fw_buf x = { 0 }, y = { 0 };

	fw_ruleset_print_nft(&x, one);
	fw_ruleset_print_nft(&y, two);
	assert_string_equal(fw_buf_text(&x), fw_buf_text(&y));
	fw_ruleset_free(one);
	fw_ruleset_free(two);
	fw_buf_free(&x);
	fw_buf_free(&y);
}

/* Reading back what was printed with `flags` gives a policy that prints the same and has the same
 * digest, the same line numbers and the same ruleset. */
static void check_round_trip(const char *name, const struct fw_policy *policy, unsigned int flags)
{
	struct fw_buf first = { 0 }, second = { 0 };
	char digest[65], again_digest[65];
	struct fw_policy *again;
	size_t i;

	fw_policy_print(&first, policy, flags);
	fw_buf_text(&first);
	again = parse_again(name, &first);
	fw_policy_print(&second, again, flags);
	assert_string_equal(fw_buf_text(&second), fw_buf_text(&first));
	fw_policy_digest(policy, digest);
	fw_policy_digest(again, again_digest);
	assert_string_equal(digest, again_digest);
	assert_int_equal(policy->rule_count, again->rule_count);
	for (i = 0; i < policy->rule_count; i++) {
		assert_int_equal(policy->rules[i].line, again->rules[i].line);
		assert_int_equal(again->rules[i].line, again->rules[i].place.line);
	}
	same_ruleset(policy, again);
	fw_policy_free(again);
	fw_buf_free(&first);
	fw_buf_free(&second);
}

static void check_good(const char *path)
{
	struct fw_diags diags = { 0 };
	struct fw_buf text = { 0 };
	struct fw_policy *policy = fw_policy_read(path, &options, &diags);

	fw_diags_print(&text, &diags);
	if (!policy)
		fail_msg("%s is refused:\n%s", path, fw_buf_text(&text));
	fw_policy_print(&text, policy, 0);
	hide_directory(&text);
	same_or_write(path, &text);
	check_round_trip(path, policy, 0);
	check_round_trip(path, policy, FW_PRINT_RESOLVED);
	fw_policy_free(policy);
	fw_diags_free(&diags);
	fw_buf_free(&text);
}

static void check_bad(const char *path)
{
	struct fw_diags diags = { 0 };
	struct fw_buf text = { 0 };
	struct fw_policy *policy = fw_policy_read(path, &options, &diags);

	if (policy)
		fail_msg("%s is accepted", path);
	fw_diags_print(&text, &diags);
	same_or_write(path, &text);
	fw_diags_free(&diags);
	fw_buf_free(&text);
}

static void check_noted(const char *path)
{
	struct fw_diags diags = { 0 };
	struct fw_buf text = { 0 };
	struct fw_policy *policy = fw_policy_read(path, &options, &diags);

	assert_non_null(policy);
	fw_policy_check(policy, &diags);
	assert_int_equal(diags.errors, 0);
	fw_diags_print(&text, &diags);
	same_or_write(path, &text);
	fw_policy_free(policy);
	fw_diags_free(&diags);
	fw_buf_free(&text);
}

static size_t for_each(const char *pattern, void (*check)(const char *path))
{
	glob_t found;
	size_t count;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (count = 0; count < found.gl_pathc; count++)
		check(found.gl_pathv[count]);
	globfree(&found);
	return count;
}

static void good_policies(void **state)
{
	(void)state;
	assert_true(for_each("good/*.conf", check_good) > 5);
}

static void bad_policies(void **state)
{
	(void)state;
	assert_true(for_each("bad/*.conf", check_bad) > 5);
}

static void noted_policies(void **state)
{
	(void)state;
	assert_true(for_each("noted/*.conf", check_noted) > 0);
}

/* A policy of settings only is printed as it is written: the embedded default is such a one. */
static void default_policy(void **state)
{
	struct fw_buf text = { 0 };
	struct fw_policy *policy;

	(void)state;
	fw_buf_puts(&text, fw_policy_default);
	policy = parse_again("(default)", &text);
	text.length = 0;
	fw_policy_print(&text, policy, 0);
	assert_string_equal(fw_buf_text(&text), fw_policy_default);
	text.length = 0;
	fw_policy_print_status(&text, policy);
	assert_string_equal(fw_buf_text(&text),
			    "Logging: on (low)\n"
			    "Default: deny (incoming), allow (outgoing), deny (routed)\n"
			    "New profiles: skip\n");
	fw_policy_free(policy);
	fw_buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_policies),
		cmocka_unit_test(bad_policies),
		cmocka_unit_test(noted_policies),
		cmocka_unit_test(default_policy),
	};
	const char *source = getenv("FWCTL_SOURCE");

	if (!source || chdir(source) < 0 || chdir("tests/policies") < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
