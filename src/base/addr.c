/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "fwctl/base/digits.h"
#include "fwctl/base/num.h"

_Static_assert(FW_FAMILY_IPV4 == AF_INET && FW_FAMILY_IPV6 == AF_INET6,
	       "families are passed to the kernel as they are");

const char *fw_family_name(uint8_t family)
{
	return family == FW_FAMILY_IPV4 ? "ipv4" : "ipv6";
}

int fw_addr_parse_n(const char *text, size_t length, union fw_addr *addr, uint8_t *family)
{
	char copy[INET6_ADDRSTRLEN];

	if (length >= sizeof(copy) || memchr(text, '\0', length))
		return -1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, copy, addr) == 1)
		*family = FW_FAMILY_IPV4;
	else if (inet_pton(AF_INET6, copy, addr) == 1)
		*family = FW_FAMILY_IPV6;
	else
		return -1;
	return 0;
}

/* The length of a netmask, or -1 when its ones are not all in front. */
static int netmask_length(const union fw_addr *mask, uint8_t family)
{
	union fw_addr ones;
	unsigned int length = 0, bits = fw_family_bits(family);

	while (length < bits && mask->byte[length / 8] & 0x80 >> length % 8)
		length++;
	memset(&ones, 0, sizeof(ones));
	memset(&ones, 0xff, bits / 8);
	fw_addr_mask(&ones, length);
	return memcmp(&ones, mask, bits / 8) ? -1 : (int)length;
}

static int parse_prefix_length(const char *text, size_t length, uint8_t family, uint8_t *bits)
{
	union fw_addr mask;
	uint8_t mask_family;
	uint64_t value;
	int count;

	if (fw_num_parse_n(text, length, 0, fw_family_bits(family), &value) == FW_NUM_OK) {
		*bits = (uint8_t)value;
		return 0;
	}
	if (fw_addr_parse_n(text, length, &mask, &mask_family) < 0 || mask_family != family)
		return -1;
	count = netmask_length(&mask, family);
	if (count < 0)
		return -1;
	*bits = (uint8_t)count;
	return 0;
}

int fw_prefix_parse_n(const char *text, size_t length, struct fw_prefix *prefix,
		      bool *had_host_bits)
{
	const char *slash = memchr(text, '/', length);
	size_t head = slash ? (size_t)(slash - text) : length;
	union fw_addr whole;

	memset(prefix, 0, sizeof(*prefix));
	if (fw_addr_parse_n(text, head, &prefix->addr, &prefix->family) < 0)
		return -1;
	prefix->length = (uint8_t)fw_family_bits(prefix->family);
	if (slash &&
	    parse_prefix_length(slash + 1, length - head - 1, prefix->family, &prefix->length) < 0)
		return -1;
	whole = prefix->addr;
	fw_addr_mask(&prefix->addr, prefix->length);
	if (had_host_bits)
		*had_host_bits = memcmp(&whole, &prefix->addr, sizeof(whole)) != 0;
	return 0;
}

int fw_prefix_parse(const char *text, struct fw_prefix *prefix, bool *had_host_bits)
{
	return fw_prefix_parse_n(text, strlen(text), prefix, had_host_bits);
}

void fw_addr_mask(union fw_addr *addr, unsigned int length)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		if (length >= 8 * (i + 1))
			continue;
		addr->byte[i] &= length <= 8 * i ? 0 : (uint8_t)(0xff00 >> (length - 8 * i));
	}
}

bool fw_prefix_contains(const struct fw_prefix *prefix, const union fw_addr *addr)
{
	union fw_addr masked = *addr;

	fw_addr_mask(&masked, prefix->length);
	return !memcmp(&masked, &prefix->addr, fw_family_bits(prefix->family) / 8);
}

bool fw_prefix_covers(const struct fw_prefix *outer, const struct fw_prefix *inner)
{
	return outer->family == inner->family && outer->length <= inner->length &&
	       fw_prefix_contains(outer, &inner->addr);
}

const char *fw_addr_print(const union fw_addr *addr, uint8_t family, char text[FW_PREFIX_MAX_TEXT])
{
	char *end = family == FW_FAMILY_IPV4 ? fw_put_ipv4(text, addr->byte)
					     : fw_put_ipv6(text, addr->byte);

	*end = '\0';
	return text;
}

const char *fw_prefix_print(const struct fw_prefix *prefix, char text[FW_PREFIX_MAX_TEXT])
{
	size_t used;

	fw_addr_print(&prefix->addr, prefix->family, text);
	used = strlen(text);
	if (prefix->length != fw_family_bits(prefix->family))
		snprintf(text + used, FW_PREFIX_MAX_TEXT - used, "/%u", prefix->length);
	return text;
}
