/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-comparison.h"

#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fwctl/base/mem.h"
#include "fwctl/model/ruleset-names.h"

/* How far a rule is looked for when it is not where it should be. */
#define LOOK_AHEAD 1024

#define OWNER_FLAGS ((uint64_t)(FW_NFT_TABLE_OWNED | FW_NFT_TABLE_PERSISTS))

void fw_nft_differ(struct fw_nft_state *state, char *text)
{
	state->differences++;
	if (state->count == FW_NFT_DIFFERENCES_MAX) {
		free(text);
		return;
	}
	fw_array_grow(&state->different, &state->capacity, state->count, sizeof(char *));
	state->different[state->count++] = text;
}

static struct fw_attr_list entry_attrs(const struct fw_nft_comparison *c, size_t entry)
{
	return fw_attrs_of_message(fw_nft_entry_message(c->batch, &c->batch->entries[entry]));
}

bool fw_nft_same_digest(const struct fw_nft_comparison *c)
{
	return !strcmp(c->state->digest, c->batch->ruleset->digest);
}

/* The entry of what has that name in the kernel; in the table of another policy it differs. */
static size_t find_old_name(const struct fw_nft_comparison *c, const struct fw_nft_names *names,
			    const char *name)
{
	size_t entry;
	char *here;

	if (fw_nft_same_digest(c))
		return fw_nft_names_find(names, name);
	here = fw_signed_name(name, c->batch->ruleset->digest);
	entry = fw_nft_names_find(names, here);
	free(here);
	return entry;
}

void fw_nft_comparison_begin(struct fw_nft_comparison *c)
{
	const struct fw_ruleset *ruleset = c->batch->ruleset;
	size_t entry, i = c->batch->count;

	c->seen = fw_calloc(c->batch->count, sizeof(bool));
	fw_nft_names_build(&c->chains, c->batch, FW_NFT_PART_CHAIN);
	fw_nft_names_build(&c->sets, c->batch, FW_NFT_PART_SET);
	fw_nft_names_build(&c->objects, c->batch, FW_NFT_PART_OBJECT);
	c->first_rule = fw_calloc(ruleset->chain_count + 1, sizeof(size_t));
	c->next_rule = fw_calloc(ruleset->chain_count + 1, sizeof(size_t));
	c->old_sets = fw_calloc(ruleset->set_count + 1, sizeof(char *));
	for (entry = i; entry-- > 0;)
		if (c->batch->entries[entry].part == FW_NFT_PART_RULE)
			c->first_rule[c->batch->entries[entry].index] = entry;
}

void fw_nft_comparison_end(struct fw_nft_comparison *c)
{
	size_t i;

	for (i = 0; i < c->batch->ruleset->set_count; i++)
		free(c->old_sets[i]);
	free(c->old_sets);
	free(c->seen);
	fw_nft_names_free(&c->chains);
	fw_nft_names_free(&c->sets);
	fw_nft_names_free(&c->objects);
	free(c->first_rule);
	free(c->next_rule);
	fw_set_index_free(&c->index);
}

/* --- table, chains, sets, objects ---------------------------------------------------------- */

static void compare_entry(struct fw_nft_comparison *c, size_t entry, struct fw_attr_list actual,
			  uint64_t ignore)
{
	char *name = fw_nft_entry_name(c->batch, &c->batch->entries[entry]);

	c->seen[entry] = true;
	if (!fw_attrs_match(entry_attrs(c, entry), actual, ignore))
		fw_nft_differ(c->state, fw_format("%s differs", name));
	free(name);
}

/* The digest is a comment in the chain's user data: type 0, length, text with its NUL. */
int fw_nft_take_digest(const struct nlmsghdr *message, void *data)
{
	struct fw_nft_comparison *c = data;
	const struct nlattr *attr =
		fw_attrs_find(fw_attrs_of_message(message), NFTA_CHAIN_USERDATA);
	const uint8_t *udata = attr ? mnl_attr_get_payload(attr) : NULL;
	const size_t size = sizeof(c->state->digest);

	if (attr && mnl_attr_get_payload_len(attr) == 2 + size && udata[0] == 0 &&
	    udata[1] == size && udata[2 + size - 1] == '\0')
		memcpy(c->state->digest, udata + 2, size);
	return 0;
}

int fw_nft_take_table(const struct nlmsghdr *message, void *data)
{
	struct fw_nft_comparison *c = data;

	struct fw_attr_list attrs = fw_attrs_of_message(message);
	uint64_t flags = fw_attrs_u64(attrs, NFTA_TABLE_FLAGS);

	c->state->present = true;
	c->state->persists = flags & FW_NFT_TABLE_PERSISTS;
	c->state->owner = (uint32_t)fw_attrs_u64(attrs, NFTA_TABLE_OWNER);
	c->state->old.keep = true;
	if (c->batch) {
		/* Whose it is, is not the policy's: those flags may be there or not. */
		compare_entry(c, FW_NFT_ENTRY_TABLE, attrs,
			      flags & ~OWNER_FLAGS ? 0 : 1ull << NFTA_TABLE_FLAGS);
		/* A table that was put to sleep, say, is made anew. */
		c->state->old.keep = !c->state->differences;
	}
	return 0;
}

/* The entry that the thing stands for, or 0. */
static size_t take_named(struct fw_nft_comparison *c, struct fw_attr_list attrs,
			 const struct fw_nft_names *names, const char *kind, const char *name,
			 uint64_t ignore)
{
	size_t entry = find_old_name(c, names, name);

	if (entry)
		compare_entry(c, entry, attrs, ignore);
	else
		fw_nft_differ(c->state, fw_format("%s %s was added", kind, name));
	return entry;
}

/*
 * What packets come to by way of maps. When something of its name comes with the batch, the two
 * cannot stand side by side.
 */
static void note_old_way(struct fw_nft_comparison *c, enum fw_nft_part part, const char *name,
			 size_t same_name)
{
	fw_nft_old_add(&c->state->old, part, 0, name)->way = true;
	c->state->old.in_the_way |= same_name != 0;
}

/* A base chain can stay when it is hooked where the batch wants it; its policy can be changed. */
static void note_old_chain(struct fw_nft_comparison *c, struct fw_attr_list attrs, const char *name)
{
	const uint64_t changeable = 1ull << NFTA_CHAIN_POLICY;
	size_t entry = fw_nft_names_find(&c->chains, name);

	if (!strcmp(name, FW_NFT_DIGEST_CHAIN)) {
		fw_nft_old_add(&c->state->old, FW_NFT_PART_CHAIN, 0, name);
		return;
	}
	if (!fw_attrs_find(attrs, NFTA_CHAIN_HOOK)) {
		note_old_way(c, FW_NFT_PART_CHAIN, name, entry);
		return;
	}
	if (!entry || !fw_attrs_match(entry_attrs(c, entry), attrs, changeable))
		c->state->old.keep = false;
}

int fw_nft_take_chain(const struct nlmsghdr *message, void *data)
{
	struct fw_nft_comparison *c = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);
	const char *name = fw_attrs_text(attrs, NFTA_CHAIN_NAME);

	/* Kernels dump the chains of all tables. */
	if (strcmp(fw_attrs_text(attrs, NFTA_CHAIN_TABLE), FW_NFT_TABLE) != 0)
		return 0;
	note_old_chain(c, attrs, name);
	if (!strcmp(name, FW_NFT_DIGEST_CHAIN))
		return 0;
	take_named(c, attrs, &c->chains, "chain", name, 0);
	return 0;
}

int fw_nft_take_set(const struct nlmsghdr *message, void *data)
{
	struct fw_nft_comparison *c = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);
	const char *name = fw_attrs_text(attrs, NFTA_SET_NAME);
	size_t entry;

	if (fw_attrs_u64(attrs, NFTA_SET_FLAGS) & NFT_SET_MAP) {
		note_old_way(c, FW_NFT_PART_SET, name, fw_nft_names_find(&c->sets, name));
		c->state->old.maps = true;
	} else {
		fw_nft_old_add(&c->state->old, FW_NFT_PART_SET, 0, name);
	}
	entry = take_named(c, attrs, &c->sets, "set", name, 1ull << NFTA_SET_ID);
	if (entry) {
		uint32_t index = c->batch->entries[entry].index;

		free(c->old_sets[index]);
		c->old_sets[index] = fw_strdup(name);
	}
	return 0;
}

/*
 * Asked for both families, the kernel says the one that it has the helper for. The message says it
 * as well then, and is equal.
 */
static void take_family(struct fw_nft_comparison *c, struct fw_attr_list attrs)
{
	size_t entry = fw_nft_names_find(&c->objects, fw_attrs_text(attrs, NFTA_OBJ_NAME));
	const struct nlattr *theirs = fw_attrs_find(attrs, NFTA_OBJ_DATA), *ours;

	if (!entry || !theirs || fw_attrs_u64(attrs, NFTA_OBJ_TYPE) != NFT_OBJECT_CT_HELPER)
		return;
	ours = fw_attrs_find(entry_attrs(c, entry), NFTA_OBJ_DATA);
	theirs = fw_attrs_find(fw_attrs_nested(theirs), NFTA_CT_HELPER_L3PROTO);
	ours = ours ? fw_attrs_find(fw_attrs_nested(ours), NFTA_CT_HELPER_L3PROTO) : NULL;
	if (ours && theirs && ours->nla_len == theirs->nla_len)
		memcpy(mnl_attr_get_payload(ours), mnl_attr_get_payload(theirs),
		       mnl_attr_get_payload_len(theirs));
}

int fw_nft_take_object(const struct nlmsghdr *message, void *data)
{
	struct fw_nft_comparison *c = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);

	take_family(c, attrs);
	fw_nft_old_add(&c->state->old, FW_NFT_PART_OBJECT,
		       (uint32_t)fw_attrs_u64(attrs, NFTA_OBJ_TYPE),
		       fw_attrs_text(attrs, NFTA_OBJ_NAME));
	take_named(c, attrs, &c->objects, "object", fw_attrs_text(attrs, NFTA_OBJ_NAME), 0);
	return 0;
}

/* --- rules --------------------------------------------------------------------------------- */

static bool same_comment(struct fw_attr_list a, struct fw_attr_list b)
{
	const struct nlattr *x = fw_attrs_find(a, NFTA_RULE_USERDATA);
	const struct nlattr *y = fw_attrs_find(b, NFTA_RULE_USERDATA);

	return x && y && x->nla_len == y->nla_len &&
	       !memcmp(mnl_attr_get_payload(x), mnl_attr_get_payload(y),
		       mnl_attr_get_payload_len(x));
}

/* From `from` on: the rule that is the same, else one with the same comment; `count` if none. */
static size_t find_rule(const struct fw_nft_comparison *c, size_t chain, size_t from,
			struct fw_attr_list actual, bool *same)
{
	size_t count = c->batch->ruleset->chains[chain].count, candidate = count, i;

	*same = true;
	for (i = from; i < count && i - from < LOOK_AHEAD; i++) {
		struct fw_attr_list expected = entry_attrs(c, c->first_rule[chain] + i);
		bool comment = same_comment(expected, actual);

		/* Comments are cheap to compare; where they differ, rules do. */
		if ((comment || !fw_attrs_find(actual, NFTA_RULE_USERDATA)) &&
		    fw_attrs_match(expected, actual, 0))
			return i;
		if (comment && candidate == count)
			candidate = i;
	}
	*same = false;
	return candidate;
}

int fw_nft_take_rule(const struct nlmsghdr *message, void *data)
{
	struct fw_nft_comparison *c = data;
	const struct fw_ruleset *ruleset = c->batch->ruleset;
	struct fw_attr_list actual = fw_attrs_of_message(message);
	const char *chain = fw_attrs_text(actual, NFTA_RULE_CHAIN);
	size_t entry = find_old_name(c, &c->chains, chain), index, at;
	bool same;

	if (!entry) {
		fw_nft_differ(c->state, fw_format("a rule was added to chain %s", chain));
		return 0;
	}
	index = c->batch->entries[entry].index;
	at = find_rule(c, index, c->next_rule[index], actual, &same);
	if (at == ruleset->chains[index].count) {
		fw_nft_differ(c->state, fw_format("a rule was added to chain %s", chain));
		return 0;
	}
	entry = c->first_rule[index] + at;
	c->next_rule[index] = at + 1;
	c->seen[entry] = true;
	fw_attrs_carry_counter(entry_attrs(c, entry), actual, NFTA_RULE_EXPRESSIONS);
	if (!same)
		compare_entry(c, entry, actual, 0);
	return 0;
}

/* --- elements ------------------------------------------------------------------------------ */

int fw_nft_take_elems(const struct nlmsghdr *message, void *data)
{
	struct fw_nft_comparison *c = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);
	const struct nlattr *list = fw_attrs_find(attrs, NFTA_SET_ELEM_LIST_ELEMENTS), *elem;
	const char *set = fw_attrs_text(attrs, NFTA_SET_ELEM_LIST_SET);

	if (!list)
		return 0;
	mnl_attr_for_each_nested(elem, list)
	{
		switch (fw_set_index_take(&c->index, fw_attrs_nested(elem))) {
		case FW_SET_ELEM_ADDED:
			fw_nft_differ(c->state, fw_format("an element was added to set %s", set));
			break;
		case FW_SET_ELEM_DIFFERS:
			fw_nft_differ(c->state, fw_format("an element of set %s differs", set));
			break;
		default: break;
		}
	}
	return 0;
}

/* Elements are counted set by set. */
void fw_nft_comparison_missing(struct fw_nft_comparison *c)
{
	size_t entry;

	for (entry = 0; entry < c->batch->count; entry++) {
		uint8_t part = c->batch->entries[entry].part;
		char *name;

		if (c->seen[entry] || part == FW_NFT_PART_FRAME || part == FW_NFT_PART_ELEMS)
			continue;
		name = fw_nft_entry_name(c->batch, &c->batch->entries[entry]);
		fw_nft_differ(c->state, fw_format("%s is gone", name));
		free(name);
	}
}
