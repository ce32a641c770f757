/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/shadow.h"

#include <stddef.h>
#include <string.h>

struct known {
	uint32_t status, mark, labels; /* labels: a hash of them */
	uint32_t round;
	uint8_t state;
	bool found; /* by reading the table, not by an event */
	bool gone;
};

/* A tuple without what is counted. */
struct known_tuple {
	union fw_addr src, dst;
	uint32_t present;
	uint16_t sport, dport, icmp_id, srckey, dstkey, zone;
	uint8_t icmp_type, icmp_code, protonum;
};

struct known_whole {
	struct known known;
	struct known_tuple orig, reply;
	const struct fw_proto *proto;
	uint64_t present;
	uint32_t id;
	uint16_t zone;
	uint8_t family;
};

void fw_shadow_init(struct fw_shadow *shadow, bool whole)
{
	memset(shadow, 0, sizeof(*shadow));
	shadow->whole = whole;
	fw_map_init(&shadow->flows, whole ? sizeof(struct known_whole) : sizeof(struct known));
}

void fw_shadow_free(struct fw_shadow *shadow)
{
	fw_map_free(&shadow->flows);
}

void fw_shadow_clear(struct fw_shadow *shadow)
{
	bool whole = shadow->whole;

	fw_shadow_free(shadow);
	fw_shadow_init(shadow, whole);
}

/* ---- hashes ---------------------------------------------------------------------------------- */

static uint32_t hash_labels(const struct fw_bytes *labels)
{
	uint64_t hash = 0;
	size_t i;

	for (i = 0; i < labels->length; i++)
		if (labels->data[i])
			hash = fw_hash_mix(hash, i << 8 | (uint8_t)labels->data[i]);
	return (uint32_t)(hash ^ hash >> 32);
}

/* ---- keeping a tuple ------------------------------------------------------------------------- */

static void keep_tuple(struct known_tuple *known, const struct fw_tuple *tuple)
{
	*known = (struct known_tuple){
		.src = tuple->src,
		.dst = tuple->dst,
		.present = (uint32_t)(tuple->present & ~(1ull << FW_TUPLE_PACKETS) &
				      ~(1ull << FW_TUPLE_BYTES)),
		.sport = tuple->sport,
		.dport = tuple->dport,
		.icmp_id = tuple->icmp_id,
		.srckey = tuple->srckey,
		.dstkey = tuple->dstkey,
		.zone = tuple->zone,
		.icmp_type = tuple->icmp_type,
		.icmp_code = tuple->icmp_code,
		.protonum = tuple->protonum,
	};
}

static void restore_tuple(struct fw_tuple *tuple, const struct known_tuple *known)
{
	*tuple = (struct fw_tuple){
		.present = known->present,
		.src = known->src,
		.dst = known->dst,
		.sport = known->sport,
		.dport = known->dport,
		.icmp_id = known->icmp_id,
		.icmp_type = known->icmp_type,
		.icmp_code = known->icmp_code,
		.srckey = known->srckey,
		.dstkey = known->dstkey,
		.zone = known->zone,
		.protonum = known->protonum,
	};
}

static void keep_whole(struct known_whole *whole, const struct fw_flow *flow)
{
	static const uint64_t kept = 1ull << FW_FLOW_BASICS | 1ull << FW_FLOW_REPLY |
				     1ull << FW_FLOW_STATE | 1ull << FW_FLOW_STATUS |
				     1ull << FW_FLOW_MARK | 1ull << FW_FLOW_ID |
				     1ull << FW_FLOW_ZONE;

	keep_tuple(&whole->orig, &flow->orig);
	keep_tuple(&whole->reply, &flow->reply);
	whole->proto = flow->proto;
	whole->present |= flow->present & kept;
	whole->id = flow->id;
	whole->zone = flow->zone;
	whole->family = flow->family;
}

static void restore_whole(struct fw_flow *flow, const struct known_whole *whole)
{
	memset(flow, 0, sizeof(*flow));
	flow->present = whole->present;
	flow->proto = whole->proto;
	flow->family = whole->family;
	flow->protonum = whole->orig.protonum;
	flow->state = whole->known.state;
	flow->status = whole->known.status;
	flow->mark = whole->known.mark;
	flow->id = whole->id;
	flow->zone = whole->zone;
	restore_tuple(&flow->orig, &whole->orig);
	restore_tuple(&flow->reply, &whole->reply);
}

/* ---- seeing and forgetting ------------------------------------------------------------------- */

/* `old` and `status`: enum fw_status bits; what is set now and was not before, or the reverse. */
static uint32_t status_changes(uint32_t old, uint32_t status)
{
	uint32_t differ = old ^ status, changed = 0;

	if (differ & FW_STATUS_SEEN_REPLY)
		changed |= FW_CHANGE_REPLY;
	if (differ & FW_STATUS_ASSURED)
		changed |= FW_CHANGE_ASSURED;
	/* That a flow is confirmed is no news of it: the first event is sent before it is. */
	if (differ & ~(uint32_t)(FW_STATUS_SEEN_REPLY | FW_STATUS_ASSURED | FW_STATUS_CONFIRMED))
		changed |= FW_CHANGE_STATUS;
	return changed;
}

static uint32_t changes(const struct known *known, const struct fw_flow *flow, bool in_full)
{
	uint32_t changed = 0;

	if (fw_flow_has(flow, FW_FLOW_STATUS))
		changed = status_changes(known->status, flow->status);
	if (fw_flow_has(flow, FW_FLOW_STATE) && flow->state != known->state)
		changed |= FW_CHANGE_STATE;
	if (fw_flow_has(flow, FW_FLOW_MARK) && flow->mark != known->mark)
		changed |= FW_CHANGE_MARK;
	if ((in_full || fw_flow_has(flow, FW_FLOW_LABELS)) &&
	    hash_labels(&flow->labels) != known->labels)
		changed |= FW_CHANGE_LABELS;
	return changed;
}

/* A status is always there: it is news when nothing else can be. */
static uint32_t told_changes(const struct fw_flow *flow)
{
	uint32_t changed = 0;

	if (fw_flow_has(flow, FW_FLOW_STATE))
		changed |= FW_CHANGE_STATE;
	if (fw_flow_has(flow, FW_FLOW_LABELS))
		changed |= FW_CHANGE_LABELS;
	if (changed || (fw_flow_has(flow, FW_FLOW_MARK) && flow->mark))
		return changed;
	if (flow->status & FW_STATUS_ASSURED)
		return FW_CHANGE_ASSURED;
	return flow->status & FW_STATUS_SEEN_REPLY ? FW_CHANGE_REPLY : 0;
}

static void keep(struct fw_shadow *shadow, struct known *known, const struct fw_flow *flow,
		 bool in_full)
{
	if (fw_flow_has(flow, FW_FLOW_STATUS))
		known->status = flow->status;
	if (fw_flow_has(flow, FW_FLOW_STATE))
		known->state = flow->state;
	if (fw_flow_has(flow, FW_FLOW_MARK))
		known->mark = flow->mark;
	if (in_full || fw_flow_has(flow, FW_FLOW_LABELS))
		known->labels = hash_labels(&flow->labels);
	known->round = shadow->round;
	if (shadow->whole)
		keep_whole((struct known_whole *)(void *)known, flow);
}

enum fw_shadow_news fw_shadow_see(struct fw_shadow *shadow, const struct fw_flow *flow,
				  bool in_full, uint32_t *changed)
{
	size_t before = shadow->flows.count;
	struct known *known = fw_map_add(&shadow->flows, fw_flow_key(flow));
	bool is_new = shadow->flows.count > before;

	if (is_new)
		*changed = in_full ? 0 : told_changes(flow);
	else
		*changed = changes(known, flow, in_full);
	keep(shadow, known, flow, in_full);
	if (is_new) {
		known->found = shadow->in_round;
		return FW_SHADOW_NEW;
	}
	return *changed ? FW_SHADOW_CHANGED : FW_SHADOW_SAME;
}

bool fw_shadow_knows(const struct fw_shadow *shadow, const struct fw_flow *flow)
{
	return fw_map_find(&shadow->flows, fw_flow_key(flow)) != NULL;
}

bool fw_shadow_forget(struct fw_shadow *shadow, const struct fw_flow *flow)
{
	size_t before = shadow->flows.count;

	fw_map_remove(&shadow->flows, fw_flow_key(flow));
	return shadow->flows.count < before;
}

bool fw_shadow_was_found(struct fw_shadow *shadow, const struct fw_flow *flow)
{
	struct known *known = fw_map_find(&shadow->flows, fw_flow_key(flow));
	bool found = known && known->found;

	if (found)
		known->found = false;
	return found;
}

void fw_shadow_begin_round(struct fw_shadow *shadow)
{
	shadow->round++;
	shadow->in_round = true;
}

void fw_shadow_meet(struct fw_shadow *shadow, const struct fw_flow *flow)
{
	struct known *known = fw_map_find(&shadow->flows, fw_flow_key(flow));

	if (known)
		known->round = shadow->round;
}

void fw_shadow_sweep(struct fw_shadow *shadow, fw_shadow_gone_fn *gone, void *context)
{
	struct known *known;
	struct fw_flow flow;
	size_t place = 0;
	uint64_t key;

	shadow->in_round = false;
	while (gone && (known = fw_map_next(&shadow->flows, &place, &key))) {
		if (known->round == shadow->round || known->gone)
			continue;
		known->gone = true;
		shadow->has_gone = true;
		restore_whole(&flow, (const struct known_whole *)(const void *)known);
		gone(context, &flow);
	}
}

bool fw_shadow_is_gone(const struct fw_shadow *shadow, const struct fw_flow *flow)
{
	const struct known *known;

	if (!shadow->has_gone)
		return false;
	known = fw_map_find(&shadow->flows, fw_flow_key(flow));
	return known && known->gone;
}

void fw_shadow_bury(struct fw_shadow *shadow)
{
	const struct known *known;
	size_t place = 0;
	uint64_t key;

	while (shadow->has_gone && (known = fw_map_next(&shadow->flows, &place, &key)))
		if (known->gone) {
			fw_map_remove(&shadow->flows, key);
			place--;
		}
	shadow->has_gone = false;
}
