/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The feed of flows: what the kernel tells of them, and what readings of the table add to that. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "fwctl/base/clock.h"
#include "fwctl/base/mem.h"
#include "fwctl/cli/watch-feeds.h"
#include "fwctl/kernel/ct-events.h"
#include "fwctl/kernel/ct-narrow.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/lifecycle.h"
#include "fwctl/model/shadow.h"

#define ALL_KINDS (1u << FW_EVENT_NEW | 1u << FW_EVENT_UPDATE | 1u << FW_EVENT_DESTROY)

struct flows {
	struct fw_watch *watch;
	unsigned int source;
	struct fw_shadow shadow;
	struct fw_lifecycle lifecycle;
	bool has_shadow;
	bool whole;         /* the shadow can say what went missing */
	bool is_untold;     /* what is found is remembered, and not shown */
	bool wants_reading; /* at that mark, because events were lost */
	uint32_t read_mark;
	bool is_unburied; /* until that mark events may be older than the last reading */
	uint32_t bury_mark;
	uint64_t events;    /* the kernel's setting of before, to be put back */
	uint64_t next_read; /* when to read the table again for silent flows, monotonic */
};

/* ---- one event ------------------------------------------------------------------------------- */

static void show(struct flows *flows, struct fw_event *event, const struct fw_flow *flow)
{
	struct fw_watch *watch = flows->watch;

	if (fw_watch_has_enough(watch) ||
	    (watch->options->lifecycle && !fw_lifecycle_see(&flows->lifecycle, event, flow)) ||
	    !(watch->options->kinds >> event->kind & 1) ||
	    !fw_filter_match(watch->cli->filter, flow))
		return;
	fw_watch_name_program(watch, event);
	fw_sink_event(watch->sink, event, flow);
	watch->shown++;
}

/* Brings the shadow up to date. false: a round of reading the table has told of it already, or
 * will. */
static bool note(struct flows *flows, struct fw_event *event, const struct fw_flow *flow)
{
	bool known;

	if (!flows->has_shadow)
		return true;
	if (fw_shadow_is_gone(&flows->shadow, flow))
		return false;
	if (event->kind == FW_EVENT_UPDATE && (flows->wants_reading || flows->is_unburied) &&
	    !fw_shadow_knows(&flows->shadow, flow))
		return false;
	if (event->kind == FW_EVENT_DESTROY) {
		known = fw_shadow_forget(&flows->shadow, flow);
		return known || !flows->whole;
	}
	if (event->kind == FW_EVENT_NEW && flows->whole &&
	    fw_shadow_was_found(&flows->shadow, flow))
		return false;
	fw_shadow_see(&flows->shadow, flow, event->portid != 0, &event->changed);
	if (event->kind == FW_EVENT_UPDATE && flows->watch->options->changes)
		event->present |= 1ull << FW_EVENT_HAS_CHANGED;
	return true;
}

static int take_flow(struct fw_watch *watch, struct fw_watch_feed *feed,
		     const struct fw_heard *heard)
{
	struct flows *flows = feed->state;
	struct fw_event event;
	struct fw_flow flow;

	if (fw_ct_event_read(&watch->decoder, heard, &event, &flow) == 0 &&
	    note(flows, &event, &flow))
		show(flows, &event, &flow);
	return 0;
}

/* ---- reading the table ----------------------------------------------------------------------- */

static void show_found(struct flows *flows, enum fw_event_kind kind, uint32_t changed,
		       const struct fw_flow *flow)
{
	struct fw_event event = {
		.present = 1ull << FW_EVENT_HAS_BASICS | 1ull << FW_EVENT_HAS_SOURCE,
		.kind = (uint8_t)kind,
		.source = FW_SOURCE_RESYNC,
		.time = fw_clock_read(CLOCK_REALTIME),
		.changed = changed,
	};

	if (flows->is_untold)
		return;
	if (kind == FW_EVENT_UPDATE && flows->watch->options->changes)
		event.present |= 1ull << FW_EVENT_HAS_CHANGED;
	show(flows, &event, flow);
}

static int compare(void *context, const struct fw_flow *flow)
{
	struct flows *flows = context;
	uint32_t changed;

	switch (fw_shadow_see(&flows->shadow, flow, true, &changed)) {
	case FW_SHADOW_NEW: show_found(flows, FW_EVENT_NEW, 0, flow); break;
	case FW_SHADOW_CHANGED: show_found(flows, FW_EVENT_UPDATE, changed, flow); break;
	case FW_SHADOW_SAME: break;
	}
	return fw_watch_has_enough(flows->watch);
}

static void show_gone(void *context, const struct fw_flow *flow)
{
	show_found(context, FW_EVENT_DESTROY, 0, flow);
}

static int meet(void *context, const struct fw_flow *flow)
{
	fw_shadow_meet(&((struct flows *)context)->shadow, flow);
	return 0;
}

static int read_table(struct flows *flows, fw_flow_fn *take, struct fw_err *err)
{
	const struct fw_filter everything = { .stamp = flows->watch->cli->filter->stamp };
	const struct fw_ct_query query = { .filter = &everything };

	return fw_ct_each(&query, take, flows, err);
}

/* So often is a reading tried that the table changed its shape under. */
#define READINGS 5

/* Tells who is gone. Else a flow would be told whose addresses and ports are still another's. */
static int tell_gone(struct flows *flows, struct fw_err *err)
{
	int status;

	fw_shadow_begin_round(&flows->shadow);
	status = read_table(flows, meet, err);
	fw_shadow_sweep(&flows->shadow, status ? NULL : show_gone, flows);
	return status;
}

static int resync(struct flows *flows)
{
	struct fw_err err = FW_ERR_INIT;
	bool after_loss = flows->wants_reading, incomplete;
	int tries = READINGS, status;

	do {
		fw_err_free(&err);
		if (after_loss && tell_gone(flows, &err) < 0 && err.kind != FW_ERR_INCOMPLETE)
			return fw_err_move(&flows->watch->cli->err, &err);
		fw_err_free(&err);
		fw_shadow_begin_round(&flows->shadow);
		status = read_table(flows, compare, &err);
		flows->wants_reading = false;
		flows->is_unburied = !flows->is_untold;
		if (flows->is_unburied)
			flows->bury_mark = fw_listener_mark(&flows->watch->listener, flows->source);
		/* What an incomplete reading did not meet may still be there. */
		incomplete = status || fw_watch_has_enough(flows->watch);
		fw_shadow_sweep(&flows->shadow, incomplete ? NULL : show_gone, flows);
	} while (status && err.kind == FW_ERR_INCOMPLETE && --tries);
	if (status)
		fw_err_copy(&flows->watch->cli->err, &err);
	fw_err_free(&err);
	return status;
}

/* Of what was there before the first event. */
static int take_image(struct flows *flows)
{
	int status;

	flows->is_untold = true;
	status = resync(flows);
	flows->is_untold = false;
	return status;
}

/* One reading, behind all that has come by now, is enough for many gaps. */
static void want_reading(struct flows *flows)
{
	if (flows->wants_reading)
		return;
	flows->wants_reading = true;
	flows->read_mark = fw_listener_mark(&flows->watch->listener, flows->source);
}

static void recover(struct fw_watch *watch, struct fw_watch_feed *feed)
{
	struct flows *flows = feed->state;

	if (watch->options->resync) {
		want_reading(flows);
		return;
	}
	/* Ends may be among what was lost: what is known could stay known for ever. */
	if (flows->has_shadow && !flows->whole)
		fw_shadow_clear(&flows->shadow);
	fw_lifecycle_clear(&flows->lifecycle);
}

static bool is_reached(uint32_t wanted, uint32_t mark)
{
	return (int32_t)(mark - wanted) >= 0;
}

static int take_mark(struct fw_watch *watch, struct fw_watch_feed *feed, uint32_t mark)
{
	struct flows *flows = feed->state;

	(void)watch;
	/* From here on no event is of a flow that the last reading found gone. */
	if (flows->is_unburied && is_reached(flows->bury_mark, mark)) {
		fw_shadow_bury(&flows->shadow);
		flows->is_unburied = false;
	}
	return flows->wants_reading && is_reached(flows->read_mark, mark) ? resync(flows) : 0;
}

static uint64_t next_reading(const struct fw_watch *watch, const struct fw_watch_feed *feed)
{
	const struct flows *flows = feed->state;

	/* The clock has long passed 1. */
	return !watch->options->cover ? 0 : flows->next_read ? flows->next_read : 1;
}

static int look_for_silent(struct fw_watch *watch, struct fw_watch_feed *feed)
{
	struct flows *flows = feed->state;
	uint64_t at;

	if (!watch->options->cover)
		return 0;
	at = fw_clock_read(CLOCK_MONOTONIC);
	if (at < flows->next_read)
		return 0;
	flows->next_read = at + watch->options->cover * FW_NSEC_PER_SEC;
	return resync(flows);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static int open_flows(struct fw_watch *watch, struct fw_watch_feed *feed)
{
	const struct fw_watch_options *options = watch->options;
	struct flows *flows = feed->state = fw_calloc(1, sizeof(*flows));
	uint64_t silent = fw_ct_silent_flows();

	flows->watch = watch;
	flows->source = watch->feed_count;
	flows->whole = options->resync || options->cover;
	flows->has_shadow =
		flows->whole || (options->changes && options->kinds >> FW_EVENT_UPDATE & 1);
	fw_shadow_init(&flows->shadow, flows->whole);
	fw_lifecycle_init(&flows->lifecycle);
	if (options->cover)
		fw_ct_events_force(&flows->events);
	if (flows->whole && take_image(flows) < 0)
		return -1;
	/* The shadow needs all of the story, whatever part of it is shown. */
	if (fw_ct_events_open(&feed->socket, flows->has_shadow ? ALL_KINDS : options->kinds,
			      options->buffer, options->reliable, &watch->cli->err) < 0)
		return -1;
	/* What is kept of the whole table needs the events of all of it. */
	if (!flows->whole)
		fw_ct_events_narrow(&feed->socket, watch->cli->filter);
	fw_watch_note_silent(watch, silent, false);
	return 0;
}

/*
 * The image is from before the first event: what is not in it is news, whatever a gap swallows.
 * This tells what came and went in between.
 */
static int begin_flows(struct fw_watch *watch, struct fw_watch_feed *feed)
{
	struct flows *flows = feed->state;

	(void)watch;
	return flows->whole ? resync(flows) : 0;
}

/* The mark did not come any more. */
static int finish_flows(struct fw_watch *watch, struct fw_watch_feed *feed, int status)
{
	struct flows *flows = feed->state;

	return flows->wants_reading && !status && !fw_watch_has_enough(watch) ? resync(flows) : 0;
}

static bool reads_table(const struct fw_watch_feed *feed)
{
	return ((const struct flows *)feed->state)->whole;
}

static void close_flows(struct fw_watch_feed *feed)
{
	struct flows *flows = feed->state;

	if (flows->watch->options->cover)
		fw_ct_events_restore(flows->events);
	fw_shadow_free(&flows->shadow);
	fw_lifecycle_free(&flows->lifecycle);
	free(flows);
}

const struct fw_watch_kind fw_watch_flows = {
	.open = open_flows,
	.begin = begin_flows,
	.take = take_flow,
	.recover = recover,
	.mark = take_mark,
	.pause = look_for_silent,
	.wake = next_reading,
	.finish = finish_flows,
	.close = close_flows,
	.asks_more = reads_table,
};
