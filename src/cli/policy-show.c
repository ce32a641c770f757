/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that only look: show, check, diff. */
#include <stdio.h>
#include <string.h>

#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-diff.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/kernel/nft-others.h"
#include "fwctl/policy/compile.h"
#include "fwctl/policy/nft-print.h"
#include "fwctl/policy/print.h"

static void print_policy(const struct fw_policy *policy, bool nft)
{
	struct fw_buf text = { 0 };
	struct fw_ruleset *ruleset;

	if (nft) {
		ruleset = fw_policy_compile(policy);
		fw_ruleset_print_nft(&text, ruleset);
		fw_ruleset_free(ruleset);
	} else {
		fw_policy_print(&text, policy, 0);
	}
	fwrite(text.data, 1, text.length, stdout);
	fw_buf_free(&text);
}

int fw_policy_show_run(struct fw_cli *cli)
{
	const struct fw_policy_show_values *values = cli->values;
	struct fw_current current;

	if (fw_current_open(&current, &cli->err) < 0)
		return -1;
	if (!current.policy)
		return fw_err_set(&cli->err, FW_ERR_FAILED, "no policy is in force");
	print_policy(current.policy, values->nft);
	fw_current_free(&current);
	return 0;
}

/* --- check --------------------------------------------------------------------------------- */

/* The kernel works on the whole transaction and then throws it away. */
static int check_in_kernel(const struct fw_policy *policy, bool *checked, struct fw_err *err)
{
	struct fw_ruleset *ruleset = fw_policy_compile(policy);
	struct fw_nft_batch batch;
	struct fw_nft_state state;
	struct fw_socket sock;
	int result;

	if (fw_socket_open(&sock, 0, err) < 0) {
		fw_ruleset_free(ruleset);
		return -1;
	}
	fw_nft_batch_build(&batch, ruleset);
	result = fw_nft_read(&sock, &state, err);
	if (result == 0) {
		/* For a table that another process owns the kernel works on nothing. */
		*checked = !state.owner;
		if (*checked)
			result = fw_nft_check(&sock, &batch, state.generation, err);
		fw_nft_state_free(&state);
	}
	fw_nft_batch_free(&batch);
	fw_ruleset_free(ruleset);
	fw_socket_close(&sock);
	return result;
}

/* What passes here may be dropped there. */
static int print_others(struct fw_err *err)
{
	struct fw_other_chains others = { 0 };
	struct fw_buf text = { 0 }, safe = { 0 };
	struct fw_socket sock;
	int result;
	size_t i;

	if (fw_socket_open(&sock, 0, err) < 0)
		return -1;
	result = fw_other_chains_read(&sock, &others, err);
	if (result == 0 && others.count)
		puts("Others decide, too; a packet passes when each of these lets it:");
	for (i = 0; result == 0 && i < others.count; i++) {
		const struct fw_other_chain *chain = &others.items[i];

		fw_buf_printf(&text, "  table %s %s, chain %s: %s, priority %d, policy %s\n",
			      chain->family, chain->table, chain->name, chain->hook,
			      chain->priority, chain->drops ? "drop" : "accept");
	}
	/* Names are anybody's words. */
	fw_buf_escaped_lines(&safe, fw_buf_text(&text));
	fputs(fw_buf_text(&safe), stdout);
	fw_buf_free(&text);
	fw_buf_free(&safe);
	fw_other_chains_free(&others);
	fw_socket_close(&sock);
	return result;
}

int fw_policy_check_run(struct fw_cli *cli)
{
	const char *origin;
	struct fw_policy *policy = fw_policy_load(cli, cli->argc ? cli->argv[0] : NULL, &origin);
	bool checked;
	int result;

	if (!policy)
		return -1;
	fw_policy_print_notes(policy);
	result = fw_privilege_limit(&cli->err);
	if (result < 0)
		fw_err_prefix(&cli->err, "%s has no mistakes, but the kernel could not be asked",
			      origin);
	if (result == 0)
		result = check_in_kernel(policy, &checked, &cli->err);
	if (result == 0)
		printf("%s is valid, and %s: %zu rule%s\n", origin,
		       checked ? "this kernel takes it"
			       : "the kernel is not asked, because the table is owned",
		       policy->rule_count, policy->rule_count == 1 ? "" : "s");
	if (result == 0)
		result = print_others(&cli->err);
	fw_policy_free(policy);
	return result;
}

/* --- diff ---------------------------------------------------------------------------------- */

int fw_policy_diff_run(struct fw_cli *cli)
{
	const char *origin;
	struct fw_policy *policy = fw_policy_load(cli, cli->argc ? cli->argv[0] : NULL, &origin);
	struct fw_buf old = { 0 }, new = { 0 }, out = { 0 };
	struct fw_current current;
	bool different;
	int result = 0;

	/* Status 1 says that they differ; trouble is 2 and up. */
	if (!policy || fw_current_open(&current, &cli->err) < 0) {
		fw_policy_free(policy);
		if (cli->err.kind == FW_ERR_FAILED)
			cli->err.kind = FW_ERR_MISUSE;
		return -1;
	}
	if (current.policy)
		fw_policy_print(&old, current.policy, FW_PRINT_RESOLVED);
	fw_policy_print(&new, policy, FW_PRINT_RESOLVED);
	different = fw_diff_print(&out, fw_buf_text(&old), fw_buf_text(&new));
	if (current.policy && fw_current_compare(&current, &cli->err) < 0)
		result = -1;
	else if (current.table.differences) {
		fw_cli_note(cli, "the kernel's table was changed by someone else; 'fwctl policy "
				 "status' says what, apply puts it right");
		different = true;
	}
	fputs(fw_buf_text(&out), stdout);
	fw_buf_free(&old);
	fw_buf_free(&new);
	fw_buf_free(&out);
	fw_policy_free(policy);
	fw_current_free(&current);
	if (result < 0 && cli->err.kind == FW_ERR_FAILED)
		cli->err.kind = FW_ERR_MISUSE;
	return result < 0 ? -1 : different ? FW_EXIT_DIFFERENT : 0;
}
