/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy for a while: apply --confirm, confirm, rollback. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/policy-boot.h"
#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/policy-install.h"
#include "fwctl/cli/policy-owner.h"
#include "fwctl/cli/policy-session.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/policy/print.h"

#define TRIES 20

/* --- beginning ------------------------------------------------------------------------------- */

/* What rollback goes to when the trial was confirmed. */
static int keep_previous(const struct fw_state *state, const struct fw_policy *old,
			 struct fw_err *err)
{
	struct fw_buf text = { 0 };
	int result;

	if (!old) {
		fw_state_remove(state, FW_STATE_PREVIOUS);
		return 0;
	}
	fw_policy_print(&text, old, FW_PRINT_RESOLVED);
	result = fw_state_write(state, FW_STATE_PREVIOUS, text.data, text.length, err);
	fw_buf_free(&text);
	return result;
}

/* The text on trial, and which two policies the table holds. The old one's text is there. */
static int remember(const struct fw_state *state, const struct fw_policy *new,
		    const struct fw_policy *old, struct fw_err *err)
{
	char new_digest[65], old_digest[65] = "-", *line;
	int result;

	fw_policy_digest(new, new_digest);
	if (old)
		fw_policy_digest(old, old_digest);
	line = fw_format("%s %s\n", new_digest, old_digest);
	result = fw_policy_keep(state, new, new_digest, err);
	if (result == 0)
		result = keep_previous(state, old, err);
	if (result == 0)
		result = fw_state_write(state, FW_STATE_TRIAL, line, strlen(line), err);
	free(line);
	return result;
}

static int send_pair(struct fw_ruleset *pair, bool own, struct fw_err *err)
{
	struct fw_nft_batch batch;
	struct fw_nft_state now;
	struct fw_socket sock;
	int result;

	if (fw_socket_open(&sock, 0, err) < 0)
		return -1;
	fw_nft_batch_build(&batch, pair);
	result = fw_nft_compare(&sock, &batch, &now, err);
	if (result == 0) {
		result = fw_owner_replace(&sock, &batch, &now, own, err);
		fw_nft_state_free(&now);
	}
	fw_nft_batch_free(&batch);
	fw_socket_close(&sock);
	return result;
}

/* `*is_first`: there is no policy to go back to. */
static int begin_once(const struct fw_policy *policy, const struct fw_state *state,
		      uint64_t seconds, bool own, bool *is_first, struct fw_err *err)
{
	struct fw_ruleset *pair;
	struct fw_current current;
	int result;

	if (fw_current_read(&current, state, err) < 0)
		return -1;
	if (current.left) {
		fw_current_free(&current);
		fw_err_set(err, FW_ERR_FAILED, "another policy is on trial");
		return fw_err_hint(err, "'fwctl policy confirm' keeps it, 'rollback' ends it");
	}
	*is_first = !current.policy;
	pair = fw_trial_compile(policy, current.policy, (uint32_t)(seconds * 1000));
	result = remember(state, policy, current.policy, err);
	if (result == 0)
		result = send_pair(pair, own, err);
	fw_ruleset_free(pair);
	fw_current_free(&current);
	return result;
}

int fw_policy_try(struct fw_cli *cli, const struct fw_policy *policy, const struct fw_state *state,
		  uint64_t seconds, bool own)
{
	int tries, result = -1;
	bool is_first = false;

	for (tries = 0; tries < TRIES && result < 0; tries++) {
		fw_err_free(&cli->err);
		result = begin_once(policy, state, seconds, own, &is_first, &cli->err);
		if (result < 0 && cli->err.sys != ERESTART)
			break;
	}
	fw_privilege_drop();
	if (result < 0)
		return -1;
	cli->done = true;
	puts("applied");
	fw_cli_note(cli, "for %llu seconds; then %s, unless 'fwctl policy confirm' comes in time",
		    (unsigned long long)seconds,
		    is_first ? "nothing is blocked any more, as before"
			     : "the policy before decides again");
	return 0;
}

/* --- ending ---------------------------------------------------------------------------------- */

static int confirm(struct fw_cli *cli, const struct fw_state *state,
		   const struct fw_current *current, const struct fw_ssh_session *session)
{
	bool changed;
	int result;

	(void)session;
	if (!current->trial) {
		fw_err_set(&cli->err, FW_ERR_FAILED, "no policy is on trial");
		return fw_err_hint(&cli->err, "'fwctl policy apply --confirm 60s' begins one");
	}
	if (!current->left)
		return fw_err_set(&cli->err, FW_ERR_FAILED,
				  "too late: the trial is over, the policy before decides again");
	result = fw_policy_install_and_drop(cli, fw_current_new(current), state, &changed);
	if (result == 0)
		fw_boot_trust(cli, fw_current_new(current));
	return result;
}

static int go_back(struct fw_cli *cli, const struct fw_state *state, const struct fw_policy *to)
{
	bool changed;
	int result;

	if (to)
		return fw_policy_install_and_drop(cli, to, state, &changed);
	result = fw_policy_uninstall(state, &changed, &cli->err);
	cli->done = result == 0;
	if (result == 0)
		puts("removed");
	return result;
}

static int rollback_to_previous(struct fw_cli *cli, const struct fw_state *state,
				const struct fw_ssh_session *session)
{
	struct fw_policy *policy = NULL;
	struct fw_buf text = { 0 };
	int result = fw_state_read(state, FW_STATE_PREVIOUS, &text, &cli->err);

	if (result > 0)
		fw_err_set(&cli->err, FW_ERR_FAILED, "there is no policy before this one");
	if (result == 0)
		policy = fw_policy_load_text(cli, "(previous)", fw_buf_text(&text), text.length);
	result = policy ? fw_policy_check_session(policy, session, &cli->err) : -1;
	if (result == 0)
		result = go_back(cli, state, policy);
	fw_policy_free(policy);
	fw_buf_free(&text);
	return result;
}

/* The end of a trial comes anyway, whomever it locks out. */
static int rollback(struct fw_cli *cli, const struct fw_state *state,
		    const struct fw_current *current, const struct fw_ssh_session *session)
{
	int result;

	if (current->trial) {
		result = go_back(cli, state, fw_current_old(current));
		if (result == 0 && fw_current_old(current))
			fw_cli_note(cli, "the policy before decides again");
		return result;
	}
	return rollback_to_previous(cli, state, session);
}

typedef int current_fn(struct fw_cli *cli, const struct fw_state *state,
		       const struct fw_current *current, const struct fw_ssh_session *session);

static int with_current(struct fw_cli *cli, const struct fw_ssh_session *session, current_fn *work)
{
	struct fw_current current;
	struct fw_state state;
	int result;

	if (fw_privilege_limit(&cli->err) < 0 || fw_state_open(&state, true, &cli->err) < 0)
		return -1;
	result = fw_current_read(&current, &state, &cli->err);
	if (result == 0) {
		result = work(cli, &state, &current, session);
		fw_current_free(&current);
	}
	fw_state_close(&state);
	return result;
}

int fw_policy_confirm_run(struct fw_cli *cli)
{
	const struct fw_ssh_session none = { .count = 0 };

	return with_current(cli, &none, confirm);
}

int fw_policy_rollback_run(struct fw_cli *cli)
{
	const struct fw_policy_force_values *values = cli->values;
	struct fw_ssh_session session = { .count = 0 };

	/* While the files of other processes may be read. */
	if (!values->force)
		fw_ssh_session_find(&session);
	return with_current(cli, &session, rollback);
}
