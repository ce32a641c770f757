/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many logged packets are missing. */
#include "tests/unit/unit.h"

#include "fwctl/kernel/nflog.h"

static uint64_t packet(struct fw_nflog_gaps *gaps, uint32_t sequence)
{
	const struct fw_logged_packet packet = { .sequence = sequence, .has_sequence = true };

	return fw_nflog_gaps_packet(gaps, &packet);
}

static void numbers_tell(void **unused)
{
	const struct fw_logged_packet unnumbered = { 0 };
	struct fw_nflog_gaps gaps = { 0 };

	(void)unused;
	/* Those in front of the first are missing, too. */
	assert_int_equal(packet(&gaps, 3), 3);
	assert_int_equal(packet(&gaps, 4), 0);
	assert_int_equal(fw_nflog_gaps_packet(&gaps, &unnumbered), 0);
	assert_int_equal(packet(&gaps, 10), 5);

	gaps.next = UINT32_MAX;
	assert_int_equal(packet(&gaps, UINT32_MAX), 0);
	assert_int_equal(packet(&gaps, 2), 2);
}

static void losses_wait_for_a_number(void **unused)
{
	struct fw_nflog_gaps gaps = { 0 };

	(void)unused;
	assert_int_equal(packet(&gaps, 0), 0);
	fw_nflog_gaps_lost(&gaps, 2);
	assert_int_equal(packet(&gaps, 41), 40);
	assert_int_equal(fw_nflog_gaps_rest(&gaps), 0);

	/* None comes: what the rest was too little by, the next number makes good. */
	fw_nflog_gaps_lost(&gaps, 2);
	assert_int_equal(fw_nflog_gaps_rest(&gaps), 2);
	assert_int_equal(fw_nflog_gaps_rest(&gaps), 0);
	assert_int_equal(packet(&gaps, 82), 38);
	fw_nflog_gaps_lost(&gaps, 1);
	assert_int_equal(fw_nflog_gaps_rest(&gaps), 1);
}

static void a_number_in_front_of_its_loss(void **unused)
{
	struct fw_nflog_gaps gaps = { 0 };

	(void)unused;
	assert_int_equal(packet(&gaps, 40), 40);
	fw_nflog_gaps_lost(&gaps, 2);
	assert_int_equal(fw_nflog_gaps_rest(&gaps), 0);
	assert_int_equal(packet(&gaps, 41), 0);

	/* The listener tells of that loss and of a later one together. */
	assert_int_equal(packet(&gaps, 43), 1);
	fw_nflog_gaps_lost(&gaps, 3);
	assert_int_equal(fw_nflog_gaps_rest(&gaps), 2);
	assert_int_equal(packet(&gaps, 46), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_tell),
		cmocka_unit_test(losses_wait_for_a_number),
		cmocka_unit_test(a_number_in_front_of_its_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
