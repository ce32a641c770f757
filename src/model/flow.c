/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/flow.h"

#include <stddef.h>

#include "fwctl/base/map.h"

const struct fw_word fw_status_words[] = {
	{ "expected", FW_STATUS_EXPECTED },
	{ "seen-reply", FW_STATUS_SEEN_REPLY },
	{ "assured", FW_STATUS_ASSURED },
	{ "confirmed", FW_STATUS_CONFIRMED },
	{ "src-nat", FW_STATUS_SRC_NAT },
	{ "dst-nat", FW_STATUS_DST_NAT },
	{ "seq-adjust", FW_STATUS_SEQ_ADJUST },
	{ "dying", FW_STATUS_DYING },
	{ "fixed-timeout", FW_STATUS_FIXED_TIMEOUT },
	{ "offload", FW_STATUS_OFFLOAD },
	{ "hw-offload", FW_STATUS_HW_OFFLOAD },
	{ 0 },
};

/* clang-format off */
#define AT(member) .offset = offsetof(struct fw_flow, member)

const struct fw_field fw_flow_fields[FW_FLOW_FIELDS + 1] = {
	[FW_FIELD_FAMILY] = { .key = "family", .type = FW_TYPE_FAMILY, AT(family),
		.bit = FW_FLOW_BASICS, .option = { { "family", 'f' } }, .arg = "ipv4|ipv6",
		.help = "address family" },
	[FW_FIELD_PROTO] = { .key = "proto", .type = FW_TYPE_PROTO, AT(proto),
		.bit = FW_FLOW_BASICS },
	[FW_FIELD_PROTONUM] = { .key = "protonum", .type = FW_TYPE_U8, AT(protonum),
		.bit = FW_FLOW_BASICS, .option = { { "proto|protonum", 'p' } }, .arg = "NAME|NUMBER",
		.help = "transport protocol" },
	[FW_FIELD_TIMEOUT] = { .key = "timeout", .type = FW_TYPE_U32, AT(timeout),
		.bit = FW_FLOW_TIMEOUT },
	[FW_FIELD_ORIG] = { .key = "orig", .type = FW_TYPE_TUPLE, AT(orig),
		.bit = FW_FLOW_BASICS },
	[FW_FIELD_REPLY] = { .key = "reply", .type = FW_TYPE_TUPLE, AT(reply),
		.bit = FW_FLOW_REPLY },
	[FW_FIELD_STATE] = { .key = "state", .type = FW_TYPE_STATE, AT(state),
		.bit = FW_FLOW_STATE, .option = { { "state", 0 } }, .arg = "NAME",
		.help = "state of the connection, of tcp, sctp or dccp" },
	[FW_FIELD_STATUS] = { .key = "status", .type = FW_TYPE_FLAGS, AT(status),
		.bit = FW_FLOW_STATUS, .words = fw_status_words },
	[FW_FIELD_MARK] = { .key = "mark", .type = FW_TYPE_U32, AT(mark), .bit = FW_FLOW_MARK,
		.zero_absent = true },
	[FW_FIELD_USE] = { .key = "use", .type = FW_TYPE_U32, AT(use), .bit = FW_FLOW_USE },
	[FW_FIELD_ID] = { .key = "id", .type = FW_TYPE_U32, AT(id), .bit = FW_FLOW_ID,
		.option = { { "id", 'i' } }, .arg = "N", .help = "the kernel's id of the flow" },
	[FW_FIELD_ZONE] = { .key = "zone", .type = FW_TYPE_U16, AT(zone), .bit = FW_FLOW_ZONE,
		.zero_absent = true,
		.option = { { "zone", 'w' } }, .arg = "N", .help = "zone of both directions" },
	[FW_FIELD_LABELS] = { .key = "labels", .type = FW_TYPE_LABELS, AT(labels),
		.bit = FW_FLOW_LABELS },
	[FW_FIELD_HELPER] = { .key = "helper", .type = FW_TYPE_STRING, AT(helper),
		.bit = FW_FLOW_HELPER, .option = { { "helper", 0 } }, .arg = "NAME",
		.help = "name of the helper that reads the flow" },
	/* Shown by formats that can say of which protocol it is. */
	[FW_FIELD_MASTER] = { .key = "master", .type = FW_TYPE_TUPLE, AT(master),
		.bit = FW_FLOW_MASTER },
	[FW_FIELD_SECCTX] = { .key = "secctx", .type = FW_TYPE_STRING, AT(secctx),
		.bit = FW_FLOW_SECCTX },
	[FW_FIELD_START] = { .key = "start", .type = FW_TYPE_TIME, AT(start),
		.bit = FW_FLOW_START },
	[FW_FIELD_STOP] = { .key = "stop", .type = FW_TYPE_TIME, AT(stop), .bit = FW_FLOW_STOP },
	[FW_FIELD_AGE] = { .key = "age", .type = FW_TYPE_SECONDS, AT(age), .bit = FW_FLOW_AGE },
	[FW_FIELD_NETNS] = { .key = "netns", .type = FW_TYPE_STRING, AT(netns),
		.bit = FW_FLOW_NETNS },
	[FW_FIELD_FLOW_LINE] = { .key = "line", .type = FW_TYPE_U32, AT(line), .bit = FW_FLOW_LINE,
		.zero_absent = true, .option = { { "line", 0 } }, .arg = "N[:N]",
		.help = "line of the policy that admitted it, when the policy stamps" },
};
#undef AT

#define AT(member) .offset = offsetof(struct fw_tuple, member)

const struct fw_field fw_tuple_head[] = {
	{ .key = "src", .type = FW_TYPE_ADDR, AT(src), .bit = FW_TUPLE_SRC,
	  .option = { { "orig-src|src", 's' }, { "reply-src", 'r' } }, .arg = "ADDR[/PREFIX]",
	  .help = "source address in the %s direction" },
	{ .key = "dst", .type = FW_TYPE_ADDR, AT(dst), .bit = FW_TUPLE_DST,
	  .option = { { "orig-dst|dst", 'd' }, { "reply-dst", 'q' } }, .arg = "ADDR[/PREFIX]",
	  .help = "destination address in the %s direction" },
	{ 0 },
};

const struct fw_field fw_tuple_proto = { .key = "protonum", .type = FW_TYPE_U8, AT(protonum),
					 .bit = FW_TUPLE_PROTO };

const struct fw_field fw_tuple_tail[] = {
	{ .key = "zone", .type = FW_TYPE_U16, AT(zone), .bit = FW_TUPLE_ZONE, .zero_absent = true,
	  .option = { { "orig-zone", 0 }, { "reply-zone", 0 } }, .arg = "N",
	  .help = "zone of the %s direction only" },
	{ .key = "packets", .type = FW_TYPE_U64, AT(packets), .bit = FW_TUPLE_PACKETS },
	{ .key = "bytes", .type = FW_TYPE_U64, AT(bytes), .bit = FW_TUPLE_BYTES },
	{ 0 },
};
#undef AT
/* clang-format on */

const char *fw_flow_state(const struct fw_flow *flow)
{
	return fw_flow_has(flow, FW_FLOW_STATE) && flow->proto->states
		       ? fw_word_name(flow->proto->states, flow->state)
		       : NULL;
}

/*
 * The kernel's id is a hash of 32 bits: of a million flows about a hundred share theirs with
 * another. With a hash of the original tuple they are told apart.
 */
uint64_t fw_flow_key(const struct fw_flow *flow)
{
	const struct fw_tuple *tuple = &flow->orig;
	uint64_t hash = fw_hash_mix(flow->id, (uint64_t)flow->protonum << 32 | tuple->zone << 16 |
						      flow->zone);

	hash = fw_hash_mix(hash, tuple->src.half[0] ^ tuple->src.half[1] * 31);
	hash = fw_hash_mix(hash, tuple->dst.half[0] ^ tuple->dst.half[1] * 31);
	hash = fw_hash_mix(hash, (uint64_t)tuple->sport << 48 | (uint64_t)tuple->dport << 32 |
					 (uint64_t)(tuple->icmp_id ^ tuple->dstkey) << 16 |
					 (uint64_t)tuple->icmp_type << 8 | tuple->icmp_code);
	return hash ? hash : 1;
}
