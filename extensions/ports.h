/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two tuple rows of every protocol with ports. tcp, udp, udplite, sctp and dccp list them in
 * their tables, so that --sport is one option whatever the protocol.
 */
#ifndef FWCTL_EXTENSIONS_PORTS_H
#define FWCTL_EXTENSIONS_PORTS_H

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stddef.h>

#include "extensions/filter-flags.h"
#include "fwctl/model/flow.h"

/* clang-format off */
#define FW_PORT_ROWS \
	{ .key = "sport", .type = FW_TYPE_U16, .offset = offsetof(struct fw_tuple, sport), \
	  .bit = FW_TUPLE_SPORT, .attr = CTA_PROTO_SRC_PORT, .kernel = FW_FILTER_SRC_PORT, \
	  .option = { { "sport|orig-port-src", 0 }, { "reply-port-src", 0 } }, \
	  .arg = "PORT[:PORT]", .help = "source port in the %s direction" }, \
	{ .key = "dport", .type = FW_TYPE_U16, .offset = offsetof(struct fw_tuple, dport), \
	  .bit = FW_TUPLE_DPORT, .attr = CTA_PROTO_DST_PORT, .kernel = FW_FILTER_DST_PORT, \
	  .option = { { "dport|orig-port-dst", 0 }, { "reply-port-dst", 0 } }, \
	  .arg = "PORT[:PORT]", .help = "destination port in the %s direction" }
/* clang-format on */

#endif
