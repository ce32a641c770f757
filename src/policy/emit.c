/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/stages.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/mem.h"
#include "fwctl/model/statements.h"
#include "fwctl/policy/atoms.h"
#include "fwctl/policy/print.h"

/* --- address sets ------------------------------------------------------------------------ */

static union fw_addr last_of(const struct fw_prefix *prefix)
{
	union fw_addr last = prefix->addr;
	unsigned int i;

	for (i = prefix->length; i < fw_family_bits(prefix->family); i++)
		last.byte[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return last;
}

static void fill_set(struct fw_ruleset *ruleset, uint32_t index, const struct fw_policy_set *set,
		     uint8_t family)
{
	unsigned int bits = fw_family_bits(family);
	bool interval = false;
	union fw_addr last;
	size_t i;

	for (i = 0; i < set->count; i++)
		interval |= set->prefixes[i].family == family && set->prefixes[i].length != bits;
	ruleset->sets[index].interval = interval;
	for (i = 0; i < set->count; i++) {
		const struct fw_prefix *prefix = &set->prefixes[i];

		if (prefix->family != family)
			continue;
		last = last_of(prefix);
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

/* --- one atom as one rule ---------------------------------------------------------------- */

static void match_end(struct fw_compiler *compiler, struct fw_nft_rule *rule,
		      const struct fw_endpoint *end, uint8_t family, enum fw_nft_key key)
{
	if (end->kind == FW_END_PREFIX && end->prefix.length)
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

/* --- the line that a rule or an element belongs to --------------------------------------- */

/* The verdict of the atom's line; its chain is made when the first of its atoms asks. */
static struct fw_verdict verdict_of(struct fw_compiler *compiler, const struct fw_atom *atom)
{
	size_t index = (size_t)(atom->rule - compiler->policy->rules);

	if (!compiler->has_verdict[index])
		compiler->verdicts[index] = fw_target_line(compiler, atom->rule);
	compiler->has_verdict[index] = true;
	return compiler->verdicts[index];
}

static const char *comment_of(struct fw_compiler *compiler, const struct fw_atom *atom,
			      struct fw_buf *text)
{
	text->length = 0;
	fw_rule_print(text, compiler->policy, atom->rule, FW_PRINT_RESOLVED);
	return fw_buf_text(text);
}

static void emit_rule(struct fw_compiler *compiler, uint32_t chain, const struct fw_atom *atom,
		      struct fw_buf *text)
{
	struct fw_verdict verdict = verdict_of(compiler, atom);
	struct fw_nft_rule *rule;

	rule = fw_nft_rule_add(compiler->ruleset, chain, atom->rule->line,
			       comment_of(compiler, atom, text));
	match_atom(compiler, rule, atom);
	fw_nft_counter(rule);
	fw_nft_verdict(rule, verdict);
}

/* --- maps -------------------------------------------------------------------------------- */

static void add_part(struct fw_nft_concat *keys, bool wanted, enum fw_nft_key key)
{
	if (!wanted)
		return;
	keys->part[keys->count].key = (uint8_t)key;
	keys->part[keys->count].bits = (uint8_t)(8 * fw_nft_keys[key].width);
	keys->count++;
}

struct fw_nft_concat fw_shape_keys(const struct fw_shape *shape)
{
	bool v4 = shape->family == FW_FAMILY_IPV4;
	struct fw_nft_concat keys = { 0 };

	add_part(&keys, shape->in_if, FW_NFT_IIFNAME);
	add_part(&keys, shape->out_if, FW_NFT_OIFNAME);
	add_part(&keys, shape->saddr, v4 ? FW_NFT_IP_SADDR : FW_NFT_IP6_SADDR);
	add_part(&keys, shape->daddr, v4 ? FW_NFT_IP_DADDR : FW_NFT_IP6_DADDR);
	add_part(&keys, shape->proto, FW_NFT_L4PROTO);
	add_part(&keys, shape->sport, FW_NFT_TH_SPORT);
	add_part(&keys, shape->dport, FW_NFT_TH_DPORT);
	return keys;
}

/* The first and the last value of an element, as they are filled. */
struct bounds {
	uint8_t low[FW_NFT_PARTS_MAX * FW_NFT_VALUE_MAX];
	uint8_t high[FW_NFT_PARTS_MAX * FW_NFT_VALUE_MAX];
	size_t length;
};

static void put_part(struct bounds *bounds, const void *low, const void *high, size_t width)
{
	memcpy(bounds->low + bounds->length, low, width);
	memcpy(bounds->high + bounds->length, high, width);
	bounds->length += (width + 3) & ~(size_t)3;
}

static void put_name(struct bounds *bounds, const char *name)
{
	char padded[FW_NFT_VALUE_MAX] = { 0 };

	memcpy(padded, name, strlen(name));
	put_part(bounds, padded, padded, sizeof(padded));
}

static void put_prefix(struct bounds *bounds, const struct fw_prefix *prefix)
{
	union fw_addr last = last_of(prefix);

	put_part(bounds, prefix->addr.byte, last.byte, fw_family_bits(prefix->family) / 8);
}

static void put_ports(struct bounds *bounds, struct fw_port_range range)
{
	uint16_t low = htons(range.low), high = htons(range.high);

	put_part(bounds, &low, &high, sizeof(low));
}

/* In the order of fw_shape_keys(). */
static void fill_bounds(struct bounds *bounds, const struct fw_shape *shape,
			const struct fw_atom *atom)
{
	uint8_t proto = (uint8_t)atom->proto;

	memset(bounds, 0, sizeof(*bounds));
	if (shape->in_if)
		put_name(bounds, atom->rule->in_if);
	if (shape->out_if)
		put_name(bounds, atom->rule->out_if);
	if (shape->saddr)
		put_prefix(bounds, fw_atom_prefix(atom, false));
	if (shape->daddr)
		put_prefix(bounds, fw_atom_prefix(atom, true));
	if (shape->proto)
		put_part(bounds, &proto, &proto, 1);
	if (shape->sport)
		put_ports(bounds, atom->sport);
	if (shape->dport)
		put_ports(bounds, atom->dport);
}

static int by_key(const void *a, const void *b)
{
	const struct fw_nft_elem *x = a, *y = b;

	/* Only keys of one part are sorted, and those that are intervals are addresses. */
	return memcmp(x->key, y->key, 4);
}

static int by_key_v6(const void *a, const void *b)
{
	const struct fw_nft_elem *x = a, *y = b;

	return memcmp(x->key, y->key, 16);
}

static void fill_map(struct fw_compiler *compiler, uint32_t map, const struct fw_stage *stage,
		     struct fw_buf *text)
{
	struct bounds bounds;
	struct fw_verdict verdict;
	struct fw_nft_set *set;
	size_t i;

	for (i = 0; i < stage->atoms.count; i++) {
		const struct fw_atom *atom = &stage->atoms.items[i];

		verdict = verdict_of(compiler, atom);
		fill_bounds(&bounds, &stage->shape, atom);
		fw_nft_elem_add(compiler->ruleset, map, bounds.low,
				stage->shape.interval ? bounds.high : NULL, atom->rule->line,
				comment_of(compiler, atom, text))
			->verdict = verdict;
	}
	set = &compiler->ruleset->sets[map];
	if (set->interval && set->keys.count == 1)
		qsort(set->elems, set->count, sizeof(*set->elems),
		      fw_nft_concat_size(&set->keys) == 16 ? by_key_v6 : by_key);
}

/* All shapes there are: a bit for each field, and the family. */
#define SHAPES (3 << 8)

static unsigned int shape_number(const struct fw_shape *shape)
{
	unsigned int family = shape->family == FW_FAMILY_ANY    ? 0
			      : shape->family == FW_FAMILY_IPV4 ? 1
								: 2;

	return family << 8 | (unsigned int)shape->interval << 7 | (unsigned int)shape->proto << 6 |
	       (unsigned int)shape->in_if << 5 | (unsigned int)shape->out_if << 4 |
	       (unsigned int)shape->saddr << 3 | (unsigned int)shape->daddr << 2 |
	       (unsigned int)shape->sport << 1 | (unsigned int)shape->dport;
}

/*
 * After its chain and what it compares, "input_v4_saddr_dport", and not after its place among all
 * maps: the counts of lines that stay are found under this name when other lines come or go.
 * `ordinal` tells those of one shape apart, from 1.
 */
static char *map_name(const char *chain, const struct fw_shape *shape, unsigned int ordinal)
{
	const char *family = shape->family == FW_FAMILY_ANY    ? ""
			     : shape->family == FW_FAMILY_IPV4 ? "_v4"
							       : "_v6";
	char number[16] = "";

	if (ordinal > 1)
		snprintf(number, sizeof(number), "_%u", ordinal);
	return fw_format("%s%s%s%s%s%s%s%s%s%s%s", chain, family, shape->in_if ? "_iif" : "",
			 shape->out_if ? "_oif" : "", shape->saddr ? "_saddr" : "",
			 shape->daddr ? "_daddr" : "", shape->proto ? "_proto" : "",
			 shape->sport ? "_sport" : "", shape->dport ? "_dport" : "",
			 shape->interval ? "_range" : "", number);
}

static void emit_map(struct fw_compiler *compiler, uint32_t chain, const struct fw_stage *stage,
		     unsigned int ordinal, struct fw_buf *text)
{
	struct fw_nft_concat keys = fw_shape_keys(&stage->shape);
	char *name = map_name(compiler->ruleset->chains[chain].name, &stage->shape, ordinal);
	uint32_t map = fw_nft_set_add(compiler->ruleset, name, keys);
	struct fw_nft_set *set = &compiler->ruleset->sets[map];
	struct fw_nft_rule *rule;

	free(name);
	set->verdict_map = set->counters = true;
	set->interval = stage->shape.interval;
	fill_map(compiler, map, stage, text);
	rule = fw_nft_rule_add(compiler->ruleset, chain, 0, NULL);
	if (stage->shape.family != FW_FAMILY_ANY)
		fw_nft_match_u8(rule, FW_NFT_NFPROTO, stage->shape.family);
	fw_nft_vmap(rule, map, keys);
}

void fw_stages_emit(struct fw_compiler *compiler, uint32_t chain, const struct fw_stages *stages)
{
	unsigned int made[SHAPES] = { 0 };
	struct fw_buf text = { 0 };
	size_t i;

	for (i = 0; i < stages->count; i++) {
		const struct fw_stage *stage = &stages->items[i];

		if (stage->map && stage->atoms.count > 1)
			emit_map(compiler, chain, stage, ++made[shape_number(&stage->shape)],
				 &text);
		else
			emit_rule(compiler, chain, &stage->atoms.items[0], &text);
	}
	fw_buf_free(&text);
}

/* --- log-all ----------------------------------------------------------------------------- */

void fw_stages_emit_log(struct fw_compiler *compiler, uint32_t chain, const struct fw_rule *rule,
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
