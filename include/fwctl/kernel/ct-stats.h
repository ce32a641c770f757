/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what the kernel says of the connection table as a whole, without reading the table. */
#ifndef FWCTL_KERNEL_CT_STATS_H
#define FWCTL_KERNEL_CT_STATS_H

#include "fwctl/base/err.h"
#include "fwctl/model/counters.h"

/*
 * Entries and limit (IPCTNL_MSG_CT_GET_STATS; the limit from nf_conntrack_max where the kernel does
 * not send it), buckets (nf_conntrack_buckets), expectations, and the counters of each CPU
 * (IPCTNL_MSG_CT_GET_STATS_CPU, IPCTNL_MSG_EXP_GET_STATS_CPU). What an older kernel lacks stays
 * zero. Release with fw_table_stats_free(), also after an error.
 */
int fw_table_stats_read(struct fw_table_stats *stats, struct fw_err *err);

/* Entries and limit only: one question. */
int fw_table_fill_read(struct fw_table_stats *stats, struct fw_err *err);

#endif
