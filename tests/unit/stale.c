/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which flows of a second reading are stale, with and without packet counters. */
#include "tests/unit/unit.h"

#include <netinet/in.h>

#include "fwctl/model/stale.h"

static struct fw_flow udp_flow(uint32_t id, uint32_t timeout)
{
	return (struct fw_flow){ .present = 1 << FW_FLOW_BASICS | 1 << FW_FLOW_ID |
					    1 << FW_FLOW_TIMEOUT,
				 .protonum = IPPROTO_UDP,
				 .id = id,
				 .timeout = timeout };
}

static void timers_tell(void **unused)
{
	static const struct {
		uint32_t before, now;
		bool stale;
	} rows[] = {
		{ 30, 25, false }, /* five seconds went by */
		{ 30, 26, false }, /* and the timers were cut to whole seconds */
		{ 30, 27, true },  { 30, 30, true }, { 12, 29, true }, { 30, 24, false },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(rows); i++) {
		struct fw_flow flow = udp_flow(7, rows[i].before);
		struct fw_stale stale = { 0 };

		fw_stale_note(&stale, &flow);
		fw_stale_sort(&stale);
		flow.timeout = rows[i].now;
		assert_int_equal(fw_stale_is(&stale, &flow, 5), rows[i].stale);
		fw_stale_free(&stale);
	}
}

static void counters_tell_better(void **unused)
{
	struct fw_flow flow = udp_flow(7, 30);
	struct fw_stale stale = { 0 };

	(void)unused;
	flow.orig.present = 1 << FW_TUPLE_PACKETS;
	flow.orig.packets = 10;
	fw_stale_note(&stale, &flow);
	fw_stale_sort(&stale);
	assert_false(fw_stale_is(&stale, &flow, 5));
	flow.orig.packets = 9;
	assert_false(fw_stale_is(&stale, &flow, 5));
	flow.orig.packets = 11;
	flow.timeout = 25;
	assert_true(fw_stale_is(&stale, &flow, 5));
	fw_stale_free(&stale);
}

static void only_unreplied_udp_seen_twice(void **unused)
{
	struct fw_flow flow = udp_flow(7, 30), other;
	struct fw_stale stale = { 0 };
	uint32_t id;

	(void)unused;
	assert_false(fw_stale_is(&stale, &flow, 5));
	for (id = 100; id > 0; id--) {
		other = udp_flow(id, 30);
		fw_stale_note(&stale, &other);
	}
	other = udp_flow(101, 30);
	other.protonum = IPPROTO_TCP;
	fw_stale_note(&stale, &other);
	fw_stale_sort(&stale);
	assert_int_equal(stale.count, 100);
	for (id = 1; id <= 100; id++) {
		other = udp_flow(id, 30);
		assert_true(fw_stale_is(&stale, &other, 5));
	}
	other = udp_flow(101, 30);
	assert_false(fw_stale_is(&stale, &other, 5));
	flow.status = FW_STATUS_SEEN_REPLY;
	assert_false(fw_stale_is(&stale, &flow, 5));
	fw_stale_free(&stale);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_tell),
		cmocka_unit_test(counters_tell_better),
		cmocka_unit_test(only_unreplied_udp_seen_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
