/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a write to the attributes of ctnetlink, by libnetfilter_conntrack. */
#ifndef FWCTL_KERNEL_CT_BUILD_H
#define FWCTL_KERNEL_CT_BUILD_H

#include <linux/netlink.h>
#include <stdbool.h>

#include "fwctl/model/expect.h"
#include "fwctl/model/write.h"

/*
 * Adds what a new flow is made of: both tuples, zone, timeout, status, mark, labels, helper, state
 * of the protocol, translations and master. `write` is complete (fw_write_complete()).
 */
void fw_ct_build_new(struct nlmsghdr *message, const struct fw_write *write);

/*
 * Adds what names a flow that is there, and what of it is to change: the kernel takes no
 * translation, helper or master then, and a state of sctp only with both tags: it is left out where
 * they are not known. `without_timeout`: the flow has fixed-timeout, and all is refused with it.
 */
void fw_ct_build_update(struct nlmsghdr *message, const struct fw_write *write,
			bool without_timeout);

/* Adds a new expectation: expected, mask and master tuples, and the rest as far as present. */
void fw_exp_build_new(struct nlmsghdr *message, const struct fw_expect *expect);

#endif
