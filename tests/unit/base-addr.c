/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and prefixes, and the fast writers of their texts. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>

#include "fwctl/base/addr.h"
#include "fwctl/base/digits.h"

static const struct {
	const char *text;
	int result;
	const char *printed;
	bool host_bits;
} prefixes[] = {
	{ "192.0.2.1", 0, "192.0.2.1", false },
	{ "192.0.2.1/32", 0, "192.0.2.1", false },
	{ "192.0.2.0/24", 0, "192.0.2.0/24", false },
	{ "192.0.2.1/24", 0, "192.0.2.0/24", true },
	{ "192.0.2.1/0", 0, "0.0.0.0/0", true },
	{ "0.0.0.0/0", 0, "0.0.0.0/0", false },
	{ "10.1.2.3/255.255.0.0", 0, "10.1.0.0/16", true },
	{ "10.0.0.0/255.255.255.255", 0, "10.0.0.0", false },
	{ "10.0.0.0/0.0.0.0", 0, "0.0.0.0/0", true },
	{ "10.0.0.0/255.0.255.0", -1, NULL, false },
	{ "10.0.0.0/33", -1, NULL, false },
	{ "10.0.0.0/", -1, NULL, false },
	{ "10.0.0.0/-1", -1, NULL, false },
	{ "10.0.0.0/08", -1, NULL, false },
	{ "10.0.0.0/8/8", -1, NULL, false },
	{ "10.0.0", -1, NULL, false },
	{ "10.0.0.256", -1, NULL, false },
	{ "10.0.0.01", -1, NULL, false },
	{ " 10.0.0.1", -1, NULL, false },
	{ "10.0.0.1 ", -1, NULL, false },
	{ "", -1, NULL, false },
	{ "/8", -1, NULL, false },
	{ "localhost", -1, NULL, false },
	{ "2001:db8::1", 0, "2001:db8::1", false },
	{ "2001:DB8::1", 0, "2001:db8::1", false },
	{ "2001:db8::/32", 0, "2001:db8::/32", false },
	{ "2001:db8::1/33", 0, "2001:db8::/33", true },
	{ "2001:db8:ffff::/35", 0, "2001:db8:e000::/35", true },
	{ "::/0", 0, "::/0", false },
	{ "::ffff:192.0.2.1", 0, "::ffff:192.0.2.1", false },
	{ "2001:db8::/129", -1, NULL, false },
	{ "2001:db8::/255.255.0.0", -1, NULL, false },
	{ "fe80::1%eth0", -1, NULL, false },
	{ "2001:db8:::1", -1, NULL, false },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222", -1, NULL, false },
};

static void prefix_rows(void **state)
{
	char text[FW_PREFIX_MAX_TEXT];
	struct fw_prefix prefix;
	bool host_bits;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(prefixes); i++) {
		if (fw_prefix_parse(prefixes[i].text, &prefix, &host_bits) != prefixes[i].result)
			fail_msg("\"%s\"", prefixes[i].text);
		if (prefixes[i].result < 0)
			continue;
		assert_string_equal(fw_prefix_print(&prefix, text), prefixes[i].printed);
		assert_int_equal(host_bits, prefixes[i].host_bits);
	}
}

static struct fw_prefix prefix_of(const char *text)
{
	struct fw_prefix prefix;

	assert_int_equal(fw_prefix_parse(text, &prefix, NULL), 0);
	return prefix;
}

static void contains(void **state)
{
	struct fw_prefix net = prefix_of("198.51.100.128/25"), all = prefix_of("0.0.0.0/0");
	struct fw_prefix one = prefix_of("2001:db8::1");
	struct fw_prefix in, out;

	(void)state;
	in = prefix_of("198.51.100.255");
	out = prefix_of("198.51.100.127");
	assert_true(fw_prefix_contains(&net, &in.addr));
	assert_false(fw_prefix_contains(&net, &out.addr));
	assert_true(fw_prefix_contains(&all, &out.addr));
	assert_true(fw_prefix_contains(&one, &one.addr));
	out = prefix_of("2001:db8::2");
	assert_false(fw_prefix_contains(&one, &out.addr));
}

static bool covers(const char *outer, const char *inner)
{
	struct fw_prefix a = prefix_of(outer), b = prefix_of(inner);

	return fw_prefix_covers(&a, &b);
}

static void covers_prefixes(void **state)
{
	(void)state;
	assert_true(covers("10.0.0.0/8", "10.1.0.0/16"));
	assert_true(covers("10.0.0.0/8", "10.0.0.0/8"));
	assert_false(covers("10.1.0.0/16", "10.0.0.0/8"));
	assert_false(covers("10.0.0.0/8", "11.0.0.1"));
	assert_true(covers("2001:db8::/32", "2001:db8:1::/48"));
	/* The same first bytes, but another family. */
	assert_false(covers("0.0.0.0/0", "::/0"));
	assert_false(covers("::/0", "0.0.0.0/0"));
}

/* Each mask length of both families, bit by bit. */
static void mask_every_length(void **state)
{
	unsigned int length, bit;
	union fw_addr addr;

	(void)state;
	for (length = 0; length <= 128; length++) {
		memset(&addr, 0xff, sizeof(addr));
		fw_addr_mask(&addr, length);
		for (bit = 0; bit < 128; bit++)
			assert_int_equal(addr.byte[bit / 8] >> (7 - bit % 8) & 1, bit < length);
	}
}

static void same_as_inet_ntop(const uint8_t bytes[16])
{
	char ours[FW_IPV6_MAX_TEXT + 1], theirs[INET6_ADDRSTRLEN];

	*fw_put_ipv6(ours, bytes) = '\0';
	assert_non_null(inet_ntop(AF_INET6, bytes, theirs, sizeof(theirs)));
	assert_string_equal(ours, theirs);
}

/* Every pattern of zero and non-zero groups, with values of one to four digits. */
static void ipv6_every_zero_pattern(void **state)
{
	static const uint16_t values[] = { 1, 0xa, 0xff, 0x100, 0xabc, 0x1000, 0xffff };
	unsigned int zeros, value, group;
	uint8_t bytes[16];

	(void)state;
	for (zeros = 0; zeros < 256; zeros++) {
		for (value = 0; value < COUNT(values); value++) {
			for (group = 0; group < 8; group++) {
				uint16_t word = zeros >> group & 1 ? 0 : values[value];

				bytes[2 * group] = (uint8_t)(word >> 8);
				bytes[2 * group + 1] = (uint8_t)word;
			}
			same_as_inet_ntop(bytes);
		}
	}
}

/* The ranges that carry an IPv4 address, where inet_ntop(3) writes a dotted quad. */
static void ipv6_with_ipv4_inside(void **state)
{
	static const char *const texts[] = {
		"::",
		"::1",
		"::2",
		"::ffff",
		"::1:0",
		"::1.2.3.4",
		"::0.1.0.0",
		"::ffff:0:0",
		"::ffff:1.2.3.4",
		"::fffe:1.2.3.4",
		"::ffff:0:1:2",
		"1::ffff:1:2",
		"64:ff9b::1.2.3.4",
		"2002:102:304::",
		"::1:ffff:1:2",
	};
	uint8_t bytes[16];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		assert_int_equal(inet_pton(AF_INET6, texts[i], bytes), 1);
		same_as_inet_ntop(bytes);
	}
}

static void random_addresses(void **state)
{
	char ours[FW_IPV4_MAX_TEXT + 1], theirs[INET_ADDRSTRLEN];
	uint64_t random = 2, half[2];
	uint8_t bytes[16];
	int i, group;

	(void)state;
	for (i = 0; i < 300000; i++) {
		half[0] = unit_random(&random);
		half[1] = unit_random(&random);
		memcpy(bytes, half, sizeof(bytes));
		*fw_put_ipv4(ours, bytes) = '\0';
		assert_non_null(inet_ntop(AF_INET, bytes, theirs, sizeof(theirs)));
		assert_string_equal(ours, theirs);
		/* Every other address with about half of its groups zero. */
		for (group = 0; i % 2 && group < 8; group++)
			if (half[0] >> (8 * group) & 1)
				memset(bytes + 2 * group, 0, 2);
		same_as_inet_ntop(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefix_rows),
		cmocka_unit_test(contains),
		cmocka_unit_test(covers_prefixes),
		cmocka_unit_test(mask_every_length),
		cmocka_unit_test(ipv6_every_zero_pattern),
		cmocka_unit_test(ipv6_with_ipv4_inside),
		cmocka_unit_test(random_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
