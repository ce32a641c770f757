/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/listing.h"

#include <string.h>

#include "fwctl/cli/all-netns.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/cli/stamp.h"
#include "fwctl/kernel/ct-count.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/exp-query.h"

/* How often a table that changed under the reading is read. */
#define ATTEMPTS 10

/* ---- records --------------------------------------------------------------------------------- */

/* Anything but 0 when no more are wanted. */
static int show_flow(void *context, const struct fw_flow *flow)
{
	struct fw_listing *listing = context;

	if (fw_sink_flow(listing->sink, flow) < 0)
		return -1;
	return listing->sink->records == listing->limit;
}

static int take_flow(void *context, const struct fw_flow *flow)
{
	struct fw_listing *listing = context;
	struct fw_flow named;

	listing->matched++;
	if (listing->count)
		return 0;
	if (listing->netns) {
		named = *flow;
		named.present |= 1ull << FW_FLOW_NETNS;
		named.netns = (struct fw_bytes){ listing->netns, strlen(listing->netns) };
		flow = &named;
	}
	if (!listing->rank.key)
		return show_flow(listing, flow);
	fw_rank_add(&listing->rank, flow);
	return 0;
}

static int take_expect(void *context, const struct fw_expect *expect)
{
	struct fw_listing *listing = context;
	struct fw_expect named = *expect;

	listing->matched++;
	if (listing->count)
		return 0;
	if (listing->netns) {
		named.present |= 1ull << FW_EXPECT_NETNS;
		named.netns = (struct fw_bytes){ listing->netns, strlen(listing->netns) };
	}
	if (fw_sink_expect(listing->sink, &named) < 0)
		return -1;
	return listing->sink->records == listing->limit;
}

/* ---- reading --------------------------------------------------------------------------------- */

static int read_once(struct fw_listing *listing, struct fw_err *err)
{
	const struct fw_ct_query query = { listing->filter, listing->table, listing->zero,
					   FW_ZONES_FIRST };
	uint64_t count = 0;
	int status;

	if (listing->table == FW_TABLE_EXPECT)
		return fw_exp_each(listing->filter, take_expect, listing, err);
	if (listing->table != FW_TABLE_CONNTRACK || !listing->count || listing->filter->count)
		return fw_ct_each(&query, take_flow, listing, err);
	status = fw_ct_count(&count, err);
	listing->matched += count;
	return status;
}

/* Whether all that came so far could be forgotten, because nobody has seen it. */
static bool forget(struct fw_listing *listing)
{
	/* Counters that were reset are gone; and other namespaces were read well. */
	if (listing->zero || listing->netns || !fw_sink_restart(listing->sink))
		return false;
	fw_rank_clear(&listing->rank);
	listing->matched = 0;
	return true;
}

static int read_table(struct fw_listing *listing, struct fw_err *err)
{
	unsigned int attempt;
	int status;

	for (attempt = 1;; attempt++) {
		status = read_once(listing, err);
		if (!status || err->kind != FW_ERR_INCOMPLETE || attempt == ATTEMPTS ||
		    !forget(listing))
			return status;
		fw_err_free(err);
	}
}

/* Each namespace has a policy of its own, and stamps as that says. */
static int read_stamped(struct fw_listing *listing, struct fw_err *err)
{
	const struct fw_filter *everywhere = listing->filter;
	struct fw_filter here = fw_stamp_here(everywhere);
	int status;

	listing->filter = &here;
	status = read_table(listing, err);
	listing->filter = everywhere;
	return status;
}

static int read_namespace(void *context, const char *name, struct fw_err *err)
{
	struct fw_listing *listing = context;

	if (listing->limit && !listing->rank.key && listing->sink->records == listing->limit)
		return 0;
	listing->netns = name;
	return read_stamped(listing, err);
}

int fw_listing_run(struct fw_listing *listing, struct fw_cli *cli)
{
	int status;

	listing->rank.limit = listing->limit;
	/* Entering namespaces needs more than asking in them. */
	if (listing->all_netns)
		status = fw_all_netns_read(cli, read_namespace, listing);
	else if (!fw_privilege_limit(&cli->err))
		status = read_table(listing, &cli->err);
	else
		return -1;
	/* What is still to be shown has been read. */
	fw_privilege_drop();
	fw_rank_each(&listing->rank, show_flow, listing);
	return status;
}
