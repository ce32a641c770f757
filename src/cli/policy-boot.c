/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl policy boot: some policy is in force afterwards, whatever happened to the file. */
#include "fwctl/cli/policy-boot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-install.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/policy-state.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/policy/print.h"

/* --- what is kept for it ------------------------------------------------------------------- */

/* Whether the file has those bytes. */
static bool has(const struct fw_state *state, const char *name, const char *bytes, size_t size)
{
	struct fw_err ignored = FW_ERR_INIT;
	struct fw_buf buf = { 0 };
	bool same = fw_state_read(state, name, &buf, &ignored) == 0 && buf.length == size &&
		    !memcmp(fw_buf_text(&buf), bytes, size);

	fw_err_free(&ignored);
	fw_buf_free(&buf);
	return same;
}

static bool is_doubted(const struct fw_state *state, const struct fw_policy *policy)
{
	char digest[65];

	fw_policy_digest(policy, digest);
	return has(state, FW_STATE_DOUBT, digest, strlen(digest));
}

/* What is there already is not written again: an apply that changes nothing is to be quick. */
static int keep_text(const struct fw_state *state, const struct fw_policy *policy,
		     struct fw_err *err)
{
	struct fw_buf text = { 0 };
	int result = 0;

	fw_policy_print(&text, policy, FW_PRINT_RESOLVED);
	fw_buf_text(&text);
	if (!has(state, FW_STATE_GOOD, text.data, text.length))
		result = fw_state_write(state, FW_STATE_GOOD, text.data, text.length, err);
	if (result == 0 && is_doubted(state, policy))
		fw_state_remove(state, FW_STATE_DOUBT);
	fw_buf_free(&text);
	return result;
}

static int keep_digest(const struct fw_state *state, const struct fw_policy *policy,
		       struct fw_err *err)
{
	char digest[65];

	fw_policy_digest(policy, digest);
	return fw_state_write(state, FW_STATE_DOUBT, digest, strlen(digest), err);
}

static int keep_if_doubted(const struct fw_state *state, const struct fw_policy *policy,
			   struct fw_err *err)
{
	return is_doubted(state, policy) ? keep_text(state, policy, err) : 0;
}

static void with_lasting(struct fw_cli *cli, const struct fw_policy *policy,
			 int (*work)(const struct fw_state *, const struct fw_policy *,
				     struct fw_err *))
{
	struct fw_err err = FW_ERR_INIT;
	struct fw_state lasting;
	int result = fw_state_open_lasting(&lasting, true, &err);

	if (result == 0) {
		result = work(&lasting, policy, &err);
		fw_state_close(&lasting);
	}
	/* Who is root in a user namespace only has no boot to prepare. */
	if (result < 0 && err.sys != EACCES && err.sys != EPERM)
		fw_cli_note(cli, "the next boot cannot fall back to this policy: %s", err.what);
	fw_err_free(&err);
}

void fw_boot_keep(struct fw_cli *cli, const struct fw_policy *policy)
{
	with_lasting(cli, policy, keep_text);
}

void fw_boot_doubt(struct fw_cli *cli, const struct fw_policy *policy)
{
	with_lasting(cli, policy, keep_digest);
}

void fw_boot_trust(struct fw_cli *cli, const struct fw_policy *policy)
{
	with_lasting(cli, policy, keep_if_doubted);
}

/* --- one policy after the other ------------------------------------------------------------ */

struct boot {
	struct fw_cli *cli;
	struct fw_state state;
	struct fw_state lasting; /* fd -1: there is none */
	bool is_denied;          /* by the kernel: no other policy can be put in force either */
};

static struct fw_policy *load_file(struct boot *boot, const char **origin)
{
	struct fw_policy *policy = fw_policy_load(boot->cli, NULL, origin);

	if (!policy || strcmp(*origin, FW_POLICY_FILE) != 0 || !is_doubted(&boot->lasting, policy))
		return policy;
	fw_policy_free(policy);
	fw_err_set(&boot->cli->err, FW_ERR_FAILED, "%s was on trial, and not confirmed", *origin);
	return NULL;
}

static struct fw_policy *load_last_good(struct boot *boot, const char **origin)
{
	struct fw_err *err = &boot->cli->err;
	struct fw_policy *policy = NULL;
	struct fw_buf text = { 0 };
	int result;

	*origin = "the last policy that was in force for good";
	result = fw_state_read(&boot->lasting, FW_STATE_GOOD, &text, err);
	if (result > 0)
		fw_err_set(err, FW_ERR_FAILED, "no policy has been in force for good before");
	if (result == 0)
		policy = fw_policy_load_text(boot->cli, FW_STATE_GOOD, fw_buf_text(&text),
					     text.length);
	fw_buf_free(&text);
	return policy;
}

static struct fw_policy *load_default(struct boot *boot, const char **origin)
{
	*origin = "the embedded default";
	return fw_policy_load_text(boot->cli, "(default)", fw_policy_default,
				   strlen(fw_policy_default));
}

/* What is in force may be newer than what is kept, and closes as much as somebody wanted it to. */
static bool is_one_in_force(const struct boot *boot)
{
	struct fw_err ignored = FW_ERR_INIT;
	struct fw_current current;
	bool there = fw_current_read(&current, &boot->state, &ignored) == 0;

	if (there) {
		there = current.policy != NULL;
		fw_current_free(&current);
	}
	fw_err_free(&ignored);
	return there;
}

/* 0: it is in force. -1: why not is printed, unless it is not permitted. */
static int try_one(struct boot *boot, struct fw_policy *policy, const char *origin)
{
	bool changed;
	int result = policy ? 0 : -1;

	if (policy) {
		result = fw_policy_install_and_drop(boot->cli, policy, &boot->state, &changed);
		boot->is_denied = result < 0 && boot->cli->err.sys == EPERM;
	}
	if (result == 0) {
		fw_cli_note(boot->cli, "the policy is %s", origin);
		if (!strcmp(origin, FW_POLICY_FILE))
			fw_boot_keep(boot->cli, policy);
	} else if (!boot->is_denied) {
		(void)fw_cli_report(boot->cli);
	}
	fw_policy_free(policy);
	return result;
}

/* After the file: the next best, and a status that tells so. */
static int fall_back(struct boot *boot)
{
	struct fw_policy *(*const next[])(struct boot *, const char **) = { load_last_good,
									    load_default };
	struct fw_err *err = &boot->cli->err;
	const char *origin = NULL;
	struct fw_policy *policy;
	size_t i;

	if (is_one_in_force(boot)) {
		fw_err_free(err);
		return fw_err_set(err, FW_ERR_FAILED,
				  "the policy file is not in force; the policy before still is");
	}
	for (i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		fw_err_free(err);
		policy = next[i](boot, &origin);
		if (try_one(boot, policy, origin) < 0)
			continue;
		fw_err_set(err, FW_ERR_FAILED, "the policy file is not in force, but %s", origin);
		return fw_err_hint(err, "mend " FW_POLICY_FILE ", then 'fwctl policy apply'");
	}
	fw_err_free(err);
	return fw_err_set(err, FW_ERR_FAILED, "NO POLICY IS IN FORCE: fwctl stops no packet here");
}

int fw_policy_boot_run(struct fw_cli *cli)
{
	struct boot boot = { .cli = cli };
	struct fw_policy *policy;
	const char *origin;
	int result;

	if (fw_privilege_limit(&cli->err) < 0 || fw_state_open(&boot.state, true, &cli->err) < 0)
		return -1;
	if (fw_state_open_lasting(&boot.lasting, false, &cli->err) < 0)
		fw_err_free(&cli->err);
	policy = load_file(&boot, &origin);
	result = try_one(&boot, policy, origin);
	if (result < 0 && !boot.is_denied)
		result = fall_back(&boot);
	fw_state_close(&boot.lasting);
	fw_state_close(&boot.state);
	return result;
}
