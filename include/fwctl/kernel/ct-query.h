/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the connection table. One thread receives into a ring, the caller's thread decodes,
 * matches and hands over; no table is held in memory.
 */
#ifndef FWCTL_KERNEL_CT_QUERY_H
#define FWCTL_KERNEL_CT_QUERY_H

#include <stdbool.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/ct-request.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/flow.h"

/*
 * Where to look for a whole tuple when the filter names no zone but 0. The kernel finds one flow in
 * one zone at once; all zones are a walk through the table.
 */
enum fw_ct_zones {
	FW_ZONES_ALL,
	FW_ZONES_FIRST, /* in zone 0, and only when nothing there matches in the others */
	FW_ZONES_ZERO,  /* in zone 0 only */
};

struct fw_ct_query {
	const struct fw_filter *filter;
	enum fw_ct_table table; /* not FW_TABLE_EXPECT */
	bool zero;              /* reset the counters while reading */
	enum fw_ct_zones zones;
};

/* Takes one matching flow, which is good during the call. Anything but 0 ends the reading. */
typedef int fw_flow_fn(void *context, const struct fw_flow *flow);

/*
 * Calls `take` for each flow that matches, in the kernel's order. 0 when all were seen or `take`
 * ended it. -1 with FW_ERR_INCOMPLETE when the kernel says that the dump was interrupted, or the
 * table was resized meanwhile, so that flows may be missing or doubled: what was handed over
 * stands.
 */
int fw_ct_each(const struct fw_ct_query *query, fw_flow_fn *take, void *context,
	       struct fw_err *err);

/*
 * Calls `take` for the flow that has the original tuple and the zone of `like`, if there is one.
 */
int fw_ct_find(const struct fw_flow *like, fw_flow_fn *take, void *context, struct fw_err *err);

#endif
