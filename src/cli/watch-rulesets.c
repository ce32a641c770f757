/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The feed of changes of the ruleset, and of who made them. */
#include <stdlib.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/watch-feeds.h"
#include "fwctl/kernel/nft-events.h"

static int open_rulesets(struct fw_watch *watch, struct fw_watch_feed *feed)
{
	feed->state = fw_calloc(1, sizeof(struct fw_nft_change));
	return fw_nft_events_open(&feed->socket, watch->options->buffer, &watch->cli->err);
}

static void note_change(struct fw_watch *watch, uint64_t time)
{
	watch->rulesets++;
	if (!watch->ruleset_changed)
		watch->ruleset_changed = time;
}

static int take_change(struct fw_watch *watch, struct fw_watch_feed *feed,
		       const struct fw_heard *heard)
{
	struct fw_event event;

	if (!fw_nft_event_read(feed->state, heard, &event))
		return 0;
	note_change(watch, heard->time);
	if (watch->options->policy && !fw_watch_has_enough(watch)) {
		fw_sink_event(watch->sink, &event, NULL);
		watch->shown++;
	}
	return 0;
}

static int lose_changes(struct fw_watch *watch, struct fw_watch_feed *feed,
			const struct fw_heard *heard)
{
	(void)feed;
	note_change(watch, heard->time);
	if (watch->options->policy)
		fw_watch_show_gap(watch, heard->time, heard->lost);
	return 0;
}

static void close_rulesets(struct fw_watch_feed *feed)
{
	free(feed->state);
}

const struct fw_watch_kind fw_watch_rulesets = {
	.open = open_rulesets,
	.take = take_change,
	.lost = lose_changes,
	.close = close_rulesets,
};
