/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The elements of one set in a batch, found by key while the kernel's elements come in. */
#ifndef FWCTL_KERNEL_NFT_SET_INDEX_H
#define FWCTL_KERNEL_NFT_SET_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "fwctl/kernel/nft-attrs.h"
#include "fwctl/kernel/nft-batch.h"

struct fw_set_slot {
	struct fw_attr_list elem; /* in the batch */
	const uint8_t *key;       /* with bits of NFT_SET_ELEM_INTERVAL_END in `end` */
	bool end;
	bool seen;
};

/* All zero is an empty one. */
struct fw_set_index {
	struct fw_set_slot *slots; /* sorted by key, an end before a start */
	size_t count, capacity;
	size_t key_size;
	size_t next; /* where the element behind the last one is: dumps often come in order */
};

enum fw_set_elem { FW_SET_ELEM_SAME, FW_SET_ELEM_DIFFERS, FW_SET_ELEM_ADDED };

/* What was in the index before is dropped. */
void fw_set_index_build(struct fw_set_index *index, const struct fw_nft_batch *batch, uint32_t set);

/* One element of the kernel; its counter goes into the batch's. */
enum fw_set_elem fw_set_index_take(struct fw_set_index *index, struct fw_attr_list elem);

/* Elements, ends of intervals not counted, that the kernel did not have. */
size_t fw_set_index_missing(const struct fw_set_index *index);

void fw_set_index_free(struct fw_set_index *index);

#endif
