/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --by: flows counted by a key that the user names by fields. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "fwctl/base/clock.h"
#include "fwctl/base/num.h"
#include "fwctl/cli/all-netns.h"
#include "fwctl/cli/stamp.h"
#include "fwctl/cli/stats.h"
#include "fwctl/kernel/ct-query.h"

/* ---- the key -----------------------------------------------------------------------------------
 */

/* Only what has few values, or a prefix, makes a group; a time has as many as there are flows. */
static bool can_be_key(const struct fw_field *row)
{
	return row->type != FW_TYPE_TUPLE && row->type != FW_TYPE_TIME;
}

static bool has_name(const char *names, const char *name, size_t length)
{
	const struct fw_option option = { .names = names };

	return names && fw_option_has_name(&option, name, length);
}

/* A row goes by its key in the record, and by the names of its filter options. */
static bool find_in(const struct fw_field *rows, bool tuple, const char *name, size_t length,
		    struct fw_tally_part *part)
{
	for (; rows && !fw_field_is_end(rows); rows++) {
		if (!can_be_key(rows))
			continue;
		part->field = rows;
		part->where = tuple ? FW_IN_ORIG : FW_IN_FLOW;
		if (has_name(rows->key, name, length) ||
		    has_name(rows->option[0].names, name, length))
			return true;
		part->where = FW_IN_REPLY;
		if (tuple && has_name(rows->option[1].names, name, length))
			return true;
	}
	return false;
}

static bool find_field(const char *name, size_t length, struct fw_tally_part *part)
{
	const struct fw_proto *const *proto;

	/* "proto" is the name, though the option of that name filters on the number. */
	if (find_in(fw_flow_fields, false, name, length, part) ||
	    find_in(fw_tuple_head, true, name, length, part) ||
	    find_in(fw_tuple_tail, true, name, length, part))
		return true;
	/* Rows of the same name are in the same place, whatever the protocol. */
	for (proto = fw_protos; *proto; proto++)
		if (find_in((*proto)->tuple, true, name, length, part) ||
		    find_in((*proto)->info, false, name, length, part))
			return true;
	return false;
}

static void add_names(struct fw_buf *names, const struct fw_field *rows, bool tuple)
{
	for (; rows && !fw_field_is_end(rows); rows++) {
		if (!can_be_key(rows) || !rows->key)
			continue;
		fw_buf_printf(names, "%s%s", names->length ? ", " : "", rows->key);
		if (tuple && rows->option[1].names)
			fw_buf_printf(names, ", %.*s", (int)strcspn(rows->option[1].names, "|"),
				      rows->option[1].names);
	}
}

static int unknown_field(const char *name, size_t length, struct fw_err *err)
{
	const struct fw_proto *tcp = fw_proto_by_name(fw_protos, "tcp", 3);
	struct fw_buf names = { 0 };

	add_names(&names, fw_flow_fields, false);
	add_names(&names, fw_tuple_head, true);
	add_names(&names, tcp->tuple, true);
	fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is not a field of a flow", (int)length, name);
	fw_err_hint(err, "there are: %s; and other names of the filter options",
		    fw_buf_text(&names));
	fw_buf_free(&names);
	return -1;
}

/*
 * "/24": IPv4 addresses are cut to 24 bits and IPv6 ones to the 64 of a subnet; "/24/48" says both;
 * "/48" can only be IPv6.
 */
static int parse_lengths(struct fw_tally_part *part, const char *text, size_t length,
			 struct fw_err *err)
{
	const char *second = memchr(text, '/', length);
	size_t first = second ? (size_t)(second - text) : length;
	uint64_t ipv4, ipv6 = 64;

	if (part->field->type != FW_TYPE_ADDR)
		return fw_err_set(err, FW_ERR_MISUSE, "only an address can be cut to a prefix");
	if (fw_num_parse_n(text, first, 0, second ? 32 : 128, &ipv4) != FW_NUM_OK ||
	    (second && fw_num_parse_n(second + 1, length - first - 1, 0, 128, &ipv6) != FW_NUM_OK))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%.*s' is not the length of a prefix: 0 to 32 for IPv4, to 128 "
				  "for IPv6, or both as in 24/64",
				  (int)length, text);
	part->length4 = (uint8_t)(ipv4 > 32 ? 32 : ipv4);
	part->length6 = (uint8_t)(ipv4 > 32 ? ipv4 : ipv6);
	return 0;
}

static int add_part(struct fw_tally_key *key, const char *word, size_t length, struct fw_err *err)
{
	const char *slash = memchr(word, '/', length);
	size_t name = slash ? (size_t)(slash - word) : length;
	struct fw_tally_part *part = &key->parts[key->count];

	if (key->count == FW_TALLY_PARTS)
		return fw_err_set(err, FW_ERR_MISUSE, "a key has at most %d fields",
				  FW_TALLY_PARTS);
	*part = (struct fw_tally_part){
		.name = word, .name_length = name, .length4 = 32, .length6 = 128
	};
	if (!name || !find_field(word, name, part))
		return unknown_field(word, name, err);
	if (slash && parse_lengths(part, slash + 1, length - name - 1, err) < 0)
		return -1;
	key->count++;
	return 0;
}

int fw_stats_set_by(void *values, const struct fw_option *option, const char *value,
		    struct fw_err *err)
{
	struct fw_tally_key *key = (void *)((char *)values + option->offset);
	size_t length;

	key->count = 0;
	for (;; value += length + 1) {
		length = strcspn(value, ",");
		if (add_part(key, value, length, err) < 0)
			return -1;
		if (!value[length])
			return 0;
	}
}

bool fw_stats_wants_netns(const struct fw_tally_key *key)
{
	unsigned int i;

	for (i = 0; i < key->count; i++)
		if (key->parts[i].field == &fw_flow_fields[FW_FIELD_NETNS])
			return true;
	return false;
}

/* ---- counting ----------------------------------------------------------------------------------
 */

/* Keys that --approximate keeps: enough that what is shown is right in almost any table. */
static size_t bound_of(const struct fw_stats_values *values)
{
	if (!values->approximate)
		return 0;
	if (values->top < 1000 || values->top == UINT64_MAX)
		return 10000;
	return (size_t)values->top * 10;
}

/* What is being counted, and where. */
struct count {
	const struct fw_filter *filter;
	struct fw_tally tally;
	const char *netns; /* NULL: where this process is */
};

static int take(void *context, const struct fw_flow *flow)
{
	struct count *count = context;
	struct fw_flow named;

	if (count->netns) {
		named = *flow;
		named.present |= 1ull << FW_FLOW_NETNS;
		named.netns = (struct fw_bytes){ count->netns, strlen(count->netns) };
		flow = &named;
	}
	fw_tally_add(&count->tally, flow);
	return 0;
}

static int count_here(void *context, const char *name, struct fw_err *err)
{
	struct count *count = context;
	const struct fw_filter here = name ? fw_stamp_here(count->filter) : *count->filter;
	const struct fw_ct_query query = { .filter = &here };

	count->netns = name;
	return fw_ct_each(&query, take, count, err);
}

/* -1 with FW_ERR_INCOMPLETE when not all namespaces could be read: the others count. */
static int count_flows(struct fw_cli *cli, const struct fw_stats_values *values,
		       struct count *count)
{
	if (values->all_netns)
		return fw_all_netns_read(cli, count_here, count);
	return count_here(count, NULL, &cli->err);
}

static void say_what_is_left(const struct fw_cli *cli, const struct fw_tally *tally, size_t shown)
{
	if (fw_tally_error(tally))
		fw_cli_note(cli,
			    "%zu keys kept: counts are too high by %llu at most, and by 'error' "
			    "in each row",
			    tally->count, (unsigned long long)fw_tally_error(tally));
	else if (shown < tally->count)
		fw_cli_note(cli, "%zu of %zu groups shown, of %llu flows (--top 0 shows all)",
			    shown, tally->count, (unsigned long long)tally->flows);
}

static void put_groups(struct fw_cli *cli, const struct fw_stats_values *values,
		       const struct fw_report_style *style, struct fw_buf *out,
		       struct fw_groups *groups)
{
	const struct fw_report_format *format = fw_stats_format(values);

	groups->entries = fw_tally_top(groups->tally, (enum fw_tally_order)values->order,
				       values->top ? (size_t)values->top : 10, &groups->count);
	format->groups(out, groups, style);
	if (format == &fw_report_table || format == &fw_report_text)
		say_what_is_left(cli, groups->tally, groups->count);
	free(groups->entries);
}

static int report_groups(struct fw_cli *cli, const struct fw_report_style *style,
			 struct fw_buf *out, void *context)
{
	const struct fw_stats_values *values = context;
	struct count count = { .filter = cli->filter };
	struct fw_groups groups = { .time = fw_clock_read(CLOCK_REALTIME), .tally = &count.tally };
	uint64_t seed = 0;
	int status;

	/* Without random numbers it is only easier to slow down. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = groups.time;
	fw_tally_init(&count.tally, &values->by, bound_of(values), seed);
	status = count_flows(cli, values, &count);
	if (!status || (values->all_netns && cli->err.kind == FW_ERR_INCOMPLETE))
		put_groups(cli, values, style, out, &groups);
	fw_tally_free(&count.tally);
	return status;
}

int fw_stats_run_by(struct fw_cli *cli, const struct fw_stats_values *values)
{
	struct fw_stats_values copy = *values;

	if (!fw_stats_format(values)->groups)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "-o %s has no form for the groups of --by", values->format->name);
	return fw_stats_repeat(cli, values, report_groups, &copy);
}
