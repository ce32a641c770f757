/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flows in an order. With a limit only the first ones are kept, in a heap, however many pass by;
 * without one all of them are.
 */
#ifndef FWCTL_MODEL_RANK_H
#define FWCTL_MODEL_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/words.h"
#include "fwctl/model/flow.h"

enum fw_rank_key {
	FW_RANK_NONE,
	FW_RANK_TIMEOUT, /* these four: the largest first, flows without the number last */
	FW_RANK_BYTES,   /* of both directions together */
	FW_RANK_PACKETS,
	FW_RANK_AGE,
	FW_RANK_SRC, /* these two, of the original direction: IPv4 first, the lowest first */
	FW_RANK_DST,
	FW_RANK_PROTO, /* the lowest number first */
	FW_RANK_STATE, /* in alphabetical order, flows without a state last */
	FW_RANK_GIVEN, /* by the number of fw_rank_add_as(), the largest first */
};

/* The names of those that list sorts by; ends with a NULL name. */
extern const struct fw_word fw_rank_words[];

struct fw_ranked;

/* Start with all zero but these three. */
struct fw_rank {
	enum fw_rank_key key;
	size_t limit; /* 0: none */
	bool reverse; /* the other way round */
	struct fw_ranked *items;
	size_t count, capacity;
	uint64_t seen; /* flows that were added, kept or not */
};

/* Takes a copy, with all that the flow points to. */
void fw_rank_add(struct fw_rank *rank, const struct fw_flow *flow);

/* The same, with the number that FW_RANK_GIVEN goes by. */
void fw_rank_add_as(struct fw_rank *rank, const struct fw_flow *flow, uint64_t number);

/*
 * Calls `take` for each that was kept, in order; flows that rank the same in the order they were
 * added. Ends early when it returns anything but 0. Nothing may be added afterwards.
 */
void fw_rank_each(struct fw_rank *rank, int (*take)(void *context, const struct fw_flow *flow),
		  void *context);

/* Forgets all flows; key, limit and direction stay. */
void fw_rank_clear(struct fw_rank *rank);

#endif
