/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FWCTL_KERNEL_EXP_DELETE_H
#define FWCTL_KERNEL_EXP_DELETE_H

#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"
#include "fwctl/model/expect.h"

/*
 * Deletes an expectation by its identity: tuple, zone of its master and id. Returns 1 when it was
 * deleted, 0 when it was gone already, -1 with `err` set.
 */
int fw_exp_delete(struct fw_socket *socket, const struct fw_expect *expect, struct fw_err *err);

#endif
