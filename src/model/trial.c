/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/trial.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/model/statements.h"

/* Where the parts of one ruleset are in the pair. */
struct offsets {
	uint32_t objects, sets, chains;
};

/* --- copies with other names and indices ---------------------------------------------------- */

static void copy_objects(struct fw_ruleset *pair, const struct fw_ruleset *from, const char *prefix)
{
	size_t i;

	for (i = 0; i < from->object_count; i++) {
		const struct fw_nft_object *object = &from->objects[i];
		char *name = fw_format("%s%s", prefix, object->name);

		if (object->type == FW_NFT_CT_TIMEOUT)
			fw_nft_timeout_add(pair, name, object->l4proto, object->timers,
					   object->timer_count);
		else
			fw_nft_helper_add(pair, name, object->helper, object->l4proto);
		free(name);
	}
}

static struct fw_verdict moved(struct fw_verdict verdict, const struct offsets *offsets)
{
	if (verdict.code == FW_VERDICT_JUMP || verdict.code == FW_VERDICT_GOTO)
		verdict.chain += offsets->chains;
	return verdict;
}

static void copy_set(struct fw_ruleset *pair, const struct fw_nft_set *from, const char *prefix,
		     const struct offsets *offsets)
{
	char *name = fw_format("%s%s", prefix, from->name);
	uint32_t index = fw_nft_set_add(pair, name, from->keys);
	struct fw_nft_set *set = &pair->sets[index];
	size_t i;

	free(name);
	set->verdict_map = from->verdict_map;
	set->interval = from->interval;
	set->counters = from->counters;
	set->dynamic = from->dynamic;
	set->timeouts = from->timeouts;
	set->timeout = from->timeout;
	set->size = from->size;
	for (i = 0; i < from->count; i++) {
		const struct fw_nft_elem *old = &from->elems[i];
		struct fw_nft_elem *elem =
			fw_nft_elem_add(pair, index, old->key, old->end, old->line, old->comment);

		elem->verdict = moved(old->verdict, offsets);
		elem->timeout = old->timeout;
	}
}

static void copy_stmt(struct fw_nft_stmt *stmt, const struct offsets *offsets)
{
	switch (stmt->type) {
	case FW_STMT_LOOKUP:
	case FW_STMT_VMAP: stmt->lookup.set += offsets->sets; break;
	case FW_STMT_UPDATE: stmt->update.set += offsets->sets; break;
	case FW_STMT_CT_TIMEOUT:
	case FW_STMT_CT_HELPER: stmt->object += offsets->objects; break;
	case FW_STMT_LOG:
	case FW_STMT_NFLOG: stmt->log.prefix = fw_strdup(stmt->log.prefix); break;
	case FW_STMT_VERDICT: stmt->verdict = moved(stmt->verdict, offsets); break;
	default: break;
	}
}

static void copy_rule(struct fw_ruleset *pair, uint32_t chain, const struct fw_nft_rule *from,
		      const struct offsets *offsets)
{
	struct fw_nft_rule *rule = fw_nft_rule_add(pair, chain, from->line, from->comment);
	size_t i;

	rule->stmts = fw_calloc(from->count, sizeof(*rule->stmts));
	rule->count = rule->capacity = from->count;
	memcpy(rule->stmts, from->stmts, from->count * sizeof(*rule->stmts));
	for (i = 0; i < rule->count; i++)
		copy_stmt(&rule->stmts[i], offsets);
}

/* Base chains become regular ones; their policy becomes a last rule, which the compiler's own last
 * rule comes before. */
static void copy_chain(struct fw_ruleset *pair, const struct fw_nft_chain *from, const char *prefix,
		       const struct offsets *offsets)
{
	char *name = fw_format("%s%s", prefix, from->name);
	uint32_t chain = fw_nft_chain_add(pair, name);
	size_t i;

	free(name);
	for (i = 0; i < from->count; i++)
		copy_rule(pair, chain, &from->rules[i], offsets);
	if (from->hook != FW_HOOK_NONE)
		fw_nft_verdict(fw_nft_rule_add(pair, chain, 0, "policy of the chain"),
			       from->policy == FW_VERDICT_DROP ? FW_DROP : FW_ACCEPT);
}

/* --- the pair ------------------------------------------------------------------------------- */

static const struct fw_nft_chain *base_chain(const struct fw_ruleset *ruleset, enum fw_hook hook,
					     uint32_t *index)
{
	size_t i;

	for (i = 0; ruleset && i < ruleset->chain_count; i++) {
		*index = (uint32_t)i;
		if (ruleset->chains[i].hook == hook)
			return &ruleset->chains[i];
	}
	return NULL;
}

/* Every packet is IPv4 or IPv6, so two elements catch them all while they live. */
static void add_switch(struct fw_ruleset *pair, uint32_t chain, struct fw_verdict verdict,
		       uint32_t milliseconds)
{
	static const uint8_t families[] = { FW_FAMILY_IPV4, FW_FAMILY_IPV6 };
	char *name = fw_format("trial_%s", pair->chains[chain].name);
	uint32_t map = fw_nft_set_add(pair, name, fw_nft_concat(1, FW_NFT_NFPROTO));
	uint8_t key[4] = { 0 };
	size_t i;

	free(name);
	pair->sets[map].verdict_map = pair->sets[map].timeouts = true;
	for (i = 0; i < 2; i++) {
		struct fw_nft_elem *elem;

		key[0] = families[i];
		elem = fw_nft_elem_add(pair, map, key, NULL, 0, NULL);
		elem->verdict = verdict;
		elem->timeout = milliseconds;
	}
	fw_nft_vmap(fw_nft_rule_add(pair, chain, 0, "on trial"), map,
		    fw_nft_concat(1, FW_NFT_NFPROTO));
}

static void add_base(struct fw_ruleset *pair, const struct fw_ruleset *trial,
		     const struct fw_ruleset *standing, enum fw_hook hook, uint32_t milliseconds)
{
	uint32_t new_index, old_index, chain;
	const struct fw_nft_chain *new = base_chain(trial, hook, &new_index);
	const struct fw_nft_chain *old = base_chain(standing, hook, &old_index);
	const struct fw_nft_chain *any = new ? new : old;

	if (!any)
		return;
	chain = fw_nft_base_chain_add(pair, any->name, hook, any->priority,
				      old ? old->policy : FW_VERDICT_ACCEPT);
	/* The copies stand in the order of the two rulesets, the new one first. */
	add_switch(pair, chain, new ? FW_GOTO(new_index) : FW_ACCEPT, milliseconds);
	fw_nft_verdict(fw_nft_rule_add(pair, chain, 0, "when the trial is over"),
		       old ? FW_GOTO((uint32_t)trial->chain_count + old_index) : FW_ACCEPT);
}

static void add_ruleset(struct fw_ruleset *pair, const struct fw_ruleset *from, const char *prefix,
			struct offsets *offsets)
{
	size_t i;

	copy_objects(pair, from, prefix);
	for (i = 0; i < from->set_count; i++)
		copy_set(pair, &from->sets[i], prefix, offsets);
	for (i = 0; i < from->chain_count; i++)
		copy_chain(pair, &from->chains[i], prefix, offsets);
	offsets->objects += (uint32_t)from->object_count;
	offsets->sets += (uint32_t)from->set_count;
	offsets->chains += (uint32_t)from->chain_count;
}

struct fw_ruleset *fw_ruleset_trial(const struct fw_ruleset *trial,
				    const struct fw_ruleset *standing, uint32_t milliseconds)
{
	struct fw_ruleset *pair = fw_ruleset_new();
	struct offsets offsets = { 0 };
	enum fw_hook hook;

	memcpy(pair->digest, trial->digest, sizeof(pair->digest));
	add_ruleset(pair, trial, FW_TRIAL_NEW, &offsets);
	if (standing)
		add_ruleset(pair, standing, FW_TRIAL_OLD, &offsets);
	for (hook = FW_HOOK_INPUT; hook <= FW_HOOK_POSTROUTING; hook++)
		add_base(pair, trial, standing, hook, milliseconds);
	return pair;
}
