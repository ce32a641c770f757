/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/lifecycle.h"

#include <string.h>

struct life {
	uint64_t began; /* nanoseconds since 1970; 0: before we looked */
	uint64_t since; /* of the phase or state; 0 likewise */
	uint8_t phase;  /* enum fw_event_kind */
	uint8_t state;
};

void fw_lifecycle_init(struct fw_lifecycle *lifecycle)
{
	fw_map_init(&lifecycle->flows, sizeof(struct life));
}

void fw_lifecycle_free(struct fw_lifecycle *lifecycle)
{
	fw_map_free(&lifecycle->flows);
}

void fw_lifecycle_clear(struct fw_lifecycle *lifecycle)
{
	fw_lifecycle_free(lifecycle);
	fw_lifecycle_init(lifecycle);
}

static uint8_t phase_of(const struct fw_flow *flow, uint8_t state)
{
	if (flow->proto->closing >> state & 1)
		return FW_EVENT_CLOSING;
	if (flow->status & FW_STATUS_ASSURED)
		return FW_EVENT_ASSURED;
	return flow->status & FW_STATUS_SEEN_REPLY ? FW_EVENT_REPLIED : FW_EVENT_NEW;
}

/* Clocks may be set back. */
static uint64_t between(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

static void put_after(struct fw_event *event, const struct life *life)
{
	if (!life->since)
		return;
	event->after = between(life->since, event->time);
	event->present |= 1ull << FW_EVENT_HAS_AFTER;
}

/*
 * A destroy event has the time that was left, if there was; a program that did it has a port. Of a
 * flow that a reading of the table did not meet any more, nothing is known.
 */
static const char *reason_of(const struct fw_event *event, const struct fw_flow *flow)
{
	bool early = fw_flow_has(flow, FW_FLOW_TIMEOUT) && flow->timeout > 0;

	return event->portid || early ? "deleted" : "expired";
}

static void see_end(struct fw_lifecycle *lifecycle, uint64_t key, struct fw_event *event,
		    const struct fw_flow *flow)
{
	const struct life *life = fw_map_find(&lifecycle->flows, key);
	uint64_t began = fw_flow_has(flow, FW_FLOW_START) ? flow->start : life ? life->began : 0;
	const char *reason = reason_of(event, flow);

	event->kind = FW_EVENT_GONE;
	if (life)
		put_after(event, life);
	if (began) {
		event->lived = between(began, event->time);
		event->present |= 1ull << FW_EVENT_HAS_LIVED;
	}
	if (event->source != FW_SOURCE_RESYNC) {
		event->reason = (struct fw_bytes){ reason, strlen(reason) };
		event->present |= 1ull << FW_EVENT_HAS_REASON;
	}
	fw_map_remove(&lifecycle->flows, key);
}

bool fw_lifecycle_see(struct fw_lifecycle *lifecycle, struct fw_event *event,
		      const struct fw_flow *flow)
{
	uint64_t key = fw_flow_key(flow);
	size_t before = lifecycle->flows.count;
	struct life *life;
	uint8_t phase, state;
	bool is_known;

	if (event->kind == FW_EVENT_DESTROY) {
		see_end(lifecycle, key, event, flow);
		return true;
	}
	life = fw_map_add(&lifecycle->flows, key);
	is_known = lifecycle->flows.count == before;
	/* The kernel sends the state only when it is another one. */
	state = fw_flow_has(flow, FW_FLOW_STATE) ? flow->state : life->state;
	phase = phase_of(flow, state);
	if (is_known && phase == life->phase && state == life->state)
		return false;
	put_after(event, life);
	if (is_known || event->kind == FW_EVENT_NEW)
		life->since = event->time;
	if (event->kind == FW_EVENT_NEW)
		life->began = event->time;
	life->phase = event->kind = phase;
	life->state = state;
	return true;
}
