/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stale flows: UDP flows without a reply whose sender goes on, so that they never expire. After a
 * service has moved, such a flow goes on translating to where it was. Found by two readings of the
 * table: what is unreplied in both, and was refreshed between them.
 */
#ifndef FWCTL_MODEL_STALE_H
#define FWCTL_MODEL_STALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/model/flow.h"

/* The fewest seconds between the readings: timers are whole seconds, and each may be one off. */
#define FW_STALE_MIN_SECONDS 3

/* One flow of the first reading. */
struct fw_stale_mark {
	uint32_t id, timeout;
	uint64_t packets; /* in the original direction, 0 when they are not counted */
};

/* All zero is empty. */
struct fw_stale {
	struct fw_stale_mark *marks;
	size_t count, capacity;
};

/* The first reading: remembers the flow if it may turn out to be stale. */
void fw_stale_note(struct fw_stale *stale, const struct fw_flow *flow);

/* Between the readings. */
void fw_stale_sort(struct fw_stale *stale);

/* The second reading, `seconds` after the first: whether the flow is stale. */
bool fw_stale_is(const struct fw_stale *stale, const struct fw_flow *flow, uint64_t seconds);

void fw_stale_free(struct fw_stale *stale);

#endif
