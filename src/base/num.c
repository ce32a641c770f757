/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/num.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int digit_of(char c, unsigned int base)
{
	int digit = -1;

	if (c >= '0' && c <= '9')
		digit = c - '0';
	else if (c >= 'a' && c <= 'f')
		digit = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		digit = c - 'A' + 10;
	return digit < (int)base ? digit : -1;
}

enum fw_num_result fw_num_parse_n(const char *text, size_t length, uint64_t min, uint64_t max,
				  uint64_t *value)
{
	unsigned int base = 10;
	bool overflow = false;
	uint64_t sum = 0;
	size_t i = 0;

	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		i = 2;
	} else if (length > 1 && text[0] == '0') {
		/* 010 is eight to some readers and ten to others: neither is right here. */
		return FW_NUM_INVALID;
	}
	if (!length)
		return FW_NUM_INVALID;
	for (; i < length; i++) {
		int digit = digit_of(text[i], base);

		if (digit < 0)
			return FW_NUM_INVALID;
		if (__builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)digit, &sum))
			overflow = true;
	}
	if (overflow || sum < min || sum > max)
		return FW_NUM_RANGE;
	*value = sum;
	return FW_NUM_OK;
}

enum fw_num_result fw_num_parse(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	return fw_num_parse_n(text, strlen(text), min, max, value);
}

static const struct {
	char letter;
	uint64_t seconds;
} units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

#define UNITS (sizeof(units) / sizeof(units[0]))

enum fw_num_result fw_duration_parse_n(const char *text, size_t length, uint64_t max,
				       uint64_t *seconds)
{
	size_t at = 0, unit = 0, digits;
	bool overflow = false;
	uint64_t sum = 0, part;

	if (fw_num_parse_n(text, length, 0, UINT64_MAX, &part) != FW_NUM_INVALID)
		return fw_num_parse_n(text, length, 0, max, seconds);
	if (!length)
		return FW_NUM_INVALID;
	while (at < length) {
		digits = 0;
		while (at + digits < length && digit_of(text[at + digits], 10) >= 0)
			digits++;
		switch (fw_num_parse_n(text + at, digits, 0, UINT32_MAX, &part)) {
		case FW_NUM_OK: break;
		case FW_NUM_RANGE: overflow = true; break;
		default: return FW_NUM_INVALID;
		}
		at += digits;
		while (unit < UNITS && (at >= length || units[unit].letter != text[at]))
			unit++;
		if (unit == UNITS)
			return FW_NUM_INVALID;
		if (!overflow)
			sum += part * units[unit].seconds;
		unit++;
		at++;
	}
	if (overflow || sum > max)
		return FW_NUM_RANGE;
	*seconds = sum;
	return FW_NUM_OK;
}

enum fw_num_result fw_duration_parse(const char *text, uint64_t max, uint64_t *seconds)
{
	return fw_duration_parse_n(text, strlen(text), max, seconds);
}

const char *fw_duration_print(uint64_t seconds, char text[FW_DURATION_MAX_TEXT])
{
	size_t unit = 0;

	while (unit < UNITS - 1 && (!seconds || seconds % units[unit].seconds))
		unit++;
	snprintf(text, FW_DURATION_MAX_TEXT, "%llu%c",
		 (unsigned long long)(seconds / units[unit].seconds), units[unit].letter);
	return text;
}
