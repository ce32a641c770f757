/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UDP (RFC 768). The kernel keeps one timer until the flow is a stream and one after. */
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "extensions/ports.h"

static const struct fw_field tuple[] = { FW_PORT_ROWS, { 0 } };

static const struct fw_timer timers[] = {
	{ "unreplied", CTA_TIMEOUT_UDP_UNREPLIED, "nf_conntrack_udp_timeout" },
	{ "replied", CTA_TIMEOUT_UDP_REPLIED, "nf_conntrack_udp_timeout_stream" },
	{ 0 },
};

extern const struct fw_proto fw_proto_udp;
const struct fw_proto fw_proto_udp = {
	.name = "udp",
	.number = IPPROTO_UDP,
	.tuple = tuple,
	.timers = timers,
};
