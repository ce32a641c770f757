/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP (RFC 9293); states of the kernel's tracker (uapi/linux/netfilter/nf_conntrack_tcp.h). */
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "extensions/ports.h"

/* clang-format off */
static const struct fw_field tuple[] = { FW_PORT_ROWS, { 0 } };

static const struct fw_word states[] = {
	{ "NONE", 0 },	    { "SYN_SENT", 1 },	 { "SYN_RECV", 2 }, { "ESTABLISHED", 3 },
	{ "FIN_WAIT", 4 },  { "CLOSE_WAIT", 5 }, { "LAST_ACK", 6 }, { "TIME_WAIT", 7 },
	/* The last has two names, of which conntrack(8) prints the first and takes both. */
	{ "CLOSE", 8 },	    { "SYN_SENT2", 9 },	 { "LISTEN", 9 },
	{ 0 },
};

#define SEQ_ROW(what, WHAT, dir, DIR, meaning)                                                      \
	{ .text = "seq_" #what "_" #dir, .type = FW_TYPE_U32,                                       \
	  .offset = offsetof(struct fw_flow, seq_##dir.what),                                      \
	  .bit = FW_FLOW_SEQ_##WHAT##_##DIR, .option = { { #dir "-seq-" #what, 0 } },              \
	  .arg = "N", .help = meaning " of the " #dir " direction" }
#define SEQ_ROWS(dir, DIR)                                                                         \
	SEQ_ROW(pos, POS, dir, DIR, "where sequence numbers are shifted"),                         \
	SEQ_ROW(before, BEFORE, dir, DIR, "shift up to there"),                                    \
	SEQ_ROW(after, AFTER, dir, DIR, "shift from there on")

static const struct fw_field info[] = {
	{ .key = "state", .type = FW_TYPE_WORD, .offset = offsetof(struct fw_flow, state),
	  .bit = FW_FLOW_STATE, .attr = CTA_PROTOINFO_TCP_STATE, .words = states },
	/*
	 * What TCP's windows are judged by is of use to who loads the flow again, and else to
	 * nobody: these have no key, and are saved when asked for.
	 */
	{ .text = "wscale_orig", .type = FW_TYPE_U8, .offset = offsetof(struct fw_flow, wscale_orig),
	  .bit = FW_FLOW_WSCALE_ORIG, .attr = CTA_PROTOINFO_TCP_WSCALE_ORIGINAL,
	  .zero_absent = true, .option = { { "orig-wscale", 0 } }, .arg = "N",
	  .help = "tcp window scale of the original direction" },
	{ .text = "wscale_reply", .type = FW_TYPE_U8,
	  .offset = offsetof(struct fw_flow, wscale_reply), .bit = FW_FLOW_WSCALE_REPLY,
	  .attr = CTA_PROTOINFO_TCP_WSCALE_REPLY, .zero_absent = true,
	  .option = { { "reply-wscale", 0 } }, .arg = "N",
	  .help = "tcp window scale of the reply direction" },
	{ .text = "tcp_flags_orig", .type = FW_TYPE_U8,
	  .offset = offsetof(struct fw_flow, tcp_flags_orig), .bit = FW_FLOW_TCP_FLAGS_ORIG,
	  .attr = CTA_PROTOINFO_TCP_FLAGS_ORIGINAL, .mask = FW_TCP_FLAGS,
	  .option = { { "orig-tcp-flags", 0 } }, .arg = "N",
	  .help = "sum of 1 window scale, 2 SACK, 4 first FIN, 8 liberal windows" },
	{ .text = "tcp_flags_reply", .type = FW_TYPE_U8,
	  .offset = offsetof(struct fw_flow, tcp_flags_reply), .bit = FW_FLOW_TCP_FLAGS_REPLY,
	  .attr = CTA_PROTOINFO_TCP_FLAGS_REPLY, .mask = FW_TCP_FLAGS,
	  .option = { { "reply-tcp-flags", 0 } }, .arg = "N",
	  .help = "likewise, of the reply direction" },
	SEQ_ROWS(orig, ORIG),
	SEQ_ROWS(reply, REPLY),
	{ 0 },
};

static const struct fw_timer timers[] = {
	{ "syn_sent", CTA_TIMEOUT_TCP_SYN_SENT, "nf_conntrack_tcp_timeout_syn_sent" },
	{ "syn_recv", CTA_TIMEOUT_TCP_SYN_RECV, "nf_conntrack_tcp_timeout_syn_recv" },
	{ "established", CTA_TIMEOUT_TCP_ESTABLISHED, "nf_conntrack_tcp_timeout_established" },
	{ "fin_wait", CTA_TIMEOUT_TCP_FIN_WAIT, "nf_conntrack_tcp_timeout_fin_wait" },
	{ "close_wait", CTA_TIMEOUT_TCP_CLOSE_WAIT, "nf_conntrack_tcp_timeout_close_wait" },
	{ "last_ack", CTA_TIMEOUT_TCP_LAST_ACK, "nf_conntrack_tcp_timeout_last_ack" },
	{ "time_wait", CTA_TIMEOUT_TCP_TIME_WAIT, "nf_conntrack_tcp_timeout_time_wait" },
	{ "close", CTA_TIMEOUT_TCP_CLOSE, "nf_conntrack_tcp_timeout_close" },
	{ "retrans", CTA_TIMEOUT_TCP_RETRANS, "nf_conntrack_tcp_timeout_max_retrans" },
	{ "unacknowledged", CTA_TIMEOUT_TCP_UNACK, "nf_conntrack_tcp_timeout_unacknowledged" },
	{ 0 },
};
/* clang-format on */

extern const struct fw_proto fw_proto_tcp;
const struct fw_proto fw_proto_tcp = {
	.name = "tcp",
	.number = IPPROTO_TCP,
	.tuple = tuple,
	.info_attr = CTA_PROTOINFO_TCP,
	.info = info,
	.states = states,
	.closing = 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8,
	.timers = timers,
};
