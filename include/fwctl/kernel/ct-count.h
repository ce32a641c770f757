/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FWCTL_KERNEL_CT_COUNT_H
#define FWCTL_KERNEL_CT_COUNT_H

#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"

/*
 * The number of flows in the connection table of this network namespace, as the kernel keeps it
 * (IPCTNL_MSG_CT_GET_STATS): no table is read for it. -1 with `err` set.
 */
int fw_ct_count(uint64_t *count, struct fw_err *err);

/* The same by a socket that is open; `what` is what to call it in an error. An answer without a
 * number leaves `*count` alone. */
int fw_ct_count_by(struct fw_socket *socket, const char *what, uint64_t *count, struct fw_err *err);

#endif
