/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --all-netns: the same question in every network namespace. */
#ifndef FWCTL_CLI_ALL_NETNS_H
#define FWCTL_CLI_ALL_NETNS_H

#include "fwctl/cli/command.h"
#include "fwctl/kernel/netns-walk.h"

/*
 * Calls `read` in each namespace, as fw_netns_each() does. One that cannot be read or entered is
 * told of on stderr and left out; when there was such a one, the return is -1 and cli->err
 * FW_ERR_INCOMPLETE. Else 0, or -1 with cli->err set when there is no walking at all.
 */
int fw_all_netns_read(struct fw_cli *cli, fw_netns_fn *read, void *context);

#endif
