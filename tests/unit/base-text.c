/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Buffers, digits, UTF-8, escaping, and errors as data. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/digits.h"
#include "fwctl/base/err.h"
#include "fwctl/base/mem.h"

static void same_digits(uint64_t value)
{
	char ours[FW_U64_MAX_DIGITS + 1], theirs[FW_U64_MAX_DIGITS + 1];

	*fw_put_u64(ours, value) = '\0';
	snprintf(theirs, sizeof(theirs), "%" PRIu64, value);
	assert_string_equal(ours, theirs);
	*fw_put_u32(ours, (uint32_t)value) = '\0';
	snprintf(theirs, sizeof(theirs), "%" PRIu32, (uint32_t)value);
	assert_string_equal(ours, theirs);
	*fw_put_hex(ours, value) = '\0';
	snprintf(theirs, sizeof(theirs), "%" PRIx64, value);
	assert_string_equal(ours, theirs);
}

/* Around every power of two and of ten, and random numbers of every length. */
static void digits(void **state)
{
	uint64_t random = 3, power;
	int i;

	(void)state;
	for (power = 1; power; power <<= 1) {
		same_digits(power - 1);
		same_digits(power);
	}
	for (i = 0, power = 1; i < 20; i++, power *= 10) {
		same_digits(power - 1);
		same_digits(power);
	}
	same_digits(UINT64_MAX);
	for (i = 0; i < 100000; i++)
		same_digits(unit_random(&random) >> unit_random(&random) % 64);
}

static void buffer_grows(void **state)
{
	struct fw_buf buf = { 0 };
	char expected[20001];
	int i;

	(void)state;
	fw_buf_put(&buf, "ignored", 0);
	assert_int_equal(buf.length, 0);
	for (i = 0; i < 20000; i++) {
		expected[i] = (char)('a' + i % 26);
		fw_buf_putc(&buf, expected[i]);
	}
	expected[20000] = '\0';
	assert_string_equal(fw_buf_text(&buf), expected);
	fw_buf_printf(&buf, "%s", expected);
	assert_int_equal(buf.length, 40000);
	fw_buf_free(&buf);
	assert_null(buf.data);
	fw_buf_free(NULL);
}

static void buffer_handed_over(void **state)
{
	struct fw_buf buf = { 0 };
	char *text;

	(void)state;
	fw_buf_puts(&buf, "udp ");
	fw_buf_u64(&buf, 17);
	fw_buf_printf(&buf, " %s=%d", "sport", 62222);
	text = fw_buf_take(&buf);
	assert_string_equal(text, "udp 17 sport=62222");
	assert_null(buf.data);
	assert_int_equal(buf.length + buf.capacity, 0);
	free(text);
}

static const struct {
	const char *bytes;
	size_t size, length;
} sequences[] = {
	{ "", 0, 0 },
	{ "a", 1, 1 },
	{ "\0", 1, 1 },
	{ "\x7f", 1, 1 },
	{ "\x80", 1, 0 },     /* a continuation alone */
	{ "\xc2\x80", 2, 2 }, /* the first of two bytes */
	{ "\xc1\xbf", 2, 0 }, /* overlong */
	{ "\xdf\xbf", 2, 2 },
	{ "\xc3", 1, 0 }, /* cut */
	{ "\xc3(", 2, 0 },
	{ "\xe0\x9f\xbf", 3, 0 }, /* overlong */
	{ "\xe0\xa0\x80", 3, 3 },
	{ "\xe2\x82\xac", 3, 3 }, /* euro sign */
	{ "\xe2\x82", 2, 0 },
	{ "\xed\x9f\xbf", 3, 3 },
	{ "\xed\xa0\x80", 3, 0 }, /* a surrogate */
	{ "\xef\xbf\xbf", 3, 3 },
	{ "\xf0\x8f\xbf\xbf", 4, 0 }, /* overlong */
	{ "\xf0\x90\x80\x80", 4, 4 },
	{ "\xf4\x8f\xbf\xbf", 4, 4 }, /* U+10FFFF */
	{ "\xf4\x90\x80\x80", 4, 0 }, /* above */
	{ "\xf5\x80\x80\x80", 4, 0 },
	{ "\xff", 1, 0 },
};

static void utf8_sequences(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(sequences); i++)
		if (fw_utf8_length(sequences[i].bytes, sequences[i].size) != sequences[i].length)
			fail_msg("row %zu", i);
}

static const struct {
	const char *bytes;
	size_t size;
	const char *escaped;
} escapes[] = {
	{ "eth0", 4, "eth0" },
	{ "a;b $(x) \"q\" %s%n", 17, "a;b $(x) \"q\" %s%n" },
	{ "\x1b[31mred", 8, "\\x1b[31mred" },
	{ "a\0b\n\t\r", 6, "a\\x00b\\x0a\\x09\\x0d" },
	{ "\x7f", 1, "\\x7f" },
	{ "back\\slash", 10, "back\\\\slash" },
	{ "gr\xc3\xbc\xc3\x9f", 6, "gr\xc3\xbc\xc3\x9f" },
	{ "\xc2\x9b"
	  "31m",
	  5, "\\xc2\\x9b31m" },        /* C1: the one-character CSI */
	{ "\xc2\xa0", 2, "\xc2\xa0" }, /* the first character behind C1 */
	{ "\xc3(", 2, "\\xc3(" },
	{ "\xe2\x82", 2, "\\xe2\\x82" },
	{ "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" },
	{ "\xff\xfe", 2, "\\xff\\xfe" },
};

static void escaped_for_terminals(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(escapes); i++) {
		struct fw_buf buf = { 0 };

		fw_buf_escaped(&buf, escapes[i].bytes, escapes[i].size);
		assert_string_equal(fw_buf_text(&buf), escapes[i].escaped);
		fw_buf_free(&buf);
	}
}

/* Whatever comes in, what goes out is valid UTF-8 without any control character. */
static void escaped_noise(void **state)
{
	uint64_t random = 4, word;
	size_t at, length;
	char noise[64];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct fw_buf buf = { 0 };

		for (at = 0; at < sizeof(noise); at += sizeof(word)) {
			word = unit_random(&random);
			memcpy(noise + at, &word, sizeof(word));
		}
		fw_buf_escaped(&buf, noise, sizeof(noise));
		for (at = 0; at < buf.length; at += length) {
			unsigned char first = (unsigned char)buf.data[at];

			length = fw_utf8_length(buf.data + at, buf.length - at);
			assert_true(length > 0);
			assert_true(first >= 0x20 && first != 0x7f);
			if (first == 0xc2)
				assert_true((unsigned char)buf.data[at + 1] >= 0xa0);
		}
		fw_buf_free(&buf);
	}
}

static void error_says_what(void **state)
{
	struct fw_err err = FW_ERR_INIT;

	(void)state;
	assert_int_equal(fw_err_set(&err, FW_ERR_MISUSE, "unknown word \"%s\"", "lst"), -1);
	assert_int_equal(err.kind, FW_ERR_MISUSE);
	assert_string_equal(err.what, "unknown word \"lst\"");
	assert_null(err.hint);
	fw_err_hint(&err, "did you mean %s?", "list");
	fw_err_hint(&err, "did you mean \"%s\"?", "list");
	assert_string_equal(err.hint, "did you mean \"list\"?");
	fw_err_prefix(&err, "%s:%d", "policy.conf", 3);
	assert_string_equal(err.what, "policy.conf:3: unknown word \"lst\"");
	/* The old text may be part of the new one; the old hint goes. */
	fw_err_set(&err, FW_ERR_FAILED, "again: %s", err.what);
	assert_string_equal(err.what, "again: policy.conf:3: unknown word \"lst\"");
	assert_null(err.hint);
	fw_err_free(&err);
	assert_int_equal(err.kind, FW_ERR_NONE);
	assert_null(err.what);
	fw_err_free(NULL);
}

static void error_of_a_system_call(void **state)
{
	struct fw_err err = FW_ERR_INIT;

	(void)state;
	assert_int_equal(fw_err_sys(&err, EPERM, "asking"), -1);
	assert_int_equal(err.kind, FW_ERR_DENIED);
	assert_int_equal(err.sys, EPERM);
	assert_string_equal(err.what, "asking: Operation not permitted");
	fw_err_sys(&err, ENOENT, "opening \"%s\"", "a");
	assert_int_equal(err.kind, FW_ERR_FAILED);
	assert_string_equal(err.what, "opening \"a\": No such file or directory");
	fw_err_free(&err);
	/* A caller that does not want to know passes NULL. */
	assert_int_equal(fw_err_set(NULL, FW_ERR_FAILED, "x"), -1);
	assert_int_equal(fw_err_sys(NULL, EIO, "x"), -1);
	assert_int_equal(fw_err_hint(NULL, "x"), -1);
	assert_int_equal(fw_err_prefix(NULL, "x"), -1);
}

static void error_is_copied_whole(void **state)
{
	struct fw_err from = FW_ERR_INIT, to = FW_ERR_INIT;

	(void)state;
	fw_err_sys(&from, EPERM, "asking");
	fw_err_set(&to, FW_ERR_FAILED, "before");
	fw_err_hint(&to, "of before");
	assert_int_equal(fw_err_copy(&to, &from), -1);
	assert_int_equal(to.kind, FW_ERR_DENIED);
	assert_int_equal(to.sys, EPERM);
	assert_string_equal(to.what, from.what);
	assert_null(to.hint);
	fw_err_hint(&from, "100%% of it");
	fw_err_copy(&to, &from);
	assert_string_equal(to.hint, "100% of it");
	assert_int_equal(fw_err_copy(NULL, &from), -1);
	fw_err_free(&from);
	fw_err_free(&to);
}

static void array_grows(void **state)
{
	size_t capacity = 0, count;
	uint32_t *items = NULL;

	(void)state;
	for (count = 0; count < 1000; count++) {
		fw_array_grow(&items, &capacity, count, sizeof(*items));
		assert_true(capacity > count);
		items[count] = (uint32_t)count;
	}
	for (count = 0; count < 1000; count++)
		assert_int_equal(items[count], count);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits),
		cmocka_unit_test(buffer_grows),
		cmocka_unit_test(buffer_handed_over),
		cmocka_unit_test(utf8_sequences),
		cmocka_unit_test(escaped_for_terminals),
		cmocka_unit_test(escaped_noise),
		cmocka_unit_test(error_says_what),
		cmocka_unit_test(error_of_a_system_call),
		cmocka_unit_test(error_is_copied_whole),
		cmocka_unit_test(array_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
