/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-current.h"

#include <string.h>

#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/base/sha256.h"
#include "fwctl/model/trial.h"
#include "fwctl/policy/compile.h"

static void trial_digest(const char *new, const char *old, char hex[65])
{
	struct fw_buf text = { 0 };

	fw_buf_printf(&text, "trial %s %s", new, old);
	fw_sha256_hex(text.data, text.length, hex);
	fw_buf_free(&text);
}

struct fw_ruleset *fw_trial_compile(const struct fw_policy *new, const struct fw_policy *old,
				    uint32_t milliseconds)
{
	struct fw_ruleset *first = fw_policy_compile(new);
	struct fw_ruleset *second = old ? fw_policy_compile(old) : NULL;
	struct fw_ruleset *pair = fw_ruleset_trial(first, second, milliseconds);

	trial_digest(first->digest, second ? second->digest : "", pair->digest);
	fw_ruleset_free(first);
	fw_ruleset_free(second);
	return pair;
}

/* "NEW OLD\n", or "NEW -\n" when no policy was in force before. */
static int read_trial(const struct fw_state *state, char new[65], char old[65])
{
	struct fw_buf text = { 0 };
	struct fw_err ignored = FW_ERR_INIT;
	int result = fw_state_read(state, FW_STATE_TRIAL, &text, &ignored);
	const char *at = fw_buf_text(&text);

	new[0] = old[0] = '\0';
	if (result == 0 && text.length > 66 && at[64] == ' ') {
		memcpy(new, at, 64);
		new[64] = '\0';
		if (text.length == 130) {
			memcpy(old, at + 65, 64);
			old[64] = '\0';
		}
	} else {
		result = 1;
	}
	fw_err_free(&ignored);
	fw_buf_free(&text);
	return result;
}

/* Whether the table is that of the trial which the state knows of. */
static bool is_trial(const struct fw_nft_state *table, const struct fw_state *state, char new[65],
		     char old[65])
{
	char digest[65];

	if (read_trial(state, new, old) != 0)
		return false;
	trial_digest(new, old, digest);
	return !strcmp(digest, table->digest);
}

static int load_trial(struct fw_current *current, const struct fw_state *state, const char *new,
		      const char *old, struct fw_err *err)
{
	struct fw_policy *trial = fw_policy_load_installed(state, new, err);
	struct fw_policy *before = trial && *old ? fw_policy_load_installed(state, old, err) : NULL;

	current->trial = true;
	current->policy = current->left ? trial : before;
	current->other = current->left ? before : trial;
	return trial && (before || !*old) ? 0 : -1;
}

const struct fw_policy *fw_current_new(const struct fw_current *current)
{
	return current->left ? current->policy : current->other;
}

const struct fw_policy *fw_current_old(const struct fw_current *current)
{
	return current->left ? current->other : current->policy;
}

static int load(struct fw_current *current, const struct fw_state *state, struct fw_err *err)
{
	char new[65], old[65];

	if (is_trial(&current->table, state, new, old))
		return load_trial(current, state, new, old, err);
	current->policy = fw_policy_load_installed(state, current->table.digest, err);
	return current->policy ? 0 : -1;
}

int fw_current_read(struct fw_current *current, const struct fw_state *state, struct fw_err *err)
{
	struct fw_socket sock;
	int result;

	memset(current, 0, sizeof(*current));
	if (fw_socket_open(&sock, 0, err) < 0)
		return -1;
	result = fw_nft_read(&sock, &current->table, err);
	if (result == 0 && current->table.present)
		result = fw_nft_time_left(&sock, FW_TRIAL_MAP, &current->left, err);
	fw_socket_close(&sock);
	if (result == 0 && current->table.present)
		result = load(current, state, err);
	if (result < 0)
		fw_current_free(current);
	return result;
}

int fw_current_look(struct fw_current *current, struct fw_err *err)
{
	struct fw_state state;
	int result;

	memset(current, 0, sizeof(*current));
	if (fw_state_open(&state, false, err) < 0)
		return -1;
	result = fw_current_read(current, &state, err);
	fw_state_close(&state);
	return result;
}

int fw_current_open(struct fw_current *current, struct fw_err *err)
{
	return fw_privilege_limit(err) < 0 ? -1 : fw_current_look(current, err);
}

int fw_current_compare(struct fw_current *current, struct fw_err *err)
{
	struct fw_socket sock;
	int result;

	current->ruleset = current->trial ? fw_trial_compile(fw_current_new(current),
							     fw_current_old(current), 1)
					  : fw_policy_compile(current->policy);
	fw_nft_batch_build(&current->batch, current->ruleset);
	if (fw_socket_open(&sock, 0, err) < 0)
		return -1;
	fw_nft_state_free(&current->table);
	result = fw_nft_compare(&sock, &current->batch, &current->table, err);
	fw_socket_close(&sock);
	return result;
}

void fw_current_free(struct fw_current *current)
{
	fw_nft_state_free(&current->table);
	fw_nft_batch_free(&current->batch);
	fw_ruleset_free(current->ruleset);
	fw_policy_free(current->policy);
	fw_policy_free(current->other);
	memset(current, 0, sizeof(*current));
}
