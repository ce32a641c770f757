/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UDP-Lite (RFC 3828). Newer kernels use the sysctls of udp for it. */
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "extensions/ports.h"

static const struct fw_field tuple[] = { FW_PORT_ROWS, { 0 } };

static const struct fw_timer timers[] = {
	{ "unreplied", CTA_TIMEOUT_UDPLITE_UNREPLIED, "nf_conntrack_udplite_timeout" },
	{ "replied", CTA_TIMEOUT_UDPLITE_REPLIED, "nf_conntrack_udplite_timeout_stream" },
	{ 0 },
};

extern const struct fw_proto fw_proto_udplite;
const struct fw_proto fw_proto_udplite = {
	.name = "udplite",
	.number = IPPROTO_UDPLITE,
	.tuple = tuple,
	.timers = timers,
};
