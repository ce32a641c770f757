/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/digits.h"

#include <arpa/inet.h>

const char fw_digit_pairs[201] = "00010203040506070809101112131415161718192021222324"
				 "25262728293031323334353637383940414243444546474849"
				 "50515253545556575859606162636465666768697071727374"
				 "75767778798081828384858687888990919293949596979899";

char *fw_put_u64(char *at, uint64_t value)
{
	char digits[FW_U64_MAX_DIGITS];
	char *end = digits + sizeof(digits), *p = end;

	if (value <= UINT32_MAX)
		return fw_put_u32(at, (uint32_t)value);
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

char *fw_put_hex(char *at, uint64_t value)
{
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[value >> shift & 15];
	return at;
}

/* The longest run of zero groups, at least two long; the first of equal ones (RFC 5952, 4.2). */
static int longest_zero_run(const uint16_t *group, int *length)
{
	int best = -1, best_length = 1, i, start = -1;

	for (i = 0; i <= 8; i++) {
		if (i < 8 && !group[i]) {
			if (start < 0)
				start = i;
			continue;
		}
		if (start >= 0 && i - start > best_length) {
			best = start;
			best_length = i - start;
		}
		start = -1;
	}
	*length = best_length;
	return best;
}

char *fw_put_ipv6(char *at, const uint8_t *bytes)
{
	uint16_t group[8];
	int i, zeros, run;

	for (i = 0; i < 8; i++)
		group[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	zeros = longest_zero_run(group, &run);
	/* inet_ntop(3) writes IPv4-mapped and IPv4-compatible addresses with a dotted quad. */
	if (zeros == 0 && (run == 6 || (run == 5 && group[5] == 0xffff))) {
		memcpy(at, run == 5 ? "::ffff:" : "::", run == 5 ? 7 : 2);
		return fw_put_ipv4(at + (run == 5 ? 7 : 2), bytes + 12);
	}
	for (i = 0; i < 8; i++) {
		if (i == zeros) {
			*at++ = ':';
			i += run - 1;
			if (i == 7)
				*at++ = ':';
			continue;
		}
		if (i)
			*at++ = ':';
		at = fw_put_hex(at, group[i]);
	}
	return at;
}
