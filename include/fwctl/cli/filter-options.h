/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filter options of list, watch, flush and stats, made from the field rows. */
#ifndef FWCTL_CLI_FILTER_OPTIONS_H
#define FWCTL_CLI_FILTER_OPTIONS_H

#include <stdbool.h>

#include "fwctl/base/err.h"
#include "fwctl/cli/options.h"
#include "fwctl/model/filter.h"

/* The `values` of the filter options: what they fill. */
struct fw_filter_reader {
	struct fw_filter *filter;
	bool negate_next; /* --not was the option before */
	/* --mask-src and --mask-dst, words of argv, for -s and -d wherever those stand. */
	const char *netmask_src, *netmask_dst;
};

/* What a command that takes a filter names as its filter_source: there is one, fw_filter_source. */
struct fw_filter_source {
	/* All rows: those of fields and protocols and the special ones. The caller frees the array.
	 */
	struct fw_option *(*options)(void);
	/*
	 * After the last option: a dangling --not, and conditions that exclude each other whatever
	 * the flow (`-f ipv6 -s 10.0.0.1`, `--icmp-type 8 -p tcp`), are misuse and name both words.
	 */
	int (*finish)(struct fw_filter_reader *reader, struct fw_err *err);
	/*
	 * Before the command runs: what the filter needs to know of this network namespace, which
	 * is filter->stamp. -1 with `err` set only when a condition of it cannot do without.
	 */
	int (*prepare)(struct fw_filter *filter, struct fw_err *err);
};

extern const struct fw_filter_source fw_filter_source;

/* -1 with `err` (misuse) naming the option when the filter cannot be asked of expectations. */
int fw_filter_check_expects(const struct fw_filter *filter, struct fw_err *err);

#endif
