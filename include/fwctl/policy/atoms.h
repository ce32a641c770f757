/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule taken apart: an atom has one value or one interval in each field, so that it is one
 * element of a map or one rule of the kernel. A packet matches the rule when it matches one of the
 * rule's atoms.
 */
#ifndef FWCTL_POLICY_ATOMS_H
#define FWCTL_POLICY_ATOMS_H

#include "fwctl/model/policy.h"

struct fw_atom {
	const struct fw_rule *rule;
	uint8_t family; /* FW_FAMILY_ANY when no address or protocol names one */
	int16_t proto;  /* IPPROTO_* or FW_PROTO_ANY; ports only with a number */
	bool has_sport, has_dport;
	struct fw_port_range sport, dport;
	/* Interfaces are the rule's; addresses are those of the rule's ends, in `family`. */
};

struct fw_atoms {
	struct fw_atom *items;
	size_t count, capacity;
};

/* Appends the atoms of the rule. `list` starts all zero, its items are freed with free(). */
void fw_atoms_add(struct fw_atoms *list, const struct fw_policy *policy,
		  const struct fw_rule *rule);

#endif
