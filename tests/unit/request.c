/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes down to the kernel for a filter: the bytes of the request behind its header, as written
 * out by hand from linux/netfilter/nfnetlink_conntrack.h, on a little-endian machine.
 */
#include "tests/unit/unit.h"

#include <endian.h>
#include <stdlib.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "fwctl/cli/filter-options.h"
#include "fwctl/kernel/ct-request.h"

static void make_filter(const char *words, struct fw_filter *filter)
{
	struct fw_option *options = fw_filter_source.options();
	char *copy = strdup(words), *argv[20], *word, *rest = NULL;
	struct fw_filter_reader reader = { .filter = filter };
	const struct fw_option_group groups[] = { { NULL, options, &reader }, { 0 } };
	struct fw_err err = FW_ERR_INIT;
	int argc = 0;

	memset(filter, 0, sizeof(*filter));
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	if (fw_options_parse(groups, argc, argv, false, &err) != 0)
		fail_msg("'%s': %s", words, err.what);
	free(options);
	free(copy);
}

static void print_hex(const struct nlmsghdr *message, char *text)
{
	const unsigned char *bytes = (const void *)message;
	uint32_t i;

	*text = '\0';
	for (i = NLMSG_HDRLEN + 4; i < message->nlmsg_len; i++)
		text += snprintf(text, 3, "%02x", bytes[i]);
}

/* Family and attributes of a dump of the table. */
struct row {
	const char *words;
	uint8_t family;
	const char *hex;
};

static const struct row dumps[] = {
	{ "", 0, "" },
	{ "-f ipv6", 10, "" },
	{ "-m 5", 0,
	  "0800080000000005"
	  "08001500ffffffff" },
	{ "-m 0x10/0xf0", 0,
	  "0800080000000010"
	  "08001500000000f0" },
	/* A line is in the bits of `stamp`, below. */
	{ "--line 7", 0,
	  "0800080000070000"
	  "08001500ffff0000" },
	{ "--line 0", 0,
	  "0800080000000000"
	  "08001500ffff0000" },
	{ "-m 5 --line 7", 0,
	  "0800080000000005"
	  "08001500ffffffff" },
	{ "--line 65536", 0, "" },
	{ "--line 7,8", 0, "" },
	{ "--not --line 7", 0, "" },
	{ "-u assured,unreplied", 0,
	  "0800030000000004"
	  "08001a0000000006" },
	{ "-w 7", 0, "0600120000070000" },
	/* A flow with a zone in one direction has none in both, which is 0 here and not there. */
	{ "-w 0", 0, "" },
	{ "-f ipv4 -p udp", 2,
	  "10000180"
	  "0c000280"
	  "0500010011000000"
	  "14001980"
	  "0800010008000000"
	  "0800020000000000" },
	{ "-f ipv4 -p udp --dport 53", 2,
	  "18000180"
	  "14000280"
	  "0500010011000000"
	  "0600030000350000"
	  "14001980"
	  "0800010028000000"
	  "0800020000000000" },
	{ "-s 10.0.0.1", 2,
	  "10000180"
	  "0c000180"
	  "080001000a000001"
	  "14001980"
	  "0800010001000000"
	  "0800020000000000" },
	{ "-q 10.0.0.1", 2,
	  "10000280"
	  "0c000180"
	  "080002000a000001"
	  "14001980"
	  "0800010000000000"
	  "0800020002000000" },
	/* The kernel compares IPv6 addresses the wrong way round. */
	{ "-s 2001:db8::1", 10, "" },
	/* What it cannot compare stays here: ranges, lists, prefixes, the negated. */
	{ "-s 10.0.0.0/8", 0, "" },
	{ "-s 10.0.0.1,10.0.0.2", 0, "" },
	{ "-f ipv4 --sport 1:5", 2, "" },
	{ "--not -m 5", 0, "" },
	{ "--not -f ipv4", 0, "" },
	{ "--helper ftp --timeout-below 5 -n", 0, "" },
};

static void dump_requests(void **state)
{
	char buffer[FW_CT_REQUEST_SIZE], hex[2 * FW_CT_REQUEST_SIZE + 1];
	const struct nlmsghdr *message;
	const struct nfgenmsg *header;
	struct fw_filter filter;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(dumps); i++) {
		make_filter(dumps[i].words, &filter);
		filter.stamp = 0xffff0000;
		message = fw_ct_dump_request(buffer, &filter, FW_TABLE_CONNTRACK, 0, false);
		header = NLMSG_DATA(message);
		print_hex(message, hex);
		if (header->nfgen_family != dumps[i].family || strcmp(hex, dumps[i].hex))
			fail_msg("'%s': family %d, %s", dumps[i].words, header->nfgen_family, hex);
		assert_int_equal(message->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
		fw_filter_free(&filter);
	}
}

static const struct {
	const char *words;
	bool whole;
	uint16_t zone;
} gets[] = {
	{ "-p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2", true, 0 },
	{ "-p udp -r 10.0.0.1 -q 10.0.0.2 --reply-port-src 1 --reply-port-dst 2", true, 0 },
	{ "-p tcp -s 2001:db8::1 -d 2001:db8::2 --sport 1 --dport 2 -w 5", true, 5 },
	{ "-p tcp -s 2001:db8::1 -d 2001:db8::2 --sport 1 --dport 2 --orig-zone 6", true, 6 },
	{ "-p tcp -s 2001:db8::1 -d 2001:db8::2 --sport 1 --dport 2 --reply-zone 6", true, 0 },
	{ "-p tcp -r 2001:db8::1 -q 2001:db8::2 --reply-port-src 1 --reply-port-dst 2 "
	  "--reply-zone 6",
	  true, 6 },
	{ "-p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 1", true, 0 },
	{ "-p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 1 --dstkey 2", true, 0 },
	{ "-p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1", false, 0 },
	{ "-s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2", false, 0 },
	{ "-p udp -s 10.0.0.0/24 -d 10.0.0.2 --sport 1 --dport 2", false, 0 },
	{ "-p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1:3 --dport 2", false, 0 },
	{ "-p udp --not -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2", false, 0 },
	{ "", false, 0 },
};

static void whole_tuples_are_asked_for(void **state)
{
	char buffer[FW_CT_REQUEST_SIZE];
	const struct nlmsghdr *message;
	struct fw_filter filter;
	uint16_t zone;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(gets); i++) {
		make_filter(gets[i].words, &filter);
		zone = 0;
		message = fw_ct_get_request(buffer, &filter, &zone);
		if (!message != !gets[i].whole || zone != gets[i].zone)
			fail_msg("'%s'", gets[i].words);
		if (message)
			assert_int_equal(message->nlmsg_flags, NLM_F_REQUEST);
		fw_filter_free(&filter);
	}
}

static void families_are_needed_for_tuples(void **state)
{
	struct fw_filter filter;

	(void)state;
	make_filter("-p udp --dport 53", &filter);
	assert_true(fw_ct_needs_family(&filter, FW_TABLE_CONNTRACK));
	assert_false(fw_ct_needs_family(&filter, FW_TABLE_DYING));
	fw_filter_free(&filter);
	make_filter("-p udp --dport 53 -s 10.0.0.1", &filter);
	assert_false(fw_ct_needs_family(&filter, FW_TABLE_CONNTRACK));
	fw_filter_free(&filter);
	make_filter("-u assured -m 5 -w 3", &filter);
	assert_false(fw_ct_needs_family(&filter, FW_TABLE_CONNTRACK));
	fw_filter_free(&filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dump_requests),
		cmocka_unit_test(whole_tuples_are_asked_for),
		cmocka_unit_test(families_are_needed_for_tuples),
	};

	if (BYTE_ORDER != LITTLE_ENDIAN)
		return 77;
	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
