/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-names.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct fw_nft_named *)a)->name,
		      ((const struct fw_nft_named *)b)->name);
}

static size_t count_of(const struct fw_ruleset *ruleset, enum fw_nft_part part)
{
	switch (part) {
	case FW_NFT_PART_CHAIN: return ruleset->chain_count;
	case FW_NFT_PART_SET: return ruleset->set_count;
	default: return ruleset->object_count;
	}
}

static const char *name_of(const struct fw_ruleset *ruleset, enum fw_nft_part part, uint32_t index)
{
	switch (part) {
	case FW_NFT_PART_CHAIN: return ruleset->chains[index].name;
	case FW_NFT_PART_SET: return ruleset->sets[index].name;
	default: return ruleset->objects[index].name;
	}
}

void fw_nft_names_build(struct fw_nft_names *names, const struct fw_nft_batch *batch,
			enum fw_nft_part part)
{
	size_t entry;

	names->count = 0;
	names->items = fw_calloc(count_of(batch->ruleset, part) + 1, sizeof(*names->items));
	for (entry = 0; entry < batch->count; entry++)
		if (batch->entries[entry].part == part)
			names->items[names->count++] = (struct fw_nft_named){
				name_of(batch->ruleset, part, batch->entries[entry].index), entry
			};
	qsort(names->items, names->count, sizeof(*names->items), compare);
}

void fw_nft_names_free(struct fw_nft_names *names)
{
	free(names->items);
	memset(names, 0, sizeof(*names));
}

size_t fw_nft_names_find(const struct fw_nft_names *names, const char *name)
{
	const struct fw_nft_named wanted = { name, 0 }, *found;

	if (!names->count)
		return 0;
	found = bsearch(&wanted, names->items, names->count, sizeof(*names->items), compare);
	return found ? found->entry : 0;
}
