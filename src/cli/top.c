/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/top.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/ct-stats.h"

/* Keys that are kept: many screens of them, in a few megabytes. */
#define BOUND 20000

/* What `b` goes through. */
static const char *const keys[] = { "src",         "dst",    "proto,dport", "src/24",
				    "proto,state", "status", "mark" };

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* ---- reading -----------------------------------------------------------------------------------
 */

static void free_reading(struct fw_top_reading *reading)
{
	if (!reading)
		return;
	fw_stats_sample_free(&reading->sample);
	fw_tally_free(&reading->tally);
	free(reading);
}

void fw_top_forget(struct fw_top *top)
{
	free_reading(top->before);
	free_reading(top->now);
	top->before = NULL;
	top->now = NULL;
}

void fw_top_free(struct fw_top *top)
{
	fw_top_forget(top);
}

static uint64_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int take(void *context, const struct fw_flow *flow)
{
	struct fw_top_reading *reading = context;

	fw_census_add(&reading->sample.census, flow);
	fw_tally_add(&reading->tally, flow);
	return 0;
}

static void remember_fill(struct fw_top *top)
{
	const struct fw_table_stats *table = &top->now->sample.table;

	if (top->history_count == FW_TOP_HISTORY) {
		memmove(top->history, top->history + 1,
			(FW_TOP_HISTORY - 1) * sizeof(*top->history));
		top->history_count--;
	}
	top->history[top->history_count++] =
		(uint16_t)fw_metric_percent(table->entries, table->limit, 1);
}

int fw_top_read(struct fw_top *top, struct fw_err *err)
{
	struct fw_top_reading *reading = fw_calloc(1, sizeof(*reading));
	struct fw_ct_query query = { .filter = top->filter };
	uint64_t seed = 0, began = monotonic();

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = began;
	fw_tally_init(&reading->tally, &top->key, BOUND, seed);
	reading->sample.time = fw_stats_now();
	reading->sample.clock = began;
	/* A table that changed its shape while it was read is still worth showing. */
	if (fw_table_stats_read(&reading->sample.table, err) < 0 ||
	    (fw_ct_each(&query, take, reading, err) < 0 && err->kind != FW_ERR_INCOMPLETE)) {
		free_reading(reading);
		return -1;
	}
	fw_err_free(err);
	free_reading(top->before);
	top->before = top->now;
	top->now = reading;
	top->cost = monotonic() - began;
	remember_fill(top);
	return 0;
}

uint64_t fw_top_pause(const struct fw_top *top, uint64_t seconds)
{
	uint64_t wanted = seconds * 1000, least = top->cost / 1000000 * 4;

	return wanted > least ? wanted : least;
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static void next_key(struct fw_top *top)
{
	const struct fw_option option = { .arg = "KEY", .offset = 0 };
	unsigned int i;

	for (i = 0; i < KEYS && strcmp(keys[i], top->key_text) != 0; i++)
		;
	top->key_text = keys[i < KEYS ? (i + 1) % KEYS : 0];
	/* The readings point to the key. */
	fw_top_forget(top);
	fw_stats_set_by(&top->key, &option, top->key_text, NULL);
}

enum fw_top_action fw_top_press(struct fw_top *top, int key)
{
	switch (key) {
	case 'q': return FW_TOP_QUIT;
	case '/': return FW_TOP_ASK;
	case ' ': top->frozen = !top->frozen; return FW_TOP_DRAW;
	case 'h':
	case '?': top->help = !top->help; return FW_TOP_DRAW;
	case 's': top->order = (top->order + 1) % 3; return FW_TOP_DRAW;
	case 'b': next_key(top); return FW_TOP_READ;
	default:
		if (!top->help)
			return FW_TOP_NOTHING;
		top->help = false;
		return FW_TOP_DRAW;
	}
}

/* ---- a filter ----------------------------------------------------------------------------------
 */

int fw_top_parse_filter(struct fw_filter *filter, char *text, struct fw_err *err)
{
	struct fw_option *options = fw_filter_source.options();
	struct fw_filter_reader reader = { .filter = filter };
	const struct fw_option_group groups[] = { { NULL, options, &reader }, { 0 } };
	char *words[64], *state, *word;
	int count = 0, left;

	for (word = strtok_r(text, " \t", &state); word; word = strtok_r(NULL, " \t", &state))
		if (count < 63)
			words[count++] = word;
	words[count] = NULL;
	left = fw_options_parse(groups, count, words, false, err);
	if (left > 0)
		left = fw_err_set(err, FW_ERR_MISUSE, "unexpected word '%s'", words[0]);
	if (!left)
		left = fw_filter_source.finish(&reader, err);
	free(options);
	return left;
}
