/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing netlink attributes that we would send with those that the kernel reports. */
#ifndef FWCTL_KERNEL_NFT_ATTRS_H
#define FWCTL_KERNEL_NFT_ATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nlattr;
struct nlmsghdr;

/* Attributes one after the other. */
struct fw_attr_list {
	struct nlattr *first;
	size_t size; /* bytes */
};

/* Those of a whole message of nf_tables. */
struct fw_attr_list fw_attrs_of_message(const struct nlmsghdr *message);

struct fw_attr_list fw_attrs_nested(const struct nlattr *attr);

/* The first attribute of that type, or NULL. */
struct nlattr *fw_attrs_find(struct fw_attr_list attrs, uint16_t type);

/*
 * Whether `actual` says all that `expected` says, nests included: equal values, and as many
 * attributes of each type. A missing attribute is as good as zeros, as the kernel has it. What the
 * kernel adds of its own (handles, use counts) is not looked at; neither are values of counters,
 * nor attributes whose type is a bit in `ignore`.
 */
bool fw_attrs_match(struct fw_attr_list expected, struct fw_attr_list actual, uint64_t ignore);

/* The data of the first counter expression in a list of expressions (or of the expression that
 * `list` is itself): NFTA_COUNTER_*. False when there is none. */
bool fw_attrs_counter(struct fw_attr_list list, struct fw_attr_list *data);

/* Copies packets and bytes from the first counter in the attribute of that type to the one in the
 * same place of `to`, where both have one. */
void fw_attrs_carry_counter(struct fw_attr_list to, struct fw_attr_list from, uint16_t type);

/* The text, "" when it is missing or not terminated. */
const char *fw_attrs_text(struct fw_attr_list attrs, uint16_t type);

/* The number of 4 or 8 bytes, in network order there; 0 when it is missing. */
uint64_t fw_attrs_u64(struct fw_attr_list attrs, uint16_t type);

#endif
