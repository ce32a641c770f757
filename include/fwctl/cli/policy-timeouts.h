/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timeouts of a policy: which to set, which to put back, and what to remember of those that
 * were there before. The kernel changes them apart from its rulesets, so they are set before the
 * ruleset is committed, each is remembered before it is set, and doing it again is harmless.
 */
#ifndef FWCTL_CLI_POLICY_TIMEOUTS_H
#define FWCTL_CLI_POLICY_TIMEOUTS_H

#include <stdbool.h>

#include "fwctl/cli/policy-state.h"
#include "fwctl/kernel/socket.h"
#include "fwctl/model/policy.h"

/* One timer that a policy names, or named. */
struct fw_timeout_plan {
	const struct fw_proto *proto;
	const struct fw_timer *timer;
	uint32_t original; /* before fwctl first set it */
	uint32_t ours[2];  /* what fwctl has set, and is about to set */
	unsigned int ours_count;
	uint32_t now, target;
	bool wanted; /* by the new policy; else it goes back to the original */
};

struct fw_timeout_plans {
	struct fw_timeout_plan *items;
	size_t count, capacity;
};

/*
 * What `policy` (NULL: no policy) needs, given what is remembered in `state` and what the kernel
 * has now. A timer that somebody else has changed since fwctl set it counts as the new original.
 */
int fw_timeouts_plan(struct fw_timeout_plans *plans, struct fw_socket *socket,
		     const struct fw_state *state, const struct fw_policy *policy,
		     struct fw_err *err);
void fw_timeouts_free(struct fw_timeout_plans *plans);

/* Whether something is to be set. */
bool fw_timeouts_differ(const struct fw_timeout_plans *plans);

/* Remembers, then sets, then checks; on an error what was set is put back. */
int fw_timeouts_begin(const struct fw_timeout_plans *plans, struct fw_socket *socket,
		      const struct fw_state *state, struct fw_err *err);

/* The policy is in force: forgets what is not needed any more. */
int fw_timeouts_finish(const struct fw_timeout_plans *plans, const struct fw_state *state,
		       struct fw_err *err);

/* The policy could not be installed: sets what was there before fw_timeouts_begin(). */
void fw_timeouts_undo(const struct fw_timeout_plans *plans, struct fw_socket *socket);

#endif
