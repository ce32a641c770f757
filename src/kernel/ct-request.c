/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel wants (net/netfilter/nf_conntrack_netlink.c, ctnetlink_alloc_filter and
 * ctnetlink_parse_tuple_filter): the values in CTA_TUPLE_ORIG and CTA_TUPLE_REPLY as of a flow,
 * and in CTA_FILTER which of them to compare. Addresses need the family in the header.
 */
#include "fwctl/kernel/ct-request.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>

#include "extensions/filter-flags.h"

/* What a filter says of one direction's tuple, as far as it is exact. */
struct exact_tuple {
	uint32_t flags; /* FW_FILTER_* */
	const union fw_addr *src, *dst;
	uint8_t protonum;
	uint16_t zone; /* of this direction only */
	/* Values of the protocol's own rows, by their place in its table. */
	uint64_t value[8];
	bool has_value[8];
};

struct exact {
	uint8_t family; /* or 0 */
	const struct fw_proto *proto;
	struct exact_tuple tuple[2]; /* by enum fw_dir */
	bool has_zone, has_mark, has_status;
	uint16_t zone;          /* of both directions */
	bool has_tuple_zone[2]; /* of one, by enum fw_dir; then tuple[].zone */
	uint32_t mark, mark_mask, status, status_mask;
};

static const struct fw_field *row_at(enum fw_flow_field field)
{
	return &fw_flow_fields[field];
}

/* First pass: family and protocol, which say how to read the rest. */
static void take_basics(struct exact *exact, const struct fw_cond *cond)
{
	const union fw_addr *addr;
	uint64_t value;
	uint8_t family;

	if (fw_cond_single_addr(cond, &addr, &family))
		exact->family = family;
	if (!fw_cond_single(cond, &value))
		return;
	if (cond->field == row_at(FW_FIELD_FAMILY))
		exact->family = (uint8_t)value;
	if (cond->field == row_at(FW_FIELD_PROTONUM)) {
		exact->proto = fw_proto_by_number(fw_protos, (uint8_t)value);
		exact->tuple[FW_DIR_ORIG].protonum = (uint8_t)value;
		exact->tuple[FW_DIR_REPLY].protonum = (uint8_t)value;
		exact->tuple[FW_DIR_ORIG].flags |= FW_FILTER_PROTO;
		if (exact->proto->family)
			exact->family = exact->proto->family;
	}
}

static void take_addr(struct exact_tuple *tuple, const struct fw_cond *cond,
		      const union fw_addr *addr)
{
	if (cond->field->bit == FW_TUPLE_SRC) {
		tuple->src = addr;
		tuple->flags |= FW_FILTER_SRC;
	} else {
		tuple->dst = addr;
		tuple->flags |= FW_FILTER_DST;
	}
}

/* A row of the protocol: --sport comes with the row of whichever protocol named it first. */
static void take_proto_value(struct exact_tuple *tuple, const struct fw_proto *proto,
			     const struct fw_cond *cond, uint64_t value)
{
	const struct fw_field *row = proto->tuple;
	unsigned int i;

	for (i = 0; !fw_field_is_end(&row[i]); i++) {
		if (row[i].bit != cond->field->bit || !row[i].kernel)
			continue;
		tuple->value[i] = value;
		tuple->has_value[i] = true;
		tuple->flags |= row[i].kernel | FW_FILTER_PROTO;
	}
}

static void take_bits(struct exact *exact, const struct fw_cond *cond)
{
	if (cond->field == row_at(FW_FIELD_MARK)) {
		exact->has_mark = true;
		exact->mark = (uint32_t)cond->value;
		exact->mark_mask = (uint32_t)cond->mask;
	} else if (cond->field == row_at(FW_FIELD_STATUS)) {
		exact->has_status = true;
		exact->status = (uint32_t)cond->value;
		exact->status_mask = (uint32_t)cond->mask;
	}
}

/* A line is bits of the mark. One that does not fit there is no flow's: that is found later. */
static void take_line(struct exact *exact, uint64_t line, uint32_t stamp)
{
	unsigned int shift = (unsigned int)__builtin_ctz(stamp);

	if (exact->has_mark || line > stamp >> shift)
		return;
	exact->has_mark = true;
	exact->mark = (uint32_t)line << shift;
	exact->mark_mask = stamp;
}

static void take(struct exact *exact, const struct fw_cond *cond, uint32_t stamp)
{
	struct exact_tuple *tuple = NULL;
	const union fw_addr *addr;
	uint64_t value;
	uint8_t family;

	if (cond->where == FW_IN_ORIG || cond->where == FW_IN_REPLY)
		tuple = &exact->tuple[cond->where == FW_IN_REPLY];
	if (cond->op == FW_OP_BITS && !cond->negated)
		take_bits(exact, cond);
	else if (tuple && fw_cond_single_addr(cond, &addr, &family))
		take_addr(tuple, cond, addr);
	else if (tuple && cond->field == &fw_tuple_tail[0] && fw_cond_single(cond, &value)) {
		exact->has_tuple_zone[cond->where == FW_IN_REPLY] = true;
		tuple->zone = (uint16_t)value;
	} else if (tuple && exact->proto && fw_cond_single(cond, &value))
		take_proto_value(tuple, exact->proto, cond, value);
	else if (cond->field == row_at(FW_FIELD_ZONE) && fw_cond_single(cond, &value)) {
		exact->has_zone = true;
		exact->zone = (uint16_t)value;
	} else if (stamp && cond->field == row_at(FW_FIELD_FLOW_LINE) &&
		   fw_cond_single(cond, &value))
		take_line(exact, value, stamp);
}

static void take_filter(struct exact *exact, const struct fw_filter *filter)
{
	size_t i;

	memset(exact, 0, sizeof(*exact));
	for (i = 0; i < filter->count; i++)
		take_basics(exact, &filter->conds[i]);
	for (i = 0; i < filter->count; i++)
		take(exact, &filter->conds[i], filter->stamp);
}

/*
 * ctnetlink_filter_match_tuple() has the comparison of IPv6 addresses the wrong way round (5.8 to
 * 6.18 at least): it leaves out just the flows that were asked for. So they are compared here only.
 */
static void keep_ipv6_addrs(struct exact *exact)
{
	unsigned int dir;

	if (exact->family == FW_FAMILY_IPV4)
		return;
	for (dir = FW_DIR_ORIG; dir <= FW_DIR_REPLY; dir++) {
		exact->tuple[dir].flags &= ~(uint32_t)(FW_FILTER_SRC | FW_FILTER_DST);
		exact->tuple[dir].src = exact->tuple[dir].dst = NULL;
	}
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_addr(struct nlmsghdr *message, uint8_t family, uint16_t v4, uint16_t v6,
		     const union fw_addr *addr)
{
	if (addr)
		mnl_attr_put(message, family == FW_FAMILY_IPV4 ? v4 : v6,
			     fw_family_bits(family) / 8, addr);
}

static void put_number(struct nlmsghdr *message, const struct fw_field *row, uint64_t value)
{
	if (row->type == FW_TYPE_U8)
		mnl_attr_put_u8(message, row->attr, (uint8_t)value);
	else
		mnl_attr_put_u16(message, row->attr, htons((uint16_t)value));
}

static void put_tuple(struct nlmsghdr *message, const struct exact *exact, enum fw_dir dir)
{
	const struct exact_tuple *tuple = &exact->tuple[dir];
	struct nlattr *nest, *inner;
	unsigned int i;

	if (!tuple->flags)
		return;
	nest = mnl_attr_nest_start(message, dir == FW_DIR_ORIG ? CTA_TUPLE_ORIG : CTA_TUPLE_REPLY);
	if (tuple->src || tuple->dst) {
		inner = mnl_attr_nest_start(message, CTA_TUPLE_IP);
		put_addr(message, exact->family, CTA_IP_V4_SRC, CTA_IP_V6_SRC, tuple->src);
		put_addr(message, exact->family, CTA_IP_V4_DST, CTA_IP_V6_DST, tuple->dst);
		mnl_attr_nest_end(message, inner);
	}
	if (tuple->flags & FW_FILTER_PROTO) {
		inner = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
		mnl_attr_put_u8(message, CTA_PROTO_NUM, tuple->protonum);
		for (i = 0; exact->proto && !fw_field_is_end(&exact->proto->tuple[i]); i++)
			if (tuple->has_value[i])
				put_number(message, &exact->proto->tuple[i], tuple->value[i]);
		mnl_attr_nest_end(message, inner);
	}
	mnl_attr_nest_end(message, nest);
}

static void put_filter(struct nlmsghdr *message, const struct exact *exact)
{
	struct nlattr *nest;

	put_tuple(message, exact, FW_DIR_ORIG);
	put_tuple(message, exact, FW_DIR_REPLY);
	nest = mnl_attr_nest_start(message, CTA_FILTER);
	mnl_attr_put_u32(message, CTA_FILTER_ORIG_FLAGS, exact->tuple[FW_DIR_ORIG].flags);
	mnl_attr_put_u32(message, CTA_FILTER_REPLY_FLAGS, exact->tuple[FW_DIR_REPLY].flags);
	mnl_attr_nest_end(message, nest);
}

static struct nlmsghdr *put_header(void *buffer, uint16_t type, uint16_t flags, uint8_t family)
{
	struct nlmsghdr *message;
	struct nfgenmsg *header;

	/* All of it, so that no padding of attributes goes to the kernel uninitialised. */
	memset(buffer, 0, FW_CT_REQUEST_SIZE);
	message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = family;
	header->version = NFNETLINK_V0;
	return message;
}

static uint16_t dump_type(enum fw_ct_table table, bool zero)
{
	switch (table) {
	case FW_TABLE_EXPECT: return NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_GET;
	case FW_TABLE_DYING: return NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_DYING;
	case FW_TABLE_UNCONFIRMED:
		return NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_UNCONFIRMED;
	default:
		return NFNL_SUBSYS_CTNETLINK << 8 |
		       (zero ? IPCTNL_MSG_CT_GET_CTRZERO : IPCTNL_MSG_CT_GET);
	}
}

bool fw_ct_needs_family(const struct fw_filter *filter, enum fw_ct_table table)
{
	struct exact exact;

	take_filter(&exact, filter);
	keep_ipv6_addrs(&exact);
	return table == FW_TABLE_CONNTRACK && !exact.family &&
	       (exact.tuple[FW_DIR_ORIG].flags || exact.tuple[FW_DIR_REPLY].flags);
}

struct nlmsghdr *fw_ct_dump_request(void *buffer, const struct fw_filter *filter,
				    enum fw_ct_table table, uint8_t family, bool zero)
{
	struct nlmsghdr *message;
	struct exact exact;

	take_filter(&exact, filter);
	if (family)
		exact.family = family;
	keep_ipv6_addrs(&exact);
	message = put_header(buffer, dump_type(table, zero), NLM_F_DUMP, exact.family);
	if (table != FW_TABLE_CONNTRACK)
		return message;
	if (exact.has_mark) {
		mnl_attr_put_u32(message, CTA_MARK, htonl(exact.mark));
		mnl_attr_put_u32(message, CTA_MARK_MASK, htonl(exact.mark_mask));
	}
	if (exact.has_status) {
		mnl_attr_put_u32(message, CTA_STATUS, htonl(exact.status));
		mnl_attr_put_u32(message, CTA_STATUS_MASK, htonl(exact.status_mask));
	}
	/* A zone of one direction is not 0 to the kernel, but the flow has none of both. */
	if (exact.has_zone && exact.zone)
		mnl_attr_put_u16(message, CTA_ZONE, htons(exact.zone));
	if (exact.tuple[FW_DIR_ORIG].flags || exact.tuple[FW_DIR_REPLY].flags)
		put_filter(message, &exact);
	return message;
}

static bool is_whole(const struct exact *exact, const struct exact_tuple *tuple)
{
	unsigned int i;

	if (!exact->family || !exact->proto || !tuple->src || !tuple->dst)
		return false;
	for (i = 0; !fw_field_is_end(&exact->proto->tuple[i]); i++)
		if (!tuple->has_value[i])
			return false;
	return true;
}

/* The zone in which the kernel looks for a tuple of that direction. */
static uint16_t zone_of_tuple(const struct exact *exact, enum fw_dir dir)
{
	if (exact->has_zone)
		return exact->zone;
	return exact->has_tuple_zone[dir] ? exact->tuple[dir].zone : 0;
}

struct nlmsghdr *fw_ct_get_request(void *buffer, const struct fw_filter *filter, uint16_t *zone)
{
	enum fw_dir dir = FW_DIR_ORIG;
	struct nlmsghdr *message;
	struct exact exact;

	take_filter(&exact, filter);
	if (!is_whole(&exact, &exact.tuple[dir]))
		dir = FW_DIR_REPLY;
	if (!is_whole(&exact, &exact.tuple[dir]))
		return NULL;
	message =
		put_header(buffer, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0, exact.family);
	exact.tuple[dir].flags |= FW_FILTER_PROTO;
	put_tuple(message, &exact, dir);
	*zone = zone_of_tuple(&exact, dir);
	if (*zone)
		mnl_attr_put_u16(message, CTA_ZONE, htons(*zone));
	return message;
}
