/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entries of a batch that make chains, sets or objects, found by name. */
#ifndef FWCTL_KERNEL_NFT_NAMES_H
#define FWCTL_KERNEL_NFT_NAMES_H

#include <stddef.h>

#include "fwctl/kernel/nft-batch.h"

struct fw_nft_names {
	struct fw_nft_named {
		const char *name; /* the ruleset's */
		size_t entry;     /* in batch->entries */
	} * items;                /* sorted by name */
	size_t count;
};

/* Of one kind of `part`: CHAIN, SET or OBJECT. Release with fw_nft_names_free(). */
void fw_nft_names_build(struct fw_nft_names *names, const struct fw_nft_batch *batch,
			enum fw_nft_part part);
void fw_nft_names_free(struct fw_nft_names *names);

/* The entry of that name, or 0, which is the frame's. */
size_t fw_nft_names_find(const struct fw_nft_names *names, const char *name);

#endif
