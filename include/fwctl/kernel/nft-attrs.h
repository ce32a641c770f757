/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing netlink attributes that we would send with those that the kernel reports. */
#ifndef FWCTL_KERNEL_NFT_ATTRS_H
#define FWCTL_KERNEL_NFT_ATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nlattr;

/* Attributes one after the other. */
struct fw_attr_list {
	struct nlattr *first;
	size_t size; /* bytes */
};

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

/* Copies packets and bytes from one counter's data to another's. */
void fw_attrs_copy_counter(struct fw_attr_list to, struct fw_attr_list from);

/* The number of 4 or 8 bytes, in network order there; 0 when it is missing. */
uint64_t fw_attrs_u64(struct fw_attr_list attrs, uint16_t type);

#endif
