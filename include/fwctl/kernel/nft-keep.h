/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ruleset that takes the place of another without a moment in which a packet has neither. */
#ifndef FWCTL_KERNEL_NFT_KEEP_H
#define FWCTL_KERNEL_NFT_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/kernel/nft-build.h"

/* What is in the kernel's table and has a name of its own, base chains aside. */
struct fw_nft_name {
	uint8_t part;  /* enum fw_nft_part: OBJECT, CHAIN or SET */
	bool way;      /* a map, or a chain: packets that are under way may still come to it */
	uint32_t type; /* of an object, NFT_OBJECT_* */
	char *name;    /* owned */
};

struct fw_nft_old {
	bool keep;       /* the base chains are those that the batch has: they can stay */
	bool maps;       /* there is a verdict map */
	bool in_the_way; /* the batch has a map or a chain of the same name as one of these */
	struct fw_nft_name *names;
	size_t count, capacity;
};

/* Returns what was added, for the caller to complete; good until the next one is. */
struct fw_nft_name *fw_nft_old_add(struct fw_nft_old *old, enum fw_nft_part part, uint32_t type,
				   const char *name);
void fw_nft_old_free(struct fw_nft_old *old);

/*
 * The transaction of `batch` for a table whose base chains stay: they are emptied and filled again.
 * In a table that is replaced as a whole, the old base chains are still hooked for a moment after
 * their rules are gone, and their policy drops what passes through then.
 *
 * Old maps stay as well, with the chains that they lead to, unless the batch has things of their
 * names: a packet that is with the old rules in that moment would find a map empty that goes with
 * them (nft_map_deactivate() in the kernel), and fall through to the default. `rest` is a second
 * transaction, which takes them away; it is empty (count is 0) when nothing was left. Both are
 * released like a batch.
 */
void fw_nft_batch_keep(struct fw_nft_batch *kept, struct fw_nft_batch *rest,
		       const struct fw_nft_batch *batch, const struct fw_nft_old *old);

#endif
