/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a flow in phases: new, nobody has answered yet; replied; assured, a stream goes back
 * and forth; closing, in the states in which its protocol takes leave; gone. From the events of
 * flows those are made that begin a phase, or another state inside of one.
 */
#ifndef FWCTL_MODEL_LIFECYCLE_H
#define FWCTL_MODEL_LIFECYCLE_H

#include <stdbool.h>

#include "fwctl/base/map.h"
#include "fwctl/model/event.h"
#include "fwctl/model/flow.h"

struct fw_lifecycle {
	struct fw_map flows; /* those that are not gone */
};

void fw_lifecycle_init(struct fw_lifecycle *lifecycle);
void fw_lifecycle_free(struct fw_lifecycle *lifecycle);

/* Forgets everything. */
void fw_lifecycle_clear(struct fw_lifecycle *lifecycle);

/*
 * Takes a new, update or destroy event and makes it one of a phase: its kind, how long the phase
 * before lasted (as far as it was seen), and at the end how long all of it and the reason:
 * "expired", or "deleted" when it was before its time. False when the flow is where it was before;
 * then the event says nothing.
 */
bool fw_lifecycle_see(struct fw_lifecycle *lifecycle, struct fw_event *event,
		      const struct fw_flow *flow);

#endif
