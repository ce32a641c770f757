/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a table of the kernel into a sink: in an order, up to a number, in many namespaces. */
#ifndef FWCTL_CLI_LISTING_H
#define FWCTL_CLI_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/cli/command.h"
#include "fwctl/format/sink.h"
#include "fwctl/kernel/ct-request.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/rank.h"

struct fw_listing {
	/* What is asked for: */
	const struct fw_filter *filter;
	enum fw_ct_table table;
	struct fw_sink *sink; /* for records of the table's kind */
	uint64_t limit;       /* 0: none */
	bool count;           /* show no record */
	bool zero;            /* reset counters while reading */
	bool all_netns;
	struct fw_rank rank; /* key FW_RANK_NONE: in the kernel's order; else with `limit` */
	/* What came of it: */
	uint64_t matched;
	const char *netns; /* the namespace that is being read, with all_netns */
};

/*
 * Reads, and shows what is to be shown. A table that changed under the reading is read again as
 * long as nothing of it was written, up to ten times. -1 with `err` set: FW_ERR_INCOMPLETE when
 * records may be missing or doubled. Release with fw_rank_clear(&listing->rank).
 */
int fw_listing_run(struct fw_listing *listing, struct fw_cli *cli);

#endif
