/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/expect-options.h"

#include <string.h>

#include "fwctl/base/num.h"
#include "fwctl/cli/filter-words.h"

static void set_mask(union fw_addr *mask, unsigned int length)
{
	memset(mask, 0xff, sizeof(*mask));
	fw_addr_mask(mask, length);
}

static int set_mask_addr(union fw_addr *mask, const char *value, struct fw_flow *flow,
			 struct fw_err *err)
{
	uint8_t family;

	if (fw_addr_parse_n(value, strlen(value), mask, &family) < 0)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not an IPv4 or IPv6 address", value);
	return fw_flow_take_family(flow, family, err);
}

/* A prefix says which bits count, unless a mask says it. */
static int set_expected_addr(struct fw_expect *expect, enum fw_tuple_bit bit, const char *value,
			     struct fw_flow *flow, struct fw_err *err)
{
	bool source = bit == FW_TUPLE_SRC;
	struct fw_prefix prefix;

	if (fw_prefix_parse(value, &prefix, NULL) < 0)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%s' is not an IPv4 or IPv6 address, or a network", value);
	if (fw_flow_take_family(flow, prefix.family, err) < 0)
		return -1;
	*(source ? &expect->expected.src : &expect->expected.dst) = prefix.addr;
	if (!fw_tuple_has(&expect->mask, bit) && prefix.length < fw_family_bits(prefix.family)) {
		set_mask(source ? &expect->mask.src : &expect->mask.dst, prefix.length);
		expect->mask.present |= 1ull << bit;
	}
	return 0;
}

/* Ports, and the keys that gre has instead. */
static uint16_t *number_of(struct fw_tuple *tuple, enum fw_tuple_bit bit)
{
	switch (bit) {
	case FW_TUPLE_SPORT: return &tuple->sport;
	case FW_TUPLE_DPORT: return &tuple->dport;
	case FW_TUPLE_SRCKEY: return &tuple->srckey;
	default: return &tuple->dstkey;
	}
}

static int set_tuple_number(struct fw_tuple *tuple, enum fw_tuple_bit bit, const char *value,
			    struct fw_err *err)
{
	uint64_t number;

	if (fw_num_parse(value, 0, UINT16_MAX, &number) != FW_NUM_OK)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not a number between 0 and 65535",
				  value);
	*number_of(tuple, bit) = (uint16_t)number;
	return 0;
}

int fw_expect_set_tuple(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	struct fw_expect *expect = (void *)((char *)values + option->offset);
	struct fw_flow *flow = &((struct fw_flow_reader *)values)->write.flow;
	enum fw_tuple_bit bit = (enum fw_tuple_bit)option->min;

	if (fw_tuple_has(&expect->expected, bit))
		return fw_option_given_before(err);
	expect->expected.present |= 1ull << bit;
	switch (bit) {
	case FW_TUPLE_SRC:
	case FW_TUPLE_DST: return set_expected_addr(expect, bit, value, flow, err);
	case FW_TUPLE_PROTO:
		return fw_protocol_parse(value, strlen(value), &expect->expected.protonum, err);
	default: return set_tuple_number(&expect->expected, bit, value, err);
	}
}

int fw_expect_set_mask(void *values, const struct fw_option *option, const char *value,
		       struct fw_err *err)
{
	struct fw_tuple *mask =
		&((struct fw_expect *)(void *)((char *)values + option->offset))->mask;
	struct fw_flow *flow = &((struct fw_flow_reader *)values)->write.flow;
	enum fw_tuple_bit bit = (enum fw_tuple_bit)option->min;

	mask->present |= 1ull << bit;
	switch (bit) {
	case FW_TUPLE_SRC: return set_mask_addr(&mask->src, value, flow, err);
	case FW_TUPLE_DST: return set_mask_addr(&mask->dst, value, flow, err);
	default: return set_tuple_number(mask, bit, value, err);
	}
}

/* The two numbers that a tuple of the protocol has; false when it has none of them. */
struct numbers {
	enum fw_tuple_bit src, dst;
	const char *dst_option;
};

static bool find_numbers(const struct fw_proto *proto, struct numbers *numbers)
{
	static const struct numbers ports = { FW_TUPLE_SPORT, FW_TUPLE_DPORT, "--tuple-port-dst" };
	static const struct numbers keys = { FW_TUPLE_SRCKEY, FW_TUPLE_DSTKEY, "--tuple-key-dst" };
	const struct fw_field *row;

	for (row = proto->tuple; !fw_field_is_end(row); row++) {
		if (row->bit != FW_TUPLE_DPORT && row->bit != FW_TUPLE_DSTKEY)
			continue;
		*numbers = row->bit == FW_TUPLE_DPORT ? ports : keys;
		return true;
	}
	return false;
}

/* All of an address, all of a number, and nothing of what was not given. */
static void complete_mask(const struct fw_tuple *expected, const struct numbers *numbers,
			  struct fw_tuple *mask)
{
	if (!fw_tuple_has(mask, FW_TUPLE_SRC))
		memset(&mask->src, fw_tuple_has(expected, FW_TUPLE_SRC) ? 0xff : 0,
		       sizeof(mask->src));
	if (!fw_tuple_has(mask, FW_TUPLE_DST))
		memset(&mask->dst, 0xff, sizeof(mask->dst));
	if (!fw_tuple_has(mask, numbers->src))
		*number_of(mask, numbers->src) =
			fw_tuple_has(expected, numbers->src) ? UINT16_MAX : 0;
	if (!fw_tuple_has(mask, numbers->dst))
		*number_of(mask, numbers->dst) = UINT16_MAX;
}

/* The kernel wants every field of all three tuples. */
static void set_whole(struct fw_tuple *tuple, const struct numbers *numbers, uint8_t protonum)
{
	tuple->protonum = protonum;
	tuple->present = 1ull << FW_TUPLE_SRC | 1ull << FW_TUPLE_DST | 1ull << FW_TUPLE_PROTO |
			 1ull << numbers->src | 1ull << numbers->dst;
}

/* What is said of ports belongs to a protocol with ports, and of keys to gre. */
static int check_numbers(const struct fw_expect *expect, const struct numbers *numbers,
			 struct fw_err *err)
{
	const uint64_t all = 1ull << FW_TUPLE_SPORT | 1ull << FW_TUPLE_DPORT |
			     1ull << FW_TUPLE_SRCKEY | 1ull << FW_TUPLE_DSTKEY,
		       given = (expect->expected.present | expect->mask.present) & all;

	if (given & ~(1ull << numbers->src | 1ull << numbers->dst))
		return fw_err_set(
			err, FW_ERR_MISUSE, "the flow that is expected is %s, which has no %s",
			expect->proto->name, numbers->dst == FW_TUPLE_DPORT ? "keys" : "ports");
	if (!fw_tuple_has(&expect->expected, FW_TUPLE_DST) ||
	    !fw_tuple_has(&expect->expected, numbers->dst))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--tuple-dst and %s are missing, of what is expected",
				  numbers->dst_option);
	return 0;
}

int fw_expect_complete(const struct fw_flow_reader *reader, struct fw_expect *expect,
		       struct fw_err *err)
{
	const struct fw_flow *flow = &reader->write.flow;
	struct numbers numbers;

	expect->protonum = fw_tuple_has(&expect->expected, FW_TUPLE_PROTO)
				   ? expect->expected.protonum
				   : flow->protonum;
	expect->proto = fw_proto_by_number(fw_protos, expect->protonum);
	if (!find_numbers(expect->proto, &numbers))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "what is expected needs a protocol with ports, or gre");
	if (check_numbers(expect, &numbers, err) < 0)
		return -1;
	expect->family = flow->family;
	expect->master = flow->orig;
	expect->timeout = flow->timeout;
	expect->zone = flow->zone;
	expect->helper = flow->helper;
	if (flow->present >> FW_FLOW_ZONE & 1)
		expect->present |= 1ull << FW_EXPECT_ZONE;
	if (flow->present >> FW_FLOW_HELPER & 1)
		expect->present |= 1ull << FW_EXPECT_HELPER;
	complete_mask(&expect->expected, &numbers, &expect->mask);
	set_whole(&expect->expected, &numbers, expect->protonum);
	set_whole(&expect->mask, &numbers, expect->protonum);
	return 0;
}
