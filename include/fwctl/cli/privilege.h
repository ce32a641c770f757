/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities: no more than the work needs, and none when it is done. */
#ifndef FWCTL_CLI_PRIVILEGE_H
#define FWCTL_CLI_PRIVILEGE_H

#include "fwctl/base/err.h"

/*
 * Gives up every capability but CAP_NET_ADMIN. Called when all files that the user named are read
 * (root may read what its owner kept to himself) and before the kernel is asked for anything. -1
 * with `err` set (FW_ERR_DENIED) when the process does not have it.
 */
int fw_privilege_limit(struct fw_err *err);

/*
 * The same where some answers need no capability: without CAP_NET_ADMIN it keeps none, and the
 * kernel says what it does not permit.
 */
void fw_privilege_keep(void);

/* Gives up CAP_NET_ADMIN, too. Threads that are there already keep theirs. */
void fw_privilege_drop(void);

#endif
