/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a sample to the list of metrics that every format shows. */
#include <stdio.h>

#include "fwctl/base/clock.h"
#include "fwctl/cli/stats.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/ct-stats.h"
#include "fwctl/kernel/sysctl.h"

#define NAME(name) "fwctl_conntrack_" name

/* clang-format off */
#define GAUGE(metric, says) .name = NAME(metric), .help = says

static const struct fw_metric_kind kind_entries = {
	GAUGE("entries", "Flows in the connection table of this namespace.") };
static const struct fw_metric_kind kind_limit = {
	GAUGE("limit", "The most flows that the table may hold.") };
static const struct fw_metric_kind kind_buckets = {
	GAUGE("buckets", "Hash buckets of the connection table.") };
static const struct fw_metric_kind kind_expectations = {
	GAUGE("expectations", "Flows that helpers expect.") };
static const struct fw_metric_kind kind_reclaimable = {
	GAUGE("reclaimable", "Flows that are not assured: a full table gives them up for new ones.") };
static const struct fw_metric_kind kind_proto = {
	GAUGE("flows", "Flows by protocol."), .labels = { { "proto", 2 } } };
static const struct fw_metric_kind kind_state = {
	GAUGE("flows_by_state", "Flows by state of the connection."),
	.labels = { { "proto", 2 }, { "state", 3 } } };
static const struct fw_metric_kind kind_family = {
	GAUGE("flows_by_family", "Flows by address family."), .labels = { { "family", 2 } } };
static const struct fw_metric_kind kind_status = {
	GAUGE("flows_by_status", "Flows that are unreplied, replied but not assured, or assured."),
	.labels = { { "status", 2 } } };
static const struct fw_metric_kind kind_timeout = {
	GAUGE("timeout_seconds", "Time after which a flow without packets is forgotten."),
	.labels = { { "proto", 1 }, { "timer", 2 } } };

#define COUNTER(row, name, help) \
	[row] = { NAME(name "_total"), help, true, { { "cpu", 1 }, { NULL, 0 } } }

static const struct fw_metric_kind kind_counters[FW_COUNTERS] = {
	COUNTER(FW_COUNTER_FOUND, "found", "Translations that had to look for another address or port."),
	COUNTER(FW_COUNTER_INVALID, "invalid", "Packets that belong to no flow and cannot begin one."),
	COUNTER(FW_COUNTER_INSERT, "insert", "Flows that programs put into the table."),
	COUNTER(FW_COUNTER_INSERT_FAILED, "insert_failed", "Flows not inserted: packets raced."),
	COUNTER(FW_COUNTER_DROP, "drop", "Packets dropped because their flow could not be made."),
	COUNTER(FW_COUNTER_EARLY_DROP, "early_drop", "Flows given up for new ones: the table was full."),
	COUNTER(FW_COUNTER_ERROR, "error", "Packets with a broken header or about nothing known."),
	COUNTER(FW_COUNTER_SEARCH_RESTART, "search_restart", "Searches that began again."),
	COUNTER(FW_COUNTER_CLASH_RESOLVE, "clash_resolve", "Races of packets that both got through."),
	COUNTER(FW_COUNTER_CHAINTOOLONG, "chaintoolong", "Flows refused for the length of their chain."),
	COUNTER(FW_COUNTER_EXPECT_NEW, "expect_new", "Flows that came as expected."),
	COUNTER(FW_COUNTER_EXPECT_CREATE, "expect_create", "Expectations made."),
	COUNTER(FW_COUNTER_EXPECT_DELETE, "expect_delete", "Expectations ended."),
};
/* clang-format on */

/* ---- a sample ----------------------------------------------------------------------------------
 */

static int take(void *census, const struct fw_flow *flow)
{
	fw_census_add(census, flow);
	return 0;
}

int fw_stats_sample_read(struct fw_stats_sample *sample, const struct fw_filter *filter,
			 struct fw_err *err)
{
	struct fw_ct_query query = { .filter = filter };

	memset(sample, 0, sizeof(*sample));
	sample->time = fw_clock_read(CLOCK_REALTIME);
	sample->clock = fw_clock_read(CLOCK_MONOTONIC);
	if (fw_table_stats_read(&sample->table, err) < 0)
		return -1;
	return fw_ct_each(&query, take, &sample->census, err);
}

void fw_stats_sample_free(struct fw_stats_sample *sample)
{
	fw_table_stats_free(&sample->table);
}

/* ---- sections ----------------------------------------------------------------------------------
 */

static void add(struct fw_metrics *metrics, const struct fw_metric_kind *kind, uint64_t value,
		uint64_t whole, const char *path)
{
	struct fw_metric *metric = fw_metrics_add(metrics, (int64_t)value, "%s", path);

	metric->kind = kind;
	metric->whole = whole;
}

static void add_percent(struct fw_metrics *metrics, uint64_t part, uint64_t whole, const char *path)
{
	struct fw_metric *metric =
		fw_metrics_add(metrics, fw_metric_percent(part, whole, 1), "%s", path);

	metric->decimals = 1;
	metric->unit = "%";
	metric->whole = 1000;
}

static void add_table(struct fw_metrics *metrics, const struct fw_table_stats *table)
{
	struct fw_metric *metric;

	add(metrics, &kind_entries, table->entries, 0, "table/entries");
	if (table->limit) {
		add(metrics, &kind_limit, table->limit, 0, "table/limit");
		add_percent(metrics, table->entries, table->limit, "table/fill");
	}
	if (table->buckets) {
		add(metrics, &kind_buckets, table->buckets, 0, "table/buckets");
		/* A flow hangs in two chains: one for each direction. */
		metric = fw_metrics_add(metrics, (int64_t)(table->entries * 200 / table->buckets),
					"table/mean_chain");
		metric->decimals = 2;
	}
	add(metrics, &kind_expectations, table->expectations, 0, "table/expectations");
}

static void add_counters(struct fw_metrics *metrics, const struct fw_table_stats *table)
{
	struct fw_metric *metric;
	unsigned int i;
	uint64_t sum;

	for (i = 0; i < FW_COUNTERS; i++) {
		if (!fw_counter_known(table, i))
			continue;
		sum = fw_counter_sum(table, i);
		metric = fw_metrics_add(metrics, (int64_t)sum, "counters/%s",
					fw_counter_rows[i].name);
		metric->note = sum ? fw_counter_rows[i].meaning : NULL;
	}
}

static void add_cpus(struct fw_metrics *metrics, const struct fw_table_stats *table)
{
	const struct fw_cpu_counters *cpu;
	unsigned int i;

	for (cpu = table->cpus; cpu < table->cpus + table->cpu_count; cpu++)
		for (i = 0; i < FW_COUNTERS; i++)
			if (cpu->known >> i & 1)
				fw_metrics_add(metrics, cpu->count[i], "cpus/%u/%s", cpu->cpu,
					       fw_counter_rows[i].name)
					->kind = &kind_counters[i];
}

/* Protocols that have no name go by their number. */
static const char *proto_text(const struct fw_proto *proto, unsigned int number, char text[4])
{
	if (!fw_proto_is_generic(proto))
		return proto->name;
	snprintf(text, 4, "%u", number & 0xff);
	return text;
}

static void add_protos(struct fw_metrics *metrics, const struct fw_census *census)
{
	struct fw_metric *metric;
	unsigned int number;
	char text[4];

	for (number = 0; number < 256; number++) {
		if (!census->protos[number].flows)
			continue;
		metric = fw_metrics_add(metrics, (int64_t)census->protos[number].flows,
					"flows/proto/%s",
					proto_text(census->protos[number].proto, number, text));
		metric->kind = &kind_proto;
		metric->whole = census->flows;
	}
}

static void add_states(struct fw_metrics *metrics, const struct fw_census *census)
{
	const struct fw_census_proto *proto;
	struct fw_metric *metric;
	unsigned int i;

	for (proto = census->protos; proto < census->protos + 256; proto++)
		for (i = 0; i < FW_CENSUS_STATES; i++) {
			if (!proto->states[i] || !fw_word_name(proto->proto->states, i))
				continue;
			metric = fw_metrics_add(metrics, (int64_t)proto->states[i],
						"flows/state/%s/%s", proto->proto->name,
						fw_word_name(proto->proto->states, i));
			metric->kind = &kind_state;
			metric->whole = proto->flows;
		}
}

static void add_timers(struct fw_metrics *metrics, const struct fw_census *census)
{
	unsigned int i;

	for (i = 0; i < FW_CENSUS_TIMERS; i++)
		fw_metrics_add(metrics, (int64_t)census->timers[i], "flows/timer/%s",
			       fw_census_timers[i].name)
			->whole = census->flows;
}

static void add_flows(struct fw_metrics *metrics, const struct fw_census *census)
{
	fw_metrics_add(metrics, (int64_t)census->flows, "flows/total");
	add(metrics, &kind_family, census->ipv4, census->flows, "flows/family/ipv4");
	add(metrics, &kind_family, census->ipv6, census->flows, "flows/family/ipv6");
	add_protos(metrics, census);
	add_states(metrics, census);
	add(metrics, &kind_status, census->unreplied, census->flows, "flows/status/unreplied");
	add(metrics, &kind_status, census->replied, census->flows, "flows/status/replied");
	add(metrics, &kind_status, census->assured, census->flows, "flows/status/assured");
	add(metrics, &kind_reclaimable, fw_census_reclaimable(census), census->flows,
	    "flows/reclaimable");
	add_percent(metrics, fw_census_reclaimable(census), census->flows,
		    "flows/reclaimable_percent");
	add_timers(metrics, census);
	if (!census->counted)
		return;
	fw_metrics_add(metrics, (int64_t)census->packets, "flows/packets");
	fw_metrics_add(metrics, (int64_t)census->bytes, "flows/bytes");
}

static void add_timeouts(struct fw_metrics *metrics)
{
	const struct fw_proto *const *proto;
	const struct fw_timer *timer;
	struct fw_metric *metric;
	uint64_t seconds;

	for (proto = fw_protos; *proto; proto++)
		for (timer = (*proto)->timers; timer->name; timer++) {
			if (!fw_sysctl_read(timer->sysctl, &seconds))
				continue;
			metric = fw_metrics_add(metrics, (int64_t)seconds, "timeouts/%s/%s",
						(*proto)->name,
						*timer->name ? timer->name : "timeout");
			metric->kind = &kind_timeout;
			metric->unit = "s";
		}
}

/* ---- rates -------------------------------------------------------------------------------------
 */

/* Per second, in tenths. */
static int64_t rate(int64_t growth, uint64_t nanoseconds)
{
	return nanoseconds ? (int64_t)((double)growth * 1e10 / (double)nanoseconds) : 0;
}

static void add_rate(struct fw_metrics *metrics, int64_t growth, uint64_t nanoseconds,
		     const char *name)
{
	struct fw_metric *metric =
		fw_metrics_add(metrics, rate(growth, nanoseconds), "rates/%s", name);

	metric->decimals = 1;
	metric->unit = "/s";
}

static void add_rates(struct fw_metrics *metrics, const struct fw_stats_sample *before,
		      const struct fw_stats_sample *now)
{
	uint64_t passed = now->clock - before->clock;
	int64_t growth = (int64_t)(now->table.entries - before->table.entries);
	struct fw_metric *metric;
	unsigned int i;

	add_rate(metrics, growth, passed, "entries");
	for (i = 0; i < FW_COUNTERS; i++)
		if (fw_counter_known(&now->table, i))
			add_rate(metrics,
				 (int64_t)fw_counter_sum_growth(&before->table, &now->table, i),
				 passed, fw_counter_rows[i].name);
	if (growth <= 0 || now->table.limit < now->table.entries)
		return;
	metric = fw_metrics_add(metrics,
				(int64_t)((double)(now->table.limit - now->table.entries) *
					  ((double)passed / 1e9) / (double)growth),
				"rates/full_in");
	metric->unit = "s";
	metric->note = "the table is full then, if it goes on growing like that";
}

void fw_stats_metrics(struct fw_metrics *metrics, const struct fw_stats_sample *before,
		      const struct fw_stats_sample *now, bool per_cpu)
{
	metrics->time = now->time;
	add_table(metrics, &now->table);
	add_counters(metrics, &now->table);
	if (per_cpu)
		add_cpus(metrics, &now->table);
	add_flows(metrics, &now->census);
	add_timeouts(metrics);
	if (before)
		add_rates(metrics, before, now);
}
