/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy and the flows that were there before it. */
#ifndef FWCTL_CLI_POLICY_REVOKE_H
#define FWCTL_CLI_POLICY_REVOKE_H

#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/model/policy.h"

/*
 * Ends each flow whose first packet `policy` would not let pass: as fwctl flush does, and of a TCP
 * connection of this host the socket, too. A flow that a helper expected stands and falls with the
 * flow that it belongs to. `*count` is how many were ended, also when it fails (-1 with `err` set).
 */
int fw_policy_revoke(const struct fw_policy *policy, uint64_t *count, struct fw_err *err);

#endif
