/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DCCP (RFC 4340); states of the kernel's tracker. Kernels from 6.16 on have none: there a DCCP flow has
 * ports of zero and no state, and its timers cannot be set.
 */
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "extensions/ports.h"

/* clang-format off */
static const struct fw_field tuple[] = { FW_PORT_ROWS, { 0 } };

static const struct fw_word states[] = {
	{ "NONE", 0 },	   { "REQUEST", 1 },  { "RESPOND", 2 }, { "PARTOPEN", 3 }, { "OPEN", 4 },
	{ "CLOSEREQ", 5 }, { "CLOSING", 6 },  { "TIMEWAIT", 7 }, { "IGNORE", 8 },  { "INVALID", 9 },
	{ 0 },
};

static const struct fw_word roles[] = { { "client", 0 }, { "server", 1 }, { 0 } };

static const struct fw_field info[] = {
	{ .key = "state", .type = FW_TYPE_WORD, .offset = offsetof(struct fw_flow, state),
	  .bit = FW_FLOW_STATE, .attr = CTA_PROTOINFO_DCCP_STATE, .words = states },
	{ .key = "role", .type = FW_TYPE_WORD, .offset = offsetof(struct fw_flow, role),
	  .bit = FW_FLOW_ROLE, .attr = CTA_PROTOINFO_DCCP_ROLE, .words = roles,
	  .option = { { "role", 0 } }, .arg = "client|server",
	  .help = "dccp: what the host in the original direction is" },
	{ .key = "handshake", .type = FW_TYPE_U64, .offset = offsetof(struct fw_flow, handshake),
	  .bit = FW_FLOW_HANDSHAKE, .attr = CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ },
	{ 0 },
};

static const struct fw_timer timers[] = {
	{ "request", CTA_TIMEOUT_DCCP_REQUEST, "nf_conntrack_dccp_timeout_request" },
	{ "respond", CTA_TIMEOUT_DCCP_RESPOND, "nf_conntrack_dccp_timeout_respond" },
	{ "partopen", CTA_TIMEOUT_DCCP_PARTOPEN, "nf_conntrack_dccp_timeout_partopen" },
	{ "open", CTA_TIMEOUT_DCCP_OPEN, "nf_conntrack_dccp_timeout_open" },
	{ "closereq", CTA_TIMEOUT_DCCP_CLOSEREQ, "nf_conntrack_dccp_timeout_closereq" },
	{ "closing", CTA_TIMEOUT_DCCP_CLOSING, "nf_conntrack_dccp_timeout_closing" },
	{ "timewait", CTA_TIMEOUT_DCCP_TIMEWAIT, "nf_conntrack_dccp_timeout_timewait" },
	{ 0 },
};
/* clang-format on */

extern const struct fw_proto fw_proto_dccp;
const struct fw_proto fw_proto_dccp = {
	.name = "dccp",
	.number = IPPROTO_DCCP,
	.tuple = tuple,
	.info_attr = CTA_PROTOINFO_DCCP,
	.info = info,
	.states = states,
	.closing = 1 << 5 | 1 << 6 | 1 << 7,
	.timers = timers,
	.maybe_untracked = true,
};
