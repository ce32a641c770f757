/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attribute layout: linux/netfilter/nfnetlink_conntrack.h and the fill functions of
 * net/netfilter/nf_conntrack_netlink.c. All numbers are in network order, labels excepted.
 */
#include "fwctl/kernel/ct-decode.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "fwctl/base/clock.h"
#include "fwctl/kernel/attr.h"

/* Newer than the headers of some systems that this is built on. */
#define FW_CTA_TIMESTAMP_EVENT 27

void fw_ct_decoder_init(struct fw_ct_decoder *decoder)
{
	unsigned int number;

	decoder->stamp = 0;
	for (number = 0; number < 256; number++)
		decoder->by_number[number] = fw_proto_by_number(fw_protos, (uint8_t)number);
	decoder->now = fw_clock_read(CLOCK_REALTIME);
}

/* ---- rows of a protocol ---------------------------------------------------------------------- */

static bool store_number(const struct nlattr *attr, enum fw_type type, void *at)
{
	switch (type) {
	case FW_TYPE_U8:
	case FW_TYPE_WORD:
	case FW_TYPE_STATE:
		if (fw_attr_length(attr) < 1)
			return false;
		*(uint8_t *)at = *(const uint8_t *)fw_attr_data(attr);
		return true;
	case FW_TYPE_U16:
	case FW_TYPE_HEX16: return fw_attr_be16(attr, at);
	case FW_TYPE_U32: return fw_attr_be32(attr, at);
	case FW_TYPE_U64: return fw_attr_be64(attr, at);
	default: return false;
	}
}

/* Of a U8: takes off what is not the field, and says whether nothing is left to be told. */
static inline bool is_nothing(const struct fw_field *row, uint8_t *value)
{
	if (row->mask)
		*value &= row->mask;
	return row->zero_absent && row->type == FW_TYPE_U8 && !*value;
}

/* Stores the attribute into the place that its row names, if there is such a row. */
static inline void store_by_row(const struct fw_field *row, const struct nlattr *attr, void *record,
				uint64_t *present)
{
	uint16_t type = fw_attr_type(attr);

	for (; !fw_field_is_end(row); row++)
		if (row->attr == type) {
			if (store_number(attr, row->type, (char *)record + row->offset) &&
			    !is_nothing(row, (uint8_t *)record + row->offset))
				*present |= 1ull << row->bit;
			return;
		}
}

/* ---- tuples ---------------------------------------------------------------------------------- */

static inline void store_addr(const struct nlattr *attr, union fw_addr *addr, size_t size,
			      enum fw_tuple_bit bit, struct fw_tuple *tuple)
{
	if (fw_attr_length(attr) != size)
		return;
	memcpy(addr, fw_attr_data(attr), size);
	tuple->present |= 1ull << bit;
}

static void decode_addrs(const struct nlattr *nest, struct fw_tuple *tuple)
{
	struct fw_attrs attrs = fw_attr_nest(nest);
	const struct nlattr *attr;

	while ((attr = fw_attrs_next(&attrs)))
		switch (fw_attr_type(attr)) {
		case CTA_IP_V4_SRC: store_addr(attr, &tuple->src, 4, FW_TUPLE_SRC, tuple); break;
		case CTA_IP_V4_DST: store_addr(attr, &tuple->dst, 4, FW_TUPLE_DST, tuple); break;
		case CTA_IP_V6_SRC: store_addr(attr, &tuple->src, 16, FW_TUPLE_SRC, tuple); break;
		case CTA_IP_V6_DST: store_addr(attr, &tuple->dst, 16, FW_TUPLE_DST, tuple); break;
		}
}

/* The kernel puts CTA_PROTO_NUM first, so that the rows to read the others by are known. */
static void decode_proto(const struct fw_ct_decoder *decoder, const struct nlattr *nest,
			 struct fw_tuple *tuple)
{
	struct fw_attrs attrs = fw_attr_nest(nest);
	const struct fw_field *rows = NULL;
	const struct nlattr *attr;

	while ((attr = fw_attrs_next(&attrs))) {
		if (fw_attr_type(attr) == CTA_PROTO_NUM) {
			if (fw_attr_length(attr) < 1)
				return;
			tuple->protonum = *(const uint8_t *)fw_attr_data(attr);
			tuple->present |= 1ull << FW_TUPLE_PROTO;
			rows = decoder->by_number[tuple->protonum]->tuple;
		} else if (rows) {
			store_by_row(rows, attr, tuple, &tuple->present);
		}
	}
}

void fw_ct_decode_tuple(const struct fw_ct_decoder *decoder, const struct nlattr *nest,
			struct fw_tuple *tuple)
{
	struct fw_attrs attrs = fw_attr_nest(nest);
	const struct nlattr *attr;

	while ((attr = fw_attrs_next(&attrs)))
		switch (fw_attr_type(attr)) {
		case CTA_TUPLE_IP: decode_addrs(attr, tuple); break;
		case CTA_TUPLE_PROTO: decode_proto(decoder, attr, tuple); break;
		case CTA_TUPLE_ZONE:
			if (fw_attr_be16(attr, &tuple->zone))
				tuple->present |= 1ull << FW_TUPLE_ZONE;
			break;
		}
}

static void decode_counters(const struct nlattr *nest, struct fw_tuple *tuple)
{
	struct fw_attrs attrs = fw_attr_nest(nest);
	const struct nlattr *attr;

	while ((attr = fw_attrs_next(&attrs)))
		switch (fw_attr_type(attr)) {
		case CTA_COUNTERS_PACKETS:
			if (fw_attr_be64(attr, &tuple->packets))
				tuple->present |= 1ull << FW_TUPLE_PACKETS;
			break;
		case CTA_COUNTERS_BYTES:
			if (fw_attr_be64(attr, &tuple->bytes))
				tuple->present |= 1ull << FW_TUPLE_BYTES;
			break;
		}
}

/* ---- the rest of a flow ------------------------------------------------------------------------
 */

static void decode_protoinfo(const struct nlattr *nest, struct fw_flow *flow)
{
	struct fw_attrs outer = fw_attr_nest(nest), inner;
	const struct nlattr *attr;

	if (!flow->proto || !flow->proto->info)
		return;
	while ((attr = fw_attrs_next(&outer))) {
		if (fw_attr_type(attr) != flow->proto->info_attr)
			continue;
		inner = fw_attr_nest(attr);
		while ((attr = fw_attrs_next(&inner)))
			store_by_row(flow->proto->info, attr, flow, &flow->present);
		return;
	}
}

/* A string inside a nest: CTA_HELP and CTA_SECCTX. The kernel counts a final NUL in. */
static void decode_text(const struct nlattr *nest, uint16_t type, enum fw_flow_bit bit,
			struct fw_bytes *bytes, struct fw_flow *flow)
{
	struct fw_attrs attrs = fw_attr_nest(nest);
	const struct nlattr *attr;

	while ((attr = fw_attrs_next(&attrs))) {
		if (fw_attr_type(attr) != type)
			continue;
		bytes->data = fw_attr_data(attr);
		bytes->length = strnlen(bytes->data, fw_attr_length(attr));
		flow->present |= 1ull << bit;
	}
}

static void decode_timestamp(const struct fw_ct_decoder *decoder, const struct nlattr *nest,
			     struct fw_flow *flow)
{
	struct fw_attrs attrs = fw_attr_nest(nest);
	const struct nlattr *attr;
	uint64_t end = decoder->now;

	while ((attr = fw_attrs_next(&attrs)))
		switch (fw_attr_type(attr)) {
		case CTA_TIMESTAMP_START:
			if (fw_attr_be64(attr, &flow->start) && flow->start)
				flow->present |= 1ull << FW_FLOW_START;
			break;
		case CTA_TIMESTAMP_STOP:
			if (fw_attr_be64(attr, &flow->stop) && flow->stop)
				flow->present |= 1ull << FW_FLOW_STOP;
			break;
		}
	if (!(flow->present >> FW_FLOW_START & 1))
		return;
	if (flow->present >> FW_FLOW_STOP & 1)
		end = flow->stop;
	/* Whole seconds of both ends, as conntrack's delta-time counts them. */
	flow->age = end > flow->start ? end / FW_NSEC_PER_SEC - flow->start / FW_NSEC_PER_SEC : 0;
	flow->present |= 1ull << FW_FLOW_AGE;
}

/* `first` is the bit of its position. */
static void decode_seqadj(const struct nlattr *nest, struct fw_seqadj *seq, enum fw_flow_bit first,
			  struct fw_flow *flow)
{
	struct fw_attrs attrs = fw_attr_nest(nest);
	const struct nlattr *attr;

	while ((attr = fw_attrs_next(&attrs)))
		switch (fw_attr_type(attr)) {
		case CTA_SEQADJ_CORRECTION_POS: fw_attr_be32(attr, &seq->pos); break;
		case CTA_SEQADJ_OFFSET_BEFORE: fw_attr_be32(attr, &seq->before); break;
		case CTA_SEQADJ_OFFSET_AFTER: fw_attr_be32(attr, &seq->after); break;
		}
	if (seq->before || seq->after)
		flow->present |= 7ull << first;
}

static inline void store_u32(const struct nlattr *attr, uint32_t *value, enum fw_flow_bit bit,
			     struct fw_flow *flow)
{
	if (fw_attr_be32(attr, value))
		flow->present |= 1ull << bit;
}

static void decode_rare(const struct fw_ct_decoder *decoder, const struct nlattr *attr,
			struct fw_flow *flow)
{
	switch (fw_attr_type(attr)) {
	case CTA_TUPLE_MASTER:
		fw_ct_decode_tuple(decoder, attr, &flow->master);
		flow->present |= 1ull << FW_FLOW_MASTER;
		break;
	case CTA_HELP: decode_text(attr, CTA_HELP_NAME, FW_FLOW_HELPER, &flow->helper, flow); break;
	case CTA_SECCTX:
		decode_text(attr, CTA_SECCTX_NAME, FW_FLOW_SECCTX, &flow->secctx, flow);
		break;
	case CTA_SEQ_ADJ_ORIG:
		decode_seqadj(attr, &flow->seq_orig, FW_FLOW_SEQ_POS_ORIG, flow);
		break;
	case CTA_SEQ_ADJ_REPLY:
		decode_seqadj(attr, &flow->seq_reply, FW_FLOW_SEQ_POS_REPLY, flow);
		break;
	case CTA_TIMESTAMP: decode_timestamp(decoder, attr, flow); break;
	case CTA_ZONE:
		if (fw_attr_be16(attr, &flow->zone))
			flow->present |= 1ull << FW_FLOW_ZONE;
		break;
	case CTA_LABELS:
		flow->labels = (struct fw_bytes){ fw_attr_data(attr), fw_attr_length(attr) };
		flow->present |= 1ull << FW_FLOW_LABELS;
		break;
	case FW_CTA_TIMESTAMP_EVENT:
		if (fw_attr_be64(attr, &flow->event_time))
			flow->present |= 1ull << FW_FLOW_EVENT_TIME;
		break;
	}
}

int fw_ct_decode(const struct fw_ct_decoder *decoder, const struct nlmsghdr *message,
		 struct fw_flow *flow)
{
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(struct nfgenmsg));
	const struct nfgenmsg *generic;
	const struct nlattr *attr;

	memset(flow, 0, sizeof(*flow));
	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(struct nfgenmsg))
		return -1;
	generic = (const void *)((const char *)message + NLMSG_HDRLEN);
	flow->family = generic->nfgen_family;
	while ((attr = fw_attrs_next(&attrs)))
		switch (fw_attr_type(attr)) {
		case CTA_TUPLE_ORIG:
			fw_ct_decode_tuple(decoder, attr, &flow->orig);
			flow->protonum = flow->orig.protonum;
			flow->proto = decoder->by_number[flow->protonum];
			break;
		case CTA_TUPLE_REPLY:
			fw_ct_decode_tuple(decoder, attr, &flow->reply);
			flow->present |= 1ull << FW_FLOW_REPLY;
			break;
		case CTA_STATUS: store_u32(attr, &flow->status, FW_FLOW_STATUS, flow); break;
		case CTA_TIMEOUT: store_u32(attr, &flow->timeout, FW_FLOW_TIMEOUT, flow); break;
		case CTA_MARK: store_u32(attr, &flow->mark, FW_FLOW_MARK, flow); break;
		case CTA_USE: store_u32(attr, &flow->use, FW_FLOW_USE, flow); break;
		case CTA_ID: store_u32(attr, &flow->id, FW_FLOW_ID, flow); break;
		case CTA_PROTOINFO: decode_protoinfo(attr, flow); break;
		case CTA_COUNTERS_ORIG: decode_counters(attr, &flow->orig); break;
		case CTA_COUNTERS_REPLY: decode_counters(attr, &flow->reply); break;
		default: decode_rare(decoder, attr, flow);
		}
	if (!flow->proto || !(flow->orig.present >> FW_TUPLE_PROTO & 1))
		return -1;
	flow->present |= 1ull << FW_FLOW_BASICS;
	fw_flow_read_stamp(flow, decoder->stamp);
	return 0;
}
