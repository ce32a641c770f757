/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy that is in force now. */
#ifndef FWCTL_CLI_POLICY_CURRENT_H
#define FWCTL_CLI_POLICY_CURRENT_H

#include "fwctl/cli/policy-state.h"
#include "fwctl/kernel/nft.h"
#include "fwctl/model/policy.h"
#include "fwctl/model/ruleset.h"

struct fw_current {
	struct fw_policy *policy; /* that decides; NULL: none is in force */
	bool trial;               /* the table holds two: one was put in force for a while */
	uint64_t left;            /* milliseconds that the trial still lasts, 0: it is over */
	struct fw_policy *other;  /* with `trial`: the one behind it, or the one whose time is over;
				     NULL where no policy stands behind the trial */
	struct fw_ruleset *ruleset; /* after fw_current_compare() */
	struct fw_nft_batch batch;
	struct fw_nft_state table;
};

/* Reads which table is there, and the text that belongs to it. Release with fw_current_free(). */
int fw_current_read(struct fw_current *current, const struct fw_state *state, struct fw_err *err);

/* Of the two in the table of a trial: the one on trial, and the one before it (may be NULL). */
const struct fw_policy *fw_current_new(const struct fw_current *current);
const struct fw_policy *fw_current_old(const struct fw_current *current);

/* The same for who only looks: opens the state, reads, closes. */
int fw_current_look(struct fw_current *current, struct fw_err *err);

/* The same, and gives up privileges first. */
int fw_current_open(struct fw_current *current, struct fw_err *err);

/* Compares the whole table with what its policy compiles to, and reads the counters. */
int fw_current_compare(struct fw_current *current, struct fw_err *err);

/* The map whose elements live as long as a trial. */
#define FW_TRIAL_MAP "trial_input"

/*
 * The table of a trial: `new` decides for `milliseconds`, then `old` (NULL: no policy). Its digest
 * is made of theirs, so that it is not taken for either. The caller frees it.
 */
struct fw_ruleset *fw_trial_compile(const struct fw_policy *new, const struct fw_policy *old,
				    uint32_t milliseconds);

void fw_current_free(struct fw_current *current);

#endif
