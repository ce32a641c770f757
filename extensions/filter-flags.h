/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bits of CTA_FILTER_ORIG_FLAGS and CTA_FILTER_REPLY_FLAGS: which fields of the tuple that goes
 * with a dump request the kernel (5.8 and later) shall compare. The kernel defines them in
 * net/netfilter/nf_internals.h and not in a header for user space, though they are interface.
 */
#ifndef FWCTL_EXTENSIONS_FILTER_FLAGS_H
#define FWCTL_EXTENSIONS_FILTER_FLAGS_H

enum {
	FW_FILTER_SRC = 1 << 0,
	FW_FILTER_DST = 1 << 1,
	FW_FILTER_ZONE = 1 << 2,
	FW_FILTER_PROTO = 1 << 3,
	FW_FILTER_SRC_PORT = 1 << 4,
	FW_FILTER_DST_PORT = 1 << 5,
	FW_FILTER_ICMP_TYPE = 1 << 6,
	FW_FILTER_ICMP_CODE = 1 << 7,
	FW_FILTER_ICMP_ID = 1 << 8,
	FW_FILTER_ICMPV6_TYPE = 1 << 9,
	FW_FILTER_ICMPV6_CODE = 1 << 10,
	FW_FILTER_ICMPV6_ID = 1 << 11,
};

#endif
