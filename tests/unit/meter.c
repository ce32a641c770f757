/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What flows carry between readings, and flows in the orders that top has. */
#include "tests/unit/unit.h"

#include "fwctl/model/meter.h"
#include "fwctl/model/rank.h"

static struct fw_flow flow_of(uint32_t id, uint64_t packets, uint64_t orig, uint64_t reply)
{
	struct fw_flow flow = { .present = 1 << FW_FLOW_BASICS, .id = id };

	flow.orig.packets = packets;
	flow.orig.bytes = orig;
	flow.reply.bytes = reply;
	return flow;
}

static struct fw_growth see(struct fw_meter *meter, uint32_t id, uint64_t packets, uint64_t orig,
			    uint64_t reply)
{
	struct fw_flow flow = flow_of(id, packets, orig, reply);

	return fw_meter_see(meter, &flow);
}

#define assert_growth(growth, p, o, r)                                                             \
	do {                                                                                       \
		struct fw_growth there = (growth);                                                 \
		assert_int_equal(there.packets, p);                                                \
		assert_int_equal(there.orig_bytes, o);                                             \
		assert_int_equal(there.reply_bytes, r);                                            \
	} while (0)

static void readings_are_compared(void **unused)
{
	struct fw_meter meter = { 0 };
	struct fw_flow flow = flow_of(1, 0, 0, 0);

	(void)unused;
	fw_meter_begin(&meter);
	assert_growth(see(&meter, 1, 10, 1000, 500), 0, 0, 0);
	fw_meter_finish(&meter);
	assert_growth(meter.total, 0, 0, 0);

	fw_meter_begin(&meter);
	assert_growth(see(&meter, 1, 13, 1300, 500), 3, 300, 0);
	/* It began since. */
	assert_growth(see(&meter, 2, 2, 20, 30), 2, 20, 30);
	fw_meter_finish(&meter);
	assert_growth(meter.total, 5, 320, 30);
	assert_growth(fw_meter_find(&meter, &flow), 3, 300, 0);

	/* Its counters were reset. */
	fw_meter_begin(&meter);
	assert_growth(see(&meter, 1, 1, 100, 7), 1, 100, 7);
	fw_meter_finish(&meter);
	assert_int_equal(meter.marks.count, 1);
	flow = flow_of(2, 0, 0, 0);
	assert_growth(fw_meter_find(&meter, &flow), 0, 0, 0);
	fw_meter_free(&meter);
}

static void flows_that_ended_count_in_the_total(void **unused)
{
	struct fw_meter meter = { 0 };
	struct fw_flow known = flow_of(1, 15, 1500, 500), fresh = flow_of(9, 1, 60, 0);

	(void)unused;
	/* Before there is anything to compare with. */
	fw_meter_end(&meter, &known);
	fw_meter_begin(&meter);
	assert_growth(meter.total, 0, 0, 0);
	see(&meter, 1, 10, 1000, 500);
	fw_meter_finish(&meter);
	fw_meter_start(&meter, &known);
	fw_meter_end(&meter, &known);
	fw_meter_start(&meter, &fresh);
	fw_meter_end(&meter, &fresh);
	fw_meter_begin(&meter);
	fw_meter_finish(&meter);
	assert_growth(meter.total, 6, 560, 0);
	assert_int_equal(meter.marks.count, 0);
	fw_meter_begin(&meter);
	assert_growth(meter.total, 0, 0, 0);
	fw_meter_free(&meter);
}

/* An expired flow is not read any more, and its end is told later: it does not count twice. */
static void an_end_after_the_last_reading(void **unused)
{
	struct fw_meter meter = { 0 };
	struct fw_flow flow = flow_of(1, 10, 1000, 500);

	(void)unused;
	fw_meter_begin(&meter);
	fw_meter_finish(&meter);
	fw_meter_begin(&meter);
	assert_growth(see(&meter, 1, 10, 1000, 500), 10, 1000, 500);
	fw_meter_finish(&meter);
	fw_meter_begin(&meter);
	fw_meter_finish(&meter);
	fw_meter_end(&meter, &flow);
	fw_meter_begin(&meter);
	assert_growth(meter.total, 0, 0, 0);
	fw_meter_free(&meter);
}

static int add_id(void *context, const struct fw_flow *flow)
{
	char *text = context;

	text[strlen(text)] = (char)('0' + flow->id);
	return 0;
}

static void orders(void **unused)
{
	static const struct fw_word states[] = {
		{ "SHUTDOWN_SENT", 0 }, { "SHUTDOWN_RECD", 1 }, { "CLOSED", 2 }, { 0 }
	};
	static const struct fw_proto proto = { .name = "x", .number = 6, .states = states };
	static const struct {
		enum fw_rank_key key;
		bool reverse;
		const char *ids;
	} rows[] = {
		{ FW_RANK_GIVEN, false, "2431" }, { FW_RANK_GIVEN, true, "1342" },
		{ FW_RANK_PROTO, false, "4321" }, { FW_RANK_PROTO, true, "1234" },
		{ FW_RANK_STATE, false, "3214" }, { FW_RANK_STATE, true, "4123" },
	};
	static const uint8_t protos[] = { 132, 17, 6, 1 };
	static const uint64_t given[] = { 1, UINT64_MAX, 5, 70 };
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(rows); i++) {
		struct fw_rank rank = { .key = rows[i].key,
					.limit = 4,
					.reverse = rows[i].reverse };
		char ids[8] = "";
		uint32_t id;

		for (id = 1; id <= 4; id++) {
			struct fw_flow flow = flow_of(id, 0, 0, 0);

			flow.proto = &proto;
			flow.protonum = protos[id - 1];
			flow.state = (uint8_t)(id - 1);
			flow.present |= id < 4 ? 1ull << FW_FLOW_STATE : 0;
			fw_rank_add_as(&rank, &flow, given[id - 1]);
		}
		fw_rank_each(&rank, add_id, ids);
		assert_string_equal(ids, rows[i].ids);
		fw_rank_clear(&rank);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readings_are_compared),
		cmocka_unit_test(flows_that_ended_count_in_the_total),
		cmocka_unit_test(an_end_after_the_last_reading),
		cmocka_unit_test(orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
