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

/* At most 10 bytes. */
static inline char *fw_put_u32(char *at, uint32_t value)
{
	char digits[10];
	char *end = digits + sizeof(digits), *p = end;

	while (value >= 100) {
		p -= 2;
		memcpy(p, fw_digit_pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10) {
		p -= 2;
		memcpy(p, fw_digit_pairs + value * 2, 2);
	} else {
		*--p = (char)('0' + value);
	}
	memcpy(at, p, (size_t)(end - p));
	return at + (end - p);
}

/* Dotted quad of 4 bytes in network order; at most FW_IPV4_MAX_TEXT bytes. */
static inline char *fw_put_ipv4(char *at, const uint8_t *bytes)
{
	at = fw_put_u32(at, bytes[0]);
	*at++ = '.';
	at = fw_put_u32(at, bytes[1]);
	*at++ = '.';
	at = fw_put_u32(at, bytes[2]);
	*at++ = '.';
	return fw_put_u32(at, bytes[3]);
}

/* The text of inet_ntop(3) (RFC 5952) for 16 bytes; at most FW_IPV6_MAX_TEXT bytes. */
char *fw_put_ipv6(char *at, const uint8_t *bytes);

/* Lower-case hexadecimal without leading zeros and without "0x"; at most 16 bytes. */
char *fw_put_hex(char *at, uint64_t value);

#endif
