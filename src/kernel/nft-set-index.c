/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-set-index.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fwctl/base/mem.h"

/* False when the element has no key of that size. */
static bool read_slot(struct fw_attr_list elem, size_t key_size, struct fw_set_slot *slot)
{
	const struct nlattr *key = fw_attrs_find(elem, NFTA_SET_ELEM_KEY);
	const struct nlattr *flags = fw_attrs_find(elem, NFTA_SET_ELEM_FLAGS);
	const struct nlattr *value =
		key ? fw_attrs_find(fw_attrs_nested(key), NFTA_DATA_VALUE) : NULL;

	if (!value || mnl_attr_get_payload_len(value) != key_size)
		return false;
	slot->elem = elem;
	slot->key = mnl_attr_get_payload(value);
	slot->end = flags && mnl_attr_validate(flags, MNL_TYPE_U32) >= 0 &&
		    ntohl(mnl_attr_get_u32(flags)) & NFT_SET_ELEM_INTERVAL_END;
	slot->seen = false;
	return true;
}

/* An end has the key that the next interval may start with, and comes before it. */
static int order(const struct fw_set_slot *a, const struct fw_set_slot *b, size_t size)
{
	int difference = memcmp(a->key, b->key, size);

	return difference ? difference : (int)b->end - (int)a->end;
}

static int order_for_sort(const void *a, const void *b, void *size)
{
	return order(a, b, *(const size_t *)size);
}

static void add_message(struct fw_set_index *index, const struct nlmsghdr *message)
{
	const struct nlattr *attr, *elem;

	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attr) != NFTA_SET_ELEM_LIST_ELEMENTS)
			continue;
		mnl_attr_for_each_nested(elem, attr)
		{
			fw_array_grow(&index->slots, &index->capacity, index->count,
				      sizeof(*index->slots));
			index->count += read_slot(fw_attrs_nested(elem), index->key_size,
						  &index->slots[index->count]);
		}
	}
}

void fw_set_index_build(struct fw_set_index *index, const struct fw_nft_batch *batch, uint32_t set)
{
	size_t i;

	index->count = 0;
	index->next = 0;
	index->key_size = fw_nft_concat_size(&batch->ruleset->sets[set].keys);
	for (i = 0; i < batch->count; i++)
		if (batch->entries[i].part == FW_NFT_PART_ELEMS && batch->entries[i].index == set)
			add_message(index, fw_nft_entry_message(batch, &batch->entries[i]));
	for (i = 1; i < index->count; i++)
		if (order(&index->slots[i - 1], &index->slots[i], index->key_size) > 0)
			break;
	if (i < index->count)
		qsort_r(index->slots, index->count, sizeof(*index->slots), order_for_sort,
			&index->key_size);
}

static struct fw_set_slot *find(struct fw_set_index *index, const struct fw_set_slot *wanted)
{
	size_t low = 0, high = index->count;

	if (index->next < high && !order(&index->slots[index->next], wanted, index->key_size))
		return &index->slots[index->next];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int difference = order(&index->slots[middle], wanted, index->key_size);

		if (!difference)
			return &index->slots[middle];
		if (difference < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

enum fw_set_elem fw_set_index_take(struct fw_set_index *index, struct fw_attr_list elem)
{
	struct fw_set_slot actual, *slot;

	if (!read_slot(elem, index->key_size, &actual))
		return FW_SET_ELEM_ADDED;
	slot = find(index, &actual);
	if (!slot)
		return FW_SET_ELEM_ADDED;
	slot->seen = true;
	index->next = (size_t)(slot - index->slots) + 1;
	fw_attrs_carry_counter(slot->elem, elem, NFTA_SET_ELEM_EXPR);
	return fw_attrs_match(slot->elem, elem, 0) ? FW_SET_ELEM_SAME : FW_SET_ELEM_DIFFERS;
}

size_t fw_set_index_missing(const struct fw_set_index *index)
{
	size_t i, missing = 0;

	for (i = 0; i < index->count; i++)
		missing += !index->slots[i].seen && !index->slots[i].end;
	return missing;
}

void fw_set_index_free(struct fw_set_index *index)
{
	free(index->slots);
	memset(index, 0, sizeof(*index));
}
