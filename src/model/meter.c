/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/meter.h"

#include <string.h>

struct mark {
	struct fw_growth counted; /* since the flow began */
	struct fw_growth growth;
	uint32_t round; /* that met it last */
};

static struct fw_growth counters_of(const struct fw_flow *flow)
{
	return (struct fw_growth){ flow->orig.packets + flow->reply.packets, flow->orig.bytes,
				   flow->reply.bytes };
}

/* Counters can be reset while they are read (list --zero): then they count from 0. */
static uint64_t grown(uint64_t before, uint64_t now)
{
	return now >= before ? now - before : now;
}

static struct fw_growth difference(const struct fw_growth *before, const struct fw_growth *now)
{
	return (struct fw_growth){ grown(before->packets, now->packets),
				   grown(before->orig_bytes, now->orig_bytes),
				   grown(before->reply_bytes, now->reply_bytes) };
}

static void sum(struct fw_growth *total, const struct fw_growth *part)
{
	total->packets += part->packets;
	total->orig_bytes += part->orig_bytes;
	total->reply_bytes += part->reply_bytes;
}

void fw_meter_begin(struct fw_meter *meter)
{
	if (!meter->round)
		fw_map_init(&meter->marks, sizeof(struct mark));
	meter->round++;
	meter->total = meter->ended;
	memset(&meter->ended, 0, sizeof(meter->ended));
}

struct fw_growth fw_meter_see(struct fw_meter *meter, const struct fw_flow *flow)
{
	struct mark *mark = fw_map_add(&meter->marks, fw_flow_key(flow));
	struct fw_growth now = counters_of(flow);

	memset(&mark->growth, 0, sizeof(mark->growth));
	if (mark->round || meter->round > 1)
		mark->growth = difference(&mark->counted, &now);
	mark->counted = now;
	mark->round = meter->round;
	sum(&meter->total, &mark->growth);
	return mark->growth;
}

void fw_meter_finish(struct fw_meter *meter)
{
	const struct mark *mark;
	size_t place = 0;
	uint64_t key;

	while ((mark = fw_map_next(&meter->marks, &place, &key)))
		if (mark->round != meter->round) {
			fw_map_remove(&meter->marks, key);
			place--;
		}
}

void fw_meter_start(struct fw_meter *meter, const struct fw_flow *flow)
{
	struct mark *mark;

	if (!meter->round)
		return;
	mark = fw_map_add(&meter->marks, fw_flow_key(flow));
	/* A reading may have met it before the event was heard. */
	if (!mark->round)
		mark->round = meter->round;
}

void fw_meter_end(struct fw_meter *meter, const struct fw_flow *flow)
{
	struct fw_growth now = counters_of(flow), growth;
	uint64_t key = fw_flow_key(flow);
	const struct mark *mark;

	/* Before the first reading nobody knows what it carried lately. */
	if (!meter->round)
		return;
	mark = fw_map_find(&meter->marks, key);
	if (!mark)
		return;
	growth = difference(&mark->counted, &now);
	sum(&meter->ended, &growth);
	fw_map_remove(&meter->marks, key);
}

struct fw_growth fw_meter_find(const struct fw_meter *meter, const struct fw_flow *flow)
{
	const struct mark *mark =
		meter->round ? fw_map_find(&meter->marks, fw_flow_key(flow)) : NULL;

	return mark ? mark->growth : (struct fw_growth){ 0 };
}

void fw_meter_free(struct fw_meter *meter)
{
	fw_map_free(&meter->marks);
	memset(meter, 0, sizeof(*meter));
}
