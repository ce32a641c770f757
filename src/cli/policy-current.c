/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-current.h"

#include <string.h>

#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/policy/compile.h"

int fw_current_read(struct fw_current *current, const struct fw_state *state, struct fw_err *err)
{
	struct fw_socket sock;
	int result;

	memset(current, 0, sizeof(*current));
	if (fw_socket_open(&sock, 0, err) < 0)
		return -1;
	result = fw_nft_read(&sock, &current->table, err);
	fw_socket_close(&sock);
	if (result < 0 || !current->table.present)
		return result;
	current->policy = fw_policy_load_installed(state, current->table.digest, err);
	if (current->policy)
		return 0;
	fw_current_free(current);
	return -1;
}

int fw_current_open(struct fw_current *current, struct fw_err *err)
{
	struct fw_state state;
	int result;

	if (fw_privilege_limit(err) < 0 || fw_state_open(&state, false, err) < 0)
		return -1;
	result = fw_current_read(current, &state, err);
	fw_state_close(&state);
	return result;
}

int fw_current_compare(struct fw_current *current, struct fw_err *err)
{
	struct fw_socket sock;
	int result;

	current->ruleset = fw_policy_compile(current->policy);
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
	memset(current, 0, sizeof(*current));
}
