/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of its connection table as a whole: sizes, and counters for each CPU. */
#ifndef FWCTL_MODEL_COUNTERS_H
#define FWCTL_MODEL_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

enum fw_counter {
	FW_COUNTER_FOUND,
	FW_COUNTER_INVALID,
	FW_COUNTER_INSERT,
	FW_COUNTER_INSERT_FAILED,
	FW_COUNTER_DROP,
	FW_COUNTER_EARLY_DROP,
	FW_COUNTER_ERROR,
	FW_COUNTER_SEARCH_RESTART,
	FW_COUNTER_CLASH_RESOLVE,
	FW_COUNTER_CHAINTOOLONG,
	FW_COUNTER_EXPECT_NEW,
	FW_COUNTER_EXPECT_CREATE,
	FW_COUNTER_EXPECT_DELETE,
	FW_COUNTERS,
};

/* How a counter is called (conntrack -S calls it the same), and what it means when not zero. */
struct fw_counter_row {
	const char *name;
	const char *meaning; /* one sentence without a full stop */
};
extern const struct fw_counter_row fw_counter_rows[FW_COUNTERS];

/* The counters of one CPU. The kernel counts in 32 bits, which wrap. */
struct fw_cpu_counters {
	unsigned int cpu;
	uint32_t known; /* bit N: count[N] came from the kernel */
	uint32_t count[FW_COUNTERS];
};

struct fw_table_stats {
	uint64_t entries;
	uint64_t limit;   /* 0: unknown, or no limit */
	uint64_t buckets; /* of the hash that all namespaces share; 0: unknown */
	uint64_t expectations;
	struct fw_cpu_counters *cpus;
	size_t cpu_count;
};

/* The sum over the CPUs. */
uint64_t fw_counter_sum(const struct fw_table_stats *stats, enum fw_counter counter);

/* Whether any CPU has that counter: old and new kernels differ. */
int fw_counter_known(const struct fw_table_stats *stats, enum fw_counter counter);

/*
 * By how much a 32-bit counter has grown from `before` to `now`: a smaller number has wrapped when
 * it was in the upper half, else it was reset and counts from 0.
 */
uint64_t fw_counter_growth(uint32_t before, uint32_t now);

/* The growth of a counter, summed over the CPUs; a CPU that was not there counts from 0. */
uint64_t fw_counter_sum_growth(const struct fw_table_stats *before,
			       const struct fw_table_stats *now, enum fw_counter counter);

/* Releases what `stats` holds, not the struct itself. */
void fw_table_stats_free(struct fw_table_stats *stats);

#endif
