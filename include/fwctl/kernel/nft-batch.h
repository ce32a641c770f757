/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A transaction of nf_tables as a list of netlink messages, each with the part of the ruleset that
 * it stands for.
 */
#ifndef FWCTL_KERNEL_NFT_BATCH_H
#define FWCTL_KERNEL_NFT_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/buf.h"
#include "fwctl/model/ruleset.h"

struct nlattr;
struct nlmsghdr;

enum fw_nft_part {
	FW_NFT_PART_FRAME, /* begin, end, and what clears the place of the old table */
	FW_NFT_PART_TABLE,
	FW_NFT_PART_OBJECT,
	FW_NFT_PART_CHAIN,
	FW_NFT_PART_SET,
	FW_NFT_PART_ELEMS,
	FW_NFT_PART_RULE,
};

/* One message. */
struct fw_nft_entry {
	size_t offset; /* in bytes.data */
	uint8_t part;
	uint32_t index; /* of the object, chain or set; of the rule's chain */
	uint32_t item;  /* of the rule in its chain, or the first element */
};

struct fw_nft_batch {
	const struct fw_ruleset *ruleset; /* outlives the batch */
	struct fw_buf bytes;
	struct fw_nft_entry *entries; /* the first is the batch's begin, the last its end */
	size_t count, capacity;
	bool owned; /* fw_nft_batch_own() */
};

void fw_nft_batch_free(struct fw_nft_batch *batch);

/*
 * Binds the transaction to a generation of the kernel's rulesets, or to none when that is 0, and
 * gives its messages the sequence numbers from `seq` on.
 */
void fw_nft_batch_stamp(struct fw_nft_batch *batch, uint32_t generation, uint32_t seq);

static inline struct nlmsghdr *fw_nft_entry_message(const struct fw_nft_batch *batch,
						    const struct fw_nft_entry *entry)
{
	return (struct nlmsghdr *)(void *)(batch->bytes.data + entry->offset);
}

/* Enough for any rule: its expressions are limited by the language, its texts by 128 bytes. */
#define FW_NFT_SMALL_MESSAGE 8192

/* For the builders: begins a transaction in an unset `batch`, and ends it: its last message asks
 * for the acknowledgement. `ruleset` may be NULL where no entry names a part of it. */
void fw_nft_batch_open(struct fw_nft_batch *batch, const struct fw_ruleset *ruleset);
void fw_nft_batch_close(struct fw_nft_batch *batch);

/*
 * For the builders: room for a message of at most `size` bytes, all zero, with its headers in
 * place; `type` is an NFT_MSG_*. fw_nft_batch_commit() ends it. Zero, because libmnl leaves the
 * padding of attributes as it is.
 */
struct nlmsghdr *fw_nft_batch_begin(struct fw_nft_batch *batch, uint16_t type, uint16_t flags,
				    size_t size);
void fw_nft_batch_commit(struct fw_nft_batch *batch, struct nlmsghdr *message,
			 enum fw_nft_part part, uint32_t index, uint32_t item);

/* "rule 3 of chain input (line 12: allow 22/tcp)", for messages; the caller frees it. */
char *fw_nft_entry_name(const struct fw_nft_batch *batch, const struct fw_nft_entry *entry);

#endif
