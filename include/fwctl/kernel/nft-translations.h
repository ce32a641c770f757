/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of other tables that give packets another destination, as Docker's for the ports that
 * it publishes: such packets are routed. */
#ifndef FWCTL_KERNEL_NFT_TRANSLATIONS_H
#define FWCTL_KERNEL_NFT_TRANSLATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/addr.h"
#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"

struct fw_translation {
	const char *family; /* of the table: "ip", "ip6", "inet" */
	char *table, *chain;
	/* Which packets, as far as the rule says it in the plainest way; else 0. */
	int proto;
	uint16_t port;
	/* Where to: no family when it is looked up in a map; a port of 0 stays as it is. */
	uint8_t to_family;
	union fw_addr to;
	uint16_t to_port;
};

struct fw_translations {
	struct fw_translation *items;
	size_t count, capacity;
};

/*
 * Those of this network namespace, in the kernel's order. Rules of iptables-legacy are not among
 * them. `list` is all zero; release with fw_translations_free().
 */
int fw_translations_read(struct fw_socket *socket, struct fw_translations *list,
			 struct fw_err *err);
void fw_translations_free(struct fw_translations *list);

#endif
