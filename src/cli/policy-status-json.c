/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-status.h"

#include <inttypes.h>
#include <string.h>

#include "fwctl/format/json-text.h"
#include "fwctl/policy/print.h"

static void put_text(struct fw_buf *buf, const char *key, const char *text)
{
	fw_buf_printf(buf, "\"%s\":", key);
	fw_json_string(buf, text, strlen(text));
}

static void put_settings(struct fw_buf *buf, const struct fw_policy *policy)
{
	unsigned int direction;

	fw_buf_printf(buf, ",\"logging\":\"%s\",\"default\":{",
		      fw_word_name(fw_logging_words, policy->logging));
	for (direction = 0; direction < FW_DIRS; direction++)
		fw_buf_printf(buf, "%s\"%s\":\"%s\"", direction ? "," : "",
			      fw_word_name(fw_direction_words, direction),
			      fw_word_name(fw_action_words, policy->defaults[direction]));
	fw_buf_printf(buf, "},\"profiles\":\"%s\",\"ping\":%s,\"mdns\":%s,\"dhcp\":%s",
		      fw_word_name(fw_profiles_words, policy->profiles),
		      policy->ping ? "true" : "false", policy->mdns ? "true" : "false",
		      policy->dhcp ? "true" : "false");
	if (policy->stamp)
		fw_buf_printf(buf, ",\"stamp\":%" PRIu32, policy->stamp);
}

static void put_timeouts(struct fw_buf *buf, const struct fw_policy *policy)
{
	size_t i;

	fw_buf_puts(buf, ",\"timeouts\":[");
	for (i = 0; i < policy->timeout_count; i++) {
		const struct fw_policy_timeout *timeout = &policy->timeouts[i];

		fw_buf_printf(buf, "%s{\"proto\":\"%s\"", i ? "," : "", timeout->proto->name);
		if (*timeout->timer->name)
			fw_buf_printf(buf, ",\"timer\":\"%s\"", timeout->timer->name);
		fw_buf_printf(buf, ",\"seconds\":%" PRIu32 "}", timeout->seconds);
	}
	fw_buf_putc(buf, ']');
}

static void put_rule(struct fw_buf *buf, const struct fw_policy *policy, size_t number,
		     const struct fw_nft_count *count)
{
	static const char *const directions[] = { "in", "out", "routed" };
	const struct fw_rule *rule = &policy->rules[number - 1];
	struct fw_buf text = { 0 };

	fw_rule_print(&text, policy, rule, 0);
	fw_buf_printf(buf, "{\"number\":%zu,\"line\":%u,", number, rule->line);
	put_text(buf, "rule", fw_buf_text(&text));
	fw_buf_printf(buf, ",\"action\":\"%s\",\"direction\":\"%s\"",
		      fw_word_name(fw_action_words, rule->action), directions[rule->direction]);
	if (rule->comment) {
		fw_buf_putc(buf, ',');
		put_text(buf, "comment", rule->comment);
	}
	fw_buf_printf(buf, ",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 "}", count->packets,
		      count->bytes);
	fw_buf_free(&text);
}

/* What someone else has changed. Only so many are named, all are counted. */
static void put_drift(struct fw_buf *buf, const struct fw_nft_state *table)
{
	size_t i;

	fw_buf_printf(buf, ",\"differences\":%zu,\"different\":[", table->differences);
	for (i = 0; i < table->count; i++) {
		if (i)
			fw_buf_putc(buf, ',');
		fw_json_string(buf, table->different[i], strlen(table->different[i]));
	}
	fw_buf_putc(buf, ']');
}

static void put_trial(struct fw_buf *buf, const struct fw_current *current)
{
	if (current->left)
		fw_buf_printf(buf, ",\"trial\":{\"seconds_left\":%" PRIu64 "}",
			      (current->left + 999) / 1000);
	else if (current->trial)
		fw_buf_puts(buf, ",\"trial\":{\"seconds_left\":0}");
}

void fw_policy_status_json(struct fw_buf *buf, const struct fw_current *current,
			   const struct fw_nft_count *counts)
{
	const struct fw_policy *policy = current->policy;
	char digest[65];
	size_t i;

	if (!policy) {
		fw_buf_puts(buf, "{\"active\":false}\n");
		return;
	}
	fw_policy_digest(policy, digest);
	fw_buf_printf(buf, "{\"active\":true,\"digest\":\"%s\"", digest);
	put_trial(buf, current);
	put_settings(buf, policy);
	put_timeouts(buf, policy);
	put_drift(buf, &current->table);
	if (current->table.persists)
		fw_buf_printf(buf, ",\"owned\":%s", current->table.owner ? "true" : "false");
	fw_buf_puts(buf, ",\"rules\":[");
	for (i = 0; i < policy->rule_count; i++) {
		if (i)
			fw_buf_putc(buf, ',');
		put_rule(buf, policy, i + 1, &counts[policy->rules[i].line]);
	}
	fw_buf_puts(buf, "]}\n");
}
