/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy to ruleset. */
#ifndef FWCTL_POLICY_COMPILE_H
#define FWCTL_POLICY_COMPILE_H

#include "fwctl/model/policy.h"
#include "fwctl/model/ruleset.h"

/*
 * The ruleset that decides every packet as the policy does; the caller frees it. It is a function
 * of the resolved canonical text alone. Base chains are input, forward and output at priority 0;
 * `timeout` statements are not part of it (the kernel keeps them per namespace, see
 * fw_policy.timeouts).
 */
struct fw_ruleset *fw_policy_compile(const struct fw_policy *policy);

#endif
