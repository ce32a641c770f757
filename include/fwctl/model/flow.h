/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flow, as plain data. Strings and labels point into the netlink message that the flow was
 * decoded from and live as long as it does; nothing here is allocated.
 */
#ifndef FWCTL_MODEL_FLOW_H
#define FWCTL_MODEL_FLOW_H

#include <stdint.h>

#include "fwctl/base/addr.h"
#include "fwctl/model/field.h"
#include "fwctl/model/proto.h"

enum fw_dir { FW_DIR_ORIG = 0, FW_DIR_REPLY = 1 };

/* Bits of fw_tuple.present. */
enum fw_tuple_bit {
	FW_TUPLE_SRC,
	FW_TUPLE_DST,
	FW_TUPLE_SPORT,
	FW_TUPLE_DPORT,
	FW_TUPLE_ICMP_TYPE,
	FW_TUPLE_ICMP_CODE,
	FW_TUPLE_ICMP_ID,
	FW_TUPLE_SRCKEY,
	FW_TUPLE_DSTKEY,
	FW_TUPLE_PACKETS,
	FW_TUPLE_BYTES,
	FW_TUPLE_ZONE,
	FW_TUPLE_PROTO,
};

struct fw_tuple {
	uint64_t present; /* 1 << enum fw_tuple_bit */
	union fw_addr src, dst;
	uint16_t sport, dport;
	uint16_t icmp_id;
	uint8_t icmp_type, icmp_code;
	uint16_t srckey, dstkey; /* gre */
	uint16_t zone;           /* zone of this direction only */
	uint8_t protonum;
	uint64_t packets, bytes; /* counted only with nf_conntrack_acct=1 */
};

/* Bits of fw_flow.present. */
enum fw_flow_bit {
	FW_FLOW_BASICS, /* family, proto, protonum, orig: always there */
	FW_FLOW_REPLY,
	FW_FLOW_MASTER,
	FW_FLOW_TIMEOUT,
	FW_FLOW_STATE,
	FW_FLOW_STATUS,
	FW_FLOW_MARK,
	FW_FLOW_USE,
	FW_FLOW_ID,
	FW_FLOW_ZONE,
	FW_FLOW_LABELS,
	FW_FLOW_HELPER,
	FW_FLOW_SECCTX,
	FW_FLOW_START,
	FW_FLOW_STOP,
	FW_FLOW_AGE,
	FW_FLOW_ROLE,
	FW_FLOW_VTAG_ORIG,
	FW_FLOW_VTAG_REPLY,
	FW_FLOW_HANDSHAKE,
	FW_FLOW_WSCALE_ORIG,
	FW_FLOW_WSCALE_REPLY,
	FW_FLOW_TCP_FLAGS_ORIG,
	FW_FLOW_TCP_FLAGS_REPLY,
	FW_FLOW_SEQ_POS_ORIG, /* and the two behind it: all of a direction or none */
	FW_FLOW_SEQ_BEFORE_ORIG,
	FW_FLOW_SEQ_AFTER_ORIG,
	FW_FLOW_SEQ_POS_REPLY,
	FW_FLOW_SEQ_BEFORE_REPLY,
	FW_FLOW_SEQ_AFTER_REPLY,
	FW_FLOW_EVENT_TIME,
	FW_FLOW_NETNS,
	FW_FLOW_LINE,
};

/* By how much a sender's sequence numbers are shifted: other bytes were put into its stream. */
struct fw_seqadj {
	uint32_t pos;           /* where that was done last */
	uint32_t before, after; /* the shift up to there and behind it, modulo 2^32 */
};

/*
 * What a sender was seen to say of itself, and what is judged by it: window scaling, SACK, first
 * FIN, liberal windows. The other flags go with sequence numbers that the kernel does not show.
 */
#define FW_TCP_FLAGS 0x0f

struct fw_flow {
	uint64_t present; /* 1 << enum fw_flow_bit */
	const struct fw_proto *proto;
	uint8_t family;
	uint8_t protonum;
	uint8_t state;                           /* one of proto->states */
	uint8_t role;                            /* dccp */
	uint8_t wscale_orig, wscale_reply;       /* tcp */
	uint8_t tcp_flags_orig, tcp_flags_reply; /* FW_TCP_FLAGS of IP_CT_TCP_FLAG_* */
	struct fw_seqadj seq_orig, seq_reply;    /* tcp */
	uint16_t zone;
	uint32_t status;  /* enum fw_status bits, as the kernel's IPS_* */
	uint32_t timeout; /* seconds left */
	uint32_t mark, use, id;
	uint32_t line; /* of the policy that admitted it; see fw_flow_read_stamp() */
	uint32_t vtag_orig, vtag_reply; /* sctp */
	uint64_t handshake;             /* dccp */
	uint64_t start, stop;           /* nanoseconds since 1970; with nf_conntrack_timestamp=1 */
	uint64_t age;                   /* seconds from start to stop or now */
	uint64_t event_time;
	struct fw_tuple orig, reply, master;
	struct fw_bytes labels, helper, secctx, netns;
};

static inline bool fw_tuple_has(const struct fw_tuple *tuple, enum fw_tuple_bit bit)
{
	return tuple->present >> bit & 1;
}

static inline bool fw_flow_has(const struct fw_flow *flow, enum fw_flow_bit bit)
{
	return flow->present >> bit & 1;
}

/* The name of the flow's state; NULL when it has none, or the protocol has no names. */
const char *fw_flow_state(const struct fw_flow *flow);

/*
 * Tells the flow from all others that live at the same time, of its namespace: a hash, never 0. It
 * is made of the id and the original tuple; a flow without an id has one too.
 */
uint64_t fw_flow_key(const struct fw_flow *flow);

/* The kernel's IPS_* bits (linux/netfilter/nf_conntrack_common.h), which are stable interface. */
enum fw_status {
	FW_STATUS_EXPECTED = 1 << 0,
	FW_STATUS_SEEN_REPLY = 1 << 1,
	FW_STATUS_ASSURED = 1 << 2,
	FW_STATUS_CONFIRMED = 1 << 3,
	FW_STATUS_SRC_NAT = 1 << 4,
	FW_STATUS_DST_NAT = 1 << 5,
	FW_STATUS_SEQ_ADJUST = 1 << 6,
	FW_STATUS_DYING = 1 << 9,
	FW_STATUS_FIXED_TIMEOUT = 1 << 10,
	FW_STATUS_OFFLOAD = 1 << 14,
	FW_STATUS_HW_OFFLOAD = 1 << 15,
};

/* Names of the status bits as JSON writes them ("seen-reply"); ends with a NULL name. */
extern const struct fw_word fw_status_words[];

/*
 * Rows of a flow and of a tuple, in no format's order; formats pick from them by address:
 * &fw_flow_fields[FW_FIELD_MARK]. Tuple rows of a protocol are in its own table.
 */
enum fw_flow_field {
	FW_FIELD_FAMILY,
	FW_FIELD_PROTO,
	FW_FIELD_PROTONUM,
	FW_FIELD_TIMEOUT,
	FW_FIELD_ORIG,
	FW_FIELD_REPLY,
	FW_FIELD_STATE,
	FW_FIELD_STATUS,
	FW_FIELD_MARK,
	FW_FIELD_USE,
	FW_FIELD_ID,
	FW_FIELD_ZONE,
	FW_FIELD_LABELS,
	FW_FIELD_HELPER,
	FW_FIELD_MASTER,
	FW_FIELD_SECCTX,
	FW_FIELD_START,
	FW_FIELD_STOP,
	FW_FIELD_AGE,
	FW_FIELD_NETNS,
	FW_FIELD_FLOW_LINE,
	FW_FLOW_FIELDS,
};
extern const struct fw_field fw_flow_fields[FW_FLOW_FIELDS + 1];

/*
 * Reads the line out of the mark's bits in `mask`, where a policy with `stamp mark MASK` puts it;
 * with mask 0, or when the bits are 0, the flow has no line.
 */
static inline void fw_flow_read_stamp(struct fw_flow *flow, uint32_t mask)
{
	if (!(flow->mark & mask))
		return;
	flow->line = (flow->mark & mask) >> __builtin_ctz(mask);
	flow->present |= 1ull << FW_FLOW_LINE;
}

/* src, dst: before the protocol's own fields; zone, packets, bytes: after them. */
extern const struct fw_field fw_tuple_head[];
extern const struct fw_field fw_tuple_tail[];
/* Of a tuple that need not be of the record's own protocol. */
extern const struct fw_field fw_tuple_proto;

#endif
