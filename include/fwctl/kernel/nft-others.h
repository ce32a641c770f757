/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who else decides about packets: the base chains of other tables. */
#ifndef FWCTL_KERNEL_NFT_OTHERS_H
#define FWCTL_KERNEL_NFT_OTHERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"

struct fw_other_chain {
	const char *family; /* "ip", "ip6", "inet" */
	const char *hook;   /* "input" and so on */
	char *table, *name; /* owned */
	int32_t priority;
	bool drops; /* its policy: what no rule of it accepts is dropped */
};

struct fw_other_chains {
	struct fw_other_chain *items;
	size_t count, capacity;
};

/*
 * Those of this network namespace that can drop a packet, in the kernel's order: of type filter or
 * route, or with policy drop. Rules of iptables-legacy are not among them. `chains` is all zero;
 * release with fw_other_chains_free().
 */
int fw_other_chains_read(struct fw_socket *socket, struct fw_other_chains *chains,
			 struct fw_err *err);

/* The word for a table's NFPROTO_*; NULL for families whose packets this host's chains do not see.
 */
const char *fw_nft_family_name(uint8_t family);

void fw_other_chains_free(struct fw_other_chains *chains);

#endif
