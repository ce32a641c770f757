/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters that wrap, are reset, or appear; numbers as text; and the forms of a report. */
#include "tests/unit/unit.h"

#include "fwctl/format/report.h"
#include "fwctl/model/census.h"
#include "fwctl/model/counters.h"
#include "fwctl/model/metric.h"

static void counters_wrap_and_are_reset(void **unused)
{
	static const struct {
		uint32_t before, now;
		uint64_t growth;
	} rows[] = {
		{ 0, 0, 0 },
		{ 5, 9, 4 },
		{ UINT32_MAX, 0, 1 },
		{ UINT32_MAX - 2, 4, 7 },
		{ 1000, 3, 3 }, /* too far to have wrapped */
		{ 0, UINT32_MAX, UINT32_MAX },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(fw_counter_growth(rows[i].before, rows[i].now), rows[i].growth);
}

static void a_cpu_that_appears_counts_from_zero(void **unused)
{
	struct fw_cpu_counters old[] = { { .cpu = 0, .count = { [FW_COUNTER_DROP] = 7 } } };
	struct fw_cpu_counters new[] = { { .cpu = 1, .count = { [FW_COUNTER_DROP] = 5 } },
					 { .cpu = 0, .count = { [FW_COUNTER_DROP] = 9 } } };
	struct fw_table_stats before = { .cpus = old, .cpu_count = 1 };
	struct fw_table_stats now = { .cpus = new, .cpu_count = 2 };

	(void)unused;
	assert_int_equal(fw_counter_sum_growth(&before, &now, FW_COUNTER_DROP), 7);
	assert_int_equal(fw_counter_sum(&now, FW_COUNTER_DROP), 14);
}

static void percentages(void **unused)
{
	(void)unused;
	assert_int_equal(fw_metric_percent(1, 3, 2), 3333);
	assert_int_equal(fw_metric_percent(2, 3, 2), 6667);
	assert_int_equal(fw_metric_percent(0, 0, 1), 0);
	assert_int_equal(fw_metric_percent(UINT64_MAX / 2, UINT64_MAX / 2, 1), 1000);
}

static void numbers_as_text(void **unused)
{
	static const struct {
		int64_t value;
		unsigned int decimals;
		const char *text;
	} rows[] = {
		{ 0, 0, "0" },
		{ -1, 0, "-1" },
		{ 125, 1, "12.5" },
		{ -5, 1, "-0.5" },
		{ 7, 2, "0.07" },
		{ INT64_MAX, 0, "9223372036854775807" },
		{ INT64_MIN, 2, "-92233720368547758.08" },
	};
	char text[FW_METRIC_MAX_TEXT];
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(rows); i++) {
		const struct fw_metric metric = { .value = rows[i].value,
						  .decimals = rows[i].decimals };

		assert_string_equal(fw_metric_print(&metric, text), rows[i].text);
	}
}

static const struct fw_metric_kind a_kind = {
	.name = "x_total", .help = "Help.", .counter = true, .labels = { { "cpu", 1 } }
};

/* Paths that part and meet again, and samples of one kind that stand apart. */
static void build(struct fw_metrics *metrics)
{
	metrics->time = 1000000000;
	fw_metrics_add(metrics, 1, "a/b");
	fw_metrics_add(metrics, 2, "a/c/%s", "one")->kind = &a_kind;
	fw_metrics_add(metrics, 25, "a/c2/two")->decimals = 1;
	fw_metrics_add(metrics, 4, "d/w\"x")->kind = &a_kind;
	metrics->items[0].unit = "s";
	metrics->items[3].note = "a note";
	metrics->items[3].whole = 8;
}

static void one_report_in_every_format(void **unused)
{
	static const struct {
		const struct fw_report_format *format;
		const char *text;
	} rows[] = {
		{ &fw_report_json,
		  "{\"time\":\"1970-01-01T00:00:01Z\",\"a\":{\"b\":1,\"c\":{\"one\":2},"
		  "\"c2\":{\"two\":2.5}},\"d\":{\"w\\\"x\":4}}\n" },
		{ &fw_report_csv,
		  "metric,value,unit\na.b,1,s\na.c.one,2,\na.c2.two,2.5,\nd.w\"x,4,\n" },
		{ &fw_report_prometheus, "# HELP x_total Help.\n# TYPE x_total counter\n"
					 "x_total{cpu=\"c\"} 2\nx_total{cpu=\"w\\\"x\"} 4\n" },
		{ &fw_report_text,
		  "a\n  b                                     1 s\n"
		  "  c one                                 2\n"
		  "  c2 two                              2.5\n"
		  "d\n  w\"x                                   4\n      a note\n" },
		{ &fw_report_table, "a\n  b                                     1 s\n"
				    "  c one                                 2\n"
				    "  c2 two                              2.5\n"
				    "d\n  w\"x                                   4  ##########\n"
				    "      a note\n" },
	};
	const struct fw_report_style style = { 0 };
	struct fw_metrics metrics = { 0 };
	struct fw_buf out = { 0 };
	size_t i;

	(void)unused;
	build(&metrics);
	for (i = 0; i < COUNT(rows); i++) {
		out.length = 0;
		rows[i].format->metrics(&out, &metrics, &style);
		assert_string_equal(fw_buf_text(&out), rows[i].text);
	}
	fw_buf_free(&out);
	fw_metrics_free(&metrics);
}

static const struct fw_proto proto = { .name = "tcp", .number = 6 };

static void a_census_adds_up(void **unused)
{
	struct fw_census census = { 0 };
	struct fw_flow flow = { .proto = &proto,
				.protonum = 6,
				.family = FW_FAMILY_IPV4,
				.present = 1 << FW_FLOW_BASICS | 1 << FW_FLOW_TIMEOUT |
					   1 << FW_FLOW_STATE };

	(void)unused;
	flow.state = 3;
	flow.timeout = 4;
	fw_census_add(&census, &flow);
	flow.status = FW_STATUS_SEEN_REPLY;
	flow.timeout = 5;
	fw_census_add(&census, &flow);
	flow.status |= FW_STATUS_ASSURED;
	flow.timeout = UINT32_MAX;
	flow.family = FW_FAMILY_IPV6;
	flow.state = 200; /* a state of a kernel to come */
	flow.orig.present = 1 << FW_TUPLE_PACKETS | 1 << FW_TUPLE_BYTES;
	flow.orig.packets = 2;
	flow.reply.bytes = 50;
	fw_census_add(&census, &flow);
	assert_int_equal(census.flows, 3);
	assert_int_equal(census.ipv4, 2);
	assert_int_equal(census.ipv6, 1);
	assert_int_equal(census.unreplied, 1);
	assert_int_equal(census.replied, 1);
	assert_int_equal(census.assured, 1);
	assert_int_equal(fw_census_reclaimable(&census), 2);
	assert_int_equal(census.timers[0], 1);
	assert_int_equal(census.timers[1], 1);
	assert_int_equal(census.timers[FW_CENSUS_TIMERS - 1], 1);
	assert_int_equal(census.protos[6].states[3], 2);
	assert_int_equal(census.packets, 2);
	assert_int_equal(census.bytes, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_wrap_and_are_reset),
		cmocka_unit_test(a_cpu_that_appears_counts_from_zero),
		cmocka_unit_test(percentages),
		cmocka_unit_test(numbers_as_text),
		cmocka_unit_test(one_report_in_every_format),
		cmocka_unit_test(a_census_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
