/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one parser of numbers and durations. */
#include "tests/unit/unit.h"

#include "fwctl/base/num.h"

static const struct {
	const char *text;
	uint64_t min, max;
	enum fw_num_result result;
	uint64_t value;
} numbers[] = {
	{ "0", 0, 65535, FW_NUM_OK, 0 },
	{ "7", 0, 65535, FW_NUM_OK, 7 },
	{ "65535", 0, 65535, FW_NUM_OK, 65535 },
	{ "65536", 0, 65535, FW_NUM_RANGE, 0 },
	{ "99999", 0, 65535, FW_NUM_RANGE, 0 },
	{ "0", 1, 65535, FW_NUM_RANGE, 0 },
	{ "1", 1, 65535, FW_NUM_OK, 1 },
	{ "0x10", 0, 65535, FW_NUM_OK, 16 },
	{ "0XfF", 0, 65535, FW_NUM_OK, 255 },
	{ "0x", 0, 65535, FW_NUM_INVALID, 0 },
	{ "0xg", 0, 65535, FW_NUM_INVALID, 0 },
	{ "x10", 0, 65535, FW_NUM_INVALID, 0 },
	{ "a", 0, 65535, FW_NUM_INVALID, 0 },
	{ "010", 0, 65535, FW_NUM_INVALID, 0 },
	{ "00", 0, 65535, FW_NUM_INVALID, 0 },
	{ "", 0, 65535, FW_NUM_INVALID, 0 },
	{ "-1", 0, 65535, FW_NUM_INVALID, 0 },
	{ "+1", 0, 65535, FW_NUM_INVALID, 0 },
	{ " 1", 0, 65535, FW_NUM_INVALID, 0 },
	{ "1 ", 0, 65535, FW_NUM_INVALID, 0 },
	{ "30-5", 0, 65535, FW_NUM_INVALID, 0 },
	{ "1.5", 0, 65535, FW_NUM_INVALID, 0 },
	{ "1e3", 0, 65535, FW_NUM_INVALID, 0 },
	{ "abc", 0, 65535, FW_NUM_INVALID, 0 },
	{ "\xd9\xa3", 0, 65535, FW_NUM_INVALID, 0 },
	{ "18446744073709551615", 0, UINT64_MAX, FW_NUM_OK, UINT64_MAX },
	{ "18446744073709551616", 0, UINT64_MAX, FW_NUM_RANGE, 0 },
	{ "184467440737095516150", 0, UINT64_MAX, FW_NUM_RANGE, 0 },
	{ "0xffffffffffffffff", 0, UINT64_MAX, FW_NUM_OK, UINT64_MAX },
	{ "0x10000000000000000", 0, UINT64_MAX, FW_NUM_RANGE, 0 },
	{ "99999999999999999999999999999x", 0, UINT64_MAX, FW_NUM_INVALID, 0 },
};

static void number_rows(void **state)
{
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(numbers); i++) {
		value = 4711;
		if (fw_num_parse(numbers[i].text, numbers[i].min, numbers[i].max, &value) !=
		    numbers[i].result)
			fail_msg("\"%s\" in %llu..%llu", numbers[i].text,
				 (unsigned long long)numbers[i].min,
				 (unsigned long long)numbers[i].max);
		assert_int_equal(value, numbers[i].result == FW_NUM_OK ? numbers[i].value : 4711);
	}
}

/* A number inside a longer text ends where the caller says, and nothing behind is looked at. */
static void number_in_text(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_int_equal(fw_num_parse_n("61111:62222", 5, 0, 65535, &value), FW_NUM_OK);
	assert_int_equal(value, 61111);
	assert_int_equal(fw_num_parse_n("61111:62222", 6, 0, 65535, &value), FW_NUM_INVALID);
	assert_int_equal(fw_num_parse_n("5\0"
					"6",
					3, 0, 65535, &value),
			 FW_NUM_INVALID);
}

static const struct {
	const char *text;
	uint64_t max;
	enum fw_num_result result;
	uint64_t seconds;
} durations[] = {
	{ "0", 100, FW_NUM_OK, 0 },
	{ "0s", 100, FW_NUM_OK, 0 },
	{ "30", 100, FW_NUM_OK, 30 },
	{ "30s", 100, FW_NUM_OK, 30 },
	{ "2m", 1000, FW_NUM_OK, 120 },
	{ "1h30m", 10000, FW_NUM_OK, 5400 },
	{ "5d", UINT32_MAX, FW_NUM_OK, 432000 },
	{ "1d2h3m4s", UINT32_MAX, FW_NUM_OK, 93784 },
	{ "101", 100, FW_NUM_RANGE, 0 },
	{ "2m", 100, FW_NUM_RANGE, 0 },
	{ "99999999999d", UINT64_MAX, FW_NUM_RANGE, 0 },
	{ "99999999999999999999999d", UINT64_MAX, FW_NUM_RANGE, 0 },
	{ "", 100, FW_NUM_INVALID, 0 },
	{ "s", 100, FW_NUM_INVALID, 0 },
	{ "30x", 100, FW_NUM_INVALID, 0 },
	{ "30S", 100, FW_NUM_INVALID, 0 },
	{ "1m2m", 1000, FW_NUM_INVALID, 0 },
	{ "1m1h", 10000, FW_NUM_INVALID, 0 },
	{ "1h30", 10000, FW_NUM_INVALID, 0 },
	{ "-1s", 100, FW_NUM_INVALID, 0 },
	{ "1 m", 100, FW_NUM_INVALID, 0 },
	{ "1ms", 100, FW_NUM_INVALID, 0 },
	{ "010s", 100, FW_NUM_INVALID, 0 },
	{ "99999999999999999999999x", 100, FW_NUM_INVALID, 0 },
};

static void duration_rows(void **state)
{
	uint64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(durations); i++) {
		seconds = 4711;
		if (fw_duration_parse(durations[i].text, durations[i].max, &seconds) !=
		    durations[i].result)
			fail_msg("\"%s\" up to %llu", durations[i].text,
				 (unsigned long long)durations[i].max);
		assert_int_equal(seconds,
				 durations[i].result == FW_NUM_OK ? durations[i].seconds : 4711);
	}
}

static const struct {
	uint64_t seconds;
	const char *text;
} printed[] = {
	{ 0, "0s" },     { 1, "1s" },      { 30, "30s" },    { 60, "1m" },
	{ 90, "90s" },   { 120, "2m" },    { 3600, "1h" },   { 5400, "90m" },
	{ 86400, "1d" }, { 90000, "25h" }, { 432000, "5d" },
};

static void duration_printed(void **state)
{
	char text[FW_DURATION_MAX_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(printed); i++)
		assert_string_equal(fw_duration_print(printed[i].seconds, text), printed[i].text);
}

/* What is printed is read back as the same number, up to the largest. */
static void duration_round_trip(void **state)
{
	uint64_t random = 1, seconds, back;
	char text[FW_DURATION_MAX_TEXT];
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		seconds = unit_random(&random) >> (32 + unit_random(&random) % 32);
		assert_int_equal(
			fw_duration_parse(fw_duration_print(seconds, text), UINT64_MAX, &back),
			FW_NUM_OK);
		assert_int_equal(back, seconds);
	}
	assert_true(strlen(fw_duration_print(UINT64_MAX, text)) < sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_rows),         cmocka_unit_test(number_in_text),
		cmocka_unit_test(duration_rows),       cmocka_unit_test(duration_printed),
		cmocka_unit_test(duration_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
