/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of a policy in ufw's table. */
#ifndef FWCTL_CLI_POLICY_TABLE_H
#define FWCTL_CLI_POLICY_TABLE_H

#include <stdbool.h>

#include "fwctl/base/buf.h"
#include "fwctl/kernel/nft.h"
#include "fwctl/model/policy.h"

struct fw_table_style {
	bool in;      /* ALLOW IN instead of ALLOW; OUT and FWD are there always */
	bool numbers; /* [ 1] in front: the rule's place among all rules */
	/* Of lines 0 to count_size - 1; NULL: no counters are shown. */
	const struct fw_nft_count *counts;
	size_t count_size;
};

/*
 * Appends a blank line and the table, columns 26, 11 and 26 wide: in, out, routed, one block each,
 * IPv4 before IPv6. Nothing when there are no rules.
 */
void fw_policy_table_print(struct fw_buf *buf, const struct fw_policy *policy,
			   const struct fw_table_style *style);

#endif
