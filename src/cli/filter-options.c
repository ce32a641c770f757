/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From field rows to option rows. An option row that stands for a field carries a pointer to a
 * "slot" in its `data`: which field, and where in the flow to look for it.
 */
#include "fwctl/cli/filter-options.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/filter-values.h"
#include "fwctl/cli/stamp.h"
#include "fwctl/model/expect.h"

/* The special options: those that are not simply "this field equals that". */
/* clang-format off */
static const struct fw_option special_options[] = {
	{ .names = "status", .letter = 'u', .arg = "STATUS[,...]", .set = fw_filter_set_status,
	  .help = "status bits that are all set; !STATUS: not set" },
	{ .names = "mark", .letter = 'm', .arg = "VALUE[/MASK]", .set = fw_filter_set_mark,
	  .help = "packet mark kept with the flow" },
	{ .names = "label", .letter = 'l', .arg = "NAME[,...]", .set = fw_filter_set_label,
	  .help = "labels that are all set, by the names of connlabel.conf or by number" },
	{ .names = "src-nat", .letter = 'n', .arg = "[ADDR]", .set = fw_filter_set_nat,
	  .min = FW_OP_SRC_NAT, .help = "source translated (to ADDR[/PREFIX] or ADDR:PORT)" },
	{ .names = "dst-nat", .letter = 'g', .arg = "[ADDR]", .set = fw_filter_set_nat,
	  .min = FW_OP_DST_NAT, .help = "destination translated (to ADDR[/PREFIX] or ADDR:PORT)" },
	{ .names = "any-nat", .letter = 'j', .arg = "[ADDR]", .set = fw_filter_set_nat,
	  .min = FW_OP_ANY_NAT, .help = "source or destination translated" },
	{ .names = "mask-src", .arg = "NETMASK", .set = fw_filter_set_netmask,
	  .min = FW_TUPLE_SRC, .help = "-s names a network of that netmask" },
	{ .names = "mask-dst", .arg = "NETMASK", .set = fw_filter_set_netmask,
	  .min = FW_TUPLE_DST, .help = "-d names a network of that netmask" },
	{ .names = "addr", .arg = "ADDR[/PREFIX]", .set = fw_filter_set_any_addr,
	  .help = "address at either end, in either direction" },
	{ .names = "port", .arg = "PORT[:PORT]", .set = fw_filter_set_any_port,
	  .help = "port at either end, in either direction" },
	{ .names = "timeout-below", .arg = "DURATION", .set = fw_filter_set_below,
	  .min = FW_FIELD_TIMEOUT, .help = "less time left than that" },
	{ .names = "timeout-above", .arg = "DURATION", .set = fw_filter_set_above,
	  .min = FW_FIELD_TIMEOUT, .help = "more time left than that" },
	{ .names = "age-above", .arg = "DURATION", .set = fw_filter_set_above,
	  .min = FW_FIELD_AGE, .help = "older than that (needs nf_conntrack_timestamp=1)" },
	{ .names = "bytes-above", .arg = "N", .set = fw_filter_set_bytes_above,
	  .help = "more bytes in both directions together (needs nf_conntrack_acct=1)" },
	{ .names = "packets-above", .arg = "N", .set = fw_filter_set_packets_above,
	  .help = "more packets in both directions together (needs nf_conntrack_acct=1)" },
	{ .names = "not", .set = fw_filter_set_not, .help = "negate the condition that follows" },
	{ 0 },
};
/* clang-format on */

/* A growing array of rows; names of a protocol's option may have come already from another. */
struct rows {
	struct fw_option *options;
	size_t count, capacity;
};

static bool have_row(const struct rows *rows, const char *names)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		if (!strcmp(rows->options[i].names, names))
			return true;
	return false;
}

static void add_row(struct rows *rows, const struct fw_option *option)
{
	fw_array_grow(&rows->options, &rows->capacity, rows->count, sizeof(*option));
	rows->options[rows->count++] = *option;
}

static void add_field(struct rows *rows, const struct fw_field *field, int direction,
		      enum fw_where where)
{
	const struct fw_field_option *names = &field->option[direction];
	struct fw_option option = {
		.names = names->names,
		.letter = names->letter,
		.arg = field->arg,
		.help = field->help,
		.set = fw_filter_set_field,
		.min = where,
		.data = field,
	};

	if (names->names && !have_row(rows, names->names))
		add_row(rows, &option);
}

static void add_flow_fields(struct rows *rows, const struct fw_field *field)
{
	for (; !fw_field_is_end(field); field++)
		add_field(rows, field, 0, FW_IN_FLOW);
}

static void add_tuple_fields(struct rows *rows, const struct fw_field *field)
{
	for (; !fw_field_is_end(field); field++) {
		add_field(rows, field, 0, FW_IN_ORIG);
		add_field(rows, field, 1, FW_IN_REPLY);
	}
}

static struct fw_option *filter_options(void)
{
	static const struct fw_option end = { 0 };
	const struct fw_proto *const *proto;
	const struct fw_option *special;
	struct rows rows = { 0 };

	add_flow_fields(&rows, fw_flow_fields);
	add_tuple_fields(&rows, fw_tuple_head);
	for (proto = fw_protos; *proto; proto++) {
		add_tuple_fields(&rows, (*proto)->tuple);
		if ((*proto)->info)
			add_flow_fields(&rows, (*proto)->info);
	}
	add_tuple_fields(&rows, fw_tuple_tail);
	for (special = special_options; special->names; special++)
		add_row(&rows, special);
	add_row(&rows, &end);
	return rows.options;
}

/* ---- conditions that cannot hold together ---------------------------------------------------- */

static bool is_row_of(const struct fw_field *row, const struct fw_field *rows)
{
	for (; rows && !fw_field_is_end(rows); rows++)
		if (rows->bit == row->bit && rows->offset == row->offset &&
		    (rows->key == row->key ||
		     (rows->key && row->key && !strcmp(rows->key, row->key))))
			return true;
	return false;
}

static bool is_common_field(const struct fw_field *row)
{
	return is_row_of(row, fw_flow_fields) || is_row_of(row, fw_tuple_head) ||
	       is_row_of(row, fw_tuple_tail);
}

static bool names_proto(const struct fw_cond *cond, const struct fw_proto *proto)
{
	size_t i;

	for (i = 0; i < cond->range_count; i++)
		if (fw_proto_by_number(fw_protos, (uint8_t)cond->ranges[i].from) == proto)
			return true;
	return false;
}

static bool has_ports(const struct fw_proto *proto)
{
	return !fw_field_is_end(proto->tuple) && proto->tuple->bit == FW_TUPLE_SPORT;
}

/* Whether a flow of that protocol can satisfy the condition at all. */
static bool proto_can_match(const struct fw_cond *cond, const struct fw_proto *proto)
{
	size_t i;

	if (cond->field == &fw_flow_fields[FW_FIELD_PROTONUM])
		return names_proto(cond, proto) != cond->negated ||
		       (cond->negated && fw_proto_is_generic(proto));
	if (cond->negated)
		return true;
	/* A translation, perhaps to a port. */
	if (!cond->field)
		return !cond->range_count || has_ports(proto);
	if (cond->op == FW_OP_STATES) {
		for (i = 0; i < cond->state_count; i++)
			if (cond->states[i].proto == proto)
				return true;
		return false;
	}
	return is_common_field(cond->field) || is_row_of(cond->field, proto->tuple) ||
	       is_row_of(cond->field, proto->info);
}

static bool protos_exclude(const struct fw_cond *a, const struct fw_cond *b)
{
	const struct fw_proto *const *proto;

	for (proto = fw_protos; *proto; proto++)
		if (proto_can_match(a, *proto) && proto_can_match(b, *proto))
			return false;
	return true;
}

/* The families a condition leaves possible: bit 0 for IPv4, bit 1 for IPv6. */
static unsigned int families_of(const struct fw_cond *cond)
{
	const struct fw_proto *const *proto;
	unsigned int families = 0;
	size_t i;

	if (cond->field == &fw_flow_fields[FW_FIELD_FAMILY]) {
		for (i = 0; i < cond->range_count; i++)
			families |= cond->ranges[i].from == FW_FAMILY_IPV4 ? 1 : 2;
		return cond->negated ? 3 & ~families : families;
	}
	if (cond->negated)
		return 3;
	if (cond->prefix_count) {
		for (i = 0; i < cond->prefix_count; i++)
			families |= cond->prefixes[i].family == FW_FAMILY_IPV4 ? 1 : 2;
		return families;
	}
	for (proto = fw_protos; *proto; proto++)
		if (proto_can_match(cond, *proto))
			families |= (*proto)->family == FW_FAMILY_IPV4   ? 1
				    : (*proto)->family == FW_FAMILY_IPV6 ? 2
									 : 3;
	return families;
}

static bool ranges_meet(const struct fw_cond *a, const struct fw_cond *b)
{
	size_t i, j;

	for (i = 0; i < a->range_count; i++)
		for (j = 0; j < b->range_count; j++)
			if (a->ranges[i].from <= b->ranges[j].to &&
			    b->ranges[j].from <= a->ranges[i].to)
				return true;
	return false;
}

static bool prefixes_meet(const struct fw_cond *a, const struct fw_cond *b)
{
	const struct fw_prefix *one, *other;
	size_t i, j;

	for (i = 0; i < a->prefix_count; i++)
		for (j = 0; j < b->prefix_count; j++) {
			one = &a->prefixes[i];
			other = &b->prefixes[j];
			if (one->family == other->family &&
			    (fw_prefix_covers(one, other) || fw_prefix_covers(other, one)))
				return true;
		}
	return false;
}

static bool texts_meet(const struct fw_cond *a, const struct fw_cond *b)
{
	size_t i, j;

	for (i = 0; i < a->text_count; i++)
		for (j = 0; j < b->text_count; j++)
			if (!strcmp(a->texts[i], b->texts[j]))
				return true;
	return false;
}

static bool states_meet(const struct fw_cond *a, const struct fw_cond *b)
{
	size_t i, j;

	for (i = 0; i < a->state_count; i++)
		for (j = 0; j < b->state_count; j++)
			if (a->states[i].proto == b->states[j].proto &&
			    a->states[i].states & b->states[j].states)
				return true;
	return false;
}

/* Whether two conditions on one thing, which has one value, name no value together. */
static bool values_exclude(const struct fw_cond *a, const struct fw_cond *b)
{
	if (a->negated != b->negated)
		return !strcmp(a->option, b->option);
	/* --addr and --port look in several places. */
	if (a->negated || a->field != b->field || a->op != b->op || a->where != b->where ||
	    a->other || b->other)
		return false;
	switch (a->op) {
	case FW_OP_RANGES:
	case FW_OP_SUM: return !ranges_meet(a, b);
	case FW_OP_PREFIXES: return !prefixes_meet(a, b);
	case FW_OP_BITS: return ((a->value ^ b->value) & a->mask & b->mask) != 0;
	case FW_OP_TEXT: return !texts_meet(a, b);
	case FW_OP_STATES: return !states_meet(a, b);
	default: return false;
	}
}

static int exclude(const struct fw_cond *a, const struct fw_cond *b, struct fw_err *err)
{
	return fw_err_set(
		err, FW_ERR_MISUSE, "%s%s and %s%s exclude each other: no flow can match both",
		a->negated ? "--not " : "", a->option, b->negated ? "--not " : "", b->option);
}

static int finish(struct fw_filter_reader *reader, struct fw_err *err)
{
	const struct fw_filter *filter = reader->filter;
	size_t i, j;

	if (reader->negate_next)
		return fw_err_set(err, FW_ERR_MISUSE, "--not needs a condition behind it");
	if (fw_filter_apply_netmasks(reader, err) < 0)
		return -1;
	for (i = 0; i < filter->count; i++)
		for (j = 0; j < i; j++) {
			const struct fw_cond *a = &filter->conds[j], *b = &filter->conds[i];

			if (families_of(a) & families_of(b) && !protos_exclude(a, b) &&
			    !values_exclude(a, b))
				continue;
			return exclude(a, b, err);
		}
	return 0;
}

int fw_filter_check_expects(const struct fw_filter *filter, struct fw_err *err)
{
	const struct fw_cond *unfit = fw_expect_unfit(filter);

	if (!unfit)
		return 0;
	return fw_err_set(err, FW_ERR_MISUSE,
			  "%s says nothing about an expectation, only about a flow", unfit->option);
}

const struct fw_filter_source fw_filter_source = {
	.options = filter_options,
	.finish = finish,
	.prepare = fw_stamp_prepare,
};
