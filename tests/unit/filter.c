/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which flow a filter lets through: each row is {the words of the filter; the names of the flows
 * below that match}. And order: what a rank keeps.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fwctl/cli/filter-options.h"
#include "fwctl/model/expect.h"
#include "fwctl/model/rank.h"

#define BIT(bit) (1ull << (bit))
#define PORTS    (BIT(FW_TUPLE_SRC) | BIT(FW_TUPLE_DST) | BIT(FW_TUPLE_SPORT) | BIT(FW_TUPLE_DPORT))
#define COUNTED  (BIT(FW_TUPLE_PACKETS) | BIT(FW_TUPLE_BYTES))
#define USUAL                                                                                      \
	(BIT(FW_FLOW_BASICS) | BIT(FW_FLOW_REPLY) | BIT(FW_FLOW_TIMEOUT) | BIT(FW_FLOW_STATUS) |   \
	 BIT(FW_FLOW_MARK) | BIT(FW_FLOW_ID))

/* In native words: bits 3 and 64. */
static const uint32_t label_words[4] = { 8, 0, 1, 0 };

static union fw_addr addr(const char *text)
{
	union fw_addr result = { { 0 } };
	uint8_t family;

	assert_int_equal(fw_addr_parse_n(text, strlen(text), &result, &family), 0);
	return result;
}

static const struct fw_proto *proto(uint8_t number)
{
	return fw_proto_by_number(fw_protos, number);
}

/* a: udp, answered, marked, labelled, counted. */
static struct fw_flow flow_a(void)
{
	struct fw_flow flow = { .present = USUAL | BIT(FW_FLOW_LABELS) | BIT(FW_FLOW_AGE),
				.proto = proto(17),
				.family = FW_FAMILY_IPV4,
				.protonum = 17,
				.status = FW_STATUS_SEEN_REPLY | FW_STATUS_CONFIRMED,
				.timeout = 30,
				.mark = 0x15,
				.id = 1,
				.age = 100 };

	flow.orig = (struct fw_tuple){ .present = PORTS | COUNTED,
				       .src = addr("10.0.0.1"),
				       .dst = addr("10.0.0.2"),
				       .sport = 1000,
				       .dport = 53,
				       .packets = 3,
				       .bytes = 300 };
	flow.reply = (struct fw_tuple){ .present = PORTS | COUNTED,
					.src = addr("10.0.0.2"),
					.dst = addr("10.0.0.1"),
					.sport = 53,
					.dport = 1000,
					.packets = 2,
					.bytes = 200 };
	flow.labels = (struct fw_bytes){ (const char *)label_words, sizeof(label_words) };
	return flow;
}

/* b: tcp over IPv6, established, assured, source translated, with a helper, in zone 7. */
static struct fw_flow flow_b(void)
{
	struct fw_flow flow = { .present = USUAL | BIT(FW_FLOW_STATE) | BIT(FW_FLOW_HELPER) |
					   BIT(FW_FLOW_ZONE),
				.proto = proto(6),
				.family = FW_FAMILY_IPV6,
				.protonum = 6,
				.state = 3,
				.zone = 7,
				.status = FW_STATUS_SEEN_REPLY | FW_STATUS_ASSURED |
					  FW_STATUS_CONFIRMED | FW_STATUS_SRC_NAT,
				.timeout = 432000,
				.id = 2,
				.helper = { "ftp", 3 } };

	flow.orig = (struct fw_tuple){ .present = PORTS,
				       .src = addr("fd00::1"),
				       .dst = addr("2001:db8::2"),
				       .sport = 2000,
				       .dport = 21 };
	flow.reply = (struct fw_tuple){ .present = PORTS,
					.src = addr("2001:db8::2"),
					.dst = addr("2001:db8::99"),
					.sport = 21,
					.dport = 4000 };
	return flow;
}

/* c: icmp without an answer. */
static struct fw_flow flow_c(void)
{
	const uint64_t present = BIT(FW_TUPLE_SRC) | BIT(FW_TUPLE_DST) | BIT(FW_TUPLE_ICMP_TYPE) |
				 BIT(FW_TUPLE_ICMP_CODE) | BIT(FW_TUPLE_ICMP_ID);
	struct fw_flow flow = { .present = USUAL,
				.proto = proto(1),
				.family = FW_FAMILY_IPV4,
				.protonum = 1,
				.status = FW_STATUS_CONFIRMED,
				.timeout = 5,
				.id = 3 };

	flow.orig = (struct fw_tuple){ .present = present,
				       .src = addr("10.0.0.1"),
				       .dst = addr("192.0.2.1"),
				       .icmp_type = 8,
				       .icmp_id = 7 };
	flow.reply = (struct fw_tuple){ .present = present,
					.src = addr("192.0.2.1"),
					.dst = addr("10.0.0.1"),
					.icmp_type = 0,
					.icmp_id = 7 };
	return flow;
}

/* d: sctp in the state that has tcp's number for ESTABLISHED, to a translated destination. */
static struct fw_flow flow_d(void)
{
	struct fw_flow flow = { .present = USUAL | BIT(FW_FLOW_STATE) | BIT(FW_FLOW_VTAG_ORIG),
				.proto = proto(132),
				.family = FW_FAMILY_IPV4,
				.protonum = 132,
				.state = 3,
				.status = FW_STATUS_CONFIRMED | FW_STATUS_DST_NAT,
				.timeout = 60,
				.mark = 5,
				.id = 4,
				.vtag_orig = 77 };

	flow.orig = (struct fw_tuple){ .present = PORTS,
				       .src = addr("10.9.0.1"),
				       .dst = addr("192.0.2.7"),
				       .sport = 1000,
				       .dport = 80 };
	flow.reply = (struct fw_tuple){ .present = PORTS,
					.src = addr("10.0.0.80"),
					.dst = addr("10.9.0.1"),
					.sport = 8080,
					.dport = 1000 };
	return flow;
}

static const struct {
	const char *words, *matching;
} rows[] = {
	{ "", "abcd" },
	{ "-f ipv4", "acd" },
	{ "-p udp", "a" },
	{ "-p udp,6", "ab" },
	{ "--not -p udp", "bcd" },
	{ "-s 10.0.0.1", "ac" },
	{ "-s 10.0.0.0/8", "acd" },
	{ "-s 10.0.0.1,fd00::/16", "abc" },
	{ "--not -s 10.0.0.1", "bd" },
	{ "-d 10.0.0.2", "a" },
	{ "-r 10.0.0.80", "d" },
	{ "-q 2001:db8::99", "b" },
	{ "--sport 1000", "ad" },
	{ "--sport 1000:2000", "abd" },
	{ "--sport 1:999", "" },
	{ "--dport 53,80", "ad" },
	{ "--reply-port-src 8080", "d" },
	{ "--reply-port-dst 4000", "b" },
	{ "--sport 1000 -p sctp", "d" },
	/* What a flow does not have it does not match, and does match negated. */
	{ "--not --sport 1000", "bc" },
	{ "--state ESTABLISHED", "b" },
	{ "--state COOKIE_ECHOED", "d" },
	{ "--state COOKIE_ECHOED,ESTABLISHED", "bd" },
	{ "-u assured", "b" },
	{ "-u seen-reply", "ab" },
	{ "-u unreplied", "cd" },
	{ "-u !assured", "acd" },
	{ "-u seen-reply,!assured", "a" },
	{ "-u SEEN_REPLY,unassured", "a" },
	{ "--not -u assured", "acd" },
	{ "-m 5", "d" },
	{ "-m 5/0xf", "ad" },
	{ "-m 0", "bc" },
	{ "-w 7", "b" },
	{ "-w 0", "acd" },
	{ "--orig-zone 7", "" },
	{ "-l 3", "a" },
	{ "-l 3,64", "a" },
	{ "-l 3,65", "" },
	{ "-l 127", "" },
	{ "--helper ftp", "b" },
	{ "--helper ft", "" },
	{ "--not --helper ftp", "acd" },
	{ "-i 3", "c" },
	{ "-n", "b" },
	{ "-n 2001:db8::99", "b" },
	{ "-n 2001:db8::/64", "b" },
	{ "-n 2001:db8::98", "" },
	{ "-n [2001:db8::99]:4000", "b" },
	{ "-n [2001:db8::99]:4001", "" },
	{ "-g", "d" },
	{ "-g 10.0.0.80:8080", "d" },
	{ "-g 192.0.2.7", "" },
	{ "-j", "bd" },
	{ "--not -j", "ac" },
	{ "--icmp-type 8", "c" },
	{ "--icmp-type 0", "" },
	{ "--icmp-id 7 --icmp-code 0", "c" },
	{ "--orig-vtag 77", "d" },
	{ "--addr 192.0.2.1", "c" },
	{ "--addr 2001:db8::99", "b" },
	{ "--addr 10.0.0.0/24", "acd" },
	{ "--port 53", "a" },
	{ "--port 8080", "d" },
	{ "--timeout-below 30", "c" },
	{ "--timeout-below 31", "ac" },
	{ "--timeout-above 1m", "b" },
	{ "--age-above 99", "a" },
	{ "--age-above 100", "" },
	{ "--bytes-above 499", "a" },
	{ "--bytes-above 500", "" },
	{ "--packets-above 0", "a" },
};

static void parse(const char *words, struct fw_filter *filter)
{
	struct fw_option *options = fw_filter_source.options();
	char *copy = strdup(words), *argv[8], *word, *rest = NULL;
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

static void filters(void **state)
{
	const struct fw_flow flows[] = { flow_a(), flow_b(), flow_c(), flow_d() };
	char matching[COUNT(flows) + 1];
	struct fw_filter filter;
	size_t i, j, count;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		parse(rows[i].words, &filter);
		for (j = count = 0; j < COUNT(flows); j++)
			if (fw_filter_match(&filter, &flows[j]))
				matching[count++] = (char)('a' + j);
		matching[count] = '\0';
		if (strcmp(matching, rows[i].matching))
			fail_msg("'%s': '%s' and not '%s'", rows[i].words, matching,
				 rows[i].matching);
		fw_filter_free(&filter);
	}
}

/* ---- expectations ---------------------------------------------------------------------------- */

static void expectations(void **state)
{
	static const char *const fitting[] = { "-p tcp",          "-f ipv4 --dport 1025",
					       "--helper ftp",    "-s 10.0.0.0/8",
					       "--addr 10.0.0.5", "-i 9" };
	static const char *const failing[] = { "-p udp", "--dport 1026", "--helper sip",
					       "--not -p tcp" };
	static const char *const unfit[] = {
		"-u assured",          "-m 5", "-r 10.0.0.1", "-n", "--bytes-above 5",
		"--state ESTABLISHED", "-l 3", "-w 5"
	};
	struct fw_expect expect = { .present = BIT(FW_EXPECT_BASICS) | BIT(FW_EXPECT_HELPER) |
					       BIT(FW_EXPECT_ID),
				    .proto = proto(6),
				    .family = FW_FAMILY_IPV4,
				    .protonum = 6,
				    .id = 9,
				    .helper = { "ftp", 3 } };
	struct fw_filter filter;
	size_t i;

	(void)state;
	expect.expected = (struct fw_tuple){
		.present = PORTS, .src = addr("10.0.0.5"), .dst = addr("10.0.0.6"), .dport = 1025
	};
	for (i = 0; i < COUNT(fitting); i++) {
		parse(fitting[i], &filter);
		if (fw_expect_unfit(&filter) || !fw_expect_match(&filter, &expect))
			fail_msg("'%s'", fitting[i]);
		fw_filter_free(&filter);
	}
	for (i = 0; i < COUNT(failing); i++) {
		parse(failing[i], &filter);
		if (fw_expect_unfit(&filter) || fw_expect_match(&filter, &expect))
			fail_msg("'%s'", failing[i]);
		fw_filter_free(&filter);
	}
	for (i = 0; i < COUNT(unfit); i++) {
		parse(unfit[i], &filter);
		if (!fw_expect_unfit(&filter))
			fail_msg("'%s'", unfit[i]);
		fw_filter_free(&filter);
	}
}

/* ---- order ----------------------------------------------------------------------------------- */

struct seen {
	uint64_t bytes[300];
	uint32_t ids[300];
	size_t count, wanted;
};

static int take(void *context, const struct fw_flow *flow)
{
	struct seen *seen = context;

	assert_int_equal(flow->labels.length, sizeof(label_words));
	assert_memory_equal(flow->labels.data, label_words, sizeof(label_words));
	seen->bytes[seen->count] = flow->orig.bytes + flow->reply.bytes;
	seen->ids[seen->count++] = flow->id;
	return seen->count == seen->wanted;
}

/* The same random flows, kept with a limit and without, must begin alike. */
static void a_limit_keeps_the_first(void **state)
{
	struct fw_rank all = { .key = FW_RANK_BYTES };
	struct seen expected = { .wanted = 300 };
	uint64_t random = 7;
	size_t limit, i;

	(void)state;
	for (i = 0; i < 300; i++) {
		struct fw_flow flow = flow_a();

		flow.id = (uint32_t)i;
		flow.orig.bytes = unit_random(&random) % 50;
		fw_rank_add(&all, &flow);
	}
	fw_rank_each(&all, take, &expected);
	assert_int_equal(expected.count, 300);
	for (i = 1; i < 300; i++) {
		assert_true(expected.bytes[i - 1] >= expected.bytes[i]);
		/* The same number: as they came. */
		if (expected.bytes[i - 1] == expected.bytes[i])
			assert_true(expected.ids[i - 1] < expected.ids[i]);
	}
	for (limit = 1; limit < 300; limit += 23) {
		struct fw_rank some = { .key = FW_RANK_BYTES, .limit = limit };
		struct seen seen = { .wanted = 300 };

		random = 7;
		for (i = 0; i < 300; i++) {
			struct fw_flow flow = flow_a();

			flow.id = (uint32_t)i;
			flow.orig.bytes = unit_random(&random) % 50;
			fw_rank_add(&some, &flow);
		}
		fw_rank_each(&some, take, &seen);
		assert_int_equal(seen.count, limit);
		assert_memory_equal(seen.ids, expected.ids, limit * sizeof(seen.ids[0]));
		fw_rank_clear(&some);
	}
	fw_rank_clear(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters),
		cmocka_unit_test(expectations),
		cmocka_unit_test(a_limit_keeps_the_first),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
