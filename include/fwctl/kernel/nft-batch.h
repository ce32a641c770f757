/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ruleset as the netlink messages that install it. The same messages are what the kernel's table
 * is compared with, so they are made before it is known whether they will be sent.
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

/* The entry that makes the table; begin and clearing stand before it. */
#define FW_NFT_ENTRY_TABLE 3

struct fw_nft_batch {
	const struct fw_ruleset *ruleset; /* outlives the batch */
	struct fw_buf bytes;
	struct fw_nft_entry *entries; /* the first is the batch's begin, the last its end */
	size_t count, capacity;
};

/* What is in the kernel's table and has a name of its own, base chains aside. */
struct fw_nft_name {
	uint8_t part;  /* enum fw_nft_part: OBJECT, CHAIN or SET */
	uint32_t type; /* of an object, NFT_OBJECT_* */
	char *name;    /* owned */
};

struct fw_nft_old {
	bool keep; /* the base chains are those that the batch has: they can stay */
	struct fw_nft_name *names;
	size_t count, capacity;
};

void fw_nft_old_add(struct fw_nft_old *old, enum fw_nft_part part, uint32_t type, const char *name);
void fw_nft_old_free(struct fw_nft_old *old);

/* Carries the digest of the policy as its comment. A chain, because a table that stays keeps its
 * comment. */
#define FW_NFT_DIGEST_CHAIN "digest"

/* The whole transaction: delete what is there, add `ruleset`. Release with fw_nft_batch_free(). */
void fw_nft_batch_build(struct fw_nft_batch *batch, const struct fw_ruleset *ruleset);
/*
 * The same transaction for a table whose base chains stay: they are emptied and filled again. In a
 * table that is replaced as a whole, the old base chains are still hooked for a moment after their
 * rules are gone, and their policy drops what passes through then. `kept` is made of `batch` and
 * released like it.
 */
void fw_nft_batch_keep(struct fw_nft_batch *kept, const struct fw_nft_batch *batch,
		       const struct fw_nft_old *old);
/* The transaction that only removes the table. */
void fw_nft_batch_build_removal(struct fw_nft_batch *batch);
void fw_nft_batch_free(struct fw_nft_batch *batch);

/*
 * Binds the transaction to a generation of the kernel's rulesets and gives its messages the
 * sequence numbers from `seq` on.
 */
void fw_nft_batch_stamp(struct fw_nft_batch *batch, uint32_t generation, uint32_t seq);

static inline struct nlmsghdr *fw_nft_entry_message(const struct fw_nft_batch *batch,
						    const struct fw_nft_entry *entry)
{
	return (struct nlmsghdr *)(void *)(batch->bytes.data + entry->offset);
}

/*
 * For the builders: room for a message of at most `size` bytes, all zero, with its headers in
 * place; `type` is an NFT_MSG_*. fw_nft_batch_commit() ends it. Zero, because libmnl leaves the
 * padding of attributes as it is.
 */
struct nlmsghdr *fw_nft_batch_begin(struct fw_nft_batch *batch, uint16_t type, uint16_t flags,
				    size_t size);
void fw_nft_batch_commit(struct fw_nft_batch *batch, struct nlmsghdr *message,
			 enum fw_nft_part part, uint32_t index, uint32_t item);

/* Appends the messages that add the elements of a set, each below the size of one attribute. */
void fw_nft_elems_build(struct fw_nft_batch *batch, uint32_t set);

struct nftnl_rule;

/* Adds the expressions of a rule's statements. */
void fw_nft_exprs_build(struct nftnl_rule *to, const struct fw_ruleset *ruleset,
			const struct fw_nft_rule *rule);

/* "rule 3 of chain input (line 12: allow 22/tcp)", for messages; the caller frees it. */
char *fw_nft_entry_name(const struct fw_nft_batch *batch, const struct fw_nft_entry *entry);

#endif
