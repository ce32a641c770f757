/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/filter.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

/* ---- building ------------------------------------------------------------------------------ */

struct fw_cond *fw_filter_add(struct fw_filter *filter)
{
	struct fw_cond *cond;

	fw_array_grow(&filter->conds, &filter->capacity, filter->count, sizeof(*cond));
	cond = &filter->conds[filter->count++];
	memset(cond, 0, sizeof(*cond));
	return cond;
}

void fw_cond_add_range(struct fw_cond *cond, uint64_t from, uint64_t to)
{
	cond->ranges = fw_realloc_array(cond->ranges, cond->range_count + 1, sizeof(*cond->ranges));
	cond->ranges[cond->range_count++] = (struct fw_range){ from, to };
}

void fw_cond_add_prefix(struct fw_cond *cond, const struct fw_prefix *prefix)
{
	cond->prefixes =
		fw_realloc_array(cond->prefixes, cond->prefix_count + 1, sizeof(*cond->prefixes));
	cond->prefixes[cond->prefix_count++] = *prefix;
}

void fw_cond_add_text(struct fw_cond *cond, const char *text, size_t length)
{
	cond->texts = fw_realloc_array(cond->texts, cond->text_count + 1, sizeof(*cond->texts));
	cond->texts[cond->text_count++] = fw_strndup(text, length);
}

void fw_cond_add_state(struct fw_cond *cond, const struct fw_proto *proto, uint8_t state)
{
	size_t i;

	for (i = 0; i < cond->state_count; i++)
		if (cond->states[i].proto == proto) {
			cond->states[i].states |= 1u << state;
			return;
		}
	cond->states = fw_realloc_array(cond->states, cond->state_count + 1, sizeof(*cond->states));
	cond->states[cond->state_count++] = (struct fw_state_set){ proto, 1u << state };
}

void fw_filter_free(struct fw_filter *filter)
{
	size_t i, j;

	if (!filter)
		return;
	for (i = 0; i < filter->count; i++) {
		free(filter->conds[i].option);
		free(filter->conds[i].ranges);
		free(filter->conds[i].prefixes);
		for (j = 0; j < filter->conds[i].text_count; j++)
			free(filter->conds[i].texts[j]);
		free(filter->conds[i].texts);
		free(filter->conds[i].states);
	}
	free(filter->conds);
	memset(filter, 0, sizeof(*filter));
}

bool fw_cond_single(const struct fw_cond *cond, uint64_t *value)
{
	if (cond->negated || cond->other || cond->op != FW_OP_RANGES || cond->range_count != 1 ||
	    cond->ranges[0].from != cond->ranges[0].to)
		return false;
	*value = cond->ranges[0].from;
	return true;
}

bool fw_cond_single_addr(const struct fw_cond *cond, const union fw_addr **addr, uint8_t *family)
{
	const struct fw_prefix *prefix = cond->prefixes;

	if (cond->negated || cond->other || cond->op != FW_OP_PREFIXES || cond->prefix_count != 1 ||
	    prefix->length != fw_family_bits(prefix->family))
		return false;
	*addr = &prefix->addr;
	*family = prefix->family;
	return true;
}

/* ---- matching ------------------------------------------------------------------------------ */

static uint64_t number_at(enum fw_type type, const void *at)
{
	switch (type) {
	case FW_TYPE_U8:
	case FW_TYPE_FAMILY:
	case FW_TYPE_WORD:
	case FW_TYPE_STATE: return *(const uint8_t *)at;
	case FW_TYPE_U16:
	case FW_TYPE_HEX16: return *(const uint16_t *)at;
	case FW_TYPE_U32:
	case FW_TYPE_FLAGS: return *(const uint32_t *)at;
	default: return *(const uint64_t *)at;
	}
}

static bool in_ranges(const struct fw_cond *cond, uint64_t number)
{
	size_t i;

	for (i = 0; i < cond->range_count; i++)
		if (number >= cond->ranges[i].from && number <= cond->ranges[i].to)
			return true;
	return false;
}

static bool in_prefixes(const struct fw_cond *cond, const union fw_addr *addr, uint8_t family)
{
	size_t i;

	for (i = 0; i < cond->prefix_count; i++)
		if (cond->prefixes[i].family == family &&
		    fw_prefix_contains(&cond->prefixes[i], addr))
			return true;
	return false;
}

static bool in_texts(const struct fw_cond *cond, const struct fw_bytes *bytes)
{
	size_t i;

	for (i = 0; i < cond->text_count; i++)
		if (strlen(cond->texts[i]) == bytes->length &&
		    !memcmp(cond->texts[i], bytes->data, bytes->length))
			return true;
	return false;
}

static bool in_states(const struct fw_cond *cond, const struct fw_flow *flow)
{
	size_t i;

	for (i = 0; i < cond->state_count; i++)
		if (cond->states[i].proto == flow->proto)
			return flow->state < 32 && cond->states[i].states >> flow->state & 1;
	return false;
}

/* Labels are native 32-bit words, the lowest bit of the first word is label 0. */
static bool has_labels(const struct fw_cond *cond, const struct fw_bytes *labels)
{
	uint32_t word;
	size_t i, bit;

	for (i = 0; i < cond->range_count; i++) {
		bit = (size_t)cond->ranges[i].from;
		if (bit / 32 * 4 + 4 > labels->length)
			return false;
		memcpy(&word, labels->data + bit / 32 * 4, sizeof(word));
		if (!(word >> (bit % 32) & 1))
			return false;
	}
	return true;
}

static bool nat_matches(const struct fw_cond *cond, const struct fw_flow *flow, bool source)
{
	/* A translated source is where replies go to, a translated destination where they come
	 * from. */
	const union fw_addr *addr = source ? &flow->reply.dst : &flow->reply.src;
	uint16_t port = source ? flow->reply.dport : flow->reply.sport;

	if (!(flow->status & (source ? FW_STATUS_SRC_NAT : FW_STATUS_DST_NAT)))
		return false;
	if (cond->prefix_count && !in_prefixes(cond, addr, flow->family))
		return false;
	return !cond->range_count || in_ranges(cond, port);
}

static bool field_matches(const struct fw_cond *cond, const struct fw_field *field,
			  const void *record, const struct fw_flow *flow)
{
	const void *at = fw_field_at(field, record);

	if (!fw_field_present(field, record) && !field->zero_absent)
		return false;
	switch (cond->op) {
	case FW_OP_RANGES: return in_ranges(cond, number_at(field->type, at));
	case FW_OP_PREFIXES: return in_prefixes(cond, at, flow->family);
	case FW_OP_BITS: return (number_at(field->type, at) & cond->mask) == cond->value;
	case FW_OP_TEXT: return in_texts(cond, at);
	case FW_OP_STATES: return in_states(cond, flow);
	case FW_OP_LABELS: return has_labels(cond, at);
	default: return false;
	}
}

static bool matches_in(const struct fw_cond *cond, const struct fw_field *field,
		       const struct fw_flow *flow)
{
	if (cond->where & FW_IN_FLOW && field_matches(cond, field, flow, flow))
		return true;
	if (cond->where & FW_IN_ORIG && field_matches(cond, field, &flow->orig, flow))
		return true;
	return cond->where & FW_IN_REPLY && field_matches(cond, field, &flow->reply, flow);
}

static bool sum_matches(const struct fw_cond *cond, const struct fw_flow *flow)
{
	const struct fw_field *field = cond->field;

	if (!fw_field_present(field, &flow->orig) || !fw_field_present(field, &flow->reply))
		return false;
	return in_ranges(cond, number_at(field->type, fw_field_at(field, &flow->orig)) +
				       number_at(field->type, fw_field_at(field, &flow->reply)));
}

static bool cond_matches(const struct fw_cond *cond, const struct fw_flow *flow)
{
	switch (cond->op) {
	case FW_OP_SRC_NAT: return nat_matches(cond, flow, true);
	case FW_OP_DST_NAT: return nat_matches(cond, flow, false);
	case FW_OP_ANY_NAT: return nat_matches(cond, flow, true) || nat_matches(cond, flow, false);
	case FW_OP_SUM: return sum_matches(cond, flow);
	default:
		return matches_in(cond, cond->field, flow) ||
		       (cond->other && matches_in(cond, cond->other, flow));
	}
}

bool fw_filter_match(const struct fw_filter *filter, const struct fw_flow *flow)
{
	size_t i;

	for (i = 0; i < filter->count; i++)
		if (cond_matches(&filter->conds[i], flow) == filter->conds[i].negated)
			return false;
	return true;
}

static bool is_among(const struct fw_cond *cond, const enum fw_flow_field *fields, size_t count)
{
	size_t i;

	if (cond->op == FW_OP_SUM)
		return false;
	if (cond->where & FW_IN_ORIG)
		return true;
	for (i = 0; i < count; i++)
		if (cond->field == &fw_flow_fields[fields[i]])
			return true;
	return false;
}

const struct fw_cond *fw_filter_beyond(const struct fw_filter *filter,
				       const enum fw_flow_field *fields, size_t count)
{
	size_t i;

	for (i = 0; i < filter->count; i++)
		if (!is_among(&filter->conds[i], fields, count))
			return &filter->conds[i];
	return NULL;
}
