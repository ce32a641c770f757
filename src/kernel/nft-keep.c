/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-keep.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>

#include "fwctl/base/mem.h"

struct fw_nft_name *fw_nft_old_add(struct fw_nft_old *old, enum fw_nft_part part, uint32_t type,
				   const char *name)
{
	struct fw_nft_name *added;

	fw_array_grow(&old->names, &old->capacity, old->count, sizeof(*old->names));
	added = &old->names[old->count++];
	*added = (struct fw_nft_name){ .part = (uint8_t)part,
				       .type = type,
				       .name = fw_strdup(name) };
	return added;
}

void fw_nft_old_free(struct fw_nft_old *old)
{
	size_t i;

	for (i = 0; i < old->count; i++)
		free(old->names[i].name);
	free(old->names);
	memset(old, 0, sizeof(*old));
}

/* The rules of all chains. */
static void add_flush(struct fw_nft_batch *batch)
{
	struct nlmsghdr *message =
		fw_nft_batch_begin(batch, NFT_MSG_DELRULE, 0, FW_NFT_SMALL_MESSAGE);

	mnl_attr_put_strz(message, NFTA_RULE_TABLE, FW_NFT_TABLE);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_FRAME, 0, 0);
}

static void add_deletion(struct fw_nft_batch *batch, const struct fw_nft_name *old)
{
	static const struct {
		uint16_t type, table, name;
	} kinds[] = {
		[FW_NFT_PART_OBJECT] = { NFT_MSG_DELOBJ, NFTA_OBJ_TABLE, NFTA_OBJ_NAME },
		[FW_NFT_PART_CHAIN] = { NFT_MSG_DELCHAIN, NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME },
		[FW_NFT_PART_SET] = { NFT_MSG_DELSET, NFTA_SET_TABLE, NFTA_SET_NAME },
	};
	struct nlmsghdr *message =
		fw_nft_batch_begin(batch, kinds[old->part].type, 0, FW_NFT_SMALL_MESSAGE);

	mnl_attr_put_strz(message, kinds[old->part].table, FW_NFT_TABLE);
	mnl_attr_put_strz(message, kinds[old->part].name, old->name);
	if (old->part == FW_NFT_PART_OBJECT)
		mnl_attr_put_u32(message, NFTA_OBJ_TYPE, htonl(old->type));
	fw_nft_batch_commit(batch, message, FW_NFT_PART_FRAME, 0, 0);
}

/* Whether it outlives the first transaction. Chains could go with it, but for maps that lead there.
 */
static bool stays_behind(const struct fw_nft_old *old, const struct fw_nft_name *name)
{
	return name->way && old->maps && !old->in_the_way;
}

/* What refers to others goes first: rules to sets and objects, elements to chains. */
static void add_deletions(struct fw_nft_batch *batch, const struct fw_nft_old *old, bool behind)
{
	static const enum fw_nft_part order[] = { FW_NFT_PART_SET, FW_NFT_PART_CHAIN,
						  FW_NFT_PART_OBJECT };
	size_t i, j;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (j = 0; j < old->count; j++)
			if (old->names[j].part == order[i] &&
			    stays_behind(old, &old->names[j]) == behind)
				add_deletion(batch, &old->names[j]);
}

static void build_rest(struct fw_nft_batch *rest, const struct fw_nft_old *old)
{
	add_deletions(rest, old, true);
	if (rest->count == 1)
		fw_nft_batch_free(rest);
	else
		fw_nft_batch_close(rest);
}

void fw_nft_batch_keep(struct fw_nft_batch *kept, struct fw_nft_batch *rest,
		       const struct fw_nft_batch *batch, const struct fw_nft_old *old)
{
	size_t from = batch->entries[FW_NFT_ENTRY_TABLE].offset, moved, i;

	fw_nft_batch_open(kept, batch->ruleset);
	add_flush(kept);
	add_deletions(kept, old, false);
	moved = kept->bytes.length;
	fw_buf_put(&kept->bytes, batch->bytes.data + from, batch->bytes.length - from);
	for (i = FW_NFT_ENTRY_TABLE; i < batch->count; i++) {
		fw_array_grow(&kept->entries, &kept->capacity, kept->count, sizeof(*kept->entries));
		kept->entries[kept->count] = batch->entries[i];
		kept->entries[kept->count++].offset += moved - from;
	}
	fw_nft_batch_open(rest, batch->ruleset);
	build_rest(rest, old);
}
