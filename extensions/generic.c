/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every protocol without a file of its own: the kernel tracks its addresses only. */
#include <linux/netfilter/nfnetlink_cttimeout.h>
#include <stddef.h>

#include "fwctl/model/proto.h"

static const struct fw_field tuple[] = { { 0 } };

static const struct fw_timer timers[] = {
	{ "", CTA_TIMEOUT_GENERIC_TIMEOUT, "nf_conntrack_generic_timeout" },
	{ 0 },
};

/* Records show "unknown", as conntrack(8) writes for a number that it has no name for. */
extern const struct fw_proto fw_proto_generic;
const struct fw_proto fw_proto_generic = {
	.name = "generic",
	.shown = "unknown",
	.number = 0,
	.tuple = tuple,
	.timers = timers,
};
