/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-attrs.h"

#include <endian.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define for_each(attr, attrs)                                                                      \
	for ((attr) = (attrs).first;                                                               \
	     mnl_attr_ok((attr), (int)((char *)(attrs).first + (attrs).size - (char *)(attr)));    \
	     (attr) = mnl_attr_next(attr))

struct fw_attr_list fw_attrs_nested(const struct nlattr *attr)
{
	return (struct fw_attr_list){ mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr) };
}

struct fw_attr_list fw_attrs_of_message(const struct nlmsghdr *message)
{
	return (struct fw_attr_list){
		mnl_nlmsg_get_payload_offset(message, sizeof(struct nfgenmsg)),
		mnl_nlmsg_get_payload_len(message) - sizeof(struct nfgenmsg)
	};
}

struct nlattr *fw_attrs_find(struct fw_attr_list attrs, uint16_t type)
{
	struct nlattr *attr;

	for_each(attr, attrs) if (mnl_attr_get_type(attr) == type) return attr;
	return NULL;
}

const char *fw_attrs_text(struct fw_attr_list attrs, uint16_t type)
{
	const struct nlattr *attr = fw_attrs_find(attrs, type);

	return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 ? mnl_attr_get_str(attr)
									 : "";
}

/* --- counters ------------------------------------------------------------------------------ */

static bool is_counter(struct fw_attr_list expr)
{
	const struct nlattr *name = fw_attrs_find(expr, NFTA_EXPR_NAME);

	return name && mnl_attr_get_payload_len(name) == sizeof("counter") &&
	       !memcmp(mnl_attr_get_payload(name), "counter", sizeof("counter"));
}

static bool counter_data(struct fw_attr_list expr, struct fw_attr_list *data)
{
	const struct nlattr *attr = fw_attrs_find(expr, NFTA_EXPR_DATA);

	if (!is_counter(expr) || !attr)
		return false;
	*data = fw_attrs_nested(attr);
	return true;
}

bool fw_attrs_counter(struct fw_attr_list list, struct fw_attr_list *data)
{
	struct nlattr *attr;

	if (counter_data(list, data))
		return true;
	for_each(attr, list) if (mnl_attr_get_type(attr) == NFTA_LIST_ELEM &&
				 counter_data(fw_attrs_nested(attr), data)) return true;
	return false;
}

static void copy_counter(struct fw_attr_list to, struct fw_attr_list from)
{
	static const uint16_t types[] = { NFTA_COUNTER_PACKETS, NFTA_COUNTER_BYTES };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct nlattr *target = fw_attrs_find(to, types[i]);
		struct nlattr *source = fw_attrs_find(from, types[i]);

		if (target && source && mnl_attr_get_payload_len(target) == sizeof(uint64_t) &&
		    mnl_attr_get_payload_len(source) == sizeof(uint64_t))
			memcpy(mnl_attr_get_payload(target), mnl_attr_get_payload(source),
			       sizeof(uint64_t));
	}
}

void fw_attrs_carry_counter(struct fw_attr_list to, struct fw_attr_list from, uint16_t type)
{
	const struct nlattr *target = fw_attrs_find(to, type);
	const struct nlattr *source = fw_attrs_find(from, type);
	struct fw_attr_list target_counter, source_counter;

	if (target && source && fw_attrs_counter(fw_attrs_nested(target), &target_counter) &&
	    fw_attrs_counter(fw_attrs_nested(source), &source_counter))
		copy_counter(target_counter, source_counter);
}

uint64_t fw_attrs_u64(struct fw_attr_list attrs, uint16_t type)
{
	const struct nlattr *attr = fw_attrs_find(attrs, type);
	uint64_t value = 0;
	uint32_t half;

	if (attr && mnl_attr_get_payload_len(attr) == sizeof(half)) {
		memcpy(&half, mnl_attr_get_payload(attr), sizeof(half));
		return be32toh(half);
	}
	if (attr && mnl_attr_get_payload_len(attr) == sizeof(value))
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
	return be64toh(value);
}

/* --- comparing ----------------------------------------------------------------------------- */

static struct nlattr *find_nth(struct fw_attr_list attrs, uint16_t type, size_t n)
{
	struct nlattr *attr;

	for_each(attr, attrs) if (mnl_attr_get_type(attr) == type && n-- == 0) return attr;
	return NULL;
}

static size_t count_type(struct fw_attr_list attrs, uint16_t type, const struct nlattr *before)
{
	struct nlattr *attr;
	size_t count = 0;

	for_each(attr, attrs)
	{
		if (attr == before)
			break;
		count += mnl_attr_get_type(attr) == type;
	}
	return count;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
	while (size)
		if (bytes[--size])
			return false;
	return true;
}

/* Equal, but for zeros behind: names come with and without their NUL. */
static bool same_bytes(struct fw_attr_list a, struct fw_attr_list b)
{
	const uint8_t *x = (const uint8_t *)a.first, *y = (const uint8_t *)b.first;
	size_t size = a.size < b.size ? a.size : b.size;

	return !memcmp(x, y, size) && all_zero(x + size, a.size - size) &&
	       all_zero(y + size, b.size - size);
}

static bool value_matches(const struct nlattr *expected, const struct nlattr *actual)
{
	struct fw_attr_list value = fw_attrs_nested(expected);

	if (!actual)
		return all_zero((const uint8_t *)value.first, value.size);
	if (expected->nla_type & NLA_F_NESTED)
		return fw_attrs_match(value, fw_attrs_nested(actual), 0);
	return same_bytes(value, fw_attrs_nested(actual));
}

bool fw_attrs_match(struct fw_attr_list expected, struct fw_attr_list actual, uint64_t ignore)
{
	struct nlattr *attr;

	if (is_counter(expected))
		return is_counter(actual);
	for_each(attr, expected)
	{
		uint16_t type = mnl_attr_get_type(attr);
		size_t nth = count_type(expected, type, attr);

		if (type < 64 && ignore & 1ull << type)
			continue;
		if (!value_matches(attr, find_nth(actual, type, nth)))
			return false;
		if (count_type(expected, type, NULL) < count_type(actual, type, NULL))
			return false;
	}
	return true;
}
