/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table `inet fwctl` in the kernel: read, compared, replaced, removed. No other table is ever
 * read or changed.
 *
 * All reading ends with a generation of the kernel's rulesets at which it was true; all writing is
 * bound to one, and fails with err->sys ERESTART when another program changed any ruleset since:
 * then the caller reads again and decides again.
 */
#ifndef FWCTL_KERNEL_NFT_H
#define FWCTL_KERNEL_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/nft-build.h"
#include "fwctl/kernel/nft-keep.h"
#include "fwctl/kernel/socket.h"

/* Differences beyond these are counted only. */
#define FW_NFT_DIFFERENCES_MAX 20

struct fw_nft_state {
	uint32_t generation;
	bool present;     /* the table is there */
	bool persists;    /* it outlives the socket that owns it, as after fw_nft_batch_own() */
	uint32_t owner;   /* the netlink port that owns it now, or 0 */
	char digest[65];  /* that it carries, or "" */
	char **different; /* what is not as the batch has it, one object each; owned */
	size_t count, capacity;
	size_t differences;    /* also those that were not kept */
	struct fw_nft_old old; /* after fw_nft_compare(): what stands in the table */
};

/* Reads whether the table is there and which digest it carries. Release with fw_nft_state_free().
 */
int fw_nft_read(struct fw_socket *socket, struct fw_nft_state *state, struct fw_err *err);

/*
 * Reads the whole table and compares it with what `batch` would install; counters and what packets
 * have put into dynamic sets aside. In a table that carries another digest, elements without
 * counters are not read: it differs all the same. The counts of rules and elements that stay are
 * put into the messages of `batch`, so that installing it keeps them. Changes of others while
 * reading are answered by reading again, a few times; then -1, kind FW_ERR_INCOMPLETE.
 */
int fw_nft_compare(struct fw_socket *socket, struct fw_nft_batch *batch, struct fw_nft_state *state,
		   struct fw_err *err);

void fw_nft_state_free(struct fw_nft_state *state);

/*
 * Sends the whole batch as one transaction bound to `generation`. The kernel keeps the old table or
 * the new one, whatever happens. -1 with `err` set; err->sys is ERESTART as above, or ENOBUFS when
 * the answer was lost, and only reading the table can tell what became of it.
 */
int fw_nft_apply(struct fw_socket *socket, struct fw_nft_batch *batch, uint32_t generation,
		 struct fw_err *err);

/*
 * The same at the generation of `state`, which fw_nft_compare() has read for this batch: base
 * chains that are there already are kept and filled anew, so that no packet sees a moment without
 * rules. A table that is to be owned, and was not made for it, is made anew as a whole.
 */
int fw_nft_replace(struct fw_socket *socket, struct fw_nft_batch *batch,
		   const struct fw_nft_state *state, struct fw_err *err);

/* Makes the table that is there, and nobody's, the socket's: see fw_nft_batch_own(). */
int fw_nft_own(struct fw_socket *socket, struct fw_err *err);

/* Lets the kernel check the batch without committing it: it is sent without its end. */
int fw_nft_check(struct fw_socket *socket, struct fw_nft_batch *batch, uint32_t generation,
		 struct fw_err *err);

/* How long the elements of that set of the table still live, the longest of them, in milliseconds;
 * 0 when there are none, or no such set. */
int fw_nft_time_left(struct fw_socket *socket, const char *set, uint64_t *milliseconds,
		     struct fw_err *err);

struct fw_nft_count {
	uint64_t packets, bytes;
};

/*
 * The counts that fw_nft_compare() found, by line of the policy: lines[N] for line N, those of
 * lines from `size` on are left out. An element's count stands for its line; the rules of a chain
 * that is reached through elements count the same packets again, and are left out, too.
 */
void fw_nft_counts(const struct fw_nft_batch *batch, struct fw_nft_count *lines, size_t size);

#endif
