/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-install.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/policy-owner.h"
#include "fwctl/cli/policy-timeouts.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/policy/compile.h"

/* Each time another program got its ruleset in first. */
#define TRIES 20

struct job {
	const struct fw_policy *policy;
	const struct fw_state *state;
	bool own;
	struct fw_ruleset *ruleset;
	struct fw_socket sock;
	struct fw_nft_batch batch;
	struct fw_timeout_plans timeouts;
	struct fw_installed *installed;
	struct fw_err *err;
};

void fw_installed_free(struct fw_installed *installed)
{
	fw_nft_state_free(&installed->then);
}

static int make_changes(struct job *job)
{
	const char *digest = job->ruleset->digest;
	uint64_t left;

	if (fw_nft_time_left(&job->sock, FW_TRIAL_MAP, &left, job->err) < 0)
		return -1;
	job->installed->ended_trial |= left > 0;
	if (fw_policy_keep(job->state, job->policy, digest, job->err) < 0 ||
	    fw_timeouts_begin(&job->timeouts, &job->sock, job->state, job->err) < 0)
		return -1;
	if (fw_owner_replace(&job->sock, &job->batch, &job->installed->then, job->own, job->err) <
	    0) {
		/* ENOBUFS: perhaps it is in force, and the next round sees. */
		if (job->err->sys != ENOBUFS)
			fw_timeouts_undo(&job->timeouts, &job->sock);
		return -1;
	}
	job->installed->changed = true;
	return 0;
}

/* The kernel has the policy: what belongs to older ones goes. */
static int finish(struct job *job)
{
	const struct fw_nft_state *then = &job->installed->then;

	if (then->digest[0] && strcmp(then->digest, job->ruleset->digest) != 0)
		fw_state_keep_previous(job->state, then->digest);
	fw_state_remove(job->state, FW_STATE_TRIAL);
	fw_state_forget_policies(job->state, job->ruleset->digest);
	return fw_timeouts_finish(&job->timeouts, job->state, job->err);
}

static bool is_in_force(const struct job *job)
{
	const struct fw_nft_state *then = &job->installed->then;

	return then->present && !strcmp(then->digest, job->ruleset->digest) && !then->differences &&
	       fw_owner_is_there(then, job->own) && then->owner != job->sock.portid &&
	       !fw_timeouts_differ(&job->timeouts);
}

/* The table is as it should be; so must be the text beside it, or status could not name it. */
static int keep_text_if_lost(struct job *job)
{
	struct fw_policy *kept =
		fw_policy_load_installed(job->state, job->ruleset->digest, job->err);

	if (kept) {
		fw_policy_free(kept);
		return 0;
	}
	fw_err_free(job->err);
	return fw_policy_keep(job->state, job->policy, job->ruleset->digest, job->err);
}

/* 1 done, 0 again, -1 failed. */
static int try_once(struct job *job)
{
	struct fw_nft_state *then = &job->installed->then;
	int result;

	fw_nft_state_free(then);
	fw_timeouts_free(&job->timeouts);
	if (fw_nft_compare(&job->sock, &job->batch, then, job->err) < 0 ||
	    fw_timeouts_plan(&job->timeouts, &job->sock, job->state, job->policy, job->err) < 0)
		return -1;
	if (is_in_force(job)) {
		/* After a lost answer this is where it turns out to have been done. */
		if (job->installed->changed)
			return finish(job) < 0 ? -1 : 1;
		return keep_text_if_lost(job) < 0 ? -1 : 1;
	}
	job->installed->repaired =
		then->present && then->differences && !strcmp(then->digest, job->ruleset->digest);
	result = make_changes(job);
	if (result < 0 && (job->err->sys == ERESTART || job->err->sys == ENOBUFS)) {
		job->installed->changed = job->err->sys == ENOBUFS;
		return 0;
	}
	return result < 0 || finish(job) < 0 ? -1 : 1;
}

int fw_policy_install(const struct fw_policy *policy, const struct fw_state *state, bool own,
		      struct fw_installed *installed, struct fw_err *err)
{
	struct job job = {
		.policy = policy, .state = state, .own = own, .installed = installed, .err = err
	};
	int tries, result = 0;

	memset(installed, 0, sizeof(*installed));
	if (fw_socket_open(&job.sock, 0, err) < 0)
		return -1;
	job.ruleset = fw_policy_compile(policy);
	fw_nft_batch_build(&job.batch, job.ruleset);
	for (tries = 0; tries < TRIES && result == 0; tries++) {
		fw_err_free(err);
		result = try_once(&job);
	}
	fw_timeouts_free(&job.timeouts);
	fw_nft_batch_free(&job.batch);
	fw_ruleset_free(job.ruleset);
	fw_socket_close(&job.sock);
	return result > 0 ? 0 : -1;
}

/* --- with a word about it ------------------------------------------------------------------ */

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
			      const struct fw_state *state, bool own, bool *changed)
{
	struct fw_installed installed;
	int result = fw_policy_install(policy, state, own, &installed, &cli->err);

	if (result == 0) {
		*changed = installed.changed;
		cli->done = true;
		puts(installed.changed ? "applied" : "unchanged");
		if (installed.changed)
			fw_policy_print_notes(policy);
		if (installed.changed && installed.ended_trial)
			fw_cli_note(cli, "the trial is over");
		if (installed.repaired)
			note_repair(cli, &installed.then);
	}
	fw_installed_free(&installed);
	return result;
}

int fw_policy_install_and_drop(struct fw_cli *cli, const struct fw_policy *policy,
			       const struct fw_state *state, bool *changed)
{
	int result = fw_policy_install_and_say(cli, policy, state, false, changed);

	if (result == 0)
		fw_privilege_drop();
	return result;
}

/* --- out of force -------------------------------------------------------------------------- */

static int remove_table(struct fw_socket *sock, bool *was_there, struct fw_err *err)
{
	struct fw_nft_batch batch;
	struct fw_nft_state now;
	int tries, result = -1;

	fw_nft_batch_build_removal(&batch);
	for (tries = 0; tries < TRIES && result < 0; tries++) {
		fw_err_free(err);
		if (fw_nft_read(sock, &now, err) < 0)
			break;
		*was_there |= now.present;
		result = fw_owner_release(sock, &now, err);
		if (result == 0 && now.present)
			result = fw_nft_apply(sock, &batch, now.generation, err);
		fw_nft_state_free(&now);
		if (result < 0 && err->sys != ERESTART && err->sys != ENOBUFS)
			break;
	}
	fw_nft_batch_free(&batch);
	return result;
}

static int restore_timeouts(struct fw_socket *sock, const struct fw_state *state, bool *was_there,
			    struct fw_err *err)
{
	struct fw_timeout_plans plans;
	int result;

	if (fw_timeouts_plan(&plans, sock, state, NULL, err) < 0)
		return -1;
	*was_there |= fw_timeouts_differ(&plans);
	result = fw_timeouts_begin(&plans, sock, state, err);
	if (result == 0)
		result = fw_timeouts_finish(&plans, state, err);
	fw_timeouts_free(&plans);
	return result;
}

int fw_policy_uninstall(const struct fw_state *state, bool *was_there, struct fw_err *err)
{
	struct fw_socket sock;
	int result;

	*was_there = false;
	if (fw_socket_open(&sock, 0, err) < 0)
		return -1;
	result = remove_table(&sock, was_there, err);
	if (result == 0)
		result = restore_timeouts(&sock, state, was_there, err);
	fw_privilege_drop();
	if (result == 0) {
		fw_state_remove(state, FW_STATE_TRIAL);
		fw_state_remove(state, FW_STATE_PREVIOUS);
		fw_state_forget_policies(state, NULL);
	}
	fw_socket_close(&sock);
	return result;
}
