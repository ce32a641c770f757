/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/load-json.h"

#include <string.h>

#include "fwctl/cli/filter-words.h"
#include "fwctl/cli/flow-options.h"

static int wrong(struct fw_err *err, const char *key, const char *what)
{
	return fw_err_set(err, FW_ERR_FAILED, "\"%s\" is not %s", key, what);
}

/* ---- single values --------------------------------------------------------------------------- */

static int take_number(const struct fw_field *row, const json_t *value, void *record,
		       struct fw_err *err)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    fw_field_store_number(row, (uint64_t)json_integer_value(value), record) < 0)
		return wrong(err, row->key, "a number that fits");
	return 0;
}

static int take_addr(struct fw_flow *flow, const struct fw_field *row, const json_t *value,
		     void *record, struct fw_err *err)
{
	const char *text = json_string_value(value);
	uint8_t family;

	if (!text || fw_addr_parse_n(text, json_string_length(value),
				     (void *)((char *)record + row->offset), &family) < 0)
		return wrong(err, row->key, "an address");
	if (flow->family && flow->family != family)
		return wrong(err, row->key, "of the flow's family");
	flow->family = family;
	*(uint64_t *)record |= 1ull << row->bit;
	return 0;
}

static int take_word(const struct fw_field *row, const json_t *value, void *record,
		     struct fw_err *err)
{
	const struct fw_word *word = NULL;

	if (json_is_string(value))
		word = fw_word_find(row->words, json_string_value(value),
				    json_string_length(value));
	if (!word)
		return wrong(err, row->key, "one of its words");
	*(uint8_t *)((char *)record + row->offset) = (uint8_t)word->value;
	*(uint64_t *)record |= 1ull << row->bit;
	return 0;
}

static int take_string(const struct fw_field *row, const json_t *value, void *record,
		       struct fw_err *err)
{
	if (!json_is_string(value))
		return wrong(err, row->key, "a string");
	*(struct fw_bytes *)(void *)((char *)record + row->offset) =
		(struct fw_bytes){ json_string_value(value), json_string_length(value) };
	*(uint64_t *)record |= 1ull << row->bit;
	return 0;
}

/* The field of that row, if the object has it. */
static int take_field(struct fw_flow *flow, const struct fw_field *row, const json_t *object,
		      void *record, struct fw_err *err)
{
	const json_t *value = row->key ? json_object_get(object, row->key) : NULL;

	if (!value)
		return 0;
	switch (row->type) {
	case FW_TYPE_ADDR: return take_addr(flow, row, value, record, err);
	case FW_TYPE_WORD: return take_word(row, value, record, err);
	case FW_TYPE_STRING: return take_string(row, value, record, err);
	default: return take_number(row, value, record, err);
	}
}

static int take_rows(struct fw_flow *flow, const struct fw_field *row, const json_t *object,
		     void *record, struct fw_err *err)
{
	for (; row && !fw_field_is_end(row); row++)
		if (take_field(flow, row, object, record, err) < 0)
			return -1;
	return 0;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int take_status(struct fw_write *write, const json_t *value, struct fw_err *err)
{
	const json_t *item;
	uint32_t bit;
	size_t i;

	if (!json_is_array(value))
		return wrong(err, "status", "a list");
	json_array_foreach(value, i, item)
	{
		if (!json_is_string(item) ||
		    fw_status_parse(json_string_value(item), json_string_length(item), &bit) < 0)
			return wrong(err, "status", "a list of status words");
		write->flow.status |= bit;
	}
	write->flow.present |= 1ull << FW_FLOW_STATUS;
	return 0;
}

static int take_labels(struct fw_write *write, const json_t *value, const struct fw_word *labels,
		       struct fw_err *err)
{
	const json_t *item;
	unsigned int bit;
	size_t i;

	if (!json_is_array(value))
		return wrong(err, "labels", "a list");
	json_array_foreach(value, i, item)
	{
		if (!json_is_string(item))
			return wrong(err, "labels", "a list of strings");
		if (fw_label_parse(labels, json_string_value(item), json_string_length(item), &bit,
				   err) < 0)
			return -1;
		fw_write_label(write, bit, true);
	}
	return 0;
}

/* ---- the flow -------------------------------------------------------------------------------- */

/* By number, because "unknown" is the name of many. */
static int take_protocol(struct fw_flow *flow, const json_t *root, struct fw_err *err)
{
	const json_t *number = json_object_get(root, "protonum"),
		     *name = json_object_get(root, "proto");

	if (json_is_integer(number) && json_integer_value(number) >= 0 &&
	    json_integer_value(number) <= UINT8_MAX)
		flow->protonum = (uint8_t)json_integer_value(number);
	else if (number)
		return wrong(err, "protonum", "the number of a protocol");
	else if (!json_is_string(name))
		return wrong(err, "proto", "there");
	else if (fw_protocol_parse(json_string_value(name), json_string_length(name),
				   &flow->protonum, err) < 0)
		return -1;
	flow->proto = fw_proto_by_number(fw_protos, flow->protonum);
	return 0;
}

/* The addresses are then held against it. */
static int take_family(struct fw_flow *flow, const json_t *value, struct fw_err *err)
{
	if (!value)
		return 0;
	if (!json_is_string(value))
		return wrong(err, "family", "a string");
	return fw_family_parse(json_string_value(value), json_string_length(value), &flow->family,
			       err);
}

static int take_direction(struct fw_flow *flow, const char *key, const json_t *object,
			  struct fw_tuple *tuple, struct fw_err *err)
{
	if (!object)
		return 0;
	if (!json_is_object(object))
		return wrong(err, key, "an object");
	if (take_rows(flow, fw_tuple_head, object, tuple, err) < 0 ||
	    take_rows(flow, flow->proto->tuple, object, tuple, err) < 0 ||
	    take_rows(flow, fw_tuple_tail, object, tuple, err) < 0)
		return fw_err_prefix(err, "\"%s\"", key);
	return 0;
}

/* The flow that an expected one belongs to: of a protocol of its own. */
static int take_master(struct fw_flow *flow, const json_t *object, struct fw_err *err)
{
	struct fw_tuple *master = &flow->master;

	if (!object)
		return 0;
	if (!json_is_object(object))
		return wrong(err, "master", "an object");
	if (take_field(flow, &fw_tuple_proto, object, master, err) < 0 ||
	    take_rows(flow, fw_tuple_head, object, master, err) < 0 ||
	    take_rows(flow, fw_proto_by_number(fw_protos, master->protonum)->tuple, object, master,
		      err) < 0)
		return fw_err_prefix(err, "\"master\"");
	flow->present |= 1ull << FW_FLOW_MASTER;
	return 0;
}

static int take_flow(struct fw_write *write, const json_t *root, const struct fw_word *labels,
		     struct fw_err *err)
{
	static const enum fw_flow_field plain[] = { FW_FIELD_TIMEOUT, FW_FIELD_MARK, FW_FIELD_ZONE,
						    FW_FIELD_HELPER };
	const json_t *status = json_object_get(root, "status"),
		     *named = json_object_get(root, "labels");
	struct fw_flow *flow = &write->flow;
	size_t i;

	if (take_protocol(flow, root, err) < 0 ||
	    take_family(flow, json_object_get(root, "family"), err) < 0)
		return -1;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (take_field(flow, &fw_flow_fields[plain[i]], root, flow, err) < 0)
			return -1;
	if (take_rows(flow, flow->proto->info, root, flow, err) < 0 ||
	    take_direction(flow, "orig", json_object_get(root, "orig"), &flow->orig, err) < 0 ||
	    take_direction(flow, "reply", json_object_get(root, "reply"), &flow->reply, err) < 0 ||
	    take_master(flow, json_object_get(root, "master"), err) < 0)
		return -1;
	if (status && take_status(write, status, err) < 0)
		return -1;
	return named ? take_labels(write, named, labels, err) : 0;
}

int fw_json_read(const char *text, size_t length, const struct fw_word *labels,
		 struct fw_write *write, json_t **root, struct fw_err *err)
{
	json_error_t error;

	*root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!*root)
		return fw_err_set(err, FW_ERR_FAILED, "not JSON: %s", error.text);
	if (json_object_get(*root, "event"))
		return fw_err_set(err, FW_ERR_FAILED, "this is an event, not a flow of the table");
	if (json_object_get(*root, "expected"))
		return fw_err_set(err, FW_ERR_FAILED, "this is an expectation, not a flow");
	write->verb = FW_WRITE_ADD;
	if (take_flow(write, *root, labels, err) < 0)
		return -1;
	return fw_write_complete(write, err);
}
