/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nfct_filter makes a BPF program: values of one kind are alternatives, kinds must all hold, and a
 * message of the other family passes what is about addresses. So each condition may be handed over
 * by itself: together they let pass at least what the filter does.
 */
#include "fwctl/kernel/ct-narrow.h"

#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <string.h>

/* A program with more jumps over more values than these would not be accepted. */
#define VALUES_MAX 16

static bool are_single(const struct fw_cond *cond)
{
	size_t i;

	for (i = 0; i < cond->range_count; i++)
		if (cond->ranges[i].from != cond->ranges[i].to)
			return false;
	return cond->op == FW_OP_RANGES && cond->range_count <= VALUES_MAX;
}

static unsigned int add_protos(struct nfct_filter *filter, const struct fw_cond *cond)
{
	size_t i;

	if (!are_single(cond))
		return 0;
	for (i = 0; i < cond->range_count; i++)
		nfct_filter_add_attr_u32(filter, NFCT_FILTER_L4PROTO,
					 (uint32_t)cond->ranges[i].from);
	return (unsigned int)cond->range_count;
}

/* The first `length` bits of the 32 from bit `from` on. */
static uint32_t mask_word(unsigned int length, unsigned int from)
{
	if (length <= from)
		return 0;
	return length - from >= 32 ? UINT32_MAX : ~(UINT32_MAX >> (length - from));
}

static void add_prefix(struct nfct_filter *filter, const struct fw_prefix *prefix, bool is_source)
{
	struct nfct_filter_ipv4 ipv4;
	struct nfct_filter_ipv6 ipv6;
	unsigned int i;

	if (prefix->family == FW_FAMILY_IPV4) {
		ipv4.addr = be32toh(prefix->addr.word[0]);
		ipv4.mask = mask_word(prefix->length, 0);
		nfct_filter_add_attr(
			filter, is_source ? NFCT_FILTER_SRC_IPV4 : NFCT_FILTER_DST_IPV4, &ipv4);
		return;
	}
	for (i = 0; i < 4; i++) {
		ipv6.addr[i] = be32toh(prefix->addr.word[i]);
		ipv6.mask[i] = mask_word(prefix->length, i * 32);
	}
	nfct_filter_add_attr(filter, is_source ? NFCT_FILTER_SRC_IPV6 : NFCT_FILTER_DST_IPV6,
			     &ipv6);
}

static unsigned int add_prefixes(struct nfct_filter *filter, const struct fw_cond *cond,
				 bool is_source)
{
	size_t i;

	if (cond->op != FW_OP_PREFIXES || cond->where != FW_IN_ORIG || cond->other ||
	    cond->prefix_count > VALUES_MAX)
		return 0;
	for (i = 0; i < cond->prefix_count; i++)
		add_prefix(filter, &cond->prefixes[i], is_source);
	return (unsigned int)cond->prefix_count;
}

static unsigned int add_cond(struct nfct_filter *filter, const struct fw_cond *cond)
{
	if (cond->negated)
		return 0;
	if (cond->field == &fw_flow_fields[FW_FIELD_PROTONUM])
		return add_protos(filter, cond);
	if (cond->field == &fw_tuple_head[0] || cond->field == &fw_tuple_head[1])
		return add_prefixes(filter, cond, cond->field == &fw_tuple_head[0]);
	return 0;
}

void fw_ct_events_narrow(struct fw_socket *socket, const struct fw_filter *filter)
{
	struct nfct_filter *narrow = nfct_filter_create();
	unsigned int values = 0;
	size_t i;

	if (!narrow)
		return;
	for (i = 0; i < filter->count; i++)
		values += add_cond(narrow, &filter->conds[i]);
	if (values && values <= VALUES_MAX)
		(void)nfct_filter_attach(socket->fd, narrow);
	nfct_filter_destroy(narrow);
}
