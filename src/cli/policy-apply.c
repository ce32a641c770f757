/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply and reset, and what all commands say that change what is in force. */
#include <stdio.h>
#include <string.h>

#include "fwctl/cli/policy-boot.h"
#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/policy-install.h"
#include "fwctl/cli/privilege.h"

/* --- what was done ------------------------------------------------------------------------- */

static void note_repair(const struct fw_cli *cli, const struct fw_nft_state *then)
{
	size_t i;

	fw_cli_note(cli, "the table had been changed by someone else, and was put right:");
	for (i = 0; i < then->count; i++)
		fprintf(stderr, "  %s\n", then->different[i]);
	if (then->differences > then->count)
		fprintf(stderr, "  and %zu more\n", then->differences - then->count);
}

int fw_policy_install_and_say(struct fw_cli *cli, const struct fw_policy *policy,
			      const struct fw_state *state, bool *changed)
{
	struct fw_installed installed;
	int result = fw_policy_install(policy, state, &installed, &cli->err);

	if (result == 0) {
		*changed = installed.changed;
		puts(installed.changed ? "applied" : "unchanged");
		if (installed.changed)
			fw_policy_print_notes(policy);
		if (installed.repaired)
			note_repair(cli, &installed.then);
	}
	fw_installed_free(&installed);
	return result;
}

/* --- apply --------------------------------------------------------------------------------- */

int fw_policy_apply_run(struct fw_cli *cli)
{
	const struct fw_policy_apply_values *values = cli->values;
	const char *origin;
	struct fw_policy *policy = fw_policy_load(cli, cli->argc ? cli->argv[0] : NULL, &origin);
	struct fw_state state;
	bool changed = false;
	int result;

	if (!policy)
		return -1;
	result = fw_privilege_limit(&cli->err);
	if (result == 0)
		result = fw_state_open(&state, true, &cli->err);
	if (result == 0) {
		if (values->confirm) {
			result = fw_policy_try(cli, policy, &state, values->confirm);
			changed = true;
		} else {
			result = fw_policy_install_and_say(cli, policy, &state, &changed);
		}
		if (result == 0 && !cli->argc)
			fw_cli_note(cli, "the policy is %s", origin);
		if (result == 0 && !strcmp(origin, FW_POLICY_FILE))
			(values->confirm ? fw_boot_doubt : fw_boot_keep)(cli, policy);
		fw_state_close(&state);
	}
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
	if (result == 0)
		puts(was_there ? "removed" : "unchanged");
	return result;
}
