/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMPv6 (RFC 4443). */
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "extensions/icmp-rows.h"

static const struct fw_field tuple[] = { FW_ICMP_ROWS(ICMPV6), { 0 } };

static const struct fw_timer timers[] = {
	{ "", CTA_TIMEOUT_ICMPV6_TIMEOUT, "nf_conntrack_icmpv6_timeout" },
	{ 0 },
};

extern const struct fw_proto fw_proto_icmpv6;
const struct fw_proto fw_proto_icmpv6 = {
	.name = "icmpv6",
	.number = IPPROTO_ICMPV6,
	.family = FW_FAMILY_IPV6,
	.tuple = tuple,
	.timers = timers,
};
