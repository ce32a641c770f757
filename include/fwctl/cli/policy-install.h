/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting a policy in force, and out of force: kernel table, timeouts and state on disk together.
 */
#ifndef FWCTL_CLI_POLICY_INSTALL_H
#define FWCTL_CLI_POLICY_INSTALL_H

#include <stdbool.h>

#include "fwctl/base/err.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/policy-state.h"
#include "fwctl/kernel/nft.h"
#include "fwctl/model/policy.h"

/* What there was before, and what was done. */
struct fw_installed {
	bool changed;             /* something was sent to change it */
	bool repaired;            /* the same policy was there, but not as it was installed */
	bool ended_trial;         /* a policy was on trial until then */
	struct fw_nft_state then; /* the table before, compared with the policy */
};

/*
 * Makes the kernel decide by `policy`, unless it does already. Everything is read and compared
 * first; texts and timeouts are written to `state` (open, locked) before the table is committed;
 * the commit is bound to what was read, and all of it is repeated when another program changed a
 * ruleset between. -1 with `err` set: then the old policy is in force. Release with
 * fw_installed_free(). With `own` the table is owned afterwards, see policy-owner.h; one that was
 * owned before is in any case.
 */
int fw_policy_install(const struct fw_policy *policy, const struct fw_state *state, bool own,
		      struct fw_installed *installed, struct fw_err *err);
void fw_installed_free(struct fw_installed *installed);

/* The same, and says on stdout whether something was changed, on stderr what somebody else had
 * changed before. */
int fw_policy_install_and_say(struct fw_cli *cli, const struct fw_policy *policy,
			      const struct fw_state *state, bool own, bool *changed);

/* The same without `own`, and drops all privileges then; not after a failure: there may be another
 * policy to try. */
int fw_policy_install_and_drop(struct fw_cli *cli, const struct fw_policy *policy,
			       const struct fw_state *state, bool *changed);

/* Removes the table, puts the timeouts back and forgets the state. `*was_there` says whether there
 * was anything to do. */
int fw_policy_uninstall(const struct fw_state *state, bool *was_there, struct fw_err *err);

#endif
