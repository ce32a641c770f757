/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where each counter is counted: net/netfilter/nf_conntrack_core.c and nf_conntrack_expect.c. */
#include "fwctl/model/counters.h"

#include <stdlib.h>
#include <string.h>

const struct fw_counter_row fw_counter_rows[FW_COUNTERS] = {
	[FW_COUNTER_FOUND] = { "found", "translation wanted an address and port that another flow "
					"has, and took the next" },
	[FW_COUNTER_INVALID] = { "invalid", "packets that belong to no flow and cannot begin one; "
					    "the policy decides what happens to them" },
	[FW_COUNTER_INSERT] = { "insert", "flows that programs put into the table; those that "
					  "packets begin are not counted" },
	[FW_COUNTER_INSERT_FAILED] = { "insert_failed", "two packets of one flow raced; normal in "
							"small numbers, DNS makes most of them" },
	[FW_COUNTER_DROP] = { "drop", "packets dropped because their flow could not be made: the "
				      "table was full, or memory short" },
	[FW_COUNTER_EARLY_DROP] = { "early_drop", "flows that were not assured, thrown out for new "
						  "ones: the table was full" },
	[FW_COUNTER_ERROR] = { "error", "packets with a broken header, and ICMP errors about "
					"nothing that is known" },
	[FW_COUNTER_SEARCH_RESTART] = { "search_restart", "searches that began again as the table "
							  "changed under them; harmless" },
	[FW_COUNTER_CLASH_RESOLVE] = { "clash_resolve", "two packets of one flow raced, and both "
							"got through; harmless" },
	[FW_COUNTER_CHAINTOOLONG] = { "chaintoolong", "flows refused because their hash chain was "
						      "too long: an attack, or too few buckets" },
	[FW_COUNTER_EXPECT_NEW] = { "expect_new", "flows that came as a helper had foretold" },
	[FW_COUNTER_EXPECT_CREATE] = { "expect_create", "flows that helpers foretold" },
	[FW_COUNTER_EXPECT_DELETE] = { "expect_delete", "flows foretold, and come or given up" },
};

uint64_t fw_counter_sum(const struct fw_table_stats *stats, enum fw_counter counter)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < stats->cpu_count; i++)
		sum += stats->cpus[i].count[counter];
	return sum;
}

int fw_counter_known(const struct fw_table_stats *stats, enum fw_counter counter)
{
	size_t i;

	for (i = 0; i < stats->cpu_count; i++)
		if (stats->cpus[i].known >> counter & 1)
			return 1;
	return 0;
}

uint64_t fw_counter_growth(uint32_t before, uint32_t now)
{
	if (now >= before || before > UINT32_MAX / 2)
		return (uint32_t)(now - before);
	return now;
}

static const struct fw_cpu_counters *find_cpu(const struct fw_table_stats *stats, unsigned int cpu)
{
	size_t i;

	for (i = 0; i < stats->cpu_count; i++)
		if (stats->cpus[i].cpu == cpu)
			return &stats->cpus[i];
	return NULL;
}

uint64_t fw_counter_sum_growth(const struct fw_table_stats *before,
			       const struct fw_table_stats *now, enum fw_counter counter)
{
	const struct fw_cpu_counters *old;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < now->cpu_count; i++) {
		old = find_cpu(before, now->cpus[i].cpu);
		sum += fw_counter_growth(old ? old->count[counter] : 0,
					 now->cpus[i].count[counter]);
	}
	return sum;
}

void fw_table_stats_free(struct fw_table_stats *stats)
{
	if (!stats)
		return;
	free(stats->cpus);
	memset(stats, 0, sizeof(*stats));
}
