/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's table against the messages that would make it: nft-read.c asks, and hands each
 * message of the answers to the function for its kind. Nothing outside src/kernel includes this.
 */
#ifndef FWCTL_KERNEL_NFT_COMPARISON_H
#define FWCTL_KERNEL_NFT_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "fwctl/kernel/nft-names.h"
#include "fwctl/kernel/nft-set-index.h"
#include "fwctl/kernel/nft.h"

struct fw_nft_comparison {
	struct fw_socket *sock;
	struct fw_nft_batch *batch; /* NULL: only whether the table is there, and its digest */
	struct fw_nft_state *state;
	struct fw_err *err;
	bool *seen; /* by entry */
	struct fw_nft_names chains, sets, objects;
	size_t *first_rule; /* entry of each chain's first rule */
	size_t *next_rule;  /* and which of its rules is expected next */
	char **old_sets;    /* by index of the set: what the kernel's one of that name is called */
	struct fw_set_index index; /* of the set whose elements are being read */
};

/* With sock, batch, state and err set, and a batch. */
void fw_nft_comparison_begin(struct fw_nft_comparison *c);
void fw_nft_comparison_end(struct fw_nft_comparison *c);

/* Whether the table is that of the batch's policy, as far as it says. */
bool fw_nft_same_digest(const struct fw_nft_comparison *c);

/* Notes a difference; `text` is taken over. */
void fw_nft_differ(struct fw_nft_state *state, char *text);

/* What is done with one message of an answer; `data` is the comparison. The table comes first, and
 * its digest. Of a set's elements, those of the set that `index` is of. */
fw_message_fn fw_nft_take_table, fw_nft_take_digest, fw_nft_take_chain, fw_nft_take_set,
	fw_nft_take_object, fw_nft_take_rule, fw_nft_take_elems;

/* After the last message: notes what the kernel did not have, elements aside. */
void fw_nft_comparison_missing(struct fw_nft_comparison *c);

#endif
