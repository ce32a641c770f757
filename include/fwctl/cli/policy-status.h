/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `policy status -o json`. */
#ifndef FWCTL_CLI_POLICY_STATUS_H
#define FWCTL_CLI_POLICY_STATUS_H

#include "fwctl/base/buf.h"
#include "fwctl/cli/policy-current.h"

/*
 * Appends one object and a newline; its keys are in fwctl-policy(8). `current` is compared, or has
 * no policy. counts[N] is of line N, for every line of the policy.
 */
void fw_policy_status_json(struct fw_buf *buf, const struct fw_current *current,
			   const struct fw_nft_count *counts);

#endif
