/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of words, and "did you mean". */
#include "tests/unit/unit.h"

#include "fwctl/base/words.h"

static const struct fw_word words[] = {
	{ "allow", 1 },   { "deny", 2 },      { "reject", 3 }, { "limit", 4 }, { "block", 2 },
	{ "assured", 5 }, { "unreplied", 6 }, { "on", 7 },     { "off", 8 },   { NULL, 0 },
};

static const struct fw_word *find(const char *text)
{
	return fw_word_find(words, text, strlen(text));
}

static void found_whole_or_not(void **state)
{
	(void)state;
	assert_ptr_equal(find("allow"), &words[0]);
	assert_ptr_equal(find("DENY"), &words[1]);
	assert_ptr_equal(fw_word_find(words, "denying", 4), &words[1]);
	assert_null(find("allo"));
	assert_null(find("allows"));
	assert_null(find(""));
}

static void named(void **state)
{
	(void)state;
	/* The first of two words with one value is its name. */
	assert_string_equal(fw_word_name(words, 2), "deny");
	assert_null(fw_word_name(words, 99));
}

static const struct {
	const char *a, *b;
	unsigned int distance;
} distances[] = {
	{ "", "", 0 },         { "", "abc", 3 },           { "deny", "deny", 0 },
	{ "deny", "dney", 1 }, { "deny", "den", 1 },       { "deny", "denny", 1 },
	{ "deny", "demy", 1 }, { "kitten", "sitting", 3 }, { "ab", "ba", 1 },
	{ "abcd", "badc", 2 },
};

static void edits_are_counted(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(distances); i++) {
		const char *a = distances[i].a, *b = distances[i].b;

		assert_int_equal(fw_word_distance(a, strlen(a), b, strlen(b)),
				 distances[i].distance);
		assert_int_equal(fw_word_distance(b, strlen(b), a, strlen(a)),
				 distances[i].distance);
	}
}

static const char *nearest(const char *text)
{
	const char *name = fw_word_nearest(words, text, strlen(text));

	return name ? name : "";
}

static void did_you_mean(void **state)
{
	char endless[5000];

	(void)state;
	assert_string_equal(nearest("alow"), "allow");
	assert_string_equal(nearest("dney"), "deny");
	assert_string_equal(nearest("rejct"), "reject");
	assert_string_equal(nearest("asured"), "assured");
	assert_string_equal(nearest("of"), "off");
	assert_string_equal(nearest("unrelpied"), "unreplied");
	/* What is far from all of them gets no guess; nor does what nobody typed by a slip. */
	assert_string_equal(nearest("banana"), "");
	assert_string_equal(nearest("x"), "");
	assert_string_equal(nearest(""), "");
	memset(endless, 'a', sizeof(endless));
	assert_null(fw_word_nearest(words, endless, sizeof(endless)));
}

static void printed(void **state)
{
	struct fw_buf buf = { 0 };

	(void)state;
	fw_words_print(&buf, words);
	assert_string_equal(fw_buf_text(&buf),
			    "allow, deny, reject, limit, block, assured, unreplied, on, off");
	fw_buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_whole_or_not),
		cmocka_unit_test(named),
		cmocka_unit_test(edits_are_counted),
		cmocka_unit_test(did_you_mean),
		cmocka_unit_test(printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
