/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that change what is in force: apply, timeout, reset. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/policy-install.h"
#include "fwctl/cli/privilege.h"

/* --- what was done ------------------------------------------------------------------------------
 */

static void note_repair(const struct fw_cli *cli, const struct fw_nft_state *then)
{
	size_t i;

	fw_cli_note(cli, "the table had been changed by someone else, and was put right:");
	for (i = 0; i < then->count; i++)
		fprintf(stderr, "  %s\n", then->different[i]);
	if (then->differences > then->count)
		fprintf(stderr, "  and %zu more\n", then->differences - then->count);
}

static int install(struct fw_cli *cli, const struct fw_policy *policy, const struct fw_state *state,
		   bool *changed)
{
	struct fw_installed installed;
	int result = fw_policy_install(policy, state, &installed, &cli->err);

	if (result == 0) {
		*changed = installed.changed;
		puts(installed.changed ? "applied" : "unchanged");
		if (installed.repaired)
			note_repair(cli, &installed.then);
	}
	fw_installed_free(&installed);
	return result;
}

/* --- apply ---------------------------------------------------------------------------------------
 */

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
		result = install(cli, policy, &state, &changed);
		if (result == 0 && !cli->argc)
			fw_cli_note(cli, "the policy is %s", origin);
		fw_state_close(&state);
	}
	fw_policy_free(policy);
	if (result < 0)
		return -1;
	return changed && values->exit_code ? FW_EXIT_APPLIED : 0;
}

/* --- timeout
 * -------------------------------------------------------------------------------------- */

static char *join_words(const char *first, int argc, char **argv)
{
	struct fw_buf text = { 0 };
	int i;

	fw_buf_puts(&text, first);
	for (i = 0; i < argc; i++)
		fw_buf_printf(&text, " %s", argv[i]);
	fw_buf_putc(&text, '\n');
	return fw_buf_take(&text);
}

static void merge_timeout(struct fw_policy *policy, const struct fw_policy_timeout *wanted)
{
	size_t i;

	for (i = 0; i < policy->timeout_count; i++)
		if (policy->timeouts[i].timer == wanted->timer)
			break;
	if (i == policy->timeout_count) {
		fw_array_grow(&policy->timeouts, &policy->timeout_capacity, policy->timeout_count,
			      sizeof(*policy->timeouts));
		policy->timeout_count++;
	}
	policy->timeouts[i] = *wanted;
}

/* The installed policy with the timeouts of `edit`. */
static int install_edited(struct fw_cli *cli, const struct fw_policy *edit,
			  const struct fw_state *state)
{
	struct fw_current current;
	bool changed;
	size_t i;
	int result = fw_current_read(&current, state, &cli->err);

	if (result < 0)
		return -1;
	if (!current.policy) {
		fw_current_free(&current);
		fw_err_set(&cli->err, FW_ERR_FAILED, "no policy is in force");
		return fw_err_hint(&cli->err, "'fwctl policy apply' puts one in force");
	}
	for (i = 0; i < edit->timeout_count; i++)
		merge_timeout(current.policy, &edit->timeouts[i]);
	result = install(cli, current.policy, state, &changed);
	fw_current_free(&current);
	return result;
}

int fw_policy_timeout_run(struct fw_cli *cli)
{
	char *text = join_words("timeout", cli->argc, cli->argv);
	struct fw_policy *edit = fw_policy_load_text(cli, text);
	struct fw_state state;
	int result = -1;

	if (edit)
		result = fw_privilege_limit(&cli->err);
	if (result == 0)
		result = fw_state_open(&state, true, &cli->err);
	if (result == 0) {
		result = install_edited(cli, edit, &state);
		fw_state_close(&state);
	}
	if (result == 0)
		fw_cli_note(cli,
			    "until the next apply; the line '%.*s' in the policy file keeps it",
			    (int)strcspn(text, "\n"), text);
	fw_policy_free(edit);
	free(text);
	return result;
}

/* --- reset
 * ---------------------------------------------------------------------------------------- */

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
