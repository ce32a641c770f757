/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRE version 1 as PPTP uses it (RFC 2637). The kernel sends the two keys in the attributes of
 * ports. Each direction's own packets carry the destination key (the peer's call id), and the
 * source key is the other direction's destination key; so JSON shows one key a direction.
 */
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "extensions/ports.h"

/* clang-format off */
static const struct fw_field tuple[] = {
	{ .text = "srckey", .type = FW_TYPE_HEX16, .offset = offsetof(struct fw_tuple, srckey),
	  .bit = FW_TUPLE_SRCKEY, .attr = CTA_PROTO_SRC_PORT, .kernel = FW_FILTER_SRC_PORT,
	  .option = { { "srckey|orig-key-src", 0 }, { "reply-key-src", 0 } }, .arg = "KEY",
	  .help = "gre: source key in the %s direction" },
	{ .key = "key", .text = "dstkey", .type = FW_TYPE_HEX16,
	  .offset = offsetof(struct fw_tuple, dstkey), .bit = FW_TUPLE_DSTKEY,
	  .attr = CTA_PROTO_DST_PORT, .kernel = FW_FILTER_DST_PORT,
	  .option = { { "dstkey|orig-key-dst|orig-key", 0 }, { "reply-key-dst|reply-key", 0 } },
	  .arg = "KEY",
	  .help = "gre: key in packets of the %s direction" },
	{ 0 },
};

static const struct fw_timer timers[] = {
	{ "unreplied", CTA_TIMEOUT_GRE_UNREPLIED, "nf_conntrack_gre_timeout" },
	{ "replied", CTA_TIMEOUT_GRE_REPLIED, "nf_conntrack_gre_timeout_stream" },
	{ 0 },
};
/* clang-format on */

extern const struct fw_proto fw_proto_gre;
const struct fw_proto fw_proto_gre = {
	.name = "gre",
	.number = IPPROTO_GRE,
	.tuple = tuple,
	.timers = timers,
};
