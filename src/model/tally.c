/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/tally.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

#define FIRST_SLOTS 1024

void fw_tally_init(struct fw_tally *tally, const struct fw_tally_key *key, size_t bound,
		   uint64_t seed)
{
	memset(tally, 0, sizeof(*tally));
	tally->key = key;
	tally->bound = bound;
	tally->seed = seed;
	tally->slots = fw_calloc(FIRST_SLOTS, sizeof(*tally->slots));
	tally->mask = FIRST_SLOTS - 1;
	if (bound)
		tally->heap = fw_malloc(bound * sizeof(*tally->heap));
}

void fw_tally_free(struct fw_tally *tally)
{
	if (!tally)
		return;
	free(tally->entries);
	free(tally->slots);
	free(tally->heap);
	fw_buf_free(&tally->keys);
	memset(tally, 0, sizeof(*tally));
}

/* ---- the hash table ----------------------------------------------------------------------------
 */

/* Eight bytes at a time; the caller has zeroed those behind the key up to the next eight. */
static uint32_t hash_of(const char *key, size_t length, uint64_t seed)
{
	uint64_t hash = seed ^ length, part;
	size_t at;

	for (at = 0; at < length; at += sizeof(part)) {
		memcpy(&part, key + at, sizeof(part));
		hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return (uint32_t)(hash * 0xd6e8feb86659fd93u >> 32);
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t find_slot(const struct fw_tally *tally, const char *key, size_t length, uint32_t hash)
{
	const struct fw_tally_entry *entry;
	size_t slot = hash & tally->mask;

	for (; tally->slots[slot]; slot = (slot + 1) & tally->mask) {
		entry = &tally->entries[tally->slots[slot] - 1];
		if (entry->hash == hash && entry->length == length &&
		    !memcmp(fw_tally_entry_key(tally, entry), key, length))
			break;
	}
	return slot;
}

static void grow_slots(struct fw_tally *tally)
{
	size_t i, slot;

	free(tally->slots);
	tally->mask = tally->mask * 2 + 1;
	tally->slots = fw_calloc(tally->mask + 1, sizeof(*tally->slots));
	for (i = 0; i < tally->count; i++) {
		slot = tally->entries[i].hash & tally->mask;
		while (tally->slots[slot])
			slot = (slot + 1) & tally->mask;
		tally->slots[slot] = (uint32_t)i + 1;
	}
}

/* Frees the slot of an entry; those behind it move up, so that no search ends too early. */
static void remove_slot(struct fw_tally *tally, uint32_t number)
{
	size_t hole = tally->entries[number].hash & tally->mask, next, home;

	while (tally->slots[hole] != number + 1)
		hole = (hole + 1) & tally->mask;
	for (next = (hole + 1) & tally->mask; tally->slots[next]; next = (next + 1) & tally->mask) {
		home = tally->entries[tally->slots[next] - 1].hash & tally->mask;
		/* It may move when its home does not lie between the hole and it. */
		if (((next - home) & tally->mask) >= ((next - hole) & tally->mask)) {
			tally->slots[hole] = tally->slots[next];
			hole = next;
		}
	}
	tally->slots[hole] = 0;
}

static void store_key(struct fw_tally *tally, struct fw_tally_entry *entry, const char *key,
		      size_t length, uint32_t hash)
{
	if (length > entry->room) {
		/* A bounded tally reuses the room: a little more of it will do for many keys. */
		entry->room = (uint16_t)(tally->bound ? (length + 15) & ~(size_t)15 : length);
		fw_buf_reserve(&tally->keys, entry->room);
		entry->key = (uint32_t)tally->keys.length;
		tally->keys.length += entry->room;
	}
	memcpy(tally->keys.data + entry->key, key, length);
	entry->length = (uint16_t)length;
	entry->hash = hash;
}

/* ---- the heap of a bounded tally ---------------------------------------------------------------
 */

static void heap_put(struct fw_tally *tally, uint32_t place, uint32_t number)
{
	tally->heap[place] = number;
	tally->entries[number].place = place;
}

/* The count of the entry at `place` has grown: those with less move up. */
static void sift_down(struct fw_tally *tally, uint32_t place)
{
	const struct fw_tally_entry *entries = tally->entries;
	uint32_t number = tally->heap[place], child;

	for (;; place = child) {
		child = 2 * place + 1;
		if (child >= tally->count)
			break;
		if (child + 1 < tally->count &&
		    entries[tally->heap[child + 1]].flows < entries[tally->heap[child]].flows)
			child++;
		if (entries[tally->heap[child]].flows >= entries[number].flows)
			break;
		heap_put(tally, place, tally->heap[child]);
	}
	heap_put(tally, place, number);
}

/* A new entry has one flow, and no entry has less: it moves up past those with more. */
static void sift_up(struct fw_tally *tally, uint32_t number)
{
	uint32_t place = (uint32_t)tally->count - 1, parent;

	for (; place; place = parent) {
		parent = (place - 1) / 2;
		if (tally->entries[tally->heap[parent]].flows <= tally->entries[number].flows)
			break;
		heap_put(tally, place, tally->heap[parent]);
	}
	heap_put(tally, place, number);
}

/* ---- counting ----------------------------------------------------------------------------------
 */

static uint32_t add_entry(struct fw_tally *tally, size_t slot, const char *key, size_t length,
			  uint32_t hash)
{
	struct fw_tally_entry *entry;
	uint32_t number = (uint32_t)tally->count;

	fw_array_grow(&tally->entries, &tally->capacity, tally->count, sizeof(*entry));
	entry = &tally->entries[tally->count++];
	memset(entry, 0, sizeof(*entry));
	store_key(tally, entry, key, length, hash);
	tally->slots[slot] = number + 1;
	if (tally->count * 2 > tally->mask)
		grow_slots(tally);
	if (tally->bound)
		sift_up(tally, number);
	return number;
}

/* The smallest entry is given up; the new key takes over its count, which may be too high now. */
static uint32_t replace_least(struct fw_tally *tally, const char *key, size_t length, uint32_t hash)
{
	uint32_t number = tally->heap[0];
	struct fw_tally_entry *entry = &tally->entries[number];

	remove_slot(tally, number);
	store_key(tally, entry, key, length, hash);
	entry->error = entry->flows;
	entry->packets = 0;
	entry->bytes = 0;
	tally->slots[find_slot(tally, key, length, hash)] = number + 1;
	return number;
}

static void count_traffic(struct fw_tally *tally, struct fw_tally_entry *entry, uint64_t packets,
			  uint64_t bytes)
{
	entry->packets += packets;
	entry->bytes += bytes;
	tally->packets += packets;
	tally->bytes += bytes;
	tally->counted++;
}

static uint32_t entry_of(struct fw_tally *tally, const char *key, size_t length)
{
	uint32_t hash = hash_of(key, length, tally->seed);
	size_t slot = find_slot(tally, key, length, hash);

	if (tally->slots[slot])
		return tally->slots[slot] - 1;
	if (tally->bound && tally->count == tally->bound)
		return replace_least(tally, key, length, hash);
	return add_entry(tally, slot, key, length, hash);
}

void fw_tally_add(struct fw_tally *tally, const struct fw_flow *flow)
{
	fw_tally_add_as(tally, flow, flow->orig.packets + flow->reply.packets,
			flow->orig.bytes + flow->reply.bytes);
}

void fw_tally_add_as(struct fw_tally *tally, const struct fw_flow *flow, uint64_t packets,
		     uint64_t bytes)
{
	char key[FW_TALLY_KEY_SIZE + sizeof(uint64_t)];
	size_t length = fw_tally_key_of(tally->key, flow, key);
	struct fw_tally_entry *entry;
	uint32_t number;

	memset(key + length, 0, sizeof(uint64_t));
	number = entry_of(tally, key, length);
	entry = &tally->entries[number];
	entry->flows++;
	tally->flows++;
	if (flow->orig.present >> FW_TUPLE_PACKETS & 1)
		count_traffic(tally, entry, packets, bytes);
	if (tally->bound)
		sift_down(tally, entry->place);
}

const struct fw_tally_entry *fw_tally_find(const struct fw_tally *tally, const char *key,
					   size_t length)
{
	char padded[FW_TALLY_KEY_SIZE + sizeof(uint64_t)];
	size_t slot;

	memcpy(padded, key, length);
	memset(padded + length, 0, sizeof(uint64_t));
	slot = find_slot(tally, padded, length, hash_of(padded, length, tally->seed));
	return tally->slots[slot] ? &tally->entries[tally->slots[slot] - 1] : NULL;
}

uint64_t fw_tally_error(const struct fw_tally *tally)
{
	/* Before it is full, nothing was given up; after, nothing smaller than the least was. */
	if (!tally->bound || tally->count < tally->bound)
		return 0;
	return tally->entries[tally->heap[0]].flows;
}

/* ---- the largest -------------------------------------------------------------------------------
 */

struct order {
	const struct fw_tally *tally;
	enum fw_tally_order by;
};

static uint64_t weight(const struct fw_tally_entry *entry, enum fw_tally_order by)
{
	switch (by) {
	case FW_TALLY_BY_BYTES: return entry->bytes;
	case FW_TALLY_BY_PACKETS: return entry->packets;
	default: return entry->flows;
	}
}

/* Less than 0 when `a` comes first: the larger one; of equal ones that with more flows, and then
 * that with the smaller key. */
static int compare(const struct fw_tally_entry *a, const struct fw_tally_entry *b,
		   const struct order *order)
{
	uint64_t x = weight(a, order->by), y = weight(b, order->by);
	int keys;

	if (x != y)
		return x > y ? -1 : 1;
	if (a->flows != b->flows)
		return a->flows > b->flows ? -1 : 1;
	keys = memcmp(fw_tally_entry_key(order->tally, a), fw_tally_entry_key(order->tally, b),
		      a->length < b->length ? a->length : b->length);
	return keys ? keys : (int)a->length - (int)b->length;
}

static int compare_pointers(const void *a, const void *b, void *order)
{
	return compare(*(const struct fw_tally_entry *const *)a,
		       *(const struct fw_tally_entry *const *)b, order);
}

/* `top` is a heap whose first element comes last of all in it: it is replaced by one before it. */
static void keep_if_larger(const struct fw_tally_entry **top, size_t count,
			   const struct fw_tally_entry *entry, const struct order *order)
{
	size_t place = 0, child;

	if (compare(entry, top[0], order) > 0)
		return;
	for (;; place = child) {
		child = 2 * place + 1;
		if (child >= count)
			break;
		if (child + 1 < count && compare(top[child + 1], top[child], order) > 0)
			child++;
		if (compare(entry, top[child], order) > 0)
			break;
		top[place] = top[child];
	}
	top[place] = entry;
}

static int compare_last_first(const void *a, const void *b, void *order)
{
	return compare_pointers(b, a, order);
}

const struct fw_tally_entry **fw_tally_top(const struct fw_tally *tally, enum fw_tally_order by,
					   size_t top, size_t *count)
{
	struct order order = { tally, by };
	const struct fw_tally_entry **chosen;
	size_t i;

	*count = top && top < tally->count ? top : tally->count;
	chosen = fw_malloc(*count * sizeof(const struct fw_tally_entry *));
	for (i = 0; i < *count; i++)
		chosen[i] = &tally->entries[i];
	/* A sorted array is a heap. */
	if (*count < tally->count)
		qsort_r(chosen, *count, sizeof(*chosen), compare_last_first, &order);
	for (; i < tally->count; i++)
		keep_if_larger(chosen, *count, &tally->entries[i], &order);
	qsort_r(chosen, *count, sizeof(*chosen), compare_pointers, &order);
	return chosen;
}
