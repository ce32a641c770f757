/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP (RFC 792). */
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "extensions/icmp-rows.h"

static const struct fw_field tuple[] = { FW_ICMP_ROWS(ICMP), { 0 } };

static const struct fw_timer timers[] = {
	{ "", CTA_TIMEOUT_ICMP_TIMEOUT, "nf_conntrack_icmp_timeout" },
	{ 0 },
};

extern const struct fw_proto fw_proto_icmp;
const struct fw_proto fw_proto_icmp = {
	.name = "icmp",
	.number = IPPROTO_ICMP,
	.family = FW_FAMILY_IPV4,
	.tuple = tuple,
	.timers = timers,
};
