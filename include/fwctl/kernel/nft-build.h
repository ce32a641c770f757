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

/* Appends the messages that add the elements of a set, each below the size of one attribute. */
void fw_nft_elems_build(struct fw_nft_batch *batch, uint32_t set);

struct nftnl_rule;

/* Adds the expressions of a rule's statements. */
void fw_nft_exprs_build(struct nftnl_rule *to, const struct fw_ruleset *ruleset,
			const struct fw_nft_rule *rule);

#endif
