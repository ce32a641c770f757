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
#include "fwctl/kernel/nft-translations.h"
#include "fwctl/policy/compile.h"
#include "fwctl/policy/explain.h"
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
	fw_privilege_drop();
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
static int put_others(struct fw_buf *text, struct fw_socket *sock, struct fw_err *err)
{
	struct fw_other_chains others = { 0 };
	int result = fw_other_chains_read(sock, &others, err);
	size_t i;

	if (result == 0 && others.count)
		fw_buf_puts(text, "Others decide, too; a packet passes when each of these lets "
				  "it:\n");
	for (i = 0; result == 0 && i < others.count; i++) {
		const struct fw_other_chain *chain = &others.items[i];

		fw_buf_printf(text, "  table %s %s, chain %s: %s, priority %d, policy %s\n",
			      chain->family, chain->table, chain->name, chain->hook,
			      chain->priority, chain->drops ? "drop" : "accept");
	}
	fw_other_chains_free(&others);
	return result;
}

static bool is_blocked(const struct fw_policy *policy, const struct fw_translation *from)
{
	const struct fw_packet packet = { .direction = FW_DIR_ROUTED,
					  .family = from->to_family,
					  .proto = from->proto,
					  .dst = from->to,
					  .dport = from->to_port ? from->to_port : from->port,
					  .state = FW_CT_STATE_NEW };

	return from->to_family ? !fw_policy_may_route(policy, &packet)
			       : policy->defaults[FW_DIR_ROUTED] != FW_ACTION_ALLOW;
}

static void put_translation(struct fw_buf *text, const struct fw_translation *from)
{
	const char *proto = fw_word_name(fw_policy_protos, (uint64_t)from->proto);
	char to[FW_PREFIX_MAX_TEXT];

	fw_buf_printf(text, "  table %s %s, chain %s: %s", from->family, from->table, from->chain,
		      proto && from->proto ? proto : "packets");
	if (from->port)
		fw_buf_printf(text, " port %u", from->port);
	fw_buf_printf(text, " to %s",
		      from->to_family ? fw_addr_print(&from->to, from->to_family, to)
				      : "addresses of a map");
	if (from->to_port)
		fw_buf_printf(text, " port %u", from->to_port);
	fw_buf_putc(text, '\n');
}

/* The ports that Docker publishes, say: their packets are routed, and nobody would look for the
 * reason here. */
static int put_translations(struct fw_buf *text, const struct fw_policy *policy,
			    struct fw_socket *sock, struct fw_err *err)
{
	struct fw_translations list = { 0 };
	int result = fw_translations_read(sock, &list, err);
	bool first = true;
	size_t i;

	for (i = 0; result == 0 && i < list.count; i++) {
		if (!is_blocked(policy, &list.items[i]))
			continue;
		if (first)
			fw_buf_printf(
				text,
				"Others send packets on, which this policy does not let "
				"through (default %s routed):\n",
				fw_word_name(fw_action_words, policy->defaults[FW_DIR_ROUTED]));
		first = false;
		put_translation(text, &list.items[i]);
	}
	fw_translations_free(&list);
	return result;
}

static int print_others(const struct fw_policy *policy, struct fw_err *err)
{
	struct fw_buf text = { 0 }, safe = { 0 };
	struct fw_socket sock;
	int result;

	if (fw_socket_open(&sock, 0, err) < 0)
		return -1;
	result = put_others(&text, &sock, err);
	if (result == 0)
		result = put_translations(&text, policy, &sock, err);
	fw_privilege_drop();
	/* Names are anybody's words. */
	fw_buf_escaped_lines(&safe, fw_buf_text(&text));
	fputs(fw_buf_text(&safe), stdout);
	fw_buf_free(&text);
	fw_buf_free(&safe);
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
		result = print_others(policy, &cli->err);
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
	fw_privilege_drop();
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
