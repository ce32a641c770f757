/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tuple rows of icmp and icmpv6, which differ in attribute numbers only. In JSON the identifier is
 * "icmp_id", because "id" is the flow's own; conntrack's text calls both id.
 */
#ifndef FWCTL_EXTENSIONS_ICMP_ROWS_H
#define FWCTL_EXTENSIONS_ICMP_ROWS_H

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stddef.h>

#include "extensions/filter-flags.h"
#include "fwctl/model/flow.h"

/* clang-format off */
#define FW_ICMP_ROWS(X) \
	{ .key = "type", .type = FW_TYPE_U8, .offset = offsetof(struct fw_tuple, icmp_type), \
	  .bit = FW_TUPLE_ICMP_TYPE, .attr = CTA_PROTO_##X##_TYPE, \
	  .kernel = FW_FILTER_##X##_TYPE, \
	  .option = { { "icmp-type|icmpv6-type", 0 } }, .arg = "N", .help = "icmp and icmpv6: message type" }, \
	{ .key = "code", .type = FW_TYPE_U8, .offset = offsetof(struct fw_tuple, icmp_code), \
	  .bit = FW_TUPLE_ICMP_CODE, .attr = CTA_PROTO_##X##_CODE, \
	  .kernel = FW_FILTER_##X##_CODE, \
	  .option = { { "icmp-code|icmpv6-code", 0 } }, .arg = "N", .help = "icmp and icmpv6: message code" }, \
	{ .key = "icmp_id", .text = "id", .type = FW_TYPE_U16, \
	  .offset = offsetof(struct fw_tuple, icmp_id), \
	  .bit = FW_TUPLE_ICMP_ID, .attr = CTA_PROTO_##X##_ID, .kernel = FW_FILTER_##X##_ID, \
	  .option = { { "icmp-id|icmpv6-id", 0 } }, .arg = "N", .help = "icmp and icmpv6: echo identifier" }
/* clang-format on */

#endif
