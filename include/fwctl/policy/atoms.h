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

/* The address of an end that an atom compares: NULL when it is any or a set. */
const struct fw_prefix *fw_atom_prefix(const struct fw_atom *atom, bool to);

/* Whether some packet could match both. Sets and what they hold count as everything, so a "yes"
 * may be too careful; a "no" is certain. */
bool fw_atoms_overlap(const struct fw_atom *a, const struct fw_atom *b);

/* Whether each packet that matches `inner` matches `outer`. A "yes" is certain. */
bool fw_atom_covers(const struct fw_atom *outer, const struct fw_atom *inner);

#endif
