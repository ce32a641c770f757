/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of `fwctl policy`, each a run function as struct fw_command has it. */
#ifndef FWCTL_CLI_POLICY_COMMANDS_H
#define FWCTL_CLI_POLICY_COMMANDS_H

#include <stdbool.h>

#include "fwctl/cli/command.h"
#include "fwctl/cli/output.h"

/* Exit status of `apply --exit-code` when something was changed. */
#define FW_EXIT_APPLIED 10

/* Exit statuses of `diff`. */
#define FW_EXIT_DIFFERENT 1

struct fw_policy_apply_values {
	bool exit_code;
	bool revoke;
	bool force;
	bool own;
	uint64_t confirm; /* seconds, 0: for good */
};

struct fw_policy_force_values {
	bool force;
};

struct fw_policy_explain_values {
	struct fw_output output; /* text or json */
	const char *file;        /* NULL: the policy in force */
};

struct fw_policy_status_values {
	struct fw_output output; /* text or json */
};

struct fw_policy_show_values {
	bool nft;
};

int fw_policy_app_run(struct fw_cli *cli);
int fw_policy_apply_run(struct fw_cli *cli);
int fw_policy_boot_run(struct fw_cli *cli);
int fw_policy_check_run(struct fw_cli *cli);
int fw_policy_confirm_run(struct fw_cli *cli);
int fw_policy_diff_run(struct fw_cli *cli);
int fw_policy_edit_run(struct fw_cli *cli); /* allow, deny, insert, delete, default, timeout … */
int fw_policy_explain_run(struct fw_cli *cli);
int fw_policy_reset_run(struct fw_cli *cli);
int fw_policy_rollback_run(struct fw_cli *cli);
int fw_policy_show_run(struct fw_cli *cli);
int fw_policy_status_run(struct fw_cli *cli);

struct fw_policy;
struct fw_state;

/*
 * Puts `policy` in force for `seconds`; the kernel itself goes back to the policy before unless
 * fw_policy_confirm_run() comes in time. Says so. `own` as for fw_policy_install().
 */
int fw_policy_try(struct fw_cli *cli, const struct fw_policy *policy, const struct fw_state *state,
		  uint64_t seconds, bool own);

#endif
