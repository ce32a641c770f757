/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one parser of numbers and durations. Strict: the whole text must be the number, decimal or
 * 0x hexadecimal, without sign, blanks or leading zeros that would read as octal.
 */
#ifndef FWCTL_BASE_NUM_H
#define FWCTL_BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

enum fw_num_result {
	FW_NUM_OK = 0,
	FW_NUM_INVALID = -1, /* not a number */
	FW_NUM_RANGE = -2,   /* a number, but below min or above max */
};

/* Parses exactly `length` bytes at `text`; `*value` is written only on FW_NUM_OK. */
enum fw_num_result fw_num_parse_n(const char *text, size_t length, uint64_t min, uint64_t max,
				  uint64_t *value);
enum fw_num_result fw_num_parse(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/*
 * A duration in seconds: plain seconds or a sum of parts with the units s m h d, each at most once
 * and in falling order: "90", "30s", "1h30m". At most `max` seconds.
 */
enum fw_num_result fw_duration_parse_n(const char *text, size_t length, uint64_t max,
				       uint64_t *seconds);
enum fw_num_result fw_duration_parse(const char *text, uint64_t max, uint64_t *seconds);

/* The shortest such text with one unit, as the policy language prints it: 90 -> "90s", 120 ->
 * "2m". At most FW_DURATION_MAX_TEXT bytes with the NUL. Returns `text`. */
#define FW_DURATION_MAX_TEXT 24
const char *fw_duration_print(uint64_t seconds, char text[FW_DURATION_MAX_TEXT]);

#endif
