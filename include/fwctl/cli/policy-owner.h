/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table that other programs cannot flush away. The kernel protects it as long as the socket that
 * made it is open, so a small process without any privilege stays behind and holds that.
 */
#ifndef FWCTL_CLI_POLICY_OWNER_H
#define FWCTL_CLI_POLICY_OWNER_H

#include <stdbool.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/nft.h"

/* Whether the table has an owner if it is to have one: with `own`, or when it had one before. */
bool fw_owner_is_there(const struct fw_nft_state *state, bool own);

/* Ends the holder of an apply before this one, if there is one. -1 with `err` set when it cannot,
 * or when the table is another program's. */
int fw_owner_release(const struct fw_socket *socket, const struct fw_nft_state *state,
		     struct fw_err *err);

/*
 * fw_nft_replace() for a table that may be owned: a holder from before is ended, and with `own`, or
 * where the table had one before, another stays behind. -1 with `err` set: the old table is in
 * force, and owned again if it was, as far as the kernel lets.
 */
int fw_owner_replace(struct fw_socket *socket, struct fw_nft_batch *batch,
		     const struct fw_nft_state *state, bool own, struct fw_err *err);

#endif
