/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/filter-values.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/filter-words.h"
#include "fwctl/kernel/labels.h"

/* Starts the condition of one option, taking a --not before it into account. */
static struct fw_cond *begin(void *values, const struct fw_option *option, const char *value)
{
	struct fw_filter_reader *reader = values;
	struct fw_cond *cond = fw_filter_add(reader->filter);

	cond->option = fw_format("--%.*s%s%s", (int)fw_option_main_name(option), option->names,
				 value ? " " : "", value ? value : "");
	cond->negated = reader->negate_next;
	reader->negate_next = false;
	return cond;
}

int fw_filter_set_not(void *values, const struct fw_option *option, const char *value,
		      struct fw_err *err)
{
	struct fw_filter_reader *reader = values;

	(void)option;
	(void)value;
	if (reader->negate_next)
		return fw_err_set(err, FW_ERR_MISUSE, "once is enough");
	reader->negate_next = true;
	return 0;
}

/* ---- lists ----------------------------------------------------------------------------------- */

typedef int item_fn(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err);

/* Calls `add` for each of the comma-separated items. */
static int each_item(struct fw_cond *cond, const char *list, item_fn *add, struct fw_err *err)
{
	size_t length;

	for (;; list += length + 1) {
		length = strcspn(list, ",");
		if (!length)
			return fw_err_set(err, FW_ERR_MISUSE, "an item of the list is empty");
		if (add(cond, list, length, err) < 0)
			return -1;
		if (!list[length])
			return 0;
	}
}

static uint64_t type_max(enum fw_type type)
{
	switch (type) {
	case FW_TYPE_U8: return UINT8_MAX;
	case FW_TYPE_U16:
	case FW_TYPE_HEX16: return UINT16_MAX;
	case FW_TYPE_U32: return UINT32_MAX;
	default: return UINT64_MAX;
	}
}

/* "53" or "1000:2000". */
static int add_number(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	const char *colon = memchr(item, ':', length);
	size_t first = colon ? (size_t)(colon - item) : length;
	uint64_t max = type_max(cond->field->type), from, to;

	if (fw_num_parse_n(item, first, 0, max, &from) != FW_NUM_OK)
		goto wrong;
	to = from;
	if (colon && fw_num_parse_n(colon + 1, length - first - 1, 0, max, &to) != FW_NUM_OK)
		goto wrong;
	if (from > to)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%.*s' is a range that ends before it begins", (int)length,
				  item);
	fw_cond_add_range(cond, from, to);
	return 0;
wrong:
	return fw_err_set(err, FW_ERR_MISUSE,
			  "'%.*s' is not a number between 0 and %llu, or a range FROM:TO of them",
			  (int)length, item, (unsigned long long)max);
}

static int add_prefix(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	struct fw_prefix prefix;

	if (fw_prefix_parse_n(item, length, &prefix, NULL) < 0)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%.*s' is not an IPv4 or IPv6 address, or a prefix ADDR/LENGTH",
				  (int)length, item);
	fw_cond_add_prefix(cond, &prefix);
	return 0;
}

static int add_text(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	(void)err;
	fw_cond_add_text(cond, item, length);
	return 0;
}

static int add_family(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	uint8_t family = 0;

	if (fw_family_parse(item, length, &family, err) < 0)
		return -1;
	fw_cond_add_range(cond, family, family);
	return 0;
}

static int add_protocol(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	uint8_t number = 0;

	if (fw_protocol_parse(item, length, &number, err) < 0)
		return -1;
	fw_cond_add_range(cond, number, number);
	return 0;
}

/* ---- states and other words --------------------------------------------------------------------
 */

/* A name may be a state of several protocols: then each of them is meant. */
static int add_state(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	const struct fw_proto *const *proto;
	const struct fw_word *word;
	size_t before = cond->state_count;
	bool found = false;

	for (proto = fw_protos; *proto; proto++) {
		word = (*proto)->states ? fw_word_find((*proto)->states, item, length) : NULL;
		if (!word)
			continue;
		fw_cond_add_state(cond, *proto, (uint8_t)word->value);
		found = true;
	}
	if (found || cond->state_count != before)
		return 0;
	fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is not a state", (int)length, item);
	fw_state_hint(item, length, err);
	return -1;
}

static int add_word(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	const struct fw_word *word = fw_word_find(cond->field->words, item, length);
	struct fw_buf accepted = { 0 };
	const char *nearest;

	if (word) {
		fw_cond_add_range(cond, word->value, word->value);
		return 0;
	}
	fw_words_print(&accepted, cond->field->words);
	fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is none of: %s", (int)length, item,
		   fw_buf_text(&accepted));
	fw_buf_free(&accepted);
	nearest = fw_word_nearest(cond->field->words, item, length);
	return nearest ? fw_err_hint(err, "did you mean %s?", nearest) : -1;
}

/* ---- setters -----------------------------------------------------------------------------------
 */

static int set_state(struct fw_cond *cond, const char *value, struct fw_err *err)
{
	cond->op = FW_OP_STATES;
	return each_item(cond, value, add_state, err);
}

int fw_filter_set_field(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	struct fw_cond *cond = begin(values, option, value);
	const struct fw_field *field = option->data;

	cond->field = field;
	cond->where = (uint8_t)option->min;
	cond->op = FW_OP_RANGES;
	if (field == &fw_flow_fields[FW_FIELD_PROTONUM])
		return each_item(cond, value, add_protocol, err);
	switch (field->type) {
	case FW_TYPE_ADDR:
		cond->op = FW_OP_PREFIXES;
		return each_item(cond, value, add_prefix, err);
	case FW_TYPE_FAMILY: return each_item(cond, value, add_family, err);
	case FW_TYPE_STRING: cond->op = FW_OP_TEXT; return each_item(cond, value, add_text, err);
	case FW_TYPE_STATE: return set_state(cond, value, err);
	case FW_TYPE_WORD: return each_item(cond, value, add_word, err);
	default: return each_item(cond, value, add_number, err);
	}
}

/* The two that mean "not". */
static const struct fw_word missing_words[] = { { "unreplied", FW_STATUS_SEEN_REPLY },
						{ "unassured", FW_STATUS_ASSURED },
						{ 0 } };

/* Those, and the names of JSON, and conntrack's capital ones with underscores. */
static int find_status(const char *item, size_t length, uint64_t *bit, bool *unset)
{
	const struct fw_word *word = fw_word_find(missing_words, item, length);
	uint32_t found;

	*unset = word != NULL;
	if (word) {
		*bit = word->value;
		return 0;
	}
	if (fw_status_parse(item, length, &found) < 0)
		return -1;
	*bit = found;
	return 0;
}

static int add_status(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	bool negated = length && item[0] == '!', unset;
	uint64_t bit;

	if (find_status(item + negated, length - negated, &bit, &unset) < 0) {
		fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is not a status", (int)length, item);
		fw_status_hint(item + negated, length - negated, missing_words, err);
		return -1;
	}
	if (cond->mask & bit && !(cond->value & bit) != (negated != unset))
		return fw_err_set(err, FW_ERR_MISUSE, "'%.*s' contradicts a word before it",
				  (int)length, item);
	cond->mask |= bit;
	if (negated == unset)
		cond->value |= bit;
	return 0;
}

int fw_filter_set_status(void *values, const struct fw_option *option, const char *value,
			 struct fw_err *err)
{
	struct fw_cond *cond = begin(values, option, value);

	cond->field = &fw_flow_fields[FW_FIELD_STATUS];
	cond->where = FW_IN_FLOW;
	cond->op = FW_OP_BITS;
	return each_item(cond, value, add_status, err);
}

int fw_filter_set_mark(void *values, const struct fw_option *option, const char *value,
		       struct fw_err *err)
{
	struct fw_cond *cond = begin(values, option, value);
	size_t head = strcspn(value, "/");

	cond->field = &fw_flow_fields[FW_FIELD_MARK];
	cond->where = FW_IN_FLOW;
	cond->op = FW_OP_BITS;
	cond->mask = UINT32_MAX;
	if (fw_num_parse_n(value, head, 0, UINT32_MAX, &cond->value) != FW_NUM_OK ||
	    (value[head] &&
	     fw_num_parse(value + head + 1, 0, UINT32_MAX, &cond->mask) != FW_NUM_OK))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%s' is not VALUE or VALUE/MASK, numbers from 0 to 0xffffffff",
				  value);
	if (cond->value & ~cond->mask)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%s': the value has bits that the mask does not look at", value);
	return 0;
}

static int add_label(struct fw_cond *cond, const char *item, size_t length, struct fw_err *err)
{
	uint64_t bit;

	if (fw_num_parse_n(item, length, 0, FW_LABELS_MAX, &bit) != FW_NUM_OK &&
	    fw_label_find(item, length, &bit, err) < 0)
		return -1;
	fw_cond_add_range(cond, bit, bit);
	return 0;
}

int fw_filter_set_label(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	struct fw_cond *cond = begin(values, option, value);

	cond->field = &fw_flow_fields[FW_FIELD_LABELS];
	cond->where = FW_IN_FLOW;
	cond->op = FW_OP_LABELS;
	return each_item(cond, value, add_label, err);
}

static int parse_nat(struct fw_cond *cond, const char *value, struct fw_err *err)
{
	struct fw_prefix prefix;
	bool has_port;
	uint16_t port;

	if (fw_addr_port_parse(value, &prefix, &has_port, &port) < 0)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%s' is not an address, a prefix ADDR/LENGTH, or ADDR:PORT",
				  value);
	fw_cond_add_prefix(cond, &prefix);
	if (has_port)
		fw_cond_add_range(cond, port, port);
	return 0;
}

int fw_filter_set_nat(void *values, const struct fw_option *option, const char *value,
		      struct fw_err *err)
{
	struct fw_cond *cond = begin(values, option, value);

	cond->op = (enum fw_op)option->min;
	cond->where = FW_IN_FLOW;
	return value ? parse_nat(cond, value, err) : 0;
}

int fw_filter_set_any_addr(void *values, const struct fw_option *option, const char *value,
			   struct fw_err *err)
{
	struct fw_cond *cond = begin(values, option, value);

	cond->field = &fw_tuple_head[0];
	cond->other = &fw_tuple_head[1];
	cond->where = FW_IN_ORIG | FW_IN_REPLY;
	cond->op = FW_OP_PREFIXES;
	return each_item(cond, value, add_prefix, err);
}

int fw_filter_set_any_port(void *values, const struct fw_option *option, const char *value,
			   struct fw_err *err)
{
	struct fw_cond *cond = begin(values, option, value);
	const struct fw_proto *tcp = fw_proto_by_name(fw_protos, "tcp", 3);

	/* All protocols with ports keep them in the same place, so one protocol's rows will do. */
	cond->field = &tcp->tuple[0];
	cond->other = &tcp->tuple[1];
	cond->where = FW_IN_ORIG | FW_IN_REPLY;
	cond->op = FW_OP_RANGES;
	return each_item(cond, value, add_number, err);
}

static int parse_duration(const char *value, uint64_t *seconds, struct fw_err *err)
{
	if (fw_duration_parse(value, UINT32_MAX, seconds) == FW_NUM_OK)
		return 0;
	return fw_err_set(err, FW_ERR_MISUSE,
			  "'%s' is not a duration: seconds, or a number with s, m, h or d", value);
}

static struct fw_cond *begin_threshold(void *values, const struct fw_option *option,
				       const char *value)
{
	struct fw_cond *cond = begin(values, option, value);

	cond->field = &fw_flow_fields[option->min];
	cond->where = FW_IN_FLOW;
	cond->op = FW_OP_RANGES;
	return cond;
}

int fw_filter_set_below(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	struct fw_cond *cond = begin_threshold(values, option, value);
	uint64_t seconds;

	if (parse_duration(value, &seconds, err) < 0)
		return -1;
	if (!seconds)
		return fw_err_set(err, FW_ERR_MISUSE, "nothing is below 0");
	fw_cond_add_range(cond, 0, seconds - 1);
	return 0;
}

int fw_filter_set_above(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	struct fw_cond *cond = begin_threshold(values, option, value);
	uint64_t seconds;

	if (parse_duration(value, &seconds, err) < 0)
		return -1;
	fw_cond_add_range(cond, seconds + 1, UINT64_MAX);
	return 0;
}

static int set_sum_above(void *values, const struct fw_option *option, const char *value,
			 const char *key, struct fw_err *err)
{
	struct fw_cond *cond = begin(values, option, value);
	uint64_t number;

	for (cond->field = fw_tuple_tail; strcmp(cond->field->key, key);)
		cond->field++;
	cond->where = FW_IN_ORIG | FW_IN_REPLY;
	cond->op = FW_OP_SUM;
	if (fw_num_parse(value, 0, UINT64_MAX - 1, &number) != FW_NUM_OK)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not a number", value);
	fw_cond_add_range(cond, number + 1, UINT64_MAX);
	return 0;
}

int fw_filter_set_bytes_above(void *values, const struct fw_option *option, const char *value,
			      struct fw_err *err)
{
	return set_sum_above(values, option, value, "bytes", err);
}

int fw_filter_set_packets_above(void *values, const struct fw_option *option, const char *value,
				struct fw_err *err)
{
	return set_sum_above(values, option, value, "packets", err);
}
