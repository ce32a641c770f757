/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --warn and --crit: one line and an exit status for Nagios, Icinga and those that run their
 * plugins (Monitoring Plugins Development Guidelines: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN).
 */
#include <inttypes.h>
#include <stdio.h>

#include "fwctl/cli/monitoring.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/cli/stats.h"
#include "fwctl/kernel/ct-stats.h"

/* So many entries are that percentage, rounded up: the first number that is over the threshold. */
static uint64_t threshold(uint64_t percent, uint64_t limit)
{
	return (limit * percent + 99) / 100;
}

static int judge(const struct fw_stats_values *values, const struct fw_table_stats *table)
{
	if (values->crit && table->entries >= threshold(values->crit - 1, table->limit))
		return FW_MONITORING_CRITICAL;
	if (values->warn && table->entries >= threshold(values->warn - 1, table->limit))
		return FW_MONITORING_WARNING;
	return FW_MONITORING_OK;
}

static void print_threshold(uint64_t percent, uint64_t limit)
{
	if (percent)
		printf("%" PRIu64, threshold(percent - 1, limit));
	printf(";");
}

/* 'label'=value;warn;crit;min;max, and counters with the unit c. */
static void print_performance(const struct fw_stats_values *values,
			      const struct fw_table_stats *table)
{
	static const enum fw_counter counters[] = { FW_COUNTER_INSERT_FAILED, FW_COUNTER_DROP,
						    FW_COUNTER_EARLY_DROP };
	size_t i;

	printf(" | entries=%" PRIu64 ";", table->entries);
	print_threshold(values->warn, table->limit);
	print_threshold(values->crit, table->limit);
	printf("0;%" PRIu64, table->limit);
	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		printf(" %s=%" PRIu64 "c", fw_counter_rows[counters[i]].name,
		       fw_counter_sum(table, counters[i]));
	printf("\n");
}

static int print_state(const struct fw_stats_values *values, const struct fw_table_stats *table)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL" };
	struct fw_metric fill = { .value = fw_metric_percent(table->entries, table->limit, 1),
				  .decimals = 1 };
	char text[FW_METRIC_MAX_TEXT];
	int state = judge(values, table);

	printf("CONNTRACK %s - %s%% of the table is in use (%" PRIu64 " of %" PRIu64 ")",
	       names[state], fw_metric_print(&fill, text), table->entries, table->limit);
	print_performance(values, table);
	return state;
}

int fw_stats_run_check(struct fw_cli *cli, const struct fw_stats_values *values)
{
	struct fw_table_stats table;
	int status, result;

	result = fw_table_stats_read(&table, &cli->err);
	fw_privilege_drop();
	if (result < 0)
		status = fw_monitoring_unknown(cli->err.what);
	else if (!table.limit)
		status = fw_monitoring_unknown("the table has no limit");
	else
		status = print_state(values, &table);
	fw_table_stats_free(&table);
	return status;
}
