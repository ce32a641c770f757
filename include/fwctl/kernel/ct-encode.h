/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a flow to the attributes of ctnetlink that name it. */
#ifndef FWCTL_KERNEL_CT_ENCODE_H
#define FWCTL_KERNEL_CT_ENCODE_H

#include <linux/netlink.h>
#include <stdint.h>

#include "fwctl/model/flow.h"

/* Bytes that fw_ct_put_identity() needs at most, the message's headers included. */
#define FW_CT_IDENTITY_SIZE 256

/*
 * Adds a tuple as the nest `attr` (CTA_TUPLE_ORIG and the like): the fields that it has, read by
 * the rows of `proto`. Counters are left out.
 */
void fw_ct_put_tuple(struct nlmsghdr *message, uint16_t attr, const struct fw_tuple *tuple,
		     const struct fw_proto *proto, uint8_t family);

/*
 * Adds what makes the flow this one and no other: original tuple, zone and id. With the id the
 * kernel refuses (ENOENT) a flow that has the same tuple but was made later.
 */
void fw_ct_put_identity(struct nlmsghdr *message, const struct fw_flow *flow);

#endif
