/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/expect-options.h"

#include <string.h>

#include "fwctl/base/num.h"

static int set_addr(union fw_addr *addr, const char *value, struct fw_err *err)
{
	uint8_t family;

	if (!fw_addr_parse_n(value, strlen(value), addr, &family))
		return 0;
	return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not an IPv4 or IPv6 address", value);
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
	struct fw_tuple *tuple = (void *)((char *)values + option->offset);

	tuple->present |= 1ull << option->min;
	switch (option->min) {
	case FW_TUPLE_SRC: return set_addr(&tuple->src, value, err);
	case FW_TUPLE_DST: return set_addr(&tuple->dst, value, err);
	case FW_TUPLE_SPORT: return set_port(&tuple->sport, value, err);
	default: return set_port(&tuple->dport, value, err);
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
