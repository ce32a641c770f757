/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply and reset. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fwctl/cli/policy-boot.h"
#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/policy-install.h"
#include "fwctl/cli/policy-revoke.h"
#include "fwctl/cli/policy-session.h"
#include "fwctl/cli/privilege.h"

/* --- apply --------------------------------------------------------------------------------- */

static int check_usage(struct fw_cli *cli, const struct fw_policy_apply_values *values)
{
	if (!values->confirm || !values->revoke)
		return 0;
	fw_err_set(
		&cli->err, FW_ERR_MISUSE,
		"--revoke ends flows, which the end of a trial (--confirm) could not bring back");
	return fw_err_hint(&cli->err, "'policy confirm' first, and 'policy apply --revoke' then");
}

/* The policy decides by now, so that what is ended cannot begin again. */
static int revoke(struct fw_cli *cli, const struct fw_policy *policy, bool *changed)
{
	uint64_t count;
	int result = fw_policy_revoke(policy, &count, &cli->err);

	fw_cli_note(cli, "%" PRIu64 " flow%s that it would not admit %s ended", count,
		    count == 1 ? "" : "s", count == 1 ? "was" : "were");
	*changed |= count > 0;
	return result;
}

static int put_in_force(struct fw_cli *cli, const struct fw_policy *policy,
			const struct fw_state *state, bool *changed)
{
	const struct fw_policy_apply_values *values = cli->values;

	if (!values->confirm)
		return fw_policy_install_and_say(cli, policy, state, values->own, changed);
	*changed = true;
	return fw_policy_try(cli, policy, state, values->confirm, values->own);
}

static int apply_in(struct fw_cli *cli, const struct fw_policy *policy, const char *origin,
		    const struct fw_state *state, bool *changed)
{
	const struct fw_policy_apply_values *values = cli->values;
	int result = put_in_force(cli, policy, state, changed);

	if (result < 0)
		return -1;
	if (!cli->argc)
		fw_cli_note(cli, "the policy is %s", origin);
	if (!strcmp(origin, FW_POLICY_FILE))
		(values->confirm ? fw_boot_doubt : fw_boot_keep)(cli, policy);
	return values->revoke ? revoke(cli, policy, changed) : 0;
}

static int apply(struct fw_cli *cli, const struct fw_policy *policy, const char *origin,
		 bool *changed)
{
	const struct fw_policy_apply_values *values = cli->values;
	struct fw_ssh_session session = { .count = 0 };
	struct fw_state state;
	int result;

	/* While the files of other processes may be read. */
	if (!values->force && !values->confirm)
		fw_ssh_session_find(&session);
	if (fw_privilege_limit(&cli->err) < 0 ||
	    fw_policy_check_session(policy, &session, &cli->err) < 0 ||
	    fw_state_open(&state, true, &cli->err) < 0)
		return -1;
	result = apply_in(cli, policy, origin, &state, changed);
	fw_privilege_drop();
	fw_state_close(&state);
	return result;
}

int fw_policy_apply_run(struct fw_cli *cli)
{
	const struct fw_policy_apply_values *values = cli->values;
	const char *origin;
	struct fw_policy *policy;
	bool changed = false;
	int result;

	if (check_usage(cli, values) < 0)
		return -1;
	policy = fw_policy_load(cli, cli->argc ? cli->argv[0] : NULL, &origin);
	if (!policy)
		return -1;
	result = apply(cli, policy, origin, &changed);
	fw_policy_free(policy);
	if (result < 0)
		return -1;
	return changed && values->exit_code ? FW_EXIT_APPLIED : 0;
}

/* --- reset --------------------------------------------------------------------------------- */

int fw_policy_reset_run(struct fw_cli *cli)
{
	struct fw_state state;
	bool was_there;
	int result;

	if (fw_privilege_limit(&cli->err) < 0 || fw_state_open(&state, true, &cli->err) < 0)
		return -1;
	result = fw_policy_uninstall(&state, &was_there, &cli->err);
	fw_state_close(&state);
	cli->done = result == 0 && was_there;
	if (result == 0)
		puts(was_there ? "removed" : "unchanged");
	return result;
}
