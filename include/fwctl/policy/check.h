/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is right by the grammar and yet hardly meant. */
#ifndef FWCTL_POLICY_CHECK_H
#define FWCTL_POLICY_CHECK_H

#include "fwctl/model/policy.h"
#include "fwctl/policy/diag.h"

/*
 * Adds a note for each line that can never match, with the lines before it that decide all its
 * packets: whether they say the same (the line is redundant) or something else (it contradicts
 * them); for lines about sets without addresses of a possible family, and for sets that no line
 * uses. Lines that only a combination of lines covers partly are not found: a note is always true.
 */
void fw_policy_check(const struct fw_policy *policy, struct fw_diags *notes);

#endif
