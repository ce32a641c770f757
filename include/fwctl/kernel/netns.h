/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces. */
#ifndef FWCTL_KERNEL_NETNS_H
#define FWCTL_KERNEL_NETNS_H

#include <stdint.h>

#include "fwctl/base/err.h"

/*
 * Moves this process into another network namespace. `where` is a path when it has a slash, the
 * number of a process when it is one, else a name as ip-netns(8) keeps them (/run/netns, then
 * /var/run/netns). A namespace whose name is a number is reached by its path. Only sockets opened
 * later are in the new one. -1 with `err` set.
 */
int fw_netns_enter(const char *where, struct fw_err *err);

/* The inode that identifies the namespace of this process, as lsns(8) shows it. */
int fw_netns_inode(uint64_t *inode, struct fw_err *err);

#endif
