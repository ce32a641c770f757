/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-encode.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdbool.h>

static void put_addrs(struct nlmsghdr *message, const struct fw_tuple *tuple, uint8_t family)
{
	struct nlattr *nest = mnl_attr_nest_start(message, CTA_TUPLE_IP);
	bool v4 = family == FW_FAMILY_IPV4;
	size_t size = fw_family_bits(family) / 8;

	if (fw_tuple_has(tuple, FW_TUPLE_SRC))
		mnl_attr_put(message, v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, size, &tuple->src);
	if (fw_tuple_has(tuple, FW_TUPLE_DST))
		mnl_attr_put(message, v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, size, &tuple->dst);
	mnl_attr_nest_end(message, nest);
}

static void put_proto(struct nlmsghdr *message, const struct fw_tuple *tuple,
		      const struct fw_field *row)
{
	struct nlattr *nest = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	const void *at;

	mnl_attr_put_u8(message, CTA_PROTO_NUM, tuple->protonum);
	for (; !fw_field_is_end(row); row++) {
		if (!row->attr || !fw_field_present(row, tuple))
			continue;
		at = fw_field_at(row, tuple);
		if (row->type == FW_TYPE_U8)
			mnl_attr_put_u8(message, row->attr, *(const uint8_t *)at);
		else
			mnl_attr_put_u16(message, row->attr, htons(*(const uint16_t *)at));
	}
	mnl_attr_nest_end(message, nest);
}

void fw_ct_put_tuple(struct nlmsghdr *message, uint16_t attr, const struct fw_tuple *tuple,
		     const struct fw_proto *proto, uint8_t family)
{
	struct nlattr *nest = mnl_attr_nest_start(message, attr);

	put_addrs(message, tuple, family);
	put_proto(message, tuple, proto->tuple);
	if (fw_tuple_has(tuple, FW_TUPLE_ZONE))
		mnl_attr_put_u16(message, CTA_TUPLE_ZONE, htons(tuple->zone));
	mnl_attr_nest_end(message, nest);
}

void fw_ct_put_identity(struct nlmsghdr *message, const struct fw_flow *flow)
{
	fw_ct_put_tuple(message, CTA_TUPLE_ORIG, &flow->orig, flow->proto, flow->family);
	if (flow->present >> FW_FLOW_ZONE & 1)
		mnl_attr_put_u16(message, CTA_ZONE, htons(flow->zone));
	if (flow->present >> FW_FLOW_ID & 1)
		mnl_attr_put_u32(message, CTA_ID, htonl(flow->id));
}
