/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/flow-options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/filter-values.h"
#include "fwctl/cli/filter-words.h"
#include "fwctl/kernel/labels.h"

/* ---- values ---------------------------------------------------------------------------------- */

static uint64_t number_max(const struct fw_field *field)
{
	if (field->mask)
		return field->mask;
	switch (field->type) {
	case FW_TYPE_U8: return UINT8_MAX;
	case FW_TYPE_U16:
	case FW_TYPE_HEX16: return UINT16_MAX;
	case FW_TYPE_U32: return UINT32_MAX;
	case FW_TYPE_U64: return UINT64_MAX;
	default: return 0;
	}
}

int fw_field_store_number(const struct fw_field *field, uint64_t number, void *record)
{
	void *at = (char *)record + field->offset;

	if (number > number_max(field))
		return -1;
	switch (field->type) {
	case FW_TYPE_U8: *(uint8_t *)at = (uint8_t)number; break;
	case FW_TYPE_U16:
	case FW_TYPE_HEX16: *(uint16_t *)at = (uint16_t)number; break;
	case FW_TYPE_U32: *(uint32_t *)at = (uint32_t)number; break;
	case FW_TYPE_U64: *(uint64_t *)at = number; break;
	default: return -1;
	}
	*(uint64_t *)record |= 1ull << field->bit;
	return 0;
}

static int set_number(const struct fw_field *field, const char *value, void *record,
		      struct fw_err *err)
{
	uint64_t number;

	if (fw_num_parse(value, 0, number_max(field), &number) != FW_NUM_OK ||
	    fw_field_store_number(field, number, record) < 0)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not a number between 0 and %llu",
				  value, (unsigned long long)number_max(field));
	return 0;
}

int fw_flow_take_family(struct fw_flow *flow, uint8_t family, struct fw_err *err)
{
	if (flow->family && flow->family != family)
		return fw_err_set(err, FW_ERR_MISUSE, "the rest of the flow is %s",
				  fw_family_name(flow->family));
	flow->family = family;
	return 0;
}

static int set_addr(struct fw_flow *flow, const struct fw_field *field, const char *value,
		    void *record, struct fw_err *err)
{
	union fw_addr *addr = (void *)((char *)record + field->offset);
	uint8_t family = 0;

	if (fw_addr_parse_n(value, strlen(value), addr, &family) < 0)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not an IPv4 or IPv6 address", value);
	*(uint64_t *)record |= 1ull << field->bit;
	return fw_flow_take_family(flow, family, err);
}

static int set_protocol(struct fw_flow *flow, const char *value, struct fw_err *err)
{
	if (flow->proto)
		return fw_option_given_before(err);
	if (fw_protocol_parse(value, strlen(value), &flow->protonum, err) < 0)
		return -1;
	flow->proto = fw_proto_by_number(fw_protos, flow->protonum);
	return 0;
}

static int set_family(struct fw_flow *flow, const char *value, struct fw_err *err)
{
	uint8_t family = 0;

	if (fw_family_parse(value, strlen(value), &family, err) < 0)
		return -1;
	return fw_flow_take_family(flow, family, err);
}

static int set_word(const struct fw_field *field, const char *value, void *record,
		    struct fw_err *err)
{
	const struct fw_word *word = fw_word_find(field->words, value, strlen(value));
	struct fw_buf accepted = { 0 };

	if (word) {
		*(uint8_t *)((char *)record + field->offset) = (uint8_t)word->value;
		*(uint64_t *)record |= 1ull << field->bit;
		return 0;
	}
	fw_words_print(&accepted, field->words);
	fw_err_set(err, FW_ERR_MISUSE, "'%s' is none of: %s", value, fw_buf_text(&accepted));
	fw_buf_free(&accepted);
	return -1;
}

static int set_string(const struct fw_field *field, const char *value, void *record)
{
	*(struct fw_bytes *)(void *)((char *)record + field->offset) =
		(struct fw_bytes){ value, strlen(value) };
	*(uint64_t *)record |= 1ull << field->bit;
	return 0;
}

int fw_flow_set_state(void *values, const struct fw_option *option, const char *value,
		      struct fw_err *err)
{
	struct fw_flow_reader *reader = values;

	(void)option;
	if (reader->state)
		return fw_option_given_before(err);
	reader->state = value;
	return 0;
}

/* option->data is the field row, option->min the enum fw_where. */
static int set_field(void *values, const struct fw_option *option, const char *value,
		     struct fw_err *err)
{
	struct fw_flow_reader *reader = values;
	struct fw_flow *flow = &reader->write.flow;
	const struct fw_field *field = option->data;
	void *record = option->min == FW_IN_ORIG    ? (void *)&flow->orig
		       : option->min == FW_IN_REPLY ? (void *)&flow->reply
						    : (void *)flow;

	if (field == &fw_flow_fields[FW_FIELD_PROTONUM])
		return set_protocol(flow, value, err);
	if (field->type == FW_TYPE_FAMILY)
		return set_family(flow, value, err);
	if (field->type == FW_TYPE_STATE)
		return fw_flow_set_state(values, option, value, err);
	if (fw_field_present(field, record))
		return fw_option_given_before(err);
	switch (field->type) {
	case FW_TYPE_ADDR: return set_addr(flow, field, value, record, err);
	case FW_TYPE_WORD: return set_word(field, value, record, err);
	case FW_TYPE_STRING: return set_string(field, value, record);
	default: return set_number(field, value, record, err);
	}
}

/* ---- the special ones ------------------------------------------------------------------------ */

int fw_flow_set_timeout(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	struct fw_flow *flow = &((struct fw_flow_reader *)values)->write.flow;
	uint64_t seconds;

	(void)option;
	if (flow->present >> FW_FLOW_TIMEOUT & 1)
		return fw_option_given_before(err);
	if (fw_duration_parse(value, UINT32_MAX, &seconds) != FW_NUM_OK)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%s' is not a duration: seconds, or a number with s, m, h or d",
				  value);
	flow->timeout = (uint32_t)seconds;
	flow->present |= 1ull << FW_FLOW_TIMEOUT;
	return 0;
}

static int add_status(struct fw_flow_reader *reader, const char *word, size_t length,
		      struct fw_err *err)
{
	uint32_t bit = 0;

	if (length == 5 && !strncasecmp(word, "unset", length))
		return 0;
	if (!fw_status_parse(word, length, &bit) && (reader->saved || bit & FW_STATUS_SETTABLE)) {
		/* Of an update the kernel wants that one as the flow has it. */
		reader->write.flow.status |= bit & (FW_STATUS_SETTABLE | FW_STATUS_EXPECTED);
		return 0;
	}
	fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is %s", (int)length, word,
		   bit ? "for the kernel to set" : "not a status");
	return fw_err_hint(err, "accepted: seen-reply, assured, fixed-timeout, unset");
}

int fw_flow_set_status(void *values, const struct fw_option *option, const char *value,
		       struct fw_err *err)
{
	struct fw_flow_reader *reader = values;
	size_t length;

	(void)option;
	reader->write.flow.present |= 1ull << FW_FLOW_STATUS;
	for (;; value += length + 1) {
		length = strcspn(value, ",");
		if (add_status(reader, value, length, err) < 0)
			return -1;
		if (!value[length])
			return 0;
	}
}

int fw_flow_set_mark(void *values, const struct fw_option *option, const char *value,
		     struct fw_err *err)
{
	struct fw_write *write = &((struct fw_flow_reader *)values)->write;
	size_t head = strcspn(value, "/");
	uint64_t mark, mask = 0;

	(void)option;
	if (write->flow.present >> FW_FLOW_MARK & 1)
		return fw_option_given_before(err);
	if (fw_num_parse_n(value, head, 0, UINT32_MAX, &mark) != FW_NUM_OK ||
	    (value[head] && fw_num_parse(value + head + 1, 0, UINT32_MAX, &mask) != FW_NUM_OK))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%s' is not VALUE or VALUE/MASK, numbers from 0 to 0xffffffff",
				  value);
	write->flow.mark = (uint32_t)mark;
	write->flow.present |= 1ull << FW_FLOW_MARK;
	write->has_mark_mask = value[head];
	write->mark_mask = (uint32_t)mask;
	return 0;
}

int fw_label_parse(const struct fw_word *labels, const char *text, size_t length, unsigned int *bit,
		   struct fw_err *err)
{
	uint64_t number;

	if (fw_num_parse_n(text, length, 0, FW_LABELS_MAX, &number) == FW_NUM_OK) {
		*bit = (unsigned int)number;
		return 0;
	}
	for (; labels && labels->name; labels++)
		if (strlen(labels->name) == length && !memcmp(labels->name, text, length)) {
			*bit = (unsigned int)labels->value;
			return 0;
		}
	if (fw_label_find(text, length, &number, err) < 0)
		return -1;
	*bit = (unsigned int)number;
	return 0;
}

int fw_flow_set_label(void *values, const struct fw_option *option, const char *value,
		      struct fw_err *err)
{
	struct fw_flow_reader *reader = values;
	unsigned int bit;
	size_t length;

	for (bit = 0; !value && bit <= FW_LABELS_MAX; bit++)
		fw_write_label(&reader->write, bit, option->min);
	for (; value; value += length + 1) {
		length = strcspn(value, ",");
		if (fw_label_parse(reader->labels, value, length, &bit, err) < 0)
			return -1;
		fw_write_label(&reader->write, bit, option->min);
		if (!value[length])
			break;
	}
	return 0;
}

static int set_label(void *values, const struct fw_option *option, const char *value,
		     struct fw_err *err)
{
	((struct fw_flow_reader *)values)->has_label = true;
	return fw_flow_set_label(values, option, value, err);
}

/* option->min is FW_OP_SRC_NAT or FW_OP_DST_NAT. */
static int set_nat(void *values, const struct fw_option *option, const char *value,
		   struct fw_err *err)
{
	struct fw_write *write = &((struct fw_flow_reader *)values)->write;
	struct fw_nat *nat = option->min == FW_OP_SRC_NAT ? &write->src_nat : &write->dst_nat;
	struct fw_prefix prefix;

	if (nat->wanted)
		return fw_option_given_before(err);
	if (fw_addr_port_parse(value, &prefix, &nat->has_port, &nat->port) < 0 ||
	    prefix.length != fw_family_bits(prefix.family))
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not an address or ADDR:PORT", value);
	nat->wanted = true;
	nat->addr = prefix.addr;
	return fw_flow_take_family(&write->flow, prefix.family, err);
}

/* The flow that it belongs to. option->min is an enum fw_tuple_bit. */
static int set_master(void *values, const struct fw_option *option, const char *value,
		      struct fw_err *err)
{
	struct fw_flow *flow = &((struct fw_flow_reader *)values)->write.flow;
	struct fw_tuple *master = &flow->master;

	if (fw_tuple_has(master, (enum fw_tuple_bit)option->min))
		return fw_option_given_before(err);
	flow->present |= 1ull << FW_FLOW_MASTER;
	if (option->min != FW_TUPLE_PROTO)
		return option->min == FW_TUPLE_SRC || option->min == FW_TUPLE_DST
			       ? set_addr(flow, option->data, value, master, err)
			       : set_number(option->data, value, master, err);
	master->present |= 1ull << FW_TUPLE_PROTO;
	return fw_protocol_parse(value, strlen(value), &master->protonum, err);
}

static int set_verb(void *values, const struct fw_option *option, const char *value,
		    struct fw_err *err)
{
	struct fw_write *write = &((struct fw_flow_reader *)values)->write;

	(void)value;
	if (write->verb)
		return fw_err_set(err, FW_ERR_MISUSE, "one of -A, -I, -U, -D and -F is enough");
	write->verb = (enum fw_write_verb)option->min;
	return 0;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Helpers are for protocols that have ports. */
static const struct fw_field master_ports[] = {
	{ .type = FW_TYPE_U16, .offset = offsetof(struct fw_tuple, sport), .bit = FW_TUPLE_SPORT },
	{ .type = FW_TYPE_U16, .offset = offsetof(struct fw_tuple, dport), .bit = FW_TUPLE_DPORT },
};

/* clang-format off */
static const struct fw_option special_options[] = {
	{ .names = "timeout", .letter = 't', .arg = "DURATION", .set = fw_flow_set_timeout,
	  .help = "how long it is remembered if no packet comes" },
	{ .names = "status", .letter = 'u', .arg = "STATUS[,...]", .set = fw_flow_set_status,
	  .help = "seen-reply, assured, fixed-timeout; unset: none" },
	{ .names = "mark", .letter = 'm', .arg = "VALUE[/MASK]", .set = fw_flow_set_mark,
	  .help = "packet mark kept with the flow" },
	{ .names = "label-add", .arg = "NAME[,...]", .set = fw_flow_set_label, .min = true,
	  .help = "labels, by the names of connlabel.conf or by number" },
	{ .names = "label", .letter = 'l', .arg = "NAME[,...]", .set = set_label, .min = true,
	  .help = "the same" },
	{ .names = "src-nat", .letter = 'n', .arg = "ADDR[:PORT]", .set = set_nat,
	  .min = FW_OP_SRC_NAT, .help = "translate the source to that" },
	{ .names = "dst-nat", .letter = 'g', .arg = "ADDR[:PORT]", .set = set_nat,
	  .min = FW_OP_DST_NAT, .help = "translate the destination to that" },
	{ .names = "master-proto", .arg = "NAME|NUMBER", .set = set_master, .min = FW_TUPLE_PROTO,
	  .help = "make it an expected flow: the protocol of the flow that it belongs to" },
	{ .names = "master-src", .arg = "ADDR", .set = set_master, .min = FW_TUPLE_SRC,
	  .data = &fw_tuple_head[0], .help = "and the source of that flow" },
	{ .names = "master-dst", .arg = "ADDR", .set = set_master, .min = FW_TUPLE_DST,
	  .data = &fw_tuple_head[1], .help = "its destination" },
	{ .names = "master-sport", .arg = "PORT", .set = set_master, .min = FW_TUPLE_SPORT,
	  .data = &master_ports[0], .help = "its source port" },
	{ .names = "master-dport", .arg = "PORT", .set = set_master, .min = FW_TUPLE_DPORT,
	  .data = &master_ports[1], .help = "its destination port" },
	{ 0 },
};

const struct fw_option fw_verb_options[] = {
	{ .names = "add", .letter = 'A', .set = set_verb, .min = FW_WRITE_ADD, .help = "" },
	{ .names = "create", .letter = 'I', .set = set_verb, .min = FW_WRITE_CREATE, .help = "" },
	{ .names = "update", .letter = 'U', .set = set_verb, .min = FW_WRITE_UPDATE, .help = "" },
	{ .names = "delete", .letter = 'D', .set = set_verb, .min = FW_WRITE_DELETE, .help = "" },
	{ .names = "flush", .letter = 'F', .set = set_verb, .min = FW_WRITE_FLUSH, .help = "" },
	{ .names = "label-del", .arg = "[NAME[,...]]", .set = fw_flow_set_label, .min = false,
	  .help = "" },
	{ 0 },
};
/* clang-format on */

/* One value where a filter takes several, or a range. */
static const char *single_arg(const struct fw_field *field)
{
	if (field->type == FW_TYPE_ADDR)
		return "ADDR";
	return !strncmp(field->arg, "PORT", 4) ? "PORT" : field->arg;
}

static bool is_value(const struct fw_option *row)
{
	/* The id is the kernel's to choose, and the line is in the mark. */
	return row->set == fw_filter_set_field && row->data != &fw_flow_fields[FW_FIELD_ID] &&
	       row->data != &fw_flow_fields[FW_FIELD_FLOW_LINE];
}

struct fw_option *fw_flow_options(void)
{
	struct fw_option *rows = fw_filter_source.options(), *row, *kept = rows;
	size_t count, special = sizeof(special_options) / sizeof(special_options[0]);

	for (row = rows; row->names; row++) {
		if (!is_value(row))
			continue;
		*kept = *row;
		kept->arg = single_arg(kept->data);
		kept++->set = set_field;
	}
	count = (size_t)(kept - rows);
	rows = fw_realloc_array(rows, count + special, sizeof(*rows));
	memcpy(rows + count, special_options, sizeof(special_options));
	return rows;
}

/* ---- the end --------------------------------------------------------------------------------- */

static int resolve_state(struct fw_flow *flow, const char *state, struct fw_err *err)
{
	const struct fw_word *word;

	if (!flow->proto || !flow->proto->states)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "--state %s: only tcp, sctp and dccp have one", state);
	word = fw_word_find(flow->proto->states, state, strlen(state));
	if (!word)
		return fw_err_set(err, FW_ERR_MISUSE, "--state: '%s' is not a state of %s", state,
				  flow->proto->name);
	flow->state = (uint8_t)word->value;
	flow->present |= 1ull << FW_FLOW_STATE;
	return 0;
}

int fw_flow_reader_finish(struct fw_flow_reader *reader, struct fw_err *err)
{
	struct fw_write *write = &reader->write;

	if (reader->state && resolve_state(&write->flow, reader->state, err) < 0)
		return -1;
	return fw_write_complete(write, err);
}
