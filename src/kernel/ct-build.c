/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-build.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

/* ---- numbers --------------------------------------------------------------------------------- */

/* Where a number of a record stands, and which attribute of the library it is. */
struct number {
	uint8_t bit; /* of the record's `present` */
	uint16_t offset;
	uint8_t size;
	bool network; /* the library wants it in network order */
	int attr;
};

#define AT(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)

static const struct number orig_numbers[] = {
	{ FW_TUPLE_SPORT, AT(fw_tuple, sport), true, ATTR_ORIG_PORT_SRC },
	{ FW_TUPLE_DPORT, AT(fw_tuple, dport), true, ATTR_ORIG_PORT_DST },
	{ FW_TUPLE_SRCKEY, AT(fw_tuple, srckey), true, ATTR_ORIG_PORT_SRC },
	{ FW_TUPLE_DSTKEY, AT(fw_tuple, dstkey), true, ATTR_ORIG_PORT_DST },
	/* The library makes those of the replies from these. */
	{ FW_TUPLE_ICMP_TYPE, AT(fw_tuple, icmp_type), false, ATTR_ICMP_TYPE },
	{ FW_TUPLE_ICMP_CODE, AT(fw_tuple, icmp_code), false, ATTR_ICMP_CODE },
	{ FW_TUPLE_ICMP_ID, AT(fw_tuple, icmp_id), true, ATTR_ICMP_ID },
	{ FW_TUPLE_ZONE, AT(fw_tuple, zone), false, ATTR_ORIG_ZONE },
	{ 0 },
};

static const struct number reply_numbers[] = {
	{ FW_TUPLE_SPORT, AT(fw_tuple, sport), true, ATTR_REPL_PORT_SRC },
	{ FW_TUPLE_DPORT, AT(fw_tuple, dport), true, ATTR_REPL_PORT_DST },
	{ FW_TUPLE_SRCKEY, AT(fw_tuple, srckey), true, ATTR_REPL_PORT_SRC },
	{ FW_TUPLE_DSTKEY, AT(fw_tuple, dstkey), true, ATTR_REPL_PORT_DST },
	{ FW_TUPLE_ZONE, AT(fw_tuple, zone), false, ATTR_REPL_ZONE },
	{ 0 },
};

static const struct number master_numbers[] = {
	{ FW_TUPLE_SPORT, AT(fw_tuple, sport), true, ATTR_MASTER_PORT_SRC },
	{ FW_TUPLE_DPORT, AT(fw_tuple, dport), true, ATTR_MASTER_PORT_DST },
	{ 0 },
};

static const struct number flow_numbers[] = {
	{ FW_FLOW_TIMEOUT, AT(fw_flow, timeout), false, ATTR_TIMEOUT },
	{ FW_FLOW_MARK, AT(fw_flow, mark), false, ATTR_MARK },
	{ FW_FLOW_ZONE, AT(fw_flow, zone), false, ATTR_ZONE },
	{ 0 },
};

static const struct number tcp_numbers[] = {
	{ FW_FLOW_STATE, AT(fw_flow, state), false, ATTR_TCP_STATE },
	{ 0 },
};

static const struct number sctp_numbers[] = {
	{ FW_FLOW_STATE, AT(fw_flow, state), false, ATTR_SCTP_STATE },
	/* The kernel takes a state only with both tags; without them they are 0. */
	{ FW_FLOW_STATE, AT(fw_flow, vtag_orig), false, ATTR_SCTP_VTAG_ORIG },
	{ FW_FLOW_STATE, AT(fw_flow, vtag_reply), false, ATTR_SCTP_VTAG_REPL },
	{ 0 },
};

static const struct number seq_numbers[] = {
	{ FW_FLOW_SEQ_POS_ORIG, AT(fw_flow, seq_orig.pos), false,
	  ATTR_ORIG_NAT_SEQ_CORRECTION_POS },
	{ FW_FLOW_SEQ_BEFORE_ORIG, AT(fw_flow, seq_orig.before), false,
	  ATTR_ORIG_NAT_SEQ_OFFSET_BEFORE },
	{ FW_FLOW_SEQ_AFTER_ORIG, AT(fw_flow, seq_orig.after), false,
	  ATTR_ORIG_NAT_SEQ_OFFSET_AFTER },
	{ FW_FLOW_SEQ_POS_REPLY, AT(fw_flow, seq_reply.pos), false,
	  ATTR_REPL_NAT_SEQ_CORRECTION_POS },
	{ FW_FLOW_SEQ_BEFORE_REPLY, AT(fw_flow, seq_reply.before), false,
	  ATTR_REPL_NAT_SEQ_OFFSET_BEFORE },
	{ FW_FLOW_SEQ_AFTER_REPLY, AT(fw_flow, seq_reply.after), false,
	  ATTR_REPL_NAT_SEQ_OFFSET_AFTER },
	{ 0 },
};

static const struct number dccp_numbers[] = {
	{ FW_FLOW_STATE, AT(fw_flow, state), false, ATTR_DCCP_STATE },
	{ FW_FLOW_ROLE, AT(fw_flow, role), false, ATTR_DCCP_ROLE },
	{ FW_FLOW_HANDSHAKE, AT(fw_flow, handshake), false, ATTR_DCCP_HANDSHAKE_SEQ },
	{ 0 },
};

static void set_number(struct nf_conntrack *ct, const struct number *number, const void *at)
{
	uint16_t small;

	if (number->network) {
		memcpy(&small, at, sizeof(small));
		nfct_set_attr_u16(ct, number->attr, htons(small));
	} else {
		nfct_set_attr(ct, number->attr, at);
	}
}

static void set_numbers(struct nf_conntrack *ct, const struct number *number, const void *record)
{
	uint64_t present = *(const uint64_t *)record;

	for (; number->size; number++)
		if (present >> number->bit & 1)
			set_number(ct, number, (const char *)record + number->offset);
}

/* ---- tuples ---------------------------------------------------------------------------------- */

/* The attributes of one direction's tuple. */
struct tuple_attrs {
	int src4, dst4, src6, dst6, l3, l4;
	const struct number *numbers;
};

static const struct tuple_attrs orig_attrs = { ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST,
					       ATTR_ORIG_IPV6_SRC, ATTR_ORIG_IPV6_DST,
					       ATTR_ORIG_L3PROTO,  ATTR_ORIG_L4PROTO,
					       orig_numbers };

static const struct tuple_attrs reply_attrs = { ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV4_DST,
						ATTR_REPL_IPV6_SRC, ATTR_REPL_IPV6_DST,
						ATTR_REPL_L3PROTO,  ATTR_REPL_L4PROTO,
						reply_numbers };

static const struct tuple_attrs master_attrs = { ATTR_MASTER_IPV4_SRC, ATTR_MASTER_IPV4_DST,
						 ATTR_MASTER_IPV6_SRC, ATTR_MASTER_IPV6_DST,
						 ATTR_MASTER_L3PROTO,  ATTR_MASTER_L4PROTO,
						 master_numbers };

static void set_tuple(struct nf_conntrack *ct, const struct tuple_attrs *attrs,
		      const struct fw_tuple *tuple, uint8_t family)
{
	bool v4 = family == FW_FAMILY_IPV4;

	/* First the protocols, by which the library understands the rest. */
	nfct_set_attr_u8(ct, attrs->l3, family);
	nfct_set_attr_u8(ct, attrs->l4, tuple->protonum);
	nfct_set_attr(ct, v4 ? attrs->src4 : attrs->src6, &tuple->src);
	nfct_set_attr(ct, v4 ? attrs->dst4 : attrs->dst6, &tuple->dst);
	set_numbers(ct, attrs->numbers, tuple);
}

/* ---- the rest of a flow ---------------------------------------------------------------------- */

static void set_state(struct nf_conntrack *ct, const struct fw_flow *flow)
{
	switch (flow->protonum) {
	case IPPROTO_TCP: set_numbers(ct, tcp_numbers, flow); break;
	case IPPROTO_SCTP: set_numbers(ct, sctp_numbers, flow); break;
	case IPPROTO_DCCP: set_numbers(ct, dccp_numbers, flow); break;
	}
}

/*
 * What is known of a sender: what was said, that it scales when a scale was; else that its window
 * may be scaled, and by any factor.
 */
static uint8_t flags_of(const struct fw_flow *flow, enum fw_flow_bit bit, uint8_t said,
			enum fw_flow_bit scale)
{
	uint8_t flags = IP_CT_TCP_FLAG_SACK_PERM;

	if (flow->present >> bit & 1)
		return said;
	flags |= flow->present >> scale & 1 ? IP_CT_TCP_FLAG_WINDOW_SCALE
					    : IP_CT_TCP_FLAG_BE_LIBERAL;
	/* As conntrack(8) has it. */
	if (flow->state >= TCP_CONNTRACK_TIME_WAIT)
		flags |= IP_CT_TCP_FLAG_CLOSE_INIT;
	return flags;
}

/* The kernel takes scales only together, and of senders that are known to scale. */
static void set_windows(struct nf_conntrack *ct, const struct fw_flow *flow)
{
	if (flow->protonum != IPPROTO_TCP)
		return;
	nfct_set_attr_u8(
		ct, ATTR_TCP_FLAGS_ORIG,
		flags_of(flow, FW_FLOW_TCP_FLAGS_ORIG, flow->tcp_flags_orig, FW_FLOW_WSCALE_ORIG));
	nfct_set_attr_u8(ct, ATTR_TCP_MASK_ORIG, FW_TCP_FLAGS);
	nfct_set_attr_u8(ct, ATTR_TCP_FLAGS_REPL,
			 flags_of(flow, FW_FLOW_TCP_FLAGS_REPLY, flow->tcp_flags_reply,
				  FW_FLOW_WSCALE_REPLY));
	nfct_set_attr_u8(ct, ATTR_TCP_MASK_REPL, FW_TCP_FLAGS);
	nfct_set_attr_u8(ct, ATTR_TCP_WSCALE_ORIG, flow->wscale_orig);
	nfct_set_attr_u8(ct, ATTR_TCP_WSCALE_REPL, flow->wscale_reply);
}

static void set_nat(struct nf_conntrack *ct, const struct fw_nat *nat, uint8_t family, int addr4,
		    int addr6, int port)
{
	if (!nat->wanted)
		return;
	nfct_set_attr(ct, family == FW_FAMILY_IPV4 ? addr4 : addr6, &nat->addr);
	if (nat->has_port)
		nfct_set_attr_u16(ct, port, htons(nat->port));
}

/* The library takes the bits over. */
static void set_labels(struct nf_conntrack *ct, int attr, const uint32_t *words)
{
	struct nfct_bitmask *bits = fw_mem_check(nfct_bitmask_new(FW_LABEL_WORDS * 32 - 1));
	unsigned int bit;

	for (bit = 0; bit < FW_LABEL_WORDS * 32; bit++)
		if (words[bit / 32] >> bit % 32 & 1)
			nfct_bitmask_set_bit(bits, bit);
	nfct_set_attr(ct, attr, bits);
}

static void set_all_labels(struct nf_conntrack *ct, const struct fw_write *write)
{
	if (!fw_write_has_labels(write))
		return;
	set_labels(ct, ATTR_CONNLABELS, write->labels);
	set_labels(ct, ATTR_CONNLABELS_MASK, write->labels_mask);
}

static void set_helper(struct nf_conntrack *ct, const struct fw_flow *flow)
{
	char *name;

	if (!(flow->present >> FW_FLOW_HELPER & 1))
		return;
	name = fw_strndup(flow->helper.data, flow->helper.length);
	nfct_set_attr(ct, ATTR_HELPER_NAME, name);
	free(name);
}

/* ---- messages -------------------------------------------------------------------------------- */

static struct nf_conntrack *new_object(void)
{
	return fw_mem_check(nfct_new());
}

void fw_ct_build_new(struct nlmsghdr *message, const struct fw_write *write)
{
	const struct fw_flow *flow = &write->flow;
	struct nf_conntrack *ct = new_object();

	set_tuple(ct, &orig_attrs, &flow->orig, flow->family);
	set_tuple(ct, &reply_attrs, &flow->reply, flow->family);
	if (flow->present >> FW_FLOW_MASTER & 1)
		set_tuple(ct, &master_attrs, &flow->master, flow->family);
	set_numbers(ct, flow_numbers, flow);
	set_state(ct, flow);
	set_windows(ct, flow);
	set_numbers(ct, seq_numbers, flow);
	set_helper(ct, flow);
	set_all_labels(ct, write);
	set_nat(ct, &write->src_nat, flow->family, ATTR_SNAT_IPV4, ATTR_SNAT_IPV6, ATTR_SNAT_PORT);
	set_nat(ct, &write->dst_nat, flow->family, ATTR_DNAT_IPV4, ATTR_DNAT_IPV6, ATTR_DNAT_PORT);
	nfct_set_attr_u32(ct, ATTR_STATUS,
			  FW_STATUS_CONFIRMED | (flow->status & FW_STATUS_SETTABLE));
	nfct_nlmsg_build(message, ct);
	nfct_destroy(ct);
}

/* Whether all is known that the kernel takes together with the state: it would be 0 else. */
static bool knows_company(const struct fw_flow *flow)
{
	static const uint64_t tags = 1ull << FW_FLOW_VTAG_ORIG | 1ull << FW_FLOW_VTAG_REPLY;

	return flow->protonum != IPPROTO_SCTP || (flow->present & tags) == tags;
}

void fw_ct_build_update(struct nlmsghdr *message, const struct fw_write *write,
			bool without_timeout)
{
	const struct fw_flow *flow = &write->flow;
	struct nf_conntrack *ct = new_object();

	set_tuple(ct, &orig_attrs, &flow->orig, flow->family);
	set_numbers(ct, flow_numbers, flow);
	if (without_timeout)
		nfct_attr_unset(ct, ATTR_TIMEOUT);
	if (knows_company(flow))
		set_state(ct, flow);
	set_all_labels(ct, write);
	if (flow->present >> FW_FLOW_STATUS & 1)
		nfct_set_attr_u32(ct, ATTR_STATUS, FW_STATUS_CONFIRMED | flow->status);
	nfct_nlmsg_build(message, ct);
	/* The library has no attribute for the mask: without it the mark is replaced. */
	if (write->has_mark_mask)
		mnl_attr_put_u32(message, CTA_MARK_MASK, htonl(write->mark_mask));
	nfct_destroy(ct);
}

static struct nf_conntrack *tuple_object(const struct fw_tuple *tuple, uint8_t family)
{
	struct nf_conntrack *ct = new_object();

	set_tuple(ct, &orig_attrs, tuple, family);
	return ct;
}

void fw_exp_build_new(struct nlmsghdr *message, const struct fw_expect *expect)
{
	struct nf_conntrack *expected = tuple_object(&expect->expected, expect->family);
	struct nf_conntrack *mask = tuple_object(&expect->mask, expect->family);
	struct nf_conntrack *master = tuple_object(&expect->master, expect->family);
	struct nf_expect *object = fw_mem_check(nfexp_new());
	char *name;

	nfexp_set_attr(object, ATTR_EXP_EXPECTED, expected);
	nfexp_set_attr(object, ATTR_EXP_MASK, mask);
	nfexp_set_attr(object, ATTR_EXP_MASTER, master);
	nfexp_set_attr_u32(object, ATTR_EXP_TIMEOUT, expect->timeout);
	if (expect->present >> FW_EXPECT_ZONE & 1)
		nfexp_set_attr_u16(object, ATTR_EXP_ZONE, expect->zone);
	if (expect->present >> FW_EXPECT_FLAGS & 1)
		nfexp_set_attr_u32(object, ATTR_EXP_FLAGS, expect->flags);
	if (expect->present >> FW_EXPECT_CLASS & 1)
		nfexp_set_attr_u32(object, ATTR_EXP_CLASS, expect->class);
	if (expect->present >> FW_EXPECT_HELPER & 1) {
		name = fw_strndup(expect->helper.data, expect->helper.length);
		nfexp_set_attr(object, ATTR_EXP_HELPER_NAME, name);
		free(name);
	}
	nfexp_nlmsg_build(message, object);
	nfexp_destroy(object);
	nfct_destroy(expected);
	nfct_destroy(mask);
	nfct_destroy(master);
}
