/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading netlink attributes on the hot path. libmnl's functions do the same checks, but a call
 * for each step costs more than the step when millions of flows are read; these inline ones check
 * the same lengths. Everything that builds messages uses libmnl.
 */
#ifndef FWCTL_KERNEL_ATTR_H
#define FWCTL_KERNEL_ATTR_H

#include <endian.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * Whether a whole message stands at `message`, `left` bytes before the end. As mnl_nlmsg_ok(), which
 * takes a length of 2 GiB and more for a negative one, and believes it.
 */
static inline bool fw_message_fits(const struct nlmsghdr *message, int left)
{
	return left >= (int)sizeof(*message) && message->nlmsg_len >= sizeof(*message) &&
	       message->nlmsg_len <= (uint32_t)left;
}

/* A run of attributes: a message's or a nest's payload. */
struct fw_attrs {
	const char *at, *end;
};

static inline uint16_t fw_attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

static inline const void *fw_attr_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static inline size_t fw_attr_length(const struct nlattr *attr)
{
	return attr->nla_len - (size_t)NLA_HDRLEN;
}

/*
 * The next attribute, or NULL at the end; a header or payload that would reach past the end is the
 * end too, so that a damaged message is never read outside its bounds.
 */
static inline const struct nlattr *fw_attrs_next(struct fw_attrs *attrs)
{
	const struct nlattr *attr = (const void *)attrs->at;
	size_t left = (size_t)(attrs->end - attrs->at), step;

	if (left < sizeof(*attr) || attr->nla_len < sizeof(*attr) || attr->nla_len > left)
		return NULL;
	step = NLA_ALIGN(attr->nla_len);
	attrs->at = step < left ? attrs->at + step : attrs->end;
	return attr;
}

static inline struct fw_attrs fw_attr_nest(const struct nlattr *attr)
{
	const char *data = fw_attr_data(attr);

	return (struct fw_attrs){ data, data + fw_attr_length(attr) };
}

/* The attributes of a message behind a family header of `header` bytes. */
static inline struct fw_attrs fw_message_attrs(const struct nlmsghdr *message, size_t header)
{
	const char *data = (const char *)message + NLMSG_HDRLEN + NLMSG_ALIGN(header);
	const char *end = (const char *)message + message->nlmsg_len;

	return (struct fw_attrs){ data < end ? data : end, end };
}

/* Numbers in network order; false when the payload is too short. Payloads are 4-byte aligned. */
static inline bool fw_attr_be16(const struct nlattr *attr, uint16_t *value)
{
	if (fw_attr_length(attr) < sizeof(*value))
		return false;
	memcpy(value, fw_attr_data(attr), sizeof(*value));
	*value = be16toh(*value);
	return true;
}

static inline bool fw_attr_be32(const struct nlattr *attr, uint32_t *value)
{
	if (fw_attr_length(attr) < sizeof(*value))
		return false;
	memcpy(value, fw_attr_data(attr), sizeof(*value));
	*value = be32toh(*value);
	return true;
}

static inline bool fw_attr_be64(const struct nlattr *attr, uint64_t *value)
{
	if (fw_attr_length(attr) < sizeof(*value))
		return false;
	memcpy(value, fw_attr_data(attr), sizeof(*value));
	*value = be64toh(*value);
	return true;
}

#endif
