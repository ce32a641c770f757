/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the counters of a table say about each line of the policy. */
#include <stdlib.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/nft-attrs.h"
#include "fwctl/kernel/nft.h"

static void add_count(struct fw_nft_count *lines, size_t size, unsigned int line,
		      struct fw_attr_list exprs)
{
	struct fw_attr_list counter;

	if (line >= size || !fw_attrs_counter(exprs, &counter))
		return;
	lines[line].packets += fw_attrs_u64(counter, NFTA_COUNTER_PACKETS);
	lines[line].bytes += fw_attrs_u64(counter, NFTA_COUNTER_BYTES);
}

/* Which chains an element leads to. */
static bool *chains_of_elements(const struct fw_ruleset *ruleset)
{
	bool *reached = fw_calloc(ruleset->chain_count + 1, sizeof(bool));
	size_t set, i;

	for (set = 0; set < ruleset->set_count; set++) {
		const struct fw_nft_set *map = &ruleset->sets[set];

		for (i = 0; map->verdict_map && map->counters && i < map->count; i++)
			if (map->elems[i].verdict.code == FW_VERDICT_GOTO ||
			    map->elems[i].verdict.code == FW_VERDICT_JUMP)
				reached[map->elems[i].verdict.chain] = true;
	}
	return reached;
}

static void count_elems(const struct fw_nft_batch *batch, const struct fw_nft_entry *entry,
			struct fw_nft_count *lines, size_t size)
{
	const struct fw_nft_set *set = &batch->ruleset->sets[entry->index];
	size_t item = entry->item;
	const struct nlattr *attr, *elem, *expr;

	mnl_attr_for_each(attr, fw_nft_entry_message(batch, entry), sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attr) != NFTA_SET_ELEM_LIST_ELEMENTS)
			continue;
		mnl_attr_for_each_nested(elem, attr)
		{
			/* An end of an interval belongs to the element before. */
			if (fw_attrs_find(fw_attrs_nested(elem), NFTA_SET_ELEM_FLAGS))
				continue;
			expr = fw_attrs_find(fw_attrs_nested(elem), NFTA_SET_ELEM_EXPR);
			if (expr && item < set->count)
				add_count(lines, size, set->elems[item].line,
					  fw_attrs_nested(expr));
			item++;
		}
	}
}

static void count_rule(const struct fw_nft_batch *batch, const struct fw_nft_entry *entry,
		       struct fw_nft_count *lines, size_t size)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, fw_nft_entry_message(batch, entry),
			  sizeof(struct nfgenmsg)) if (mnl_attr_get_type(attr) ==
						       NFTA_RULE_EXPRESSIONS)
		add_count(lines, size, batch->ruleset->chains[entry->index].rules[entry->item].line,
			  fw_attrs_nested(attr));
}

void fw_nft_counts(const struct fw_nft_batch *batch, struct fw_nft_count *lines, size_t size)
{
	bool *reached = chains_of_elements(batch->ruleset);
	size_t i;

	for (i = 0; i < batch->count; i++) {
		const struct fw_nft_entry *entry = &batch->entries[i];

		if (entry->part == FW_NFT_PART_ELEMS)
			count_elems(batch, entry, lines, size);
		else if (entry->part == FW_NFT_PART_RULE && !reached[entry->index])
			count_rule(batch, entry, lines, size);
	}
	free(reached);
}
