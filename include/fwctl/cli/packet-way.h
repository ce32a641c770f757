/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which way a packet takes here: in, out or routed, and by which interfaces. */
#ifndef FWCTL_CLI_PACKET_WAY_H
#define FWCTL_CLI_PACKET_WAY_H

#include "fwctl/base/map.h"
#include "fwctl/kernel/route.h"
#include "fwctl/model/flow.h"
#include "fwctl/policy/packet.h"

/*
 * The packet that began the flow, as the filter hooks saw it: behind the translation of its
 * destination, before that of its source. All but its way is filled.
 */
void fw_packet_begin(struct fw_packet *packet, const struct fw_flow *flow);

/* What the kernel has answered so far: many flows share few addresses. */
struct fw_ways {
	struct fw_socket socket;
	struct fw_map known;
};

/* -1 with `err` set. Release with fw_ways_close() after success only. */
int fw_ways_open(struct fw_ways *ways, struct fw_err *err);
void fw_ways_close(struct fw_ways *ways);

/*
 * Fills direction, in_if and out_if of a packet whose family and addresses are set. An interface is
 * that of the route to the address, as where answers would go: the kernel keeps with a flow no
 * other trace of it. "" where no route leads there. -1 with `err` set.
 */
int fw_way_find(struct fw_ways *ways, struct fw_packet *packet, struct fw_err *err);

#endif
