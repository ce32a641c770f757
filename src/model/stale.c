/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/stale.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

static bool may_be_stale(const struct fw_flow *flow)
{
	return (flow->protonum == IPPROTO_UDP || flow->protonum == IPPROTO_UDPLITE) &&
	       !(flow->status & FW_STATUS_SEEN_REPLY) && flow->present >> FW_FLOW_ID & 1 &&
	       flow->present >> FW_FLOW_TIMEOUT & 1;
}

void fw_stale_note(struct fw_stale *stale, const struct fw_flow *flow)
{
	if (!may_be_stale(flow))
		return;
	fw_array_grow(&stale->marks, &stale->capacity, stale->count, sizeof(*stale->marks));
	stale->marks[stale->count++] =
		(struct fw_stale_mark){ flow->id, flow->timeout, flow->orig.packets };
}

static int compare(const void *a, const void *b)
{
	uint32_t x = ((const struct fw_stale_mark *)a)->id;
	uint32_t y = ((const struct fw_stale_mark *)b)->id;

	return (x > y) - (x < y);
}

void fw_stale_sort(struct fw_stale *stale)
{
	if (stale->count)
		qsort(stale->marks, stale->count, sizeof(*stale->marks), compare);
}

bool fw_stale_is(const struct fw_stale *stale, const struct fw_flow *flow, uint64_t seconds)
{
	const struct fw_stale_mark key = { .id = flow->id }, *mark;

	if (!stale->count || !may_be_stale(flow))
		return false;
	mark = bsearch(&key, stale->marks, stale->count, sizeof(key), compare);
	if (!mark)
		return false;
	/* The id of a flow that is gone may have come to another one: that has fewer packets. */
	if (flow->orig.present >> FW_TUPLE_PACKETS & 1)
		return flow->orig.packets > mark->packets;
	/* Left alone, its timer would have run down by as much as has passed. */
	return (uint64_t)flow->timeout + seconds > (uint64_t)mark->timeout + 1;
}

void fw_stale_free(struct fw_stale *stale)
{
	free(stale->marks);
	memset(stale, 0, sizeof(*stale));
}
