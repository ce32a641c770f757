/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/map.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

#define FIRST_CAPACITY 1024

void fw_map_init(struct fw_map *map, size_t value_size)
{
	memset(map, 0, sizeof(*map));
	map->value_size = value_size;
}

void fw_map_free(struct fw_map *map)
{
	free(map->keys);
	free(map->values);
	fw_map_init(map, map->value_size);
}

/* Keys may be made of few bits that differ: they are spread over the table (Fibonacci hashing). */
static size_t home_of(const struct fw_map *map, uint64_t key)
{
	return (size_t)((key ^ key >> 32) * 0x9e3779b97f4a7c15ull >> 20) & (map->capacity - 1);
}

/* Where `key` is, or the empty place where it would go. */
static size_t place_of(const struct fw_map *map, uint64_t key)
{
	size_t place = home_of(map, key);

	while (map->keys[place] && map->keys[place] != key)
		place = (place + 1) & (map->capacity - 1);
	return place;
}

static char *value_at(const struct fw_map *map, size_t place)
{
	return map->values + place * map->value_size;
}

void *fw_map_find(const struct fw_map *map, uint64_t key)
{
	size_t place;

	if (!map->count)
		return NULL;
	place = place_of(map, key);
	return map->keys[place] ? value_at(map, place) : NULL;
}

static void grow(struct fw_map *map)
{
	struct fw_map old = *map;
	size_t i, place;

	map->capacity = old.capacity ? old.capacity * 2 : FIRST_CAPACITY;
	map->keys = fw_calloc(map->capacity, sizeof(*map->keys));
	map->values = fw_realloc_array(NULL, map->capacity, map->value_size);
	for (i = 0; i < old.capacity; i++) {
		if (!old.keys[i])
			continue;
		place = place_of(map, old.keys[i]);
		map->keys[place] = old.keys[i];
		memcpy(value_at(map, place), value_at(&old, i), map->value_size);
	}
	free(old.keys);
	free(old.values);
}

void *fw_map_add(struct fw_map *map, uint64_t key)
{
	size_t place;

	/* At most three quarters full, so that searches end soon. */
	if (map->count >= map->capacity / 4 * 3)
		grow(map);
	place = place_of(map, key);
	if (!map->keys[place]) {
		map->keys[place] = key;
		memset(value_at(map, place), 0, map->value_size);
		map->count++;
	}
	return value_at(map, place);
}

/* Those behind it that could not stand at their own place move up, so that no search ends early. */
static void close_gap(struct fw_map *map, size_t gap)
{
	size_t mask = map->capacity - 1, place = gap, home;

	for (;;) {
		place = (place + 1) & mask;
		if (!map->keys[place])
			break;
		home = home_of(map, map->keys[place]);
		if (((place - home) & mask) < ((place - gap) & mask))
			continue;
		map->keys[gap] = map->keys[place];
		memcpy(value_at(map, gap), value_at(map, place), map->value_size);
		gap = place;
	}
	map->keys[gap] = 0;
}

void fw_map_remove(struct fw_map *map, uint64_t key)
{
	size_t place;

	if (!map->count)
		return;
	place = place_of(map, key);
	if (!map->keys[place])
		return;
	map->count--;
	close_gap(map, place);
}

void *fw_map_next(const struct fw_map *map, size_t *place, uint64_t *key)
{
	size_t at;

	while (*place < map->capacity) {
		at = (*place)++;
		if (map->keys[at]) {
			*key = map->keys[at];
			return value_at(map, at);
		}
	}
	return NULL;
}
