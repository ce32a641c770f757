/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SCTP (RFC 9260); states of uapi/linux/netfilter/nf_conntrack_sctp.h. */
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "extensions/ports.h"

/* clang-format off */
static const struct fw_field tuple[] = { FW_PORT_ROWS, { 0 } };

static const struct fw_word states[] = {
	{ "NONE", 0 },		{ "CLOSED", 1 },	    { "COOKIE_WAIT", 2 },
	{ "COOKIE_ECHOED", 3 }, { "ESTABLISHED", 4 },	    { "SHUTDOWN_SENT", 5 },
	{ "SHUTDOWN_RECD", 6 }, { "SHUTDOWN_ACK_SENT", 7 }, { "HEARTBEAT_SENT", 8 },
	{ "HEARTBEAT_ACKED", 9 }, { 0 },
};

static const struct fw_field info[] = {
	{ .key = "state", .type = FW_TYPE_WORD, .offset = offsetof(struct fw_flow, state),
	  .bit = FW_FLOW_STATE, .attr = CTA_PROTOINFO_SCTP_STATE, .words = states },
	{ .key = "vtag_orig", .type = FW_TYPE_U32, .offset = offsetof(struct fw_flow, vtag_orig),
	  .bit = FW_FLOW_VTAG_ORIG, .attr = CTA_PROTOINFO_SCTP_VTAG_ORIGINAL,
	  .option = { { "orig-vtag", 0 } }, .arg = "N",
	  .help = "sctp verification tag in the original direction" },
	{ .key = "vtag_reply", .type = FW_TYPE_U32, .offset = offsetof(struct fw_flow, vtag_reply),
	  .bit = FW_FLOW_VTAG_REPLY, .attr = CTA_PROTOINFO_SCTP_VTAG_REPLY,
	  .option = { { "reply-vtag", 0 } }, .arg = "N",
	  .help = "sctp verification tag in the reply direction" },
	{ 0 },
};

static const struct fw_timer timers[] = {
	{ "closed", CTA_TIMEOUT_SCTP_CLOSED, "nf_conntrack_sctp_timeout_closed" },
	{ "cookie_wait", CTA_TIMEOUT_SCTP_COOKIE_WAIT, "nf_conntrack_sctp_timeout_cookie_wait" },
	{ "cookie_echoed", CTA_TIMEOUT_SCTP_COOKIE_ECHOED,
	  "nf_conntrack_sctp_timeout_cookie_echoed" },
	{ "established", CTA_TIMEOUT_SCTP_ESTABLISHED, "nf_conntrack_sctp_timeout_established" },
	{ "shutdown_sent", CTA_TIMEOUT_SCTP_SHUTDOWN_SENT,
	  "nf_conntrack_sctp_timeout_shutdown_sent" },
	{ "shutdown_recd", CTA_TIMEOUT_SCTP_SHUTDOWN_RECD,
	  "nf_conntrack_sctp_timeout_shutdown_recd" },
	{ "shutdown_ack_sent", CTA_TIMEOUT_SCTP_SHUTDOWN_ACK_SENT,
	  "nf_conntrack_sctp_timeout_shutdown_ack_sent" },
	{ 0 },
};
/* clang-format on */

extern const struct fw_proto fw_proto_sctp;
const struct fw_proto fw_proto_sctp = {
	.name = "sctp",
	.number = IPPROTO_SCTP,
	.tuple = tuple,
	.info_attr = CTA_PROTOINFO_SCTP,
	.info = info,
	.states = states,
	.closing = 1 << 1 | 1 << 5 | 1 << 6 | 1 << 7,
	.timers = timers,
};
