/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy that is in force now. */
#ifndef FWCTL_CLI_POLICY_CURRENT_H
#define FWCTL_CLI_POLICY_CURRENT_H

#include "fwctl/cli/policy-state.h"
#include "fwctl/kernel/nft.h"
#include "fwctl/model/policy.h"
#include "fwctl/model/ruleset.h"

struct fw_current {
	struct fw_policy *policy;   /* NULL: none is in force */
	struct fw_ruleset *ruleset; /* after fw_current_compare() */
	struct fw_nft_batch batch;
	struct fw_nft_state table;
};

/* Reads which table is there, and the text that belongs to it. Release with fw_current_free(). */
int fw_current_read(struct fw_current *current, const struct fw_state *state, struct fw_err *err);

/* The same for commands that only look: gives up privileges, opens the state, reads, closes. */
int fw_current_open(struct fw_current *current, struct fw_err *err);

/* Compares the whole table with what its policy compiles to, and reads the counters. */
int fw_current_compare(struct fw_current *current, struct fw_err *err);

void fw_current_free(struct fw_current *current);

#endif
