/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What flows carry from one reading of the table to the next, by the counters that the kernel
 * keeps with nf_conntrack_acct=1. About 100 bytes for each flow.
 */
#ifndef FWCTL_MODEL_METER_H
#define FWCTL_MODEL_METER_H

#include <stdint.h>

#include "fwctl/base/map.h"
#include "fwctl/model/flow.h"

/* Packets of both directions together; bytes of each. */
struct fw_growth {
	uint64_t packets, orig_bytes, reply_bytes;
};

static inline uint64_t fw_growth_bytes(const struct fw_growth *growth)
{
	return growth->orig_bytes + growth->reply_bytes;
}

/* All zero is empty; release with fw_meter_free(). */
struct fw_meter {
	struct fw_map marks; /* struct mark of meter.c, by fw_flow_key() */
	uint32_t round;
	struct fw_growth total; /* of all flows, those that ended between the readings included */
	struct fw_growth ended; /* what those carried, for the total of the next reading */
};

/* Before the table is read. */
void fw_meter_begin(struct fw_meter *meter);

/*
 * One flow of the reading: what it carried since the reading before, or since it began. Nothing
 * in the first reading, where that is not known.
 */
struct fw_growth fw_meter_see(struct fw_meter *meter, const struct fw_flow *flow);

/* After a whole reading: forgets the flows that it did not meet. */
void fw_meter_finish(struct fw_meter *meter);

/* A flow has begun, by its new event: what it carries counts even when it ends unread. */
void fw_meter_start(struct fw_meter *meter, const struct fw_flow *flow);

/*
 * A flow has ended, by its destroy event, which tells its last counters. Of a flow that is not
 * known nothing counts: the kernel leaves an expired flow out of what is read some time before it
 * tells of its end (gc_worker of net/netfilter/nf_conntrack_core.c), and all of it has counted.
 */
void fw_meter_end(struct fw_meter *meter, const struct fw_flow *flow);

/* What the last fw_meter_see() of the flow said. */
struct fw_growth fw_meter_find(const struct fw_meter *meter, const struct fw_flow *flow);

void fw_meter_free(struct fw_meter *meter);

#endif
