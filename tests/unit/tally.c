/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting by key: exact, bounded, the largest, and keys as bytes. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fwctl/model/tally.h"

#define KEYS 3000

static const struct fw_tally_key by_src = {
	.parts = { { .name = "src",
		     .name_length = 3,
		     .field = &fw_tuple_head[0],
		     .where = FW_IN_ORIG,
		     .length4 = 32,
		     .length6 = 128 } },
	.count = 1,
};

/* A flow from the address that is that number. */
static struct fw_flow flow_from(uint32_t number)
{
	struct fw_flow flow = { .present = 1 << FW_FLOW_BASICS, .family = FW_FAMILY_IPV4 };

	flow.orig.present = 1 << FW_TUPLE_SRC;
	flow.orig.src.byte[0] = 10;
	flow.orig.src.byte[1] = (uint8_t)(number >> 16);
	flow.orig.src.byte[2] = (uint8_t)(number >> 8);
	flow.orig.src.byte[3] = (uint8_t)number;
	return flow;
}

static uint32_t number_of(const struct fw_tally *tally, const struct fw_tally_entry *entry)
{
	struct fw_tally_value value;

	fw_tally_value_read(&tally->key->parts[0], fw_tally_entry_key(tally, entry), &value);
	assert_int_equal(value.type, FW_TALLY_ADDR);
	assert_int_equal(value.prefix.length, 32);
	return (uint32_t)value.prefix.addr.byte[1] << 16 | value.prefix.addr.byte[2] << 8 |
	       value.prefix.addr.byte[3];
}

/* Small numbers come often, large ones hardly ever. */
static uint32_t skewed(uint64_t *state)
{
	uint64_t random = unit_random(state);

	return (uint32_t)(random % (1 + random / 7919 % KEYS));
}

static void fill(struct fw_tally *tally, uint64_t *counts, unsigned int flows)
{
	uint64_t state = 42;
	struct fw_flow flow;
	unsigned int i;
	uint32_t number;

	for (i = 0; i < flows; i++) {
		number = skewed(&state);
		counts[number]++;
		flow = flow_from(number);
		fw_tally_add(tally, &flow);
	}
}

static void counts_every_key(void **unused)
{
	uint64_t counts[KEYS] = { 0 }, distinct = 0;
	const struct fw_tally_entry **all;
	struct fw_tally tally;
	size_t count, i;

	(void)unused;
	fw_tally_init(&tally, &by_src, 0, 1);
	fill(&tally, counts, 100000);
	assert_int_equal(tally.flows, 100000);
	all = fw_tally_top(&tally, FW_TALLY_BY_FLOWS, 0, &count);
	for (i = 0; i < KEYS; i++)
		distinct += counts[i] > 0;
	assert_int_equal(count, distinct);
	for (i = 0; i < count; i++) {
		assert_int_equal(all[i]->flows, counts[number_of(&tally, all[i])]);
		assert_int_equal(all[i]->error, 0);
	}
	assert_int_equal(fw_tally_error(&tally), 0);
	free(all);
	fw_tally_free(&tally);
}

static void top_is_the_head_of_all(void **unused)
{
	static const size_t tops[] = { 1, 2, 3, 10, 100, KEYS - 1, KEYS, KEYS + 1 };
	uint64_t counts[KEYS] = { 0 };
	const struct fw_tally_entry **all, **top;
	struct fw_tally tally;
	size_t count, shown, i, j;

	(void)unused;
	fw_tally_init(&tally, &by_src, 0, 1);
	fill(&tally, counts, 20000);
	all = fw_tally_top(&tally, FW_TALLY_BY_FLOWS, 0, &count);
	for (i = 1; i < count; i++) {
		assert_true(all[i - 1]->flows >= all[i]->flows);
		if (all[i - 1]->flows == all[i]->flows)
			assert_true(number_of(&tally, all[i - 1]) < number_of(&tally, all[i]));
	}
	for (i = 0; i < COUNT(tops); i++) {
		top = fw_tally_top(&tally, FW_TALLY_BY_FLOWS, tops[i], &shown);
		assert_int_equal(shown, tops[i] < count ? tops[i] : count);
		for (j = 0; j < shown; j++)
			assert_ptr_equal(top[j], all[j]);
		free(top);
	}
	free(all);
	fw_tally_free(&tally);
}

/* The promises of Space-Saving, for bounds that are reached and one that is not. */
static void bounded_counts_are_bounded(void **unused)
{
	static const size_t bounds[] = { 1, 2, 7, 50, 500, KEYS + 1 };
	const struct fw_tally_entry **all;
	struct fw_tally tally;
	size_t count, i, b;
	uint32_t number;

	(void)unused;
	for (b = 0; b < COUNT(bounds); b++) {
		uint64_t counts[KEYS] = { 0 };
		bool kept[KEYS] = { false };

		fw_tally_init(&tally, &by_src, bounds[b], 1);
		fill(&tally, counts, 50000);
		assert_true(tally.count <= bounds[b]);
		assert_true(fw_tally_error(&tally) <= tally.flows / bounds[b]);
		all = fw_tally_top(&tally, FW_TALLY_BY_FLOWS, 0, &count);
		for (i = 0; i < count; i++) {
			number = number_of(&tally, all[i]);
			assert_false(kept[number]);
			kept[number] = true;
			assert_true(all[i]->flows >= counts[number]);
			assert_true(all[i]->flows - all[i]->error <= counts[number]);
			assert_true(all[i]->error <= fw_tally_error(&tally));
		}
		for (number = 0; number < KEYS; number++)
			if (counts[number] > tally.flows / bounds[b])
				assert_true(kept[number]);
		free(all);
		fw_tally_free(&tally);
	}
}

/* What a flow carried lately may count instead of all that it carried. */
static void other_traffic(void **unused)
{
	struct fw_flow flow = flow_from(1);
	struct fw_tally tally;

	(void)unused;
	fw_tally_init(&tally, &by_src, 0, 7);
	flow.orig.packets = 10;
	flow.orig.bytes = 1000;
	fw_tally_add_as(&tally, &flow, 3, 300);
	assert_int_equal(tally.counted, 0);
	flow.orig.present |= 1ull << FW_TUPLE_PACKETS;
	fw_tally_add_as(&tally, &flow, 3, 300);
	fw_tally_add(&tally, &flow);
	assert_int_equal(tally.counted, 2);
	assert_int_equal(tally.entries[0].flows, 3);
	assert_int_equal(tally.entries[0].packets, 13);
	assert_int_equal(tally.entries[0].bytes, 1300);
	fw_tally_free(&tally);
}

/* Keys that all end in the same few slots are told apart, and given up one by one. */
static void crowded_slots(void **unused)
{
	struct fw_tally tally;
	struct fw_flow flow;
	uint32_t number;

	(void)unused;
	fw_tally_init(&tally, &by_src, 400, 7);
	for (number = 0; number < 100000; number++) {
		flow = flow_from(number % 1000);
		fw_tally_add(&tally, &flow);
		assert_true(tally.count <= 400);
	}
	assert_int_equal(tally.count, 400);
	assert_int_equal(tally.flows, 100000);
	fw_tally_free(&tally);
}

static void prefixes_and_both_families(void **unused)
{
	struct fw_tally_key key = by_src;
	struct fw_flow flow = flow_from(0x010203);
	char bytes[FW_TALLY_KEY_SIZE], text[FW_PREFIX_MAX_TEXT];
	struct fw_tally_value value;

	(void)unused;
	key.parts[0].length4 = 20;
	key.parts[0].length6 = 61;
	fw_tally_key_of(&key, &flow, bytes);
	fw_tally_value_read(&key.parts[0], bytes, &value);
	assert_string_equal(fw_prefix_print(&value.prefix, text), "10.1.0.0/20");
	flow.family = FW_FAMILY_IPV6;
	memset(&flow.orig.src, 0xff, sizeof(flow.orig.src));
	fw_tally_key_of(&key, &flow, bytes);
	fw_tally_value_read(&key.parts[0], bytes, &value);
	assert_string_equal(fw_prefix_print(&value.prefix, text), "ffff:ffff:ffff:fff8::/61");
}

static void absent_fields_and_zero_marks(void **unused)
{
	struct fw_tally_key key = {
		.parts = { { .field = &fw_flow_fields[FW_FIELD_HELPER], .where = FW_IN_FLOW },
			   { .field = &fw_flow_fields[FW_FIELD_MARK], .where = FW_IN_FLOW } },
		.count = 2
	};
	struct fw_flow flow = flow_from(1);
	struct fw_tally_value value;
	char bytes[FW_TALLY_KEY_SIZE];
	const char *next;

	(void)unused;
	fw_tally_key_of(&key, &flow, bytes);
	next = fw_tally_value_read(&key.parts[0], bytes, &value);
	assert_int_equal(value.type, FW_TALLY_ABSENT);
	fw_tally_value_read(&key.parts[1], next, &value);
	assert_int_equal(value.type, FW_TALLY_NUMBER);
	assert_int_equal(value.number, 0);
	flow.present |= 1 << FW_FLOW_HELPER | 1 << FW_FLOW_MARK;
	flow.helper = (struct fw_bytes){ "ftp", 3 };
	flow.mark = 0xfffffffe;
	fw_tally_key_of(&key, &flow, bytes);
	next = fw_tally_value_read(&key.parts[0], bytes, &value);
	assert_int_equal(value.type, FW_TALLY_TEXT);
	assert_int_equal(value.length, 3);
	assert_memory_equal(value.text, "ftp", 3);
	fw_tally_value_read(&key.parts[1], next, &value);
	assert_int_equal(value.number, 0xfffffffe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_every_key),
		cmocka_unit_test(top_is_the_head_of_all),
		cmocka_unit_test(bounded_counts_are_bounded),
		cmocka_unit_test(crowded_slots),
		cmocka_unit_test(other_traffic),
		cmocka_unit_test(prefixes_and_both_families),
		cmocka_unit_test(absent_fields_and_zero_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
