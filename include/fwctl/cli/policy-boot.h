/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the next boot goes by. It applies the policy file; when that is broken, or was on trial and
 * never confirmed, the last one that was in force for good, whose text is kept in /var/lib/fwctl
 * with everything resolved that it named; else the embedded default.
 */
#ifndef FWCTL_CLI_POLICY_BOOT_H
#define FWCTL_CLI_POLICY_BOOT_H

#include "fwctl/cli/command.h"
#include "fwctl/model/policy.h"

/*
 * `policy` is what the policy file means, and is in force for good. The following say so on stderr
 * when they fail, and that is all: the policy is in force whatever becomes of its copy.
 */
void fw_boot_keep(struct fw_cli *cli, const struct fw_policy *policy);

/* It is on trial only: until fw_boot_keep() or fw_boot_trust() no boot goes by it. */
void fw_boot_doubt(struct fw_cli *cli, const struct fw_policy *policy);

/* `policy` was confirmed: it is kept if it is the one that was doubted. */
void fw_boot_trust(struct fw_cli *cli, const struct fw_policy *policy);

#endif
