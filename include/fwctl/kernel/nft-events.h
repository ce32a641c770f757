/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells of changes of its rulesets (nf_tables). */
#ifndef FWCTL_KERNEL_NFT_EVENTS_H
#define FWCTL_KERNEL_NFT_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/kernel/listener.h"
#include "fwctl/kernel/socket.h"
#include "fwctl/model/event.h"

/* One transaction, as far as its messages were read. Zero at first. */
struct fw_nft_change {
	uint32_t touched; /* enum fw_touched bits */
	char program[16];
};

/* Opens a socket that gets them; as fw_ct_events_open(). */
int fw_nft_events_open(struct fw_socket *socket, size_t buffer, struct fw_err *err);

/*
 * Reads one message of that socket. The last one of a transaction makes `event` of it, which points
 * into `change` and is good until the next call: true then.
 */
bool fw_nft_event_read(struct fw_nft_change *change, const struct fw_heard *heard,
		       struct fw_event *event);

#endif
