/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of one direction as kernel rules whose number does not grow with that of the lines.
 *
 * The lines' atoms become a list of stages, tried in order. A stage is one rule, or one verdict map
 * for atoms of the same shape: the same fields compared, all exactly or some by interval. No two
 * atoms in a stage match the same packet. A new atom goes into the last stage of its shape when no
 * stage behind that one has an atom that overlaps it, as then order does not matter; else it opens
 * a new stage at the end. What an atom before it covers is left out.
 *
 * With more than FW_STAGES_EXACT stages, atoms with the same outcome no longer keep others apart:
 * the verdict is the same whichever is found first, and only the counter that counts differs.
 *
 * Nothing outside src/policy includes this.
 */
#ifndef FWCTL_POLICY_STAGES_H
#define FWCTL_POLICY_STAGES_H

#include "fwctl/policy/atoms.h"
#include "fwctl/policy/targets.h"

#define FW_STAGES_EXACT 8

/* What the atoms of a map compare. */
struct fw_shape {
	uint8_t family;
	bool interval;
	bool proto, in_if, out_if, saddr, daddr, sport, dport;
};

struct fw_stage {
	bool map; /* else `atoms` is one, which fits no map or has found no company */
	struct fw_shape shape;
	struct fw_atoms atoms;
};

struct fw_stages {
	struct fw_stage *items;
	size_t count, capacity;
};

/* The key of a map of that shape. */
struct fw_nft_concat fw_shape_keys(const struct fw_shape *shape);

/* Pass one: sorts the atoms of the policy's lines of that direction into stages. `stages` starts
 * all zero; release with fw_stages_free(). */
void fw_stages_sort(struct fw_stages *stages, const struct fw_policy *policy,
		    enum fw_direction direction);
void fw_stages_free(struct fw_stages *stages);

/* Pass two: appends the stages as rules and maps to the chain. Packets that no line matches go on
 * behind them. */
void fw_stages_emit(struct fw_compiler *compiler, uint32_t chain, const struct fw_stages *stages);

/* Appends rules that log later packets, in the direction of the first one, of flows that the line
 * matches. */
void fw_stages_emit_log(struct fw_compiler *compiler, uint32_t chain, const struct fw_rule *rule,
			const char *prefix, bool limited);

#endif
