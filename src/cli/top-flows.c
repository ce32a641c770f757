/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/top-flows.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

const struct fw_top_column_row fw_top_columns[FW_TOP_COLUMNS] = {
	[FW_TOP_PROTO] = { "proto", FW_RANK_PROTO },
	[FW_TOP_STATE] = { "state", FW_RANK_STATE },
	[FW_TOP_SRC] = { "source", FW_RANK_SRC },
	[FW_TOP_DST] = { "destination", FW_RANK_DST },
	[FW_TOP_LEFT] = { "left", FW_RANK_TIMEOUT },
	[FW_TOP_AGE] = { "age", FW_RANK_AGE },
	[FW_TOP_PACKETS] = { "packets", FW_RANK_PACKETS },
	[FW_TOP_BYTES] = { "bytes", FW_RANK_BYTES },
	[FW_TOP_PACKET_RATE] = { "pkts/s", FW_RANK_GIVEN },
	[FW_TOP_BYTE_RATE] = { "byte/s", FW_RANK_GIVEN },
};

/* ---- a reading ---------------------------------------------------------------------------------
 */

static void start_rank(const struct fw_top_flows *flows, struct fw_rank *rank)
{
	fw_rank_clear(rank);
	rank->key = fw_top_columns[flows->order].key;
	rank->reverse = flows->reverse;
	rank->limit = FW_TOP_FLOWS;
}

void fw_top_flows_begin(struct fw_top_flows *flows)
{
	start_rank(flows, &flows->next);
}

void fw_top_flows_add(struct fw_top_flows *flows, const struct fw_flow *flow,
		      const struct fw_growth *growth)
{
	fw_rank_add_as(&flows->next, flow,
		       flows->order == FW_TOP_PACKET_RATE ? growth->packets
							  : fw_growth_bytes(growth));
}

static struct fw_top_flow *find(const struct fw_top_flows *flows, uint64_t key)
{
	const uint32_t *place = flows->rows ? fw_map_find(&flows->index, key) : NULL;

	return place ? &flows->rows[*place] : NULL;
}

/* ---- its life ----------------------------------------------------------------------------------
 */

/* Something has changed: `flow` is how it is now, row->flow how it was. */
static void remember(struct fw_top_flow *row, enum fw_event_kind kind, uint64_t time,
		     const struct fw_flow *flow)
{
	uint32_t fresh = fw_flow_has(flow, FW_FLOW_STATUS) ? flow->status & ~row->flow.status : 0;

	if (row->changes == FW_TOP_LIFE)
		memmove(row->life, row->life + 1, --row->changes * sizeof(*row->life));
	row->life[row->changes++] = (struct fw_top_change){
		.time = time,
		.kind = (uint8_t)kind,
		.replied = fresh & FW_STATUS_SEEN_REPLY,
		.assured = fresh & FW_STATUS_ASSURED,
		.has_state = fw_flow_has(flow, FW_FLOW_STATE) &&
			     (kind == FW_EVENT_NEW || flow->state != row->flow.state),
		.state = flow->state,
	};
}

/* Flows that are older than the first listener send no events; what became of them is seen. */
static void compare(struct fw_top_flow *row, const struct fw_flow *now, uint64_t time)
{
	uint32_t differ = (row->flow.status ^ now->status) & ~(uint32_t)FW_STATUS_CONFIRMED;

	if (differ || row->flow.state != now->state)
		remember(row, FW_EVENT_UPDATE, time, now);
}

/* ---- rows --------------------------------------------------------------------------------------
 */

/* What is being made of the rank, beside what there was. */
struct making {
	const struct fw_top_flows *old;
	struct fw_top_flow *rows;
	size_t count;
	uint64_t time; /* nanoseconds since 1970 */
};

static int make_row(void *context, const struct fw_flow *flow)
{
	struct making *making = context;
	struct fw_top_flow *row = &making->rows[making->count++];
	uint64_t key = fw_flow_key(flow);
	const struct fw_top_flow *old = find(making->old, key);

	if (old) {
		*row = *old;
		compare(row, flow, making->time);
	}
	row->flow = *flow;
	row->key = key;
	return 0;
}

static void make_index(struct fw_top_flows *flows)
{
	uint32_t i;

	fw_map_free(&flows->index);
	fw_map_init(&flows->index, sizeof(uint32_t));
	for (i = 0; i < flows->count; i++)
		*(uint32_t *)fw_map_add(&flows->index, flows->rows[i].key) = i;
}

/* Whose details are being looked at stays, also when it has ended; but not what belongs to the
 * rank that goes. */
static void keep_pinned(const struct fw_top_flows *flows, struct making *making)
{
	const struct fw_top_flow *pinned = fw_top_flows_selected(flows);
	struct fw_top_flow *row = &making->rows[making->count];
	size_t i;

	for (i = 0; pinned && i < making->count; i++)
		if (making->rows[i].key == pinned->key)
			pinned = NULL;
	if (!flows->pinned || !pinned)
		return;
	*row = *pinned;
	row->flow.labels.length = row->flow.helper.length = row->flow.secctx.length = 0;
	row->flow.present &= ~(1ull << FW_FLOW_HELPER);
	making->count++;
	/* When there was room for all flows, it is not among them. */
	if (flows->next.seen < flows->next.limit && !row->ended) {
		remember(row, FW_EVENT_DESTROY, making->time, &row->flow);
		row->ended = true;
	}
}

/* Rows of flows->next, which becomes what is shown. */
static void take_over(struct fw_top_flows *flows, uint64_t time)
{
	struct making making = { flows, fw_calloc(FW_TOP_FLOWS + 1, sizeof(*making.rows)), 0,
				 time };
	const struct fw_top_flow *selected = fw_top_flows_selected(flows);
	uint64_t key = selected ? selected->key : 0;

	fw_rank_each(&flows->next, make_row, &making);
	keep_pinned(flows, &making);
	free(flows->rows);
	fw_rank_clear(&flows->rank);
	flows->rank = flows->next;
	memset(&flows->next, 0, sizeof(flows->next));
	flows->rows = making.rows;
	flows->count = making.count;
	make_index(flows);
	/* Who has not moved wants to see the first one, whichever that is. */
	selected = flows->selected || flows->pinned ? find(flows, key) : NULL;
	if (selected)
		flows->selected = (size_t)(selected - flows->rows);
	fw_top_flows_move(flows, 0);
}

static uint64_t per_second(uint64_t growth, uint64_t nanoseconds)
{
	return nanoseconds ? (uint64_t)((double)growth * 1e9 / (double)nanoseconds) : 0;
}

void fw_top_flows_finish(struct fw_top_flows *flows, const struct fw_meter *meter, uint64_t passed,
			 uint64_t time)
{
	struct fw_growth growth;
	struct fw_top_flow *row;

	take_over(flows, time);
	for (row = flows->rows; row < flows->rows + flows->count; row++) {
		growth = fw_meter_find(meter, &row->flow);
		row->packet_rate = per_second(growth.packets, passed);
		row->byte_rate = per_second(fw_growth_bytes(&growth), passed);
		row->ended &= (size_t)(row - flows->rows) >= flows->rank.count;
	}
}

void fw_top_flows_sort(struct fw_top_flows *flows)
{
	const struct fw_top_flow *row;

	start_rank(flows, &flows->next);
	for (row = flows->rows; row < flows->rows + flows->count; row++)
		fw_rank_add_as(&flows->next, &row->flow,
			       flows->order == FW_TOP_PACKET_RATE ? row->packet_rate
								  : row->byte_rate);
	take_over(flows, 0);
}

/* ---- events ------------------------------------------------------------------------------------
 */

bool fw_top_flows_hear(struct fw_top_flows *flows, const struct fw_event *event,
		       const struct fw_flow *flow)
{
	struct fw_top_flow *row = find(flows, fw_flow_key(flow));

	if (!row)
		return false;
	remember(row, event->kind, event->time, flow);
	row->ended |= event->kind == FW_EVENT_DESTROY;
	if (fw_flow_has(flow, FW_FLOW_STATUS))
		row->flow.status = flow->status;
	if (fw_flow_has(flow, FW_FLOW_STATE))
		row->flow.state = flow->state;
	if (fw_flow_has(flow, FW_FLOW_TIMEOUT))
		row->flow.timeout = flow->timeout;
	if (fw_flow_has(flow, FW_FLOW_MARK))
		row->flow.mark = flow->mark;
	row->flow.present |= flow->present & (1ull << FW_FLOW_STATUS | 1ull << FW_FLOW_STATE |
					      1ull << FW_FLOW_TIMEOUT | 1ull << FW_FLOW_MARK);
	return true;
}

/* ---- the selection -----------------------------------------------------------------------------
 */

struct fw_top_flow *fw_top_flows_selected(const struct fw_top_flows *flows)
{
	return flows->selected < flows->count ? &flows->rows[flows->selected] : NULL;
}

void fw_top_flows_move(struct fw_top_flows *flows, long lines)
{
	long to = (long)flows->selected + lines, last = (long)flows->count - 1;

	to = to > last ? last : to;
	flows->selected = to > 0 ? (size_t)to : 0;
}

void fw_top_flows_forget(struct fw_top_flows *flows)
{
	fw_rank_clear(&flows->rank);
	fw_rank_clear(&flows->next);
	free(flows->rows);
	flows->rows = NULL;
	flows->count = flows->selected = 0;
}

void fw_top_flows_free(struct fw_top_flows *flows)
{
	fw_top_flows_forget(flows);
	fw_map_free(&flows->index);
}
