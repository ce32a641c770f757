/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/expect-options.h"

#include <string.h>

#include "fwctl/base/num.h"

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

static int set_port(uint16_t *port, const char *value, struct fw_err *err)
{
	uint64_t number;

	if (fw_num_parse(value, 0, UINT16_MAX, &number) != FW_NUM_OK)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not a number between 0 and 65535",
				  value);
	*port = (uint16_t)number;
	return 0;
}

int fw_expect_set_tuple(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	struct fw_expect *expect = (void *)((char *)values + option->offset);
	struct fw_flow *flow = &((struct fw_flow_reader *)values)->write.flow;
	enum fw_tuple_bit bit = (enum fw_tuple_bit)option->min;

	expect->expected.present |= 1ull << bit;
	switch (bit) {
	case FW_TUPLE_SRC:
	case FW_TUPLE_DST: return set_expected_addr(expect, bit, value, flow, err);
	case FW_TUPLE_SPORT: return set_port(&expect->expected.sport, value, err);
	default: return set_port(&expect->expected.dport, value, err);
	}
}

int fw_expect_set_mask(void *values, const struct fw_option *option, const char *value,
		       struct fw_err *err)
{
	struct fw_tuple *mask =
		&((struct fw_expect *)(void *)((char *)values + option->offset))->mask;
	struct fw_flow *flow = &((struct fw_flow_reader *)values)->write.flow;

	mask->present |= 1ull << option->min;
	switch (option->min) {
	case FW_TUPLE_SRC: return set_mask_addr(&mask->src, value, flow, err);
	case FW_TUPLE_DST: return set_mask_addr(&mask->dst, value, flow, err);
	case FW_TUPLE_SPORT: return set_port(&mask->sport, value, err);
	default: return set_port(&mask->dport, value, err);
	}
}

/* All of an address, all of a port, and nothing of what was not given. */
static void complete_mask(const struct fw_tuple *expected, struct fw_tuple *mask)
{
	if (!fw_tuple_has(mask, FW_TUPLE_SRC))
		memset(&mask->src, fw_tuple_has(expected, FW_TUPLE_SRC) ? 0xff : 0,
		       sizeof(mask->src));
	if (!fw_tuple_has(mask, FW_TUPLE_DST))
		memset(&mask->dst, 0xff, sizeof(mask->dst));
	if (!fw_tuple_has(mask, FW_TUPLE_SPORT))
		mask->sport = fw_tuple_has(expected, FW_TUPLE_SPORT) ? UINT16_MAX : 0;
	if (!fw_tuple_has(mask, FW_TUPLE_DPORT))
		mask->dport = UINT16_MAX;
}

/* The kernel wants every field of all three tuples. */
static void set_whole(struct fw_tuple *tuple, uint8_t protonum)
{
	tuple->protonum = protonum;
	tuple->present = 1ull << FW_TUPLE_SRC | 1ull << FW_TUPLE_DST | 1ull << FW_TUPLE_SPORT |
			 1ull << FW_TUPLE_DPORT | 1ull << FW_TUPLE_PROTO;
}

int fw_expect_complete(const struct fw_flow_reader *reader, struct fw_expect *expect,
		       struct fw_err *err)
{
	const struct fw_flow *flow = &reader->write.flow;

	if (!fw_tuple_has(&expect->expected, FW_TUPLE_DST) ||
	    !fw_tuple_has(&expect->expected, FW_TUPLE_DPORT))
		return fw_err_set(
			err, FW_ERR_MISUSE,
			"--tuple-dst and --tuple-port-dst are missing, of what is expected");
	if (!fw_tuple_has(&flow->orig, FW_TUPLE_SPORT) ||
	    !fw_tuple_has(&flow->orig, FW_TUPLE_DPORT))
		return fw_err_set(err, FW_ERR_MISUSE, "an expectation needs a protocol with ports");
	expect->family = flow->family;
	expect->proto = flow->proto;
	expect->protonum = flow->protonum;
	expect->master = flow->orig;
	expect->timeout = flow->timeout;
	expect->zone = flow->zone;
	expect->helper = flow->helper;
	if (flow->present >> FW_FLOW_ZONE & 1)
		expect->present |= 1ull << FW_EXPECT_ZONE;
	if (flow->present >> FW_FLOW_HELPER & 1)
		expect->present |= 1ull << FW_EXPECT_HELPER;
	complete_mask(&expect->expected, &expect->mask);
	set_whole(&expect->expected, flow->protonum);
	set_whole(&expect->mask, flow->protonum);
	return 0;
}
