/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 and IPv6 addresses and prefixes, in network byte order. */
#ifndef FWCTL_BASE_ADDR_H
#define FWCTL_BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fw_family {
	FW_FAMILY_ANY = 0,
	FW_FAMILY_IPV4 = 2,  /* AF_INET and NFPROTO_IPV4 */
	FW_FAMILY_IPV6 = 10, /* AF_INET6 and NFPROTO_IPV6 */
};

/* Four or sixteen bytes in network order; the rest is zero. Its family is known from beside it. */
union fw_addr {
	uint8_t byte[16];
	uint32_t word[4];
	uint64_t half[2];
};

struct fw_prefix {
	union fw_addr addr; /* host bits are zero after fw_prefix_parse() */
	uint8_t family;     /* enum fw_family, never ANY */
	uint8_t length;     /* 0 to 32 or 128 */
};

static inline unsigned int fw_family_bits(uint8_t family)
{
	return family == FW_FAMILY_IPV4 ? 32 : 128;
}

/* fe80::/10 */
static inline bool fw_addr_is_link_local(uint8_t family, const union fw_addr *addr)
{
	return family == FW_FAMILY_IPV6 && addr->byte[0] == 0xfe && (addr->byte[1] & 0xc0) == 0x80;
}

/* "ipv4" or "ipv6". */
const char *fw_family_name(uint8_t family);

/* An address without prefix, `length` bytes at `text`. -1 when it is none. */
int fw_addr_parse_n(const char *text, size_t length, union fw_addr *addr, uint8_t *family);

/*
 * ADDR or ADDR/LENGTH (for IPv4 also ADDR/255.255.255.0). Host bits are cleared; `*had_host_bits`
 * (may be NULL) says whether there were any. -1 when it is no prefix.
 */
int fw_prefix_parse_n(const char *text, size_t length, struct fw_prefix *prefix,
		      bool *had_host_bits);
int fw_prefix_parse(const char *text, struct fw_prefix *prefix, bool *had_host_bits);

bool fw_prefix_contains(const struct fw_prefix *prefix, const union fw_addr *addr);

/* Whether every address of `inner` is in `outer`; false across families. */
bool fw_prefix_covers(const struct fw_prefix *outer, const struct fw_prefix *inner);

/* Zeroes all bits of `addr` behind the first `length`. */
void fw_addr_mask(union fw_addr *addr, unsigned int length);

/* "192.0.2.1" or "2001:db8::/32": without the length when it is the full one. Returns `text`. */
#define FW_PREFIX_MAX_TEXT 50
const char *fw_prefix_print(const struct fw_prefix *prefix, char text[FW_PREFIX_MAX_TEXT]);
const char *fw_addr_print(const union fw_addr *addr, uint8_t family, char text[FW_PREFIX_MAX_TEXT]);

#endif
