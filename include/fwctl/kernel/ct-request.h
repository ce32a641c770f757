/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a filter to a ctnetlink request: what the kernel can filter goes down with it. */
#ifndef FWCTL_KERNEL_CT_REQUEST_H
#define FWCTL_KERNEL_CT_REQUEST_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/model/filter.h"

enum fw_ct_table {
	FW_TABLE_CONNTRACK,
	FW_TABLE_DYING,
	FW_TABLE_UNCONFIRMED,
	FW_TABLE_EXPECT,
};

/* Bytes that any request fits in. */
#define FW_CT_REQUEST_SIZE 1024

/*
 * Writes a dump request of `table` to `buffer` (FW_CT_REQUEST_SIZE bytes): family, mark, status,
 * zone, and since Linux 5.8 the tuple fields (CTA_FILTER). Kernels that do not know an attribute
 * ignore it, so what comes back must be matched again. `family` (enum fw_family) narrows the dump
 * when the filter does not; `zero` resets the counters while reading.
 */
struct nlmsghdr *fw_ct_dump_request(void *buffer, const struct fw_filter *filter,
				    enum fw_ct_table table, uint8_t family, bool zero);

/*
 * Whether the filter has fields that the kernel compares only in a dump of one family, and names
 * none: then a request for each family is needed, or the kernel answers EOPNOTSUPP.
 */
bool fw_ct_needs_family(const struct fw_filter *filter, enum fw_ct_table table);

/*
 * When the filter names one whole tuple of one direction (protocol, both addresses, both ports or
 * what the protocol has instead), writes the request for that single flow, in the zone named or
 * zone 0; NULL when it does not. `zone` is where the kernel will look: unless that is a zone that
 * the filter names, and not 0, a flow with that tuple may be in each of the others, too.
 */
struct nlmsghdr *fw_ct_get_request(void *buffer, const struct fw_filter *filter, uint16_t *zone);

#endif
