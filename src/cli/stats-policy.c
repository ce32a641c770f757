/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the policy in force has to do with it: whether it is whole, and what its lines have seen. */
#include <stdlib.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/stats.h"

#define NAME(name) "fwctl_policy_" name

static const struct fw_metric_kind kind_active = {
	.name = NAME("active"),
	.help = "Whether a policy of fwctl is in force.",
};
static const struct fw_metric_kind kind_differences = {
	.name = NAME("differences"),
	.help = "Parts of the table in the kernel that are not as the policy made them.",
};
static const struct fw_metric_kind kind_packets = {
	.name = NAME("packets_total"),
	.help = "Packets that a line of the policy decided.",
	.counter = true,
	.labels = { { "line", 2 } },
};
static const struct fw_metric_kind kind_bytes = {
	.name = NAME("bytes_total"),
	.help = "Bytes of the packets that a line of the policy decided.",
	.counter = true,
	.labels = { { "line", 2 } },
};

static void add_line(struct fw_metrics *metrics, unsigned int line,
		     const struct fw_nft_count *count)
{
	fw_metrics_add(metrics, (int64_t)count->packets, "policy/lines/%u/packets", line)->kind =
		&kind_packets;
	fw_metrics_add(metrics, (int64_t)count->bytes, "policy/lines/%u/bytes", line)->kind =
		&kind_bytes;
}

static void add_lines(struct fw_metrics *metrics, const struct fw_current *current)
{
	const struct fw_policy *policy = current->policy;
	size_t rules = policy->rule_count, i;
	size_t size = rules ? policy->rules[rules - 1].line + 1 : 1;
	struct fw_nft_count *counts = fw_calloc(size, sizeof(*counts));

	fw_nft_counts(&current->batch, counts, size);
	for (i = 0; i < rules; i++)
		/* Several rules may come of one line. */
		if (!i || policy->rules[i].line != policy->rules[i - 1].line)
			add_line(metrics, policy->rules[i].line, &counts[policy->rules[i].line]);
	free(counts);
}

static void add_state(struct fw_metrics *metrics, bool active, size_t differences, const char *note)
{
	struct fw_metric *metric = fw_metrics_add(metrics, active, "policy/active");

	metric->kind = &kind_active;
	if (!active)
		return;
	metric = fw_metrics_add(metrics, (int64_t)differences, "policy/differences");
	metric->kind = &kind_differences;
	metric->note = differences ? note : NULL;
}

/* 1: there is a table; 0: there is none; -1: this kernel cannot tell. */
static int read_presence(struct fw_err *err)
{
	struct fw_nft_state table = { 0 };
	struct fw_socket socket;
	int result;

	if (fw_socket_open(&socket, 0, err) < 0)
		return -1;
	result = fw_nft_read(&socket, &table, err);
	if (!result)
		result = table.present;
	fw_nft_state_free(&table);
	fw_socket_close(&socket);
	return result;
}

static void add_current(struct fw_metrics *metrics, struct fw_current *current, bool lines,
			struct fw_err *err)
{
	if (!current->policy) {
		add_state(metrics, false, 0, NULL);
	} else if (fw_current_compare(current, err) == 0) {
		add_state(metrics, true, current->table.differences,
			  "someone else changed the table; 'fwctl policy status' says what");
		if (lines)
			add_lines(metrics, current);
	}
}

static void add_policy(struct fw_metrics *metrics, bool lines, struct fw_err *err)
{
	struct fw_current current;
	struct fw_state state;
	int result;

	if (fw_state_open(&state, false, err) < 0)
		return;
	result = fw_current_read(&current, &state, err);
	fw_state_close(&state);
	if (result < 0) {
		add_state(metrics, true, 1, "the table is there, and its policy cannot be read");
		return;
	}
	add_current(metrics, &current, lines, err);
	fw_current_free(&current);
}

void fw_stats_policy_metrics(struct fw_metrics *metrics, bool lines)
{
	struct fw_err err = FW_ERR_INIT;
	int present = read_presence(&err);

	if (present > 0)
		add_policy(metrics, lines, &err);
	else if (!present)
		add_state(metrics, false, 0, NULL);
	/* The rest of the report is worth having without this. */
	fw_err_free(&err);
}
