/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/rank.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

const struct fw_word fw_rank_words[] = {
	{ "timeout", FW_RANK_TIMEOUT },
	{ "bytes", FW_RANK_BYTES },
	{ "packets", FW_RANK_PACKETS },
	{ "age", FW_RANK_AGE },
	{ "src", FW_RANK_SRC },
	{ "dst", FW_RANK_DST },
	{ 0 },
};

#define KEY_WORDS 4

struct fw_ranked {
	uint64_t key[KEY_WORDS]; /* the lower comes first; the last word is the time of arrival */
	struct fw_flow flow;
	char *bytes; /* what the flow points to */
};

/* ---- keys ------------------------------------------------------------------------------------ */

static void addr_key(uint64_t *key, uint8_t family, const union fw_addr *addr)
{
	key[0] = family;
	key[1] = be64toh(addr->half[0]);
	key[2] = be64toh(addr->half[1]);
}

static uint64_t number(enum fw_rank_key key, const struct fw_flow *flow)
{
	switch (key) {
	case FW_RANK_TIMEOUT: return flow->timeout;
	case FW_RANK_BYTES: return flow->orig.bytes + flow->reply.bytes;
	case FW_RANK_PACKETS: return flow->orig.packets + flow->reply.packets;
	case FW_RANK_AGE: return flow->age;
	default: return 0;
	}
}

/* The first sixteen bytes of the name; all names of states differ in them. */
static void state_key(uint64_t *key, const struct fw_flow *flow)
{
	const char *name = fw_flow_state(flow);
	char text[16] = "\xff";

	if (name)
		memcpy(text, name, strnlen(name, sizeof(text)));
	memcpy(key, text, sizeof(text));
	key[0] = be64toh(key[0]);
	key[1] = be64toh(key[1]);
}

static void make_key(const struct fw_rank *rank, const struct fw_flow *flow, uint64_t given,
		     uint64_t *key)
{
	unsigned int i;

	memset(key, 0, KEY_WORDS * sizeof(*key));
	switch (rank->key) {
	case FW_RANK_SRC: addr_key(key, flow->family, &flow->orig.src); break;
	case FW_RANK_DST: addr_key(key, flow->family, &flow->orig.dst); break;
	case FW_RANK_PROTO: key[0] = flow->protonum; break;
	case FW_RANK_STATE: state_key(key, flow); break;
	case FW_RANK_GIVEN: key[0] = ~given; break;
	default: key[0] = ~number(rank->key, flow);
	}
	for (i = 0; i < KEY_WORDS - 1 && rank->reverse; i++)
		key[i] = ~key[i];
	key[KEY_WORDS - 1] = rank->seen;
}

static int compare(const void *left, const void *right)
{
	const struct fw_ranked *a = left, *b = right;
	unsigned int i;

	for (i = 0; i < KEY_WORDS; i++)
		if (a->key[i] != b->key[i])
			return a->key[i] < b->key[i] ? -1 : 1;
	return 0;
}

/* ---- copies ---------------------------------------------------------------------------------- */

static char *copy_bytes(char *at, struct fw_bytes *bytes)
{
	if (bytes->length)
		memcpy(at, bytes->data, bytes->length);
	bytes->data = at;
	return at + bytes->length;
}

static void copy_flow(struct fw_ranked *item, const struct fw_flow *flow)
{
	struct fw_flow *copy = &item->flow;
	char *at;

	*copy = *flow;
	at = item->bytes = fw_malloc(copy->labels.length + copy->helper.length +
				     copy->secctx.length + copy->netns.length + 1);
	at = copy_bytes(at, &copy->labels);
	at = copy_bytes(at, &copy->helper);
	at = copy_bytes(at, &copy->secctx);
	copy_bytes(at, &copy->netns);
}

/* ---- the heap: its root is the last of those that are kept --------------------------------------
 */

static void swap(struct fw_ranked *a, struct fw_ranked *b)
{
	struct fw_ranked between = *a;

	*a = *b;
	*b = between;
}

static void sift_up(struct fw_ranked *items, size_t at)
{
	for (; at && compare(&items[(at - 1) / 2], &items[at]) < 0; at = (at - 1) / 2)
		swap(&items[(at - 1) / 2], &items[at]);
}

static void sift_down(struct fw_ranked *items, size_t count)
{
	size_t at = 0, child;

	while ((child = 2 * at + 1) < count) {
		if (child + 1 < count && compare(&items[child], &items[child + 1]) < 0)
			child++;
		if (compare(&items[at], &items[child]) >= 0)
			return;
		swap(&items[at], &items[child]);
		at = child;
	}
}

void fw_rank_add(struct fw_rank *rank, const struct fw_flow *flow)
{
	fw_rank_add_as(rank, flow, 0);
}

void fw_rank_add_as(struct fw_rank *rank, const struct fw_flow *flow, uint64_t given)
{
	struct fw_ranked item;

	make_key(rank, flow, given, item.key);
	rank->seen++;
	if (rank->limit && rank->count == rank->limit) {
		if (compare(&item, &rank->items[0]) >= 0)
			return;
		copy_flow(&item, flow);
		free(rank->items[0].bytes);
		rank->items[0] = item;
		sift_down(rank->items, rank->count);
		return;
	}
	copy_flow(&item, flow);
	fw_array_grow(&rank->items, &rank->capacity, rank->count, sizeof(item));
	rank->items[rank->count++] = item;
	if (rank->limit)
		sift_up(rank->items, rank->count - 1);
}

void fw_rank_each(struct fw_rank *rank, int (*take)(void *context, const struct fw_flow *flow),
		  void *context)
{
	size_t i;

	if (rank->count)
		qsort(rank->items, rank->count, sizeof(*rank->items), compare);
	for (i = 0; i < rank->count; i++)
		if (take(context, &rank->items[i].flow))
			return;
}

void fw_rank_clear(struct fw_rank *rank)
{
	size_t i;

	for (i = 0; i < rank->count; i++)
		free(rank->items[i].bytes);
	free(rank->items);
	rank->items = NULL;
	rank->count = rank->capacity = 0;
	rank->seen = 0;
}
