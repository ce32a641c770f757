/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/stages.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

/* What the kernel's registers hold of one key: NFT_REG32_COUNT times 4 bytes. */
#define KEY_BYTES_MAX 64

/* Comparisons before overlaps are assumed rather than looked for: well below a second. */
#define BUDGET 40000000

/* --- shapes ------------------------------------------------------------------------------------
 */

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

/* --- finding what overlaps ---------------------------------------------------------------------
 */

/*
 * A coarse place of each atom in three dimensions: destination port, and the first bits of the two
 * addresses; 0 where the atom is wider than one such cell. Atoms can overlap only where each
 * coordinate is the same or one of the two is 0, so that most are found by hash.
 */
#define DIMENSIONS 3

struct cell {
	uint64_t at[DIMENSIONS];
};

struct entry {
	const struct fw_rule *rule;
	struct fw_atom atom;
	struct cell cell;
	size_t stage;
	size_t next; /* in its bucket, index + 1; 0 ends */
};

struct sorter {
	struct fw_stages *stages;
	const struct fw_policy *policy;
	struct entry *entries;
	size_t count, capacity;
	size_t *buckets; /* index + 1 of the first entry; a power of two of them */
	size_t bucket_count;
	size_t placed[DIMENSIONS]; /* entries whose coordinate is not 0 */
	long budget;
};

static uint64_t address_cell(const struct fw_prefix *prefix)
{
	unsigned int bits = prefix && prefix->family == FW_FAMILY_IPV4 ? 16 : 48;
	uint64_t cell = 0;
	unsigned int i;

	if (!prefix || prefix->length < bits)
		return 0;
	for (i = 0; i < bits / 8; i++)
		cell = cell << 8 | prefix->addr.byte[i];
	/* Neither 0 nor the same for the two families. */
	return cell << 8 | bits;
}

static struct cell cell_of(const struct fw_atom *atom)
{
	struct cell cell = { { 0 } };

	if (atom->has_dport && atom->dport.low == atom->dport.high)
		cell.at[0] = 1 + (uint64_t)atom->dport.low;
	cell.at[1] = address_cell(fw_atom_prefix(atom, false));
	cell.at[2] = address_cell(fw_atom_prefix(atom, true));
	return cell;
}

static size_t bucket_of(const struct sorter *sorter, const struct cell *cell)
{
	uint64_t hash = 0;
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		hash = (hash ^ cell->at[i]) * 0x9e3779b97f4a7c15u;
	return (size_t)(hash >> 32) & (sorter->bucket_count - 1);
}

static void link_entry(struct sorter *sorter, size_t index)
{
	struct entry *entry = &sorter->entries[index];
	size_t *bucket = &sorter->buckets[bucket_of(sorter, &entry->cell)];

	entry->next = *bucket;
	*bucket = index + 1;
}

static void grow_buckets(struct sorter *sorter)
{
	size_t i;

	if (sorter->count < sorter->bucket_count)
		return;
	free(sorter->buckets);
	sorter->bucket_count = sorter->bucket_count ? 4 * sorter->bucket_count : 64;
	sorter->buckets = fw_calloc(sorter->bucket_count, sizeof(*sorter->buckets));
	for (i = 0; i < sorter->count; i++)
		link_entry(sorter, i);
}

static void add_entry(struct sorter *sorter, const struct fw_atom *atom, size_t stage)
{
	struct entry *entry;
	size_t i;

	grow_buckets(sorter);
	fw_array_grow(&sorter->entries, &sorter->capacity, sorter->count, sizeof(*entry));
	entry = &sorter->entries[sorter->count];
	*entry = (struct entry){
		.rule = atom->rule, .atom = *atom, .cell = cell_of(atom), .stage = stage
	};
	for (i = 0; i < DIMENSIONS; i++)
		sorter->placed[i] += entry->cell.at[i] != 0;
	link_entry(sorter, sorter->count++);
}

/* --- what stands in the way of a new atom ------------------------------------------------------
 */

#define NO_STAGE (-1L)

struct obstacles {
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

static void look_at(struct sorter *sorter, const struct entry *entry, struct obstacles *obstacles)
{
	long stage = (long)entry->stage;

	sorter->budget--;
	if (!fw_atoms_overlap(&entry->atom, obstacles->atom))
		return;
	if (stage > obstacles->any)
		obstacles->any = stage;
	if (stage > obstacles->different &&
	    !same_outcome(sorter->policy, entry->rule, obstacles->atom->rule))
		obstacles->different = stage;
	obstacles->in_own |= stage == obstacles->own;
	obstacles->covered |= fw_atom_covers(&entry->atom, obstacles->atom);
}

static void look_in_cell(struct sorter *sorter, const struct cell *cell,
			 struct obstacles *obstacles)
{
	const struct entry *entry;
	size_t index;

	for (index = sorter->buckets[bucket_of(sorter, cell)]; index && !obstacles->covered;
	     index = entry->next) {
		entry = &sorter->entries[index - 1];
		if (!memcmp(&entry->cell, cell, sizeof(*cell)))
			look_at(sorter, entry, obstacles);
	}
}

/* An atom that is wide in a dimension where others are not may overlap any of them. */
static bool needs_full_search(const struct sorter *sorter, const struct cell *cell)
{
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		if (!cell->at[i] && sorter->placed[i])
			return true;
	return false;
}

static void search_all(struct sorter *sorter, struct obstacles *obstacles)
{
	size_t i;

	for (i = 0; i < sorter->count && !obstacles->covered; i++)
		look_at(sorter, &sorter->entries[i], obstacles);
}

static void search_cells(struct sorter *sorter, const struct cell *cell,
			 struct obstacles *obstacles)
{
	unsigned int mask, i;
	struct cell wide;

	for (mask = 0; mask < 1u << DIMENSIONS; mask++) {
		wide = *cell;
		for (i = 0; i < DIMENSIONS; i++)
			if (mask >> i & 1)
				wide.at[i] = 0;
		/* A coordinate that is 0 already would be searched twice. */
		for (i = 0; i < DIMENSIONS && !(mask >> i & 1 && !cell->at[i]); i++)
			;
		if (i == DIMENSIONS && !obstacles->covered)
			look_in_cell(sorter, &wide, obstacles);
	}
}

static void find_obstacles(struct sorter *sorter, struct obstacles *obstacles)
{
	struct cell cell = cell_of(obstacles->atom);

	if (!sorter->count)
		return;
	if (sorter->budget <= 0) {
		/* Careful instead of exact: everything is in the way. */
		obstacles->any = obstacles->different = (long)sorter->stages->count - 1;
		return;
	}
	if (needs_full_search(sorter, &cell))
		search_all(sorter, obstacles);
	else
		search_cells(sorter, &cell, obstacles);
}

/* --- sorting -----------------------------------------------------------------------------------
 */

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
	struct obstacles obstacles = {
		.atom = atom, .own = NO_STAGE, .any = NO_STAGE, .different = NO_STAGE
	};
	size_t stage;

	if (map)
		obstacles.own = last_of_shape(sorter->stages, &shape);
	find_obstacles(sorter, &obstacles);
	if (obstacles.covered)
		return;
	stage = choose_stage(sorter, &obstacles, &shape, map);
	add_atom(&sorter->stages->items[stage].atoms, atom);
	add_entry(sorter, atom, stage);
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
	free(sorter.entries);
	free(sorter.buckets);
}

void fw_stages_free(struct fw_stages *stages)
{
	size_t i;

	for (i = 0; i < stages->count; i++)
		free(stages->items[i].atoms.items);
	free(stages->items);
	*stages = (struct fw_stages){ 0 };
}
