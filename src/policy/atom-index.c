/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/atom-index.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

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

static struct fw_cell cell_of(const struct fw_atom *atom)
{
	struct fw_cell cell = { { 0 } };

	if (atom->has_dport && atom->dport.low == atom->dport.high)
		cell.at[0] = 1 + (uint64_t)atom->dport.low;
	cell.at[1] = address_cell(fw_atom_prefix(atom, false));
	cell.at[2] = address_cell(fw_atom_prefix(atom, true));
	return cell;
}

static size_t bucket_of(const struct fw_atom_index *index, const struct fw_cell *cell)
{
	uint64_t hash = 0;
	size_t i;

	for (i = 0; i < FW_CELL_DIMENSIONS; i++)
		hash = (hash ^ cell->at[i]) * 0x9e3779b97f4a7c15u;
	return (size_t)(hash >> 32) & (index->bucket_count - 1);
}

static void link_entry(struct fw_atom_index *index, size_t number)
{
	struct fw_index_entry *entry = &index->entries[number];
	size_t *bucket = &index->buckets[bucket_of(index, &entry->cell)];

	entry->next = *bucket;
	*bucket = number + 1;
}

static void grow_buckets(struct fw_atom_index *index)
{
	size_t i;

	if (index->count < index->bucket_count)
		return;
	free(index->buckets);
	index->bucket_count = index->bucket_count ? 4 * index->bucket_count : 64;
	index->buckets = fw_calloc(index->bucket_count, sizeof(*index->buckets));
	for (i = 0; i < index->count; i++)
		link_entry(index, i);
}

void fw_atom_index_add(struct fw_atom_index *index, const struct fw_atom *atom, size_t tag)
{
	struct fw_index_entry *entry;
	size_t i;

	grow_buckets(index);
	fw_array_grow(&index->entries, &index->capacity, index->count, sizeof(*entry));
	entry = &index->entries[index->count];
	*entry = (struct fw_index_entry){ .atom = *atom, .tag = tag, .cell = cell_of(atom) };
	for (i = 0; i < FW_CELL_DIMENSIONS; i++)
		index->placed[i] += entry->cell.at[i] != 0;
	link_entry(index, index->count++);
}

void fw_atom_index_free(struct fw_atom_index *index)
{
	free(index->entries);
	free(index->buckets);
	*index = (struct fw_atom_index){ 0 };
}

static bool visit_cell(const struct fw_atom_index *index, const struct fw_cell *cell,
		       fw_index_visit *visit, void *context)
{
	const struct fw_index_entry *entry;
	size_t number;

	for (number = index->buckets[bucket_of(index, cell)]; number; number = entry->next) {
		entry = &index->entries[number - 1];
		if (!memcmp(&entry->cell, cell, sizeof(*cell)) && !visit(context, entry))
			return false;
	}
	return true;
}

/* The cell with the coordinates in `mask` made wide; false when one of them is wide already, as
 * that cell is visited without this mask. */
static bool widen(struct fw_cell *cell, unsigned int mask)
{
	unsigned int i;

	for (i = 0; i < FW_CELL_DIMENSIONS; i++) {
		if (!(mask >> i & 1))
			continue;
		if (!cell->at[i])
			return false;
		cell->at[i] = 0;
	}
	return true;
}

/* What is as wide as the atom or wider is in its own cell, or in one that is wide in some of the
 * dimensions. */
static void visit_wider(const struct fw_atom_index *index, const struct fw_cell *cell,
			fw_index_visit *visit, void *context)
{
	struct fw_cell wide;
	unsigned int mask;

	for (mask = 0; index->count && mask < 1u << FW_CELL_DIMENSIONS; mask++) {
		wide = *cell;
		if (widen(&wide, mask) && !visit_cell(index, &wide, visit, context))
			return;
	}
}

void fw_atom_index_covering(const struct fw_atom_index *index, const struct fw_atom *atom,
			    fw_index_visit *visit, void *context)
{
	struct fw_cell cell = cell_of(atom);

	visit_wider(index, &cell, visit, context);
}

/* An atom that is wide in a dimension where others are not may overlap any of them. */
static bool needs_full_search(const struct fw_atom_index *index, const struct fw_cell *cell)
{
	size_t i;

	for (i = 0; i < FW_CELL_DIMENSIONS; i++)
		if (!cell->at[i] && index->placed[i])
			return true;
	return false;
}

void fw_atom_index_overlapping(const struct fw_atom_index *index, const struct fw_atom *atom,
			       fw_index_visit *visit, void *context)
{
	struct fw_cell cell = cell_of(atom);
	size_t i;

	if (!needs_full_search(index, &cell)) {
		visit_wider(index, &cell, visit, context);
		return;
	}
	for (i = 0; i < index->count; i++)
		if (!visit(context, &index->entries[i]))
			return;
}
