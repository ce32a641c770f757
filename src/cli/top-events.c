/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-events.h"

#include "fwctl/cli/top.h"

#define ALL_KINDS (1u << FW_EVENT_NEW | 1u << FW_EVENT_UPDATE | 1u << FW_EVENT_DESTROY)

/* What fits between two looks at the queue in a storm of events. */
#define QUEUE  (16 << 20)
#define BUFFER (8 << 20)

/* The most that one look takes in, so that keys are heard meanwhile. */
#define MOST 200000

void fw_top_start(struct fw_top *top)
{
	struct fw_top_events *events = &top->events;

	events->listener.queue_size = QUEUE;
	events->listener.stop_fd = events->listener.output_fd = -1;
	fw_ct_decoder_init(&events->decoder);
	if (fw_ct_events_open(&events->socket, ALL_KINDS, BUFFER, false, NULL) < 0)
		return;
	fw_listener_add(&events->listener, &events->socket, NULL);
	events->open = !fw_listener_start(&events->listener, NULL);
	if (!events->open)
		fw_socket_close(&events->socket);
}

static void count(struct fw_top *top, const struct fw_event *event, const struct fw_flow *flow)
{
	if (event->kind == FW_EVENT_NEW) {
		top->events.began++;
		if (top->now && top->now->counted &&
		    (!top->filter || fw_filter_match(top->filter, flow)))
			fw_meter_start(&top->meter, flow);
	} else if (event->kind == FW_EVENT_DESTROY) {
		top->events.ended++;
		fw_meter_end(&top->meter, flow);
	}
}

static bool take(struct fw_top *top, const struct fw_heard *heard)
{
	struct fw_event event;
	struct fw_flow flow;

	if (!heard->message) {
		top->events.lost += heard->lost;
		return false;
	}
	if (fw_ct_event_read(&top->events.decoder, heard, &event, &flow) < 0)
		return false;
	count(top, &event, &flow);
	return !top->frozen && fw_top_flows_hear(&top->flows, &event, &flow);
}

bool fw_top_hear(struct fw_top *top)
{
	struct fw_heard heard = { 0 };
	bool changed = false;
	unsigned int i;

	for (i = 0; i < MOST && top->events.open; i++) {
		if (fw_listener_next(&top->events.listener, &heard, 0) != FW_LISTENER_HEARD)
			break;
		changed |= take(top, &heard);
	}
	return changed;
}
