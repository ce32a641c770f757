/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A filter: conditions that must all hold. A condition compares one field, named by its row, with
 * values; it knows no protocol.
 */
#ifndef FWCTL_MODEL_FILTER_H
#define FWCTL_MODEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/addr.h"
#include "fwctl/model/flow.h"

/* Where a condition looks for its field; several bits: it is enough that one of them holds. */
enum fw_where {
	FW_IN_FLOW = 1 << 0,
	FW_IN_ORIG = 1 << 1,
	FW_IN_REPLY = 1 << 2,
};

enum fw_op {
	FW_OP_RANGES,   /* a number, in one of cond->ranges */
	FW_OP_SUM,      /* a number of both directions, added up, in one of cond->ranges */
	FW_OP_PREFIXES, /* an address, in one of cond->prefixes */
	FW_OP_BITS,     /* (number & cond->mask) == cond->value */
	FW_OP_TEXT,     /* a string, equal to one of cond->texts */
	FW_OP_STATES,   /* the state, one of cond->states for the flow's protocol */
	FW_OP_LABELS,   /* labels, having all of the bits listed in cond->ranges */
	FW_OP_SRC_NAT,  /* source translated; to one of cond->prefixes and cond->ranges (ports) if
			   any */
	FW_OP_DST_NAT,  /* destination translated, likewise */
	FW_OP_ANY_NAT,  /* one or the other */
};

struct fw_range {
	uint64_t from, to; /* both included */
};

struct fw_state_set {
	const struct fw_proto *proto;
	uint32_t states; /* 1 << state */
};

struct fw_cond {
	char *option; /* how it was asked for, for messages: "--sport 53" */
	const struct fw_field *field;
	const struct fw_field *other; /* a second field that may match instead (--addr, --port) */
	uint8_t where;                /* enum fw_where bits */
	enum fw_op op;
	bool negated;
	struct fw_range *ranges;
	size_t range_count;
	struct fw_prefix *prefixes;
	size_t prefix_count;
	char **texts;
	size_t text_count;
	struct fw_state_set *states;
	size_t state_count;
	uint64_t value, mask;
};

/* All zero is the filter that everything passes. */
struct fw_filter {
	struct fw_cond *conds;
	size_t count, capacity;
	/* The bits of the mark that hold a flow's policy line (`stamp mark MASK`), 0: none. What
	 * reads flows through the filter fills fw_flow.line by it. */
	uint32_t stamp;
};

/* Appends an empty condition and returns it; the address is good until the next call. */
struct fw_cond *fw_filter_add(struct fw_filter *filter);

/* Growing a condition's values; the text is copied. */
void fw_cond_add_range(struct fw_cond *cond, uint64_t from, uint64_t to);
void fw_cond_add_prefix(struct fw_cond *cond, const struct fw_prefix *prefix);
void fw_cond_add_text(struct fw_cond *cond, const char *text, size_t length);
void fw_cond_add_state(struct fw_cond *cond, const struct fw_proto *proto, uint8_t state);

bool fw_filter_match(const struct fw_filter *filter, const struct fw_flow *flow);

/*
 * The first condition that asks for something other than what the original tuple says and the flow
 * fields listed (`count` of them); NULL when there is none.
 */
const struct fw_cond *fw_filter_beyond(const struct fw_filter *filter,
				       const enum fw_flow_field *fields, size_t count);

/* The one value of a condition that is a plain equality in one place, not negated; else false. */
bool fw_cond_single(const struct fw_cond *cond, uint64_t *value);
bool fw_cond_single_addr(const struct fw_cond *cond, const union fw_addr **addr, uint8_t *family);

/* Releases what the filter holds, not the struct itself. */
void fw_filter_free(struct fw_filter *filter);

#endif
