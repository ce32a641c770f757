/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where policies come from: a file, the embedded default, the one that is installed. */
#ifndef FWCTL_CLI_POLICY_FILES_H
#define FWCTL_CLI_POLICY_FILES_H

#include "fwctl/cli/command.h"
#include "fwctl/cli/policy-state.h"
#include "fwctl/model/policy.h"
#include "fwctl/policy/read.h"

#define FW_POLICY_FILE FWCTL_SYSCONFDIR "/policy.conf"

/*
 * Reads the policy at `path`; "-" is standard input; NULL means FW_POLICY_FILE, and the embedded
 * default when there is no such file. `*origin` says which it was, a static text or `path`. All
 * mistakes are printed to stderr; then NULL, with cli->err saying that nothing was done. The caller
 * frees the policy.
 */
struct fw_policy *fw_policy_load(struct fw_cli *cli, const char *path, const char **origin);

/* The same for a text; `name` is what it is called in messages, and where its includes are. */
struct fw_policy *fw_policy_load_text(struct fw_cli *cli, const char *name, const char *text,
				      size_t length);

/* How every policy is read: protocols, and the folders of application profiles. */
extern const struct fw_policy_options fw_policy_reading;

/*
 * Reads the text that `state` keeps for the table with that digest. NULL with `err` set: it is
 * missing, or not what the digest says.
 */
struct fw_policy *fw_policy_load_installed(const struct fw_state *state, const char *digest,
					   struct fw_err *err);

/* Keeps the text of `policy`, whose digest is given, in `state`. */
int fw_policy_keep(const struct fw_state *state, const struct fw_policy *policy, const char *digest,
		   struct fw_err *err);

/* Lines that can never match and the like, to stderr: remarks, the policy is valid all the same. */
void fw_policy_print_notes(const struct fw_policy *policy);

#endif
