/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/expect.h"

#include <string.h>

const struct fw_word fw_expect_flag_words[] = {
	{ "permanent", 1 },
	{ "inactive", 2 },
	{ "userspace", 4 },
	{ 0 },
};

/* clang-format off */
#define AT(member) .offset = offsetof(struct fw_expect, member)

const struct fw_field fw_expect_fields[FW_EXPECT_FIELDS + 1] = {
	[FW_EXPECT_FIELD_FAMILY] = { .key = "family", .type = FW_TYPE_FAMILY, AT(family),
		.bit = FW_EXPECT_BASICS },
	[FW_EXPECT_FIELD_PROTO] = { .key = "proto", .type = FW_TYPE_PROTO, AT(proto),
		.bit = FW_EXPECT_BASICS },
	[FW_EXPECT_FIELD_PROTONUM] = { .key = "protonum", .text = "proto", .type = FW_TYPE_U8,
		AT(protonum), .bit = FW_EXPECT_BASICS },
	[FW_EXPECT_FIELD_TIMEOUT] = { .key = "timeout", .type = FW_TYPE_U32, AT(timeout),
		.bit = FW_EXPECT_TIMEOUT },
	/* The text of a group is what stands before the names of its addresses. */
	[FW_EXPECT_FIELD_EXPECTED] = { .key = "expected", .type = FW_TYPE_TUPLE, AT(expected),
		.bit = FW_EXPECT_BASICS },
	[FW_EXPECT_FIELD_MASK] = { .key = "mask", .text = "mask-", .type = FW_TYPE_TUPLE, AT(mask),
		.bit = FW_EXPECT_MASK },
	[FW_EXPECT_FIELD_MASTER] = { .key = "master", .text = "master-", .type = FW_TYPE_TUPLE,
		AT(master), .bit = FW_EXPECT_MASTER },
	[FW_EXPECT_FIELD_ZONE] = { .key = "zone", .type = FW_TYPE_U16, AT(zone),
		.bit = FW_EXPECT_ZONE },
	[FW_EXPECT_FIELD_FLAGS] = { .key = "flags", .type = FW_TYPE_FLAGS, AT(flags),
		.bit = FW_EXPECT_FLAGS, .words = fw_expect_flag_words },
	[FW_EXPECT_FIELD_CLASS] = { .key = "class", .type = FW_TYPE_U32, AT(class),
		.bit = FW_EXPECT_CLASS },
	[FW_EXPECT_FIELD_HELPER] = { .key = "helper", .type = FW_TYPE_STRING, AT(helper),
		.bit = FW_EXPECT_HELPER },
	[FW_EXPECT_FIELD_FUNCTION] = { .key = "function", .type = FW_TYPE_STRING, AT(function),
		.bit = FW_EXPECT_FUNCTION },
	[FW_EXPECT_FIELD_ID] = { .key = "id", .type = FW_TYPE_U32, AT(id), .bit = FW_EXPECT_ID },
	[FW_EXPECT_FIELD_NETNS] = { .key = "netns", .type = FW_TYPE_STRING, AT(netns),
		.bit = FW_EXPECT_NETNS },
};
#undef AT
/* clang-format on */

const struct fw_cond *fw_expect_unfit(const struct fw_filter *filter)
{
	static const enum fw_flow_field fields[] = { FW_FIELD_FAMILY, FW_FIELD_PROTONUM,
						     FW_FIELD_ID, FW_FIELD_TIMEOUT,
						     FW_FIELD_HELPER };

	return fw_filter_beyond(filter, fields, sizeof(fields) / sizeof(fields[0]));
}

static uint64_t move_bit(const struct fw_expect *expect, enum fw_expect_bit from,
			 enum fw_flow_bit to)
{
	return (expect->present >> from & 1) << to;
}

bool fw_expect_match(const struct fw_filter *filter, const struct fw_expect *expect)
{
	struct fw_flow flow;

	if (!filter->count)
		return true;
	memset(&flow, 0, sizeof(flow));
	flow.present = 1ull << FW_FLOW_BASICS |
		       move_bit(expect, FW_EXPECT_TIMEOUT, FW_FLOW_TIMEOUT) |
		       move_bit(expect, FW_EXPECT_ZONE, FW_FLOW_ZONE) |
		       move_bit(expect, FW_EXPECT_ID, FW_FLOW_ID) |
		       move_bit(expect, FW_EXPECT_HELPER, FW_FLOW_HELPER);
	flow.proto = expect->proto;
	flow.family = expect->family;
	flow.protonum = expect->protonum;
	flow.timeout = expect->timeout;
	flow.zone = expect->zone;
	flow.id = expect->id;
	flow.helper = expect->helper;
	flow.orig = expect->expected;
	return fw_filter_match(filter, &flow);
}
