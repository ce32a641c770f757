/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a table that is owned: fw_nft_batch_own(). */
#ifndef FWCTL_KERNEL_NFT_OWNER_H
#define FWCTL_KERNEL_NFT_OWNER_H

#include <stdint.h>

#include "fwctl/base/err.h"

/* The name (comm) of the process that keeps the socket of an owned table open. */
#define FW_NFT_HOLDER "fwctl-owner"

/*
 * Ends the holder that has the netlink port `portid`, and waits until it has gone: the table stays
 * then, and is nobody's. -1 with `err` set when that port is another program's, or nobody's that
 * this process may end.
 */
int fw_nft_holder_end(uint32_t portid, struct fw_err *err);

#endif
