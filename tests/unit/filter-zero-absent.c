/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel leaves a zone of 0 out of its messages; `--zone 0` means those flows all the same. */
#include "unit.h"

#include "fwctl/model/filter.h"

static void match_zone(uint64_t asked, bool present, uint16_t zone, bool expected)
{
	struct fw_flow flow = { .zone = zone };
	struct fw_filter filter = { 0 };
	struct fw_cond *cond = fw_filter_add(&filter);

	flow.present = present ? 1ull << FW_FLOW_ZONE : 0;
	cond->field = &fw_flow_fields[FW_FIELD_ZONE];
	cond->where = FW_IN_FLOW;
	cond->op = FW_OP_RANGES;
	fw_cond_add_range(cond, asked, asked);
	assert_int_equal(fw_filter_match(&filter, &flow), expected);
	cond->negated = true;
	assert_int_equal(fw_filter_match(&filter, &flow), !expected);
	fw_filter_free(&filter);
}

static void zone_zero(void **state)
{
	(void)state;
	match_zone(0, false, 0, true);
	match_zone(0, true, 5, false);
	match_zone(5, false, 0, false);
	match_zone(5, true, 5, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(zone_zero) };

	return cmocka_run_group_tests_name("filter-zero-absent", tests, NULL, NULL);
}
