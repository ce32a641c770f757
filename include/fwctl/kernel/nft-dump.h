/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what there is of one kind in all tables of a network namespace. */
#ifndef FWCTL_KERNEL_NFT_DUMP_H
#define FWCTL_KERNEL_NFT_DUMP_H

#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"

/*
 * `type` is NFT_MSG_GETCHAIN and the like, `doing` is for errors. When somebody changes the ruleset
 * meanwhile it is read again, and each time `clear` is told first. -1 with `err` set;
 * FW_ERR_INCOMPLETE when it did not hold still.
 */
int fw_nft_dump(struct fw_socket *socket, uint16_t type, const char *doing, fw_message_fn *take,
		void (*clear)(void *data), void *data, struct fw_err *err);

#endif
