/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/stages.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/mem.h"
#include "fwctl/policy/atoms.h"
#include "fwctl/policy/print.h"

/* --- address sets ------------------------------------------------------------------------------
 */

static void fill_set(struct fw_ruleset *ruleset, uint32_t index, const struct fw_policy_set *set,
		     uint8_t family)
{
	unsigned int bits = fw_family_bits(family);
	bool interval = false;
	union fw_addr last;
	size_t i, j;

	for (i = 0; i < set->count; i++)
		interval |= set->prefixes[i].family == family && set->prefixes[i].length != bits;
	ruleset->sets[index].interval = interval;
	for (i = 0; i < set->count; i++) {
		const struct fw_prefix *prefix = &set->prefixes[i];

		if (prefix->family != family)
			continue;
		last = prefix->addr;
		for (j = prefix->length; j < bits; j++)
			last.byte[j / 8] |= (uint8_t)(0x80 >> j % 8);
		fw_nft_elem_add(ruleset, index, prefix->addr.byte, interval ? last.byte : NULL, 0,
				NULL);
	}
}

/* The kernel's set for the addresses of one family of a policy's set, made at its first use. */
static uint32_t address_set(struct fw_compiler *compiler, uint32_t index, uint8_t family)
{
	uint32_t *made = &compiler->sets[2 * index + (family == FW_FAMILY_IPV6)];
	const struct fw_policy_set *set = &compiler->policy->sets[index];
	char *name;

	if (*made != FW_NO_CHAIN)
		return *made;
	name = fw_format("set_%s_v%c", set->name, family == FW_FAMILY_IPV4 ? '4' : '6');
	*made = fw_nft_set_add(
		compiler->ruleset, name,
		fw_nft_concat(1, family == FW_FAMILY_IPV4 ? FW_NFT_IP_SADDR : FW_NFT_IP6_SADDR));
	free(name);
	fill_set(compiler->ruleset, *made, set, family);
	return *made;
}

/* --- one atom as one rule ----------------------------------------------------------------------
 */

static void match_end(struct fw_compiler *compiler, struct fw_nft_rule *rule,
		      const struct fw_endpoint *end, uint8_t family, enum fw_nft_key key)
{
	if (end->kind == FW_END_PREFIX)
		fw_nft_match_prefix(rule, key, &end->prefix);
	else if (end->kind == FW_END_SET)
		fw_nft_lookup(rule, address_set(compiler, end->set, family), fw_nft_concat(1, key),
			      false);
}

/* Fields that only some packets have come behind the match that makes sure of them. */
static void match_atom(struct fw_compiler *compiler, struct fw_nft_rule *rule,
		       const struct fw_atom *atom)
{
	bool v4 = atom->family == FW_FAMILY_IPV4;

	if (atom->family != FW_FAMILY_ANY)
		fw_nft_match_u8(rule, FW_NFT_NFPROTO, atom->family);
	if (atom->proto != FW_PROTO_ANY)
		fw_nft_match_u8(rule, FW_NFT_L4PROTO, (uint8_t)atom->proto);
	if (atom->rule->in_if)
		fw_nft_match_ifname(rule, FW_NFT_IIFNAME, atom->rule->in_if);
	if (atom->rule->out_if)
		fw_nft_match_ifname(rule, FW_NFT_OIFNAME, atom->rule->out_if);
	match_end(compiler, rule, &atom->rule->from, atom->family,
		  v4 ? FW_NFT_IP_SADDR : FW_NFT_IP6_SADDR);
	match_end(compiler, rule, &atom->rule->to, atom->family,
		  v4 ? FW_NFT_IP_DADDR : FW_NFT_IP6_DADDR);
	if (atom->has_sport)
		fw_nft_match_port(rule, FW_NFT_TH_SPORT, atom->sport.low, atom->sport.high);
	if (atom->has_dport)
		fw_nft_match_port(rule, FW_NFT_TH_DPORT, atom->dport.low, atom->dport.high);
}

static void add_linear(struct fw_compiler *compiler, uint32_t chain, const struct fw_atom *atom,
		       struct fw_verdict verdict)
{
	struct fw_buf text = { 0 };
	struct fw_nft_rule *rule;

	fw_rule_print(&text, compiler->policy, atom->rule, 0);
	rule = fw_nft_rule_add(compiler->ruleset, chain, atom->rule->line, fw_buf_text(&text));
	match_atom(compiler, rule, atom);
	fw_nft_counter(rule);
	fw_nft_verdict(rule, verdict);
	fw_buf_free(&text);
}

static void add_rule(struct fw_compiler *compiler, uint32_t chain, const struct fw_rule *rule)
{
	struct fw_verdict verdict = fw_target_line(compiler, rule);
	struct fw_atoms atoms = { 0 };
	size_t i;

	fw_atoms_add(&atoms, compiler->policy, rule);
	for (i = 0; i < atoms.count; i++)
		add_linear(compiler, chain, &atoms.items[i], verdict);
	free(atoms.items);
}

void fw_stages_add_log(struct fw_compiler *compiler, uint32_t chain, const struct fw_rule *rule,
		       const char *prefix, bool limited)
{
	struct fw_atoms atoms = { 0 };
	struct fw_nft_rule *log;
	size_t i;

	fw_atoms_add(&atoms, compiler->policy, rule);
	for (i = 0; i < atoms.count; i++) {
		log = fw_nft_rule_add(compiler->ruleset, chain, rule->line, "log-all");
		fw_nft_match_u32(log, FW_NFT_CT_STATE, FW_NFT_ANY_BIT, FW_CT_STATE_ESTABLISHED);
		fw_nft_match_u8(log, FW_NFT_CT_DIRECTION, 0);
		match_atom(compiler, log, &atoms.items[i]);
		if (limited)
			fw_nft_limit(log, fw_log_limit);
		fw_nft_log(log, prefix);
	}
	free(atoms.items);
}

void fw_stages_add(struct fw_compiler *compiler, uint32_t chain, enum fw_direction direction)
{
	const struct fw_policy *policy = compiler->policy;
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].direction == direction)
			add_rule(compiler, chain, &policy->rules[i]);
}
