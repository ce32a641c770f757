/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The feed of expectations: that a helper announced a flow, and that it came or was given up. */
#include "fwctl/cli/watch-feeds.h"
#include "fwctl/kernel/ct-events.h"
#include "fwctl/model/expect.h"

static int open_expects(struct fw_watch *watch, struct fw_watch_feed *feed)
{
	uint64_t silent = fw_ct_silent_flows();

	if (fw_exp_events_open(&feed->socket, watch->options->kinds, watch->options->buffer,
			       &watch->cli->err) < 0)
		return -1;
	fw_watch_note_silent(watch, silent, true);
	return 0;
}

static int take_expect(struct fw_watch *watch, struct fw_watch_feed *feed,
		       const struct fw_heard *heard)
{
	struct fw_expect expect;
	struct fw_event event;

	(void)feed;
	if (fw_exp_event_read(&watch->decoder, heard, &event, &expect) < 0 ||
	    !(watch->options->kinds >> event.kind & 1) ||
	    !fw_expect_match(watch->cli->filter, &expect))
		return 0;
	fw_watch_name_program(watch, &event);
	fw_sink_expect_event(watch->sink, &event, &expect);
	watch->shown++;
	return 0;
}

const struct fw_watch_kind fw_watch_expects = {
	.open = open_expects,
	.take = take_expect,
};
