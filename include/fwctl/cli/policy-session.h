/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy and the ssh session in which it is to be applied. */
#ifndef FWCTL_CLI_POLICY_SESSION_H
#define FWCTL_CLI_POLICY_SESSION_H

#include "fwctl/base/err.h"
#include "fwctl/kernel/ssh-session.h"
#include "fwctl/model/policy.h"

/*
 * -1 with `err` set when `policy` would not let a client of `session` connect to this host again.
 * Connections that do not end at an address of this network namespace are no matter of it.
 */
int fw_policy_check_session(const struct fw_policy *policy, const struct fw_ssh_session *session,
			    struct fw_err *err);

#endif
