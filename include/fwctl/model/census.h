/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A count of flows by what kind they are, made in one pass and of one size for any table. */
#ifndef FWCTL_MODEL_CENSUS_H
#define FWCTL_MODEL_CENSUS_H

#include <stdint.h>

#include "fwctl/model/flow.h"

#define FW_CENSUS_STATES 16
#define FW_CENSUS_TIMERS 8

/* Flows of one protocol number. */
struct fw_census_proto {
	const struct fw_proto *proto;
	uint64_t flows;
	uint64_t states[FW_CENSUS_STATES]; /* by state, of those that have one */
};

struct fw_census {
	uint64_t flows;
	uint64_t ipv4, ipv6;
	uint64_t unreplied; /* no packet in the reply direction yet */
	uint64_t replied;   /* seen both ways, not assured */
	uint64_t assured;   /* the only ones that a full table keeps (early drop) */
	uint64_t counted;   /* flows that have packet and byte counters */
	uint64_t packets, bytes;
	uint64_t stamped; /* flows whose beginning is known */
	uint64_t timers[FW_CENSUS_TIMERS];
	struct fw_census_proto protos[256];
};

/* The classes of the time that is left: below how many seconds, and the name; the last has no end.
 */
struct fw_census_timer {
	uint32_t below;
	const char *name;
};
extern const struct fw_census_timer fw_census_timers[FW_CENSUS_TIMERS];

/* All zero is an empty census. */
void fw_census_add(struct fw_census *census, const struct fw_flow *flow);

/* Flows that early drop may take: all but the assured. */
static inline uint64_t fw_census_reclaimable(const struct fw_census *census)
{
	return census->flows - census->assured;
}

#endif
