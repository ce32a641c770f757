/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/watch.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/clock.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/cli/stop.h"
#include "fwctl/cli/watch-feeds.h"
#include "fwctl/kernel/ct-events.h"

bool fw_watch_has_enough(const struct fw_watch *watch)
{
	return watch->sink->write_error ||
	       (watch->options->count && watch->shown >= watch->options->count);
}

void fw_watch_name_program(struct fw_watch *watch, struct fw_event *event)
{
	bool is_guess;

	if (!event->portid)
		return;
	event->program = fw_peer_name(&watch->peers, event->portid, event->time, &is_guess);
	if (event->program.length)
		event->present |= 1ull
				  << (is_guess ? FW_EVENT_HAS_PROGRAM_GUESS : FW_EVENT_HAS_PROGRAM);
}

void fw_watch_note_silent(const struct fw_watch *watch, uint64_t silent, bool expected)
{
	bool covers = watch->options->cover, flows = watch->options->flows;

	if (watch->options->quiet)
		return;
	if (fw_ct_events_are_off())
		fw_cli_note(watch->cli,
			    "no flow made from now on will send events%s (nf_conntrack_events=0)%s",
			    expected ? ", nor what it expects" : "",
			    !flows || covers ? "" : "; --cover lets them while it watches");
	if (silent && !covers)
		fw_cli_note(watch->cli,
			    "%" PRIu64 " flow%s older than this watch%s may stay silent, unless "
			    "somebody listened when they were made (nf_conntrack_events=2)%s",
			    silent, silent == 1 ? " is" : "s are",
			    expected ? ", and what they expect" : " and",
			    flows ? "; --cover looks after them" : "");
}

void fw_watch_show_gap(struct fw_watch *watch, uint64_t time, uint64_t count)
{
	const struct fw_event event = {
		.present = 1ull << FW_EVENT_HAS_BASICS | 1ull << FW_EVENT_HAS_AT_LEAST,
		.kind = FW_EVENT_LOST,
		.time = time,
		.at_least = count,
	};

	if (!count)
		return;
	watch->lost += count;
	fw_sink_event(watch->sink, &event, NULL);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static int wait_time(const struct fw_watch *watch)
{
	const struct fw_watch_feed *feed = watch->feeds;
	uint64_t wake, first = 0, at;

	/* What is formatted goes out as soon as nothing more comes. */
	if (watch->sink->out.length)
		return 0;
	for (; feed < watch->feeds + watch->feed_count; feed++) {
		wake = feed->kind->wake ? feed->kind->wake(watch, feed) : 0;
		if (wake && (!first || wake < first))
			first = wake;
	}
	if (!first)
		return -1;
	at = fw_clock_read(CLOCK_MONOTONIC);
	return at < first ? (int)((first - at) / 1000000) + 1 : 0;
}

static int pause_all(struct fw_watch *watch)
{
	struct fw_watch_feed *feed = watch->feeds;
	int status = 0;

	fw_sink_flush(watch->sink);
	for (; !status && feed < watch->feeds + watch->feed_count; feed++)
		if (feed->kind->pause)
			status = feed->kind->pause(watch, feed);
	return status;
}

static int take_lost(struct fw_watch *watch, struct fw_watch_feed *feed,
		     const struct fw_heard *heard)
{
	if (feed->kind->lost)
		return feed->kind->lost(watch, feed, heard);
	fw_watch_show_gap(watch, heard->time, heard->lost);
	if (feed->kind->recover)
		feed->kind->recover(watch, feed);
	return 0;
}

static int take(struct fw_watch *watch, const struct fw_heard *heard)
{
	struct fw_watch_feed *feed = &watch->feeds[heard->source];

	if (heard->message)
		return feed->kind->take(watch, feed, heard);
	if (heard->lost)
		return take_lost(watch, feed, heard);
	return feed->kind->mark ? feed->kind->mark(watch, feed, heard->mark) : 0;
}

/* A stream that never rests, of which a filter shows little, holds back nothing for longer. */
#define RESTLESS_NS 50000000u

static int loop(struct fw_watch *watch)
{
	struct fw_heard heard = { 0 };
	enum fw_listener_next next;
	uint64_t paused = 0; /* by the clock of what was heard */
	int status = 0;

	while (!status && !fw_watch_has_enough(watch)) {
		next = fw_listener_next(&watch->listener, &heard, wait_time(watch));
		if (next == FW_LISTENER_END)
			break;
		if (next == FW_LISTENER_HEARD)
			status = take(watch, &heard);
		/* The clock may be set back: then this is a large number. */
		if (!status && (next == FW_LISTENER_PAUSE || heard.time - paused >= RESTLESS_NS)) {
			paused = heard.time;
			status = pause_all(watch);
		}
	}
	return status;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static int open_feed(struct fw_watch *watch, const struct fw_watch_kind *kind)
{
	struct fw_watch_feed *feed = &watch->feeds[watch->feed_count];

	feed->kind = kind;
	if (kind->open(watch, feed) < 0) {
		if (kind->close)
			kind->close(feed);
		return -1;
	}
	watch->feed_count++;
	feed->source = fw_listener_add(&watch->listener, &feed->socket, kind->flush);
	return 0;
}

static int open_feeds(struct fw_watch *watch)
{
	const struct fw_watch_options *options = watch->options;
	const struct {
		bool wanted;
		const struct fw_watch_kind *kind;
	} rows[] = {
		{ options->flows, &fw_watch_flows },
		{ options->expects, &fw_watch_expects },
		/* Blocked packets need to know when the policy is another one, and before they are
		 * taken: sockets are emptied in this order. */
		{ options->policy || options->denied, &fw_watch_rulesets },
		{ options->denied, &fw_watch_denied },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].wanted && open_feed(watch, rows[i].kind) < 0)
			return -1;
	return 0;
}

/* A socket that has joined its groups goes on without privileges. */
static void drop_privilege(const struct fw_watch *watch)
{
	const struct fw_watch_feed *feed = watch->feeds;

	for (; feed < watch->feeds + watch->feed_count; feed++)
		if (feed->kind->asks_more && feed->kind->asks_more(feed))
			return;
	fw_privilege_drop();
}

static void close_feeds(struct fw_watch *watch)
{
	struct fw_watch_feed *feed = watch->feeds;

	for (; feed < watch->feeds + watch->feed_count; feed++) {
		if (feed->kind->close)
			feed->kind->close(feed);
		fw_socket_close(&feed->socket);
	}
}

static int begin_feeds(struct fw_watch *watch)
{
	struct fw_watch_feed *feed = watch->feeds;
	int status = 0;

	for (; !status && feed < watch->feeds + watch->feed_count; feed++)
		if (feed->kind->begin)
			status = feed->kind->begin(watch, feed);
	return status;
}

/* All of them, also after an error; the first one counts. */
static int finish_feeds(struct fw_watch *watch, int status)
{
	struct fw_watch_feed *feed = watch->feeds;

	for (; feed < watch->feeds + watch->feed_count; feed++)
		if (feed->kind->finish && feed->kind->finish(watch, feed, status) < 0)
			status = -1;
	return status;
}

static int run(struct fw_watch *watch)
{
	int status, stopped;

	if (fw_listener_start(&watch->listener, &watch->cli->err) < 0)
		return -1;
	status = begin_feeds(watch);
	if (!status)
		status = loop(watch);
	status = finish_feeds(watch, status);
	stopped = fw_listener_stop(&watch->listener, status ? NULL : &watch->cli->err);
	return status ? status : stopped;
}

int fw_watch_run(struct fw_cli *cli, const struct fw_watch_options *options, struct fw_sink *sink,
		 uint64_t *shown)
{
	struct fw_watch watch = { .cli = cli, .options = options, .sink = sink };
	int status;

	watch.listener.queue_size = options->queue;
	watch.listener.nanoseconds = options->seconds * FW_NSEC_PER_SEC;
	watch.listener.output_fd = sink->setup.fd;
	*shown = 0;
	watch.listener.stop_fd = fw_stop_open(&cli->err);
	if (watch.listener.stop_fd < 0)
		return -1;
	fw_ct_decoder_init(&watch.decoder);
	watch.decoder.stamp = cli->filter->stamp;
	/* It needs more than the privilege to steer the firewall. */
	fw_exec_log_open(&watch.peers.log);
	status = fw_privilege_limit(&cli->err);
	if (!status)
		status = open_feeds(&watch);
	if (!status) {
		drop_privilege(&watch);
		status = run(&watch);
	}
	close_feeds(&watch);
	fw_exec_log_close(&watch.peers.log);
	*shown = watch.shown;
	close(watch.listener.stop_fd);
	return !status && watch.lost ? FW_ERR_INCOMPLETE : status;
}
