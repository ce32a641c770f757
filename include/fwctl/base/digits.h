/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Number and address writers for the hot path: they write text at `at`, which must have the room
 * named with each, and return the end. Two digits at a time from a table.
 */
#ifndef FWCTL_BASE_DIGITS_H
#define FWCTL_BASE_DIGITS_H

#include <stdint.h>
#include <string.h>

#define FW_U64_MAX_DIGITS 20
#define FW_IPV4_MAX_TEXT  15
#define FW_IPV6_MAX_TEXT  45

/* "00" "01" … "99", one after the other. */
extern const char fw_digit_pairs[201];

/* At most FW_U64_MAX_DIGITS bytes. */
char *fw_put_u64(char *at, uint64_t value);

/* At most 10 bytes. Counts the digits first, so that they can be written where they belong. */
static inline char *fw_put_u32(char *at, uint32_t value)
{
	unsigned int digits = value < 100         ? 1 + (value >= 10)
			      : value < 10000     ? 3 + (value >= 1000)
			      : value < 1000000   ? 5 + (value >= 100000)
			      : value < 100000000 ? 7 + (value >= 10000000)
						  : 9 + (value >= 1000000000);
	char *p = at + digits;

	while (value >= 100) {
		p -= 2;
		memcpy(p, fw_digit_pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10)
		memcpy(at, fw_digit_pairs + value * 2, 2);
	else
		*at = (char)('0' + value);
	return at + digits;
}

/* At most 3 bytes. */
static inline char *fw_put_u8(char *at, uint8_t value)
{
	if (value >= 100) {
		*at++ = (char)('0' + value / 100);
		memcpy(at, fw_digit_pairs + value % 100 * 2, 2);
		return at + 2;
	}
	if (value >= 10) {
		memcpy(at, fw_digit_pairs + value * 2, 2);
		return at + 2;
	}
	*at++ = (char)('0' + value);
	return at;
}

/* The bytes of a short name without its NUL; for names of a few bytes a loop beats memcpy(3). */
static inline char *fw_put_name(char *at, const char *name)
{
	while (*name)
		*at++ = *name++;
	return at;
}

/* Dotted quad of 4 bytes in network order; at most FW_IPV4_MAX_TEXT bytes. */
static inline char *fw_put_ipv4(char *at, const uint8_t *bytes)
{
	at = fw_put_u8(at, bytes[0]);
	*at++ = '.';
	at = fw_put_u8(at, bytes[1]);
	*at++ = '.';
	at = fw_put_u8(at, bytes[2]);
	*at++ = '.';
	return fw_put_u8(at, bytes[3]);
}

/* The text of inet_ntop(3) (RFC 5952) for 16 bytes; at most FW_IPV6_MAX_TEXT bytes. */
char *fw_put_ipv6(char *at, const uint8_t *bytes);

/* Lower-case hexadecimal without leading zeros and without "0x"; at most 16 bytes. */
char *fw_put_hex(char *at, uint64_t value);

#endif
