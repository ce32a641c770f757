/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/top.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "fwctl/base/clock.h"
#include "fwctl/base/mem.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/ct-stats.h"

/* Keys of groups that are kept: many screens of them, in a few megabytes. */
#define BOUND 20000

/* A reading waits for so many times the processor time that it takes. */
#define REST 6

/* How often the queue of events is looked at, in milliseconds. */
#define HEAR 250

/* ---- reading -----------------------------------------------------------------------------------
 */

static void free_reading(struct fw_top_reading *reading)
{
	if (!reading)
		return;
	fw_tally_free(&reading->tally);
	free(reading);
}

void fw_top_forget(struct fw_top *top)
{
	free_reading(top->before);
	free_reading(top->now);
	top->before = NULL;
	top->now = NULL;
	fw_meter_free(&top->meter);
	fw_top_flows_forget(&top->flows);
}

void fw_top_free(struct fw_top *top)
{
	fw_top_forget(top);
	fw_top_flows_free(&top->flows);
	fw_table_stats_free(&top->pulse.table);
	fw_table_stats_free(&top->last.table);
	fw_buf_free(&top->policy);
	if (top->events.open) {
		(void)fw_listener_stop(&top->events.listener, NULL);
		fw_socket_close(&top->events.socket);
	}
}

static int take(void *context, const struct fw_flow *flow)
{
	static const uint64_t counters = 1ull << FW_TUPLE_PACKETS;
	struct fw_top *top = context;
	struct fw_top_reading *reading = top->now;
	struct fw_growth growth = { 0 };

	fw_census_add(&reading->census, flow);
	if (flow->orig.present & counters) {
		reading->counted = true;
		growth = fw_meter_see(&top->meter, flow);
	}
	if (flow->present >> FW_FLOW_START & 1)
		reading->stamped = true;
	if (top->flows_view)
		fw_top_flows_add(&top->flows, flow, &growth);
	else
		fw_tally_add_as(&reading->tally, flow, growth.packets, fw_growth_bytes(&growth));
	return 0;
}

static struct fw_top_reading *begin_reading(struct fw_top *top)
{
	struct fw_top_reading *reading = fw_calloc(1, sizeof(*reading));
	uint64_t seed = 0;

	reading->time = fw_clock_read(CLOCK_REALTIME);
	reading->clock = fw_clock_read(CLOCK_MONOTONIC);
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = reading->clock;
	fw_tally_init(&reading->tally, &top->key, BOUND, seed);
	fw_meter_begin(&top->meter);
	if (top->flows_view)
		fw_top_flows_begin(&top->flows);
	return reading;
}

/* `whole`: no flow was missed. */
static void end_reading(struct fw_top *top, bool whole)
{
	struct fw_top_reading *now = top->now;

	if (whole)
		fw_meter_finish(&top->meter);
	now->traffic = top->meter.total;
	if (top->flows_view)
		fw_top_flows_finish(&top->flows, &top->meter,
				    top->before ? now->clock - top->before->clock : 0, now->time);
}

int fw_top_read(struct fw_top *top, struct fw_err *err)
{
	struct fw_ct_query query = { .filter = top->filter };
	uint64_t began = fw_clock_read(CLOCK_PROCESS_CPUTIME_ID), rest;
	bool whole;

	fw_top_hear(top);
	free_reading(top->before);
	top->before = top->now;
	top->now = begin_reading(top);
	whole = !fw_ct_each(&query, take, top, err);
	/* A table that changed its shape while it was read is still worth showing. */
	if (!whole && err->kind != FW_ERR_INCOMPLETE)
		return -1;
	fw_err_free(err);
	end_reading(top, whole);
	top->cost = fw_clock_read(CLOCK_PROCESS_CPUTIME_ID) - began;
	rest = top->cost * REST;
	if (rest < top->interval * FW_NSEC_PER_SEC)
		rest = top->interval * FW_NSEC_PER_SEC;
	top->read_due = fw_clock_read(CLOCK_MONOTONIC) + rest;
	return 0;
}

/* ---- the pulse ---------------------------------------------------------------------------------
 */

static void remember_fill(struct fw_top *top)
{
	const struct fw_table_stats *table = &top->pulse.table;

	if (top->history_count == FW_TOP_HISTORY) {
		memmove(top->history, top->history + 1,
			(FW_TOP_HISTORY - 1) * sizeof(*top->history));
		top->history_count--;
	}
	top->history[top->history_count++] =
		(uint16_t)fw_metric_percent(table->entries, table->limit, 1);
}

static int take_pulse(struct fw_top *top, struct fw_err *err)
{
	struct fw_top_pulse pulse = {
		.time = fw_clock_read(CLOCK_REALTIME),
		.clock = fw_clock_read(CLOCK_MONOTONIC),
		.began = top->events.began,
		.ended = top->events.ended,
		.lost = top->events.lost,
	};

	if (fw_table_stats_read(&pulse.table, err) < 0) {
		fw_table_stats_free(&pulse.table);
		return -1;
	}
	fw_table_stats_free(&top->last.table);
	top->last = top->pulse;
	top->pulse = pulse;
	top->pulse_due = pulse.clock + top->interval * FW_NSEC_PER_SEC;
	remember_fill(top);
	return 0;
}

int fw_top_step(struct fw_top *top, struct fw_err *err)
{
	bool changed = fw_top_hear(top);
	uint64_t clock = fw_clock_read(CLOCK_MONOTONIC);

	/* Freezing keeps what there is, not what there is not yet. */
	if ((!top->frozen && clock >= top->pulse_due) || !top->pulse.clock) {
		if (take_pulse(top, err) < 0)
			return -1;
		changed = true;
	}
	if ((!top->frozen && clock >= top->read_due) || !top->now) {
		if (fw_top_read(top, err) < 0)
			return -1;
		changed = true;
	}
	return changed;
}

int fw_top_wait(const struct fw_top *top)
{
	uint64_t clock = fw_clock_read(CLOCK_MONOTONIC), left = UINT64_MAX;

	if (!top->frozen)
		left = top->pulse_due < top->read_due ? top->pulse_due : top->read_due;
	if (left != UINT64_MAX)
		left = left > clock ? (left - clock) / 1000000 + 1 : 0;
	if (top->events.open && left > HEAR)
		left = HEAR;
	return left == UINT64_MAX ? -1 : left > INT32_MAX ? INT32_MAX : (int)left;
}

/* ---- a filter ----------------------------------------------------------------------------------
 */

int fw_top_parse_filter(struct fw_filter *filter, char *text, struct fw_err *err)
{
	struct fw_option *options = fw_filter_source.options();
	struct fw_filter_reader reader = { .filter = filter };
	const struct fw_option_group groups[] = { { NULL, options, &reader }, { 0 } };
	char *words[64], *state, *word;
	int count = 0, left;

	for (word = strtok_r(text, " \t", &state); word; word = strtok_r(NULL, " \t", &state))
		if (count < 63)
			words[count++] = word;
	words[count] = NULL;
	left = fw_options_parse(groups, count, words, false, err);
	if (left > 0)
		left = fw_err_set(err, FW_ERR_MISUSE, "unexpected word '%s'", words[0]);
	if (!left)
		left = fw_filter_source.finish(&reader, err);
	if (!left)
		left = fw_filter_source.prepare(filter, err);
	free(options);
	return left;
}
