/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/census.h"

/* Around the kernel's own timeouts: udp 30 s and 120 s, tcp 5 days. */
const struct fw_census_timer fw_census_timers[FW_CENSUS_TIMERS] = {
	{ 5, "<5s" },   { 15, "<15s" },  { 30, "<30s" },   { 60, "<1m" },
	{ 120, "<2m" }, { 600, "<10m" }, { 86400, "<1d" }, { UINT32_MAX, ">=1d" },
};

static unsigned int timer_class(uint32_t seconds)
{
	unsigned int i = 0;

	while (i < FW_CENSUS_TIMERS - 1 && seconds >= fw_census_timers[i].below)
		i++;
	return i;
}

static void add_traffic(struct fw_census *census, const struct fw_flow *flow)
{
	if (!(flow->orig.present >> FW_TUPLE_PACKETS & 1))
		return;
	census->counted++;
	census->packets += flow->orig.packets + flow->reply.packets;
	census->bytes += flow->orig.bytes + flow->reply.bytes;
}

void fw_census_add(struct fw_census *census, const struct fw_flow *flow)
{
	struct fw_census_proto *proto = &census->protos[flow->protonum];

	census->flows++;
	proto->proto = flow->proto;
	proto->flows++;
	if (flow->present >> FW_FLOW_STATE & 1 && flow->state < FW_CENSUS_STATES)
		proto->states[flow->state]++;
	if (flow->family == FW_FAMILY_IPV6)
		census->ipv6++;
	else
		census->ipv4++;
	if (flow->status & FW_STATUS_ASSURED)
		census->assured++;
	else if (flow->status & FW_STATUS_SEEN_REPLY)
		census->replied++;
	else
		census->unreplied++;
	if (flow->present >> FW_FLOW_TIMEOUT & 1)
		census->timers[timer_class(flow->timeout)]++;
	if (flow->present >> FW_FLOW_START & 1)
		census->stamped++;
	add_traffic(census, flow);
}
