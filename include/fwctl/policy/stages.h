/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of one direction as kernel rules; nothing outside src/policy includes it. */
#ifndef FWCTL_POLICY_STAGES_H
#define FWCTL_POLICY_STAGES_H

#include "fwctl/policy/targets.h"

/* Appends what decides as the policy's lines of that direction do, first match first, to the
 * chain. Packets that no line matches go on behind it. */
void fw_stages_add(struct fw_compiler *compiler, uint32_t chain, enum fw_direction direction);

/* Appends rules that log later packets, in the direction of the first one, of flows that the line
 * matches. */
void fw_stages_add_log(struct fw_compiler *compiler, uint32_t chain, const struct fw_rule *rule,
		       const char *prefix, bool limited);

#endif
