/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A compact image of the connection table, kept from events: enough to say what an update changed
 * and, where asked for, which flows came, changed or went while events were lost.
 */
#ifndef FWCTL_MODEL_SHADOW_H
#define FWCTL_MODEL_SHADOW_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/base/map.h"
#include "fwctl/model/event.h"
#include "fwctl/model/flow.h"

struct fw_shadow {
	struct fw_map flows;
	bool whole;     /* keeps tuples too */
	uint32_t round; /* of reading the table */
	bool in_round;
	bool has_gone; /* there is something to bury */
};

/* What is known of a flow. */
enum fw_shadow_news {
	FW_SHADOW_SAME,
	FW_SHADOW_NEW,
	FW_SHADOW_CHANGED,
};

/* With `whole`, flows can be given back by fw_shadow_sweep(): 128 bytes more for each flow. */
void fw_shadow_init(struct fw_shadow *shadow, bool whole);
void fw_shadow_free(struct fw_shadow *shadow);

/* Forgets everything. */
void fw_shadow_clear(struct fw_shadow *shadow);

/*
 * Remembers the flow of a new or update event, or of the table. `*changed` (enum fw_change bits)
 * is what differs from before. `in_full`: it has no labels if none are told; as in the table, and
 * in events that a program caused (ctnetlink_change_conntrack() in
 * net/netfilter/nf_conntrack_netlink.c). Else state and labels are there only when they changed,
 * and so tell of a flow that was not known what changed; in full nothing does.
 */
enum fw_shadow_news fw_shadow_see(struct fw_shadow *shadow, const struct fw_flow *flow,
				  bool in_full, uint32_t *changed);

bool fw_shadow_knows(const struct fw_shadow *shadow, const struct fw_flow *flow);

/* Forgets a flow that is gone. False when it was not known. */
bool fw_shadow_forget(struct fw_shadow *shadow, const struct fw_flow *flow);

/* Whether a round has found the flow before its new event came; asked once of each such event. */
bool fw_shadow_was_found(struct fw_shadow *shadow, const struct fw_flow *flow);

/* Before the table is read anew with fw_shadow_see(), for fw_shadow_sweep() afterwards. */
void fw_shadow_begin_round(struct fw_shadow *shadow);

/* Of a flow of the table: it is still there, if it is known. */
void fw_shadow_meet(struct fw_shadow *shadow, const struct fw_flow *flow);

/* Takes a flow that the round has not met; it holds the original and the reply tuple, status,
 * mark, zone, state and id. */
typedef void fw_shadow_gone_fn(void *context, const struct fw_flow *flow);

/*
 * Hands over all flows that were not seen since fw_shadow_begin_round(), and ends the round. They
 * are gone, but not forgotten until fw_shadow_bury(): events of them may still be under way.
 * `gone` NULL: only ends the round.
 */
void fw_shadow_sweep(struct fw_shadow *shadow, fw_shadow_gone_fn *gone, void *context);

/* Whether fw_shadow_sweep() has handed the flow over. */
bool fw_shadow_is_gone(const struct fw_shadow *shadow, const struct fw_flow *flow);

/* Forgets the flows that are gone. */
void fw_shadow_bury(struct fw_shadow *shadow);

#endif
