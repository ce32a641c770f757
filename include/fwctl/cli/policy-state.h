/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept on disk beside the kernel's table: the text of the installed policy and the timeouts
 * that were in force before. The folder is /run/fwctl/INODE of the network namespace, or
 * $FWCTL_STATE_DIR/INODE; who may not write to /run uses $XDG_RUNTIME_DIR/fwctl/INODE.
 *
 * A text is written under the digest that its table will carry before that table is committed, and
 * texts with other digests are removed afterwards: whenever the process dies, the table in the
 * kernel has its text. A folder left behind by a namespace that is gone, whose inode came back, is
 * harmless: no table carries its digest, and its timeouts are not those of the kernel.
 */
#ifndef FWCTL_CLI_POLICY_STATE_H
#define FWCTL_CLI_POLICY_STATE_H

#include <stdbool.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/err.h"

struct fw_state {
	char *path; /* of the folder */
	int fd;     /* of the folder, or -1 when there is none yet and none was to be made */
	int lock;   /* or -1 */
};

/* Opens the folder of this process's network namespace. With `change` it is made when missing, and
 * locked against other fwctl that change the policy; that waits up to half a minute. Release with
 * fw_state_close(), which also unlocks. */
int fw_state_open(struct fw_state *state, bool change, struct fw_err *err);
void fw_state_close(struct fw_state *state);

/* The same for the folder that outlives a boot: /var/lib/fwctl, of all namespaces. */
int fw_state_open_lasting(struct fw_state *state, bool change, struct fw_err *err);

/* Names of the files in it. */
#define FW_STATE_TIMEOUTS "timeouts"
#define FW_STATE_POLICY   "policy-"  /* and the digest */
#define FW_STATE_PREVIOUS "previous" /* text of the policy before */
#define FW_STATE_TRIAL    "trial"    /* digests of a policy on trial and of the one before */

/* Names of the files in the lasting one. */
#define FW_STATE_GOOD                                                                              \
	"last-good.conf"             /* text of the last policy file that was in force for good    \
				      */
#define FW_STATE_DOUBT "unconfirmed" /* digest of a policy file that is or was on trial only */

/* Reads a whole file. 1 when there is none, -1 with `err` set. */
int fw_state_read(const struct fw_state *state, const char *name, struct fw_buf *buf,
		  struct fw_err *err);

/* Writes a whole file: to a new one, synced, renamed; the folder is synced, too. */
int fw_state_write(const struct fw_state *state, const char *name, const void *bytes, size_t size,
		   struct fw_err *err);

/* Removes the texts of all policies but that with the digest `keep` (NULL: all). */
void fw_state_forget_policies(const struct fw_state *state, const char *keep);

/* Keeps the text of the policy with that digest as the previous one. */
void fw_state_keep_previous(const struct fw_state *state, const char *digest);

/* Removes a file; it may be missing. */
void fw_state_remove(const struct fw_state *state, const char *name);

#endif
