/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds, among many atoms, the few that one atom may overlap. */
#ifndef FWCTL_POLICY_ATOM_INDEX_H
#define FWCTL_POLICY_ATOM_INDEX_H

#include "fwctl/policy/atoms.h"

/*
 * A coarse place of each atom in three dimensions: destination port, and the first bits of the two
 * addresses; 0 where the atom is wider than one such cell. Atoms can overlap only where each
 * coordinate is the same or one of the two is 0, so that most are found by hash.
 */
#define FW_CELL_DIMENSIONS 3

struct fw_cell {
	uint64_t at[FW_CELL_DIMENSIONS];
};

struct fw_index_entry {
	struct fw_atom atom;
	size_t tag; /* the caller's */
	struct fw_cell cell;
	size_t next; /* in its bucket, index + 1; 0 ends */
};

/* All zero is an empty index; release with fw_atom_index_free(). */
struct fw_atom_index {
	struct fw_index_entry *entries;
	size_t count, capacity;
	size_t *buckets; /* index + 1 of the first entry; a power of two of them */
	size_t bucket_count;
	size_t placed[FW_CELL_DIMENSIONS]; /* entries whose coordinate is not 0 */
};

void fw_atom_index_add(struct fw_atom_index *index, const struct fw_atom *atom, size_t tag);
void fw_atom_index_free(struct fw_atom_index *index);

/* Called with each entry that was found; returns false to end the search. */
typedef bool fw_index_visit(void *context, const struct fw_index_entry *entry);

/* Visits every entry that overlaps the atom, and some that do not. */
void fw_atom_index_overlapping(const struct fw_atom_index *index, const struct fw_atom *atom,
			       fw_index_visit *visit, void *context);

/* Visits every entry that covers the atom, and some that do not; this is never a full search. */
void fw_atom_index_covering(const struct fw_atom_index *index, const struct fw_atom *atom,
			    fw_index_visit *visit, void *context);

#endif
