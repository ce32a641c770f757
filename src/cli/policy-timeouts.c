/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-timeouts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/kernel/timeout.h"

void fw_timeouts_free(struct fw_timeout_plans *plans)
{
	free(plans->items);
	memset(plans, 0, sizeof(*plans));
}

static struct fw_timeout_plan *find(const struct fw_timeout_plans *plans,
				    const struct fw_timer *timer)
{
	size_t i;

	for (i = 0; i < plans->count; i++)
		if (plans->items[i].timer == timer)
			return &plans->items[i];
	return NULL;
}

static struct fw_timeout_plan *add(struct fw_timeout_plans *plans, const struct fw_proto *proto,
				   const struct fw_timer *timer)
{
	fw_array_grow(&plans->items, &plans->capacity, plans->count, sizeof(*plans->items));
	plans->items[plans->count] = (struct fw_timeout_plan){ .proto = proto, .timer = timer };
	return &plans->items[plans->count++];
}

static bool is_ours(const struct fw_timeout_plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->ours_count; i++)
		if (plan->ours[i] == plan->now)
			return true;
	return false;
}

/* --- what is remembered: lines of PROTO TIMER ORIGINAL OURS [OURS] ------------------------- */

static const struct fw_timer *timer_by_name(const struct fw_proto *proto, const char *name,
					    size_t length)
{
	const struct fw_timer *timer;

	for (timer = proto->timers; timer->name; timer++) {
		const char *shown = *timer->name ? timer->name : "-";

		if (strlen(shown) == length && !memcmp(shown, name, length))
			return timer;
	}
	return NULL;
}

/* The next word of a line, or length 0. */
static const char *next_word(const char **at, size_t *length)
{
	const char *word = *at + strspn(*at, " ");

	*length = strcspn(word, " \n");
	*at = word + *length;
	return word;
}

static bool next_number(const char **at, uint32_t *number)
{
	size_t length;
	const char *word = next_word(at, &length);
	uint64_t value;

	if (fw_num_parse_n(word, length, 0, UINT32_MAX, &value) != FW_NUM_OK)
		return false;
	*number = (uint32_t)value;
	return true;
}

/* A line that cannot be read is of no use to anybody, and is dropped. */
static void recall_line(struct fw_timeout_plans *plans, const char *at)
{
	size_t length;
	const char *word = next_word(&at, &length);
	const struct fw_proto *proto = fw_proto_by_name(fw_protos, word, length);
	const struct fw_timer *timer;
	struct fw_timeout_plan *plan;

	word = next_word(&at, &length);
	timer = proto && proto->timers ? timer_by_name(proto, word, length) : NULL;
	if (!timer || find(plans, timer))
		return;
	plan = add(plans, proto, timer);
	if (!next_number(&at, &plan->original)) {
		plans->count--;
		return;
	}
	while (plan->ours_count < 2 && next_number(&at, &plan->ours[plan->ours_count]))
		plan->ours_count++;
}

static int recall(struct fw_timeout_plans *plans, const struct fw_state *state, struct fw_err *err)
{
	struct fw_buf text = { 0 };
	const char *line;
	int result = fw_state_read(state, FW_STATE_TIMEOUTS, &text, err);

	if (result == 0)
		for (line = fw_buf_text(&text); *line; line += strcspn(line, "\n"), line += !!*line)
			recall_line(plans, line);
	fw_buf_free(&text);
	return result < 0 ? -1 : 0;
}

/* With `both` also the values that may still be in force if we die before the work is done. */
static int remember(const struct fw_timeout_plans *plans, const struct fw_state *state, bool both,
		    struct fw_err *err)
{
	struct fw_buf text = { 0 };
	size_t i;
	int result;

	for (i = 0; i < plans->count; i++) {
		const struct fw_timeout_plan *plan = &plans->items[i];

		if (!both && !plan->wanted)
			continue;
		fw_buf_printf(&text, "%s %s %u", plan->proto->name,
			      *plan->timer->name ? plan->timer->name : "-", plan->original);
		if (both && plan->now != plan->target)
			fw_buf_printf(&text, " %u", plan->now);
		fw_buf_printf(&text, " %u\n", plan->target);
	}
	if (!text.length) {
		fw_state_remove(state, FW_STATE_TIMEOUTS);
		return 0;
	}
	result = fw_state_write(state, FW_STATE_TIMEOUTS, text.data, text.length, err);
	fw_buf_free(&text);
	return result;
}

/* --- planning ------------------------------------------------------------------------------ */

static void add_wanted(struct fw_timeout_plans *plans, const struct fw_policy *policy)
{
	size_t i;

	for (i = 0; policy && i < policy->timeout_count; i++) {
		const struct fw_policy_timeout *wanted = &policy->timeouts[i];
		struct fw_timeout_plan *plan = find(plans, wanted->timer);

		if (!plan)
			plan = add(plans, wanted->proto, wanted->timer);
		plan->wanted = true;
		plan->target = wanted->seconds;
	}
}

static void decide(struct fw_timeout_plan *plan, uint32_t now)
{
	plan->now = now;
	if (!is_ours(plan))
		plan->original = now;
	if (!plan->wanted)
		plan->target = plan->original;
}

/* One request a protocol. */
static int read_now(struct fw_timeout_plans *plans, struct fw_socket *sock, struct fw_err *err)
{
	size_t i = 0, j;

	while (i < plans->count) {
		const struct fw_proto *proto = plans->items[i].proto;
		struct fw_timer_values values;

		if (fw_timeouts_read(sock, proto, &values, err) < 0)
			return -1;
		for (j = i; j < plans->count && plans->items[j].proto == proto; j++)
			decide(&plans->items[j],
			       values.seconds[fw_timer_index(proto, plans->items[j].timer)]);
		i = j;
	}
	return 0;
}

static int by_protocol(const void *a, const void *b)
{
	const struct fw_timeout_plan *x = a, *y = b;

	if (x->proto != y->proto)
		return x->proto->number < y->proto->number ? -1 : 1;
	return x->timer < y->timer ? -1 : x->timer > y->timer;
}

int fw_timeouts_plan(struct fw_timeout_plans *plans, struct fw_socket *sock,
		     const struct fw_state *state, const struct fw_policy *policy,
		     struct fw_err *err)
{
	memset(plans, 0, sizeof(*plans));
	if (recall(plans, state, err) < 0) {
		fw_timeouts_free(plans);
		return -1;
	}
	add_wanted(plans, policy);
	if (plans->count)
		qsort(plans->items, plans->count, sizeof(*plans->items), by_protocol);
	if (read_now(plans, sock, err) < 0) {
		fw_timeouts_free(plans);
		return -1;
	}
	return 0;
}

bool fw_timeouts_differ(const struct fw_timeout_plans *plans)
{
	size_t i;

	for (i = 0; i < plans->count; i++)
		if (plans->items[i].now != plans->items[i].target)
			return true;
	return false;
}

/* --- setting ------------------------------------------------------------------------------- */

/* Sets all timers to their targets, or back to what they were. */
static int set_all(const struct fw_timeout_plans *plans, struct fw_socket *sock, bool back,
		   struct fw_err *err)
{
	size_t i = 0;

	while (i < plans->count) {
		const struct fw_proto *proto = plans->items[i].proto;
		struct fw_timer_values values = { 0 };

		for (; i < plans->count && plans->items[i].proto == proto; i++) {
			const struct fw_timeout_plan *plan = &plans->items[i];
			unsigned int index = fw_timer_index(proto, plan->timer);

			if (plan->now == plan->target)
				continue;
			values.known |= 1u << index;
			values.seconds[index] = back ? plan->now : plan->target;
		}
		if (values.known && fw_timeouts_apply(sock, proto, &values, err) < 0)
			return -1;
	}
	return 0;
}

/* A later protocol may share its timers with an earlier one (udp and udplite). */
static int check_all(const struct fw_timeout_plans *plans, struct fw_socket *sock,
		     struct fw_err *err)
{
	size_t i;

	for (i = 0; i < plans->count; i++) {
		const struct fw_timeout_plan *plan = &plans->items[i];
		struct fw_timer_values values;
		uint32_t now;

		if (fw_timeouts_read(sock, plan->proto, &values, err) < 0)
			return -1;
		now = values.seconds[fw_timer_index(plan->proto, plan->timer)];
		if (now != plan->target)
			return fw_err_set(err, FW_ERR_FAILED,
					  "timeout %s %s is %u after all was set, not %u: this "
					  "kernel shares it with another protocol",
					  plan->proto->name, plan->timer->name, now, plan->target);
	}
	return 0;
}

void fw_timeouts_undo(const struct fw_timeout_plans *plans, struct fw_socket *sock)
{
	set_all(plans, sock, true, NULL);
}

int fw_timeouts_begin(const struct fw_timeout_plans *plans, struct fw_socket *sock,
		      const struct fw_state *state, struct fw_err *err)
{
	if (!fw_timeouts_differ(plans))
		return 0;
	if (remember(plans, state, true, err) < 0)
		return -1;
	if (set_all(plans, sock, false, err) == 0 && check_all(plans, sock, err) == 0)
		return 0;
	fw_timeouts_undo(plans, sock);
	return -1;
}

int fw_timeouts_finish(const struct fw_timeout_plans *plans, const struct fw_state *state,
		       struct fw_err *err)
{
	return remember(plans, state, false, err);
}
