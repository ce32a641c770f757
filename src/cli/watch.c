/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/watch.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/cli/stop.h"
#include "fwctl/kernel/ct-events.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/listener.h"
#include "fwctl/kernel/peers.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/shadow.h"

#define ALL_KINDS (1u << FW_EVENT_NEW | 1u << FW_EVENT_UPDATE | 1u << FW_EVENT_DESTROY)

#define NSEC_PER_SEC 1000000000ull

struct watch {
	struct fw_cli *cli;
	const struct fw_watch_options *options;
	struct fw_sink *sink;
	struct fw_socket socket;
	struct fw_listener listener;
	struct fw_ct_decoder decoder;
	struct fw_peers peers;
	struct fw_shadow shadow;
	bool has_shadow;
	bool whole; /* the shadow can say what went missing */
	uint64_t lost;
	uint64_t shown;     /* events, gaps not counted */
	uint64_t next_read; /* when to read the table again for silent flows, monotonic */
};

static uint64_t now(clockid_t clock)
{
	struct timespec at;

	clock_gettime(clock, &at);
	return (uint64_t)at.tv_sec * NSEC_PER_SEC + (uint64_t)at.tv_nsec;
}

static bool has_enough(const struct watch *watch)
{
	return watch->sink->write_error ||
	       (watch->options->count && watch->shown >= watch->options->count);
}

/* ---- one event ------------------------------------------------------------------------------- */

static void show(struct watch *watch, struct fw_event *event, const struct fw_flow *flow)
{
	if (has_enough(watch) || !(watch->options->kinds >> event->kind & 1) ||
	    !fw_filter_match(watch->cli->filter, flow))
		return;
	if (event->portid) {
		event->program = fw_peer_name(&watch->peers, event->portid);
		if (event->program.length)
			event->present |= 1ull << FW_EVENT_HAS_PROGRAM;
	}
	fw_sink_event(watch->sink, event, flow);
	watch->shown++;
}

/* Brings the shadow up to date. false: a round of reading the table has told of it already. */
static bool note(struct watch *watch, struct fw_event *event, const struct fw_flow *flow)
{
	bool known;

	if (!watch->has_shadow)
		return true;
	if (fw_shadow_is_gone(&watch->shadow, flow))
		return false;
	if (event->kind == FW_EVENT_DESTROY) {
		known = fw_shadow_forget(&watch->shadow, flow);
		return known || !watch->whole;
	}
	if (event->kind == FW_EVENT_NEW && watch->whole &&
	    fw_shadow_was_found(&watch->shadow, flow))
		return false;
	fw_shadow_see(&watch->shadow, flow, &event->changed);
	if (event->kind == FW_EVENT_UPDATE && watch->options->changes)
		event->present |= 1ull << FW_EVENT_HAS_CHANGED;
	return true;
}

static void take_message(struct watch *watch, const struct fw_heard *heard)
{
	struct fw_event event;
	struct fw_flow flow;

	if (fw_ct_event_read(&watch->decoder, heard, &event, &flow) < 0)
		return;
	if (note(watch, &event, &flow))
		show(watch, &event, &flow);
}

/* ---- reading the table ----------------------------------------------------------------------- */

static void show_found(struct watch *watch, enum fw_event_kind kind, uint32_t changed,
		       const struct fw_flow *flow)
{
	struct fw_event event = {
		.present = 1ull << FW_EVENT_HAS_BASICS | 1ull << FW_EVENT_HAS_SOURCE,
		.kind = (uint8_t)kind,
		.source = FW_SOURCE_RESYNC,
		.time = now(CLOCK_REALTIME),
		.changed = changed,
	};

	if (kind == FW_EVENT_UPDATE && watch->options->changes)
		event.present |= 1ull << FW_EVENT_HAS_CHANGED;
	show(watch, &event, flow);
}

static int compare(void *context, const struct fw_flow *flow)
{
	struct watch *watch = context;
	uint32_t changed;

	switch (fw_shadow_see(&watch->shadow, flow, &changed)) {
	case FW_SHADOW_NEW: show_found(watch, FW_EVENT_NEW, 0, flow); break;
	case FW_SHADOW_CHANGED: show_found(watch, FW_EVENT_UPDATE, changed, flow); break;
	case FW_SHADOW_SAME: break;
	}
	return has_enough(watch);
}

static void show_gone(void *context, const struct fw_flow *flow)
{
	show_found(context, FW_EVENT_DESTROY, 0, flow);
}

static int remember(void *context, const struct fw_flow *flow)
{
	struct watch *watch = context;
	uint32_t changed;

	fw_shadow_see(&watch->shadow, flow, &changed);
	return 0;
}

/* `take` is told of each flow; those that it is not told of are gone. */
static int read_table(struct watch *watch, fw_flow_fn *take, struct fw_err *err)
{
	static const struct fw_filter everything;
	const struct fw_ct_query query = { .filter = &everything };

	return fw_ct_each(&query, take, watch, err);
}

/* So often is a reading tried that the table changed its shape under. */
#define READINGS 5

static int resync(struct watch *watch)
{
	struct fw_err err = FW_ERR_INIT;
	int tries = READINGS, status;

	do {
		fw_err_free(&err);
		fw_shadow_begin_round(&watch->shadow);
		status = read_table(watch, compare, &err);
		fw_listener_mark(&watch->listener);
		/* What an incomplete reading did not meet may still be there. */
		fw_shadow_sweep(&watch->shadow, status || has_enough(watch) ? NULL : show_gone,
				watch);
	} while (status && err.kind == FW_ERR_INCOMPLETE && --tries);
	if (status)
		fw_err_set(&watch->cli->err, err.kind, "%s", err.what);
	fw_err_free(&err);
	return status;
}

static int take_lost(struct watch *watch, const struct fw_heard *heard)
{
	struct fw_event event = {
		.present = 1ull << FW_EVENT_HAS_BASICS | 1ull << FW_EVENT_HAS_AT_LEAST,
		.kind = FW_EVENT_LOST,
		.time = heard->time,
		.at_least = heard->lost,
	};

	watch->lost += heard->lost;
	fw_sink_event(watch->sink, &event, NULL);
	return watch->options->resync ? resync(watch) : 0;
}

/* ---- the loop -------------------------------------------------------------------------------- */

static int wait_time(const struct watch *watch)
{
	uint64_t at;

	/* What is formatted goes out as soon as nothing more comes. */
	if (watch->sink->out.length)
		return 0;
	if (!watch->options->cover)
		return -1;
	at = now(CLOCK_MONOTONIC);
	return at < watch->next_read ? (int)((watch->next_read - at) / 1000000) + 1 : 0;
}

static int look_for_silent(struct watch *watch)
{
	if (!watch->options->cover || now(CLOCK_MONOTONIC) < watch->next_read)
		return 0;
	watch->next_read = now(CLOCK_MONOTONIC) + watch->options->cover * NSEC_PER_SEC;
	return resync(watch);
}

static int loop(struct watch *watch)
{
	struct fw_heard heard = { 0 };
	enum fw_listener_next next;
	int status = 0;

	while (!status && !has_enough(watch)) {
		next = fw_listener_next(&watch->listener, &heard, wait_time(watch));
		if (next == FW_LISTENER_END)
			break;
		if (next == FW_LISTENER_PAUSE) {
			fw_sink_flush(watch->sink);
			status = look_for_silent(watch);
		} else if (heard.message) {
			take_message(watch, &heard);
		} else if (heard.lost) {
			status = take_lost(watch, &heard);
		} else {
			/* From here on no event is of a flow that the last reading found gone. */
			fw_shadow_bury(&watch->shadow);
		}
	}
	return status;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static void note_silent(const struct watch *watch, uint64_t silent)
{
	if (!silent || watch->options->quiet || watch->options->cover)
		return;
	fw_cli_note(
		watch->cli,
		"%" PRIu64 " flows are older than this watch and may stay silent, because nobody "
		"listened when they were made (nf_conntrack_events=2); --cover looks after them",
		silent);
}

static int open_socket(struct watch *watch)
{
	const struct fw_watch_options *options = watch->options;
	/* The shadow needs all of the story, whatever part of it is shown. */
	unsigned int kinds = watch->has_shadow ? ALL_KINDS : options->kinds;

	return fw_ct_events_open(&watch->socket, kinds, options->buffer, options->reliable,
				 &watch->cli->err);
}

static int run(struct watch *watch)
{
	int status = 0, stopped;

	fw_listener_add(&watch->listener, &watch->socket);
	if (fw_listener_start(&watch->listener, &watch->cli->err) < 0)
		return -1;
	if (watch->whole)
		status = read_table(watch, remember, &watch->cli->err);
	if (!status)
		status = loop(watch);
	stopped = fw_listener_stop(&watch->listener, status ? NULL : &watch->cli->err);
	return status ? status : stopped;
}

int fw_watch_flows(struct fw_cli *cli, const struct fw_watch_options *options, struct fw_sink *sink,
		   uint64_t *shown)
{
	struct watch watch = { .cli = cli, .options = options, .sink = sink };
	uint64_t silent = fw_ct_silent_flows();
	int status;

	watch.whole = options->resync || options->cover;
	watch.has_shadow =
		watch.whole || (options->changes && options->kinds >> FW_EVENT_UPDATE & 1);
	watch.listener.queue_size = options->queue;
	watch.listener.nanoseconds = options->seconds * NSEC_PER_SEC;
	watch.listener.output_fd = sink->setup.fd;
	*shown = 0;
	watch.listener.stop_fd = fw_stop_open(&cli->err);
	if (watch.listener.stop_fd < 0)
		return -1;
	fw_ct_decoder_init(&watch.decoder);
	fw_shadow_init(&watch.shadow, watch.whole);
	status = open_socket(&watch);
	if (!status) {
		note_silent(&watch, silent);
		status = run(&watch);
		fw_socket_close(&watch.socket);
	}
	*shown = watch.shown;
	fw_shadow_free(&watch.shadow);
	close(watch.listener.stop_fd);
	return !status && watch.lost ? FW_ERR_INCOMPLETE : status;
}
