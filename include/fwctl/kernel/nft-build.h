/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ruleset as the netlink messages that install it. The same messages are what the kernel's table
 * is compared with, so they are made before it is known whether they will be sent.
 */
#ifndef FWCTL_KERNEL_NFT_BUILD_H
#define FWCTL_KERNEL_NFT_BUILD_H

#include "fwctl/kernel/nft-batch.h"

/* The entry that makes the table; begin and clearing stand before it. */
#define FW_NFT_ENTRY_TABLE 3

/* Carries the digest of the policy as its comment. A chain, because a table that stays keeps its
 * comment. */
#define FW_NFT_DIGEST_CHAIN "digest"

/* The whole transaction: delete what is there, add `ruleset`. Release with fw_nft_batch_free(). */
void fw_nft_batch_build(struct fw_nft_batch *batch, const struct fw_ruleset *ruleset);
/* The transaction that only removes the table. */
void fw_nft_batch_build_removal(struct fw_nft_batch *batch);

/*
 * Makes the table the property of the socket that sends the batch, of a built one: while that
 * socket is open no other program can change the table or flush it away, and afterwards the table
 * stays as it is and is nobody's (NFT_TABLE_F_OWNER, NFT_TABLE_F_PERSIST; Linux 6.9).
 */
void fw_nft_batch_own(struct fw_nft_batch *batch);

/* The transaction that only makes the table that is there, and nobody's, the socket's. */
void fw_nft_batch_build_owning(struct fw_nft_batch *batch);

/* Of nf_tables.h; older headers lack the second. */
#define FW_NFT_TABLE_OWNED    0x2u
#define FW_NFT_TABLE_PERSISTS 0x4u

/* Appends the messages that add the elements of a set, each below the size of one attribute. */
void fw_nft_elems_build(struct fw_nft_batch *batch, uint32_t set);

struct nftnl_rule;

/* Adds the expressions of a rule's statements. */
void fw_nft_exprs_build(struct nftnl_rule *to, const struct fw_ruleset *ruleset,
			const struct fw_nft_rule *rule);

#endif
