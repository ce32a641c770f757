/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/stages.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/policy/atom-index.h"

/* What the kernel's registers hold of one key: NFT_REG32_COUNT times 4 bytes. */
#define KEY_BYTES_MAX 64

/* Comparisons before overlaps are assumed rather than looked for: well below a second. */
#define BUDGET 40000000

/* --- shapes ------------------------------------------------------------------------------ */

static bool is_wildcard(const char *name)
{
	return name && name[strlen(name) - 1] == '+';
}

static bool is_exact(const struct fw_prefix *prefix)
{
	return !prefix || prefix->length == fw_family_bits(prefix->family);
}

static struct fw_shape shape_of(const struct fw_atom *atom)
{
	const struct fw_prefix *from = fw_atom_prefix(atom, false);
	const struct fw_prefix *to = fw_atom_prefix(atom, true);
	struct fw_shape shape;

	/* All of it, padding too: shapes are compared as bytes. */
	memset(&shape, 0, sizeof(shape));
	shape.family = atom->family;
	shape.proto = atom->proto != FW_PROTO_ANY;
	shape.in_if = atom->rule->in_if != NULL;
	shape.out_if = atom->rule->out_if != NULL;
	shape.saddr = from != NULL;
	shape.daddr = to != NULL;
	shape.sport = atom->has_sport;
	shape.dport = atom->has_dport;
	shape.interval = !is_exact(from) || !is_exact(to) ||
			 (atom->has_sport && atom->sport.low != atom->sport.high) ||
			 (atom->has_dport && atom->dport.low != atom->dport.high);
	return shape;
}

/* Sets and name prefixes are no values of an element, and a key has an end. */
static bool fits_map(const struct fw_atom *atom, const struct fw_shape *shape)
{
	struct fw_nft_concat keys;

	if (atom->rule->from.kind == FW_END_SET || atom->rule->to.kind == FW_END_SET ||
	    is_wildcard(atom->rule->in_if) || is_wildcard(atom->rule->out_if))
		return false;
	if (shape->proto + shape->in_if + shape->out_if + shape->saddr + shape->daddr +
		    shape->sport + shape->dport >
	    FW_NFT_PARTS_MAX)
		return false;
	keys = fw_shape_keys(shape);
	return keys.count && fw_nft_concat_size(&keys) <= KEY_BYTES_MAX;
}

/* --- what stands in the way of a new atom ------------------------------------------------ */

#define NO_STAGE (-1L)

struct sorter {
	struct fw_stages *stages;
	const struct fw_policy *policy;
	struct fw_atom_index index; /* of all atoms in stages, tagged with their stage */
	long budget;
};

struct obstacles {
	struct sorter *sorter;
	const struct fw_atom *atom;
	long own;       /* the last stage of the atom's shape */
	long any;       /* the last stage that has an atom which overlaps it */
	long different; /* the same, of another outcome */
	bool in_own;    /* one of them is in the atom's own stage */
	bool covered;   /* one of them covers it */
};

/* Whether it does not matter which of the two lines decides a packet. */
static bool same_outcome(const struct fw_policy *policy, const struct fw_rule *a,
			 const struct fw_rule *b)
{
	if (a == b)
		return true;
	return a->action == b->action && a->action != FW_ACTION_LIMIT && !policy->stamp &&
	       a->log == FW_RULE_LOG_NONE && b->log == FW_RULE_LOG_NONE && !a->timer_count &&
	       !b->timer_count && !a->helper && !b->helper;
}

static bool look_at(void *context, const struct fw_index_entry *entry)
{
	struct obstacles *obstacles = context;
	struct sorter *sorter = obstacles->sorter;
	long stage = (long)entry->tag;

	sorter->budget--;
	if (!fw_atoms_overlap(&entry->atom, obstacles->atom))
		return true;
	if (stage > obstacles->any)
		obstacles->any = stage;
	if (stage > obstacles->different &&
	    !same_outcome(sorter->policy, entry->atom.rule, obstacles->atom->rule))
		obstacles->different = stage;
	obstacles->in_own |= stage == obstacles->own;
	obstacles->covered = fw_atom_covers(&entry->atom, obstacles->atom);
	return !obstacles->covered;
}

static void find_obstacles(struct obstacles *obstacles)
{
	const struct sorter *sorter = obstacles->sorter;

	if (sorter->budget > 0)
		fw_atom_index_overlapping(&sorter->index, obstacles->atom, look_at, obstacles);
	else /* Careful instead of exact: everything is in the way. */
		obstacles->any = obstacles->different = (long)sorter->stages->count - 1;
	obstacles->in_own |= sorter->budget <= 0;
}

/* --- sorting ----------------------------------------------------------------------------- */

static long last_of_shape(const struct fw_stages *stages, const struct fw_shape *shape)
{
	long i;

	for (i = (long)stages->count - 1; i >= 0; i--)
		if (stages->items[i].map && !memcmp(&stages->items[i].shape, shape, sizeof(*shape)))
			break;
	return i;
}

static size_t open_stage(struct fw_stages *stages, const struct fw_shape *shape, bool map)
{
	fw_array_grow(&stages->items, &stages->capacity, stages->count, sizeof(*stages->items));
	stages->items[stages->count] = (struct fw_stage){ .map = map };
	stages->items[stages->count].shape = *shape;
	return stages->count++;
}

static size_t choose_stage(struct sorter *sorter, const struct obstacles *obstacles,
			   const struct fw_shape *shape, bool map)
{
	struct fw_stages *stages = sorter->stages;
	bool merging = stages->count >= FW_STAGES_EXACT;

	if (map && obstacles->own != NO_STAGE && !obstacles->in_own &&
	    (obstacles->any < obstacles->own || (merging && obstacles->different < obstacles->own)))
		return (size_t)obstacles->own;
	return open_stage(stages, shape, map);
}

static void add_atom(struct fw_atoms *list, const struct fw_atom *atom)
{
	fw_array_grow(&list->items, &list->capacity, list->count, sizeof(*list->items));
	list->items[list->count++] = *atom;
}

static void sort_atom(struct sorter *sorter, const struct fw_atom *atom)
{
	struct fw_shape shape = shape_of(atom);
	bool map = fits_map(atom, &shape);
	struct obstacles obstacles = { .sorter = sorter,
				       .atom = atom,
				       .own = NO_STAGE,
				       .any = NO_STAGE,
				       .different = NO_STAGE };
	size_t stage;

	if (map)
		obstacles.own = last_of_shape(sorter->stages, &shape);
	find_obstacles(&obstacles);
	if (obstacles.covered)
		return;
	stage = choose_stage(sorter, &obstacles, &shape, map);
	add_atom(&sorter->stages->items[stage].atoms, atom);
	fw_atom_index_add(&sorter->index, atom, stage);
}

void fw_stages_sort(struct fw_stages *stages, const struct fw_policy *policy,
		    enum fw_direction direction)
{
	struct sorter sorter = { .stages = stages, .policy = policy, .budget = BUDGET };
	struct fw_atoms atoms = { 0 };
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].direction == direction)
			fw_atoms_add(&atoms, policy, &policy->rules[i]);
	for (i = 0; i < atoms.count; i++)
		sort_atom(&sorter, &atoms.items[i]);
	free(atoms.items);
	fw_atom_index_free(&sorter.index);
}

void fw_stages_free(struct fw_stages *stages)
{
	size_t i;

	for (i = 0; i < stages->count; i++)
		free(stages->items[i].atoms.items);
	free(stages->items);
	*stages = (struct fw_stages){ 0 };
}
