/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash map from 64-bit keys to values of one fixed size; open addressing, no value is moved out
 * of the map's own memory. */
#ifndef FWCTL_BASE_MAP_H
#define FWCTL_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct fw_map {
	uint64_t *keys; /* 0: the place is empty */
	char *values;
	size_t value_size;
	size_t count;
	size_t capacity; /* a power of two, or 0 */
};

/* One more step of a hash. */
static inline uint64_t fw_hash_mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0xff51afd7ed558ccdull;
	return hash ^ hash >> 29;
}

/* `value_size` in bytes; the map is empty and holds no memory. */
void fw_map_init(struct fw_map *map, size_t value_size);
void fw_map_free(struct fw_map *map);

/* The value of `key` (never 0), or NULL. Good until the next add or remove. */
void *fw_map_find(const struct fw_map *map, uint64_t key);

/* The value of `key`, made of zero bytes when there was none. Good until the next add or remove. */
void *fw_map_add(struct fw_map *map, uint64_t key);

/* Removes `key` if it is there. */
void fw_map_remove(struct fw_map *map, uint64_t key);

/*
 * Walks the map: begin with `*place` 0; NULL at the end. Keys may be removed during the walk, the
 * one found last included, when `*place` is set back by one; others may then be met twice.
 */
void *fw_map_next(const struct fw_map *map, size_t *place, uint64_t *key);

#endif
