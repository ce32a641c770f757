/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/print.h"

#include <string.h>

#include "fwctl/base/num.h"
#include "fwctl/base/sha256.h"

/* --- rules ------------------------------------------------------------------------------- */

/* Quoted where the reader would not take the plain text for one word. */
static void print_word(struct fw_buf *buf, const char *word, bool always_quoted)
{
	char quote = strchr(word, '"') ? '\'' : '"';

	if (!always_quoted && *word && !strpbrk(word, " \t{}") && !strchr("\"'#", *word) &&
	    word[strlen(word) - 1] != '\\') {
		fw_buf_puts(buf, word);
		return;
	}
	fw_buf_putc(buf, quote);
	fw_buf_puts(buf, word);
	fw_buf_putc(buf, quote);
}

static void print_proto(struct fw_buf *buf, int proto)
{
	const char *name = fw_word_name(fw_policy_protos, (uint64_t)(unsigned int)proto);

	if (name)
		fw_buf_puts(buf, name);
	else
		fw_buf_u64(buf, (uint64_t)(unsigned int)proto);
}

static void print_service(struct fw_buf *buf, const struct fw_service *service, bool with_proto)
{
	size_t i;

	for (i = 0; i < service->count; i++) {
		if (i)
			fw_buf_putc(buf, ',');
		fw_buf_u64(buf, service->ranges[i].low);
		if (service->ranges[i].high != service->ranges[i].low)
			fw_buf_printf(buf, ":%u", service->ranges[i].high);
	}
	if (with_proto && service->proto != FW_PROTO_ANY) {
		fw_buf_putc(buf, '/');
		print_proto(buf, service->proto);
	}
}

static void print_services(struct fw_buf *buf, const struct fw_endpoint *end, bool with_proto)
{
	size_t i;

	for (i = 0; i < end->service_count; i++) {
		if (i)
			fw_buf_putc(buf, '|');
		print_service(buf, &end->services[i], with_proto);
	}
}

static void print_end(struct fw_buf *buf, const struct fw_policy *policy, const char *word,
		      const struct fw_endpoint *end, bool with_proto, unsigned int flags)
{
	char text[FW_PREFIX_MAX_TEXT];

	fw_buf_printf(buf, " %s ", word);
	if (end->kind == FW_END_PREFIX)
		fw_buf_puts(buf, fw_prefix_print(&end->prefix, text));
	else if (end->kind == FW_END_SET)
		fw_buf_printf(buf, "@%s", policy->sets[end->set].name);
	else
		fw_buf_puts(buf, "any");
	if (end->profile && !(flags & FW_PRINT_RESOLVED)) {
		fw_buf_puts(buf, " app ");
		print_word(buf, end->profile, false);
	} else if (end->service_count) {
		fw_buf_puts(buf, " port ");
		print_services(buf, end, with_proto);
	}
}

static bool is_plain(const struct fw_endpoint *end)
{
	return end->kind == FW_END_ANY && !end->service_count;
}

/* What stands where: "22/tcp", or proto, from and to. */
static void print_match(struct fw_buf *buf, const struct fw_policy *policy,
			const struct fw_rule *rule, unsigned int flags)
{
	bool simple =
		is_plain(&rule->from) && rule->to.kind == FW_END_ANY && rule->to.service_count;
	/* A profile says its protocols itself. */
	bool profile = (rule->from.profile || rule->to.profile) && !(flags & FW_PRINT_RESOLVED);
	bool proto = rule->proto != FW_PROTO_ANY && !profile;

	if (simple && rule->to.profile && !(flags & FW_PRINT_RESOLVED)) {
		fw_buf_putc(buf, ' ');
		print_word(buf, rule->to.profile, true);
		return;
	}
	if (simple) {
		fw_buf_putc(buf, ' ');
		print_services(buf, &rule->to, true);
		return;
	}
	if (proto) {
		fw_buf_puts(buf, " proto ");
		print_proto(buf, rule->proto);
	}
	if (!is_plain(&rule->from) ||
	    (!proto && is_plain(&rule->to) && !rule->in_if && !rule->out_if))
		print_end(buf, policy, "from", &rule->from, !proto, flags);
	if (!is_plain(&rule->to))
		print_end(buf, policy, "to", &rule->to, !proto, flags);
}

static void print_interfaces(struct fw_buf *buf, const struct fw_rule *rule)
{
	if (rule->in_if) {
		fw_buf_puts(buf, " in on ");
		print_word(buf, rule->in_if, false);
	}
	if (rule->out_if) {
		fw_buf_puts(buf, " out on ");
		print_word(buf, rule->out_if, false);
	} else if (rule->direction == FW_DIR_OUT) {
		fw_buf_puts(buf, " out");
	}
}

static void print_extras(struct fw_buf *buf, const struct fw_rule *rule)
{
	char text[FW_DURATION_MAX_TEXT];
	size_t i;

	for (i = 0; i < rule->timer_count; i++)
		fw_buf_printf(buf, "%s%s%s %s", i ? "" : " timeout",
			      *rule->timers[i].timer->name ? " " : "", rule->timers[i].timer->name,
			      fw_duration_print(rule->timers[i].seconds, text));
	if (rule->helper)
		fw_buf_printf(buf, " helper %s", rule->helper);
	if (rule->comment) {
		fw_buf_puts(buf, " comment ");
		print_word(buf, rule->comment, true);
	}
}

void fw_rule_print(struct fw_buf *buf, const struct fw_policy *policy, const struct fw_rule *rule,
		   unsigned int flags)
{
	if (rule->direction == FW_DIR_ROUTED)
		fw_buf_puts(buf, "route ");
	fw_buf_puts(buf, fw_word_name(fw_action_words, rule->action));
	print_interfaces(buf, rule);
	if (rule->log != FW_RULE_LOG_NONE)
		fw_buf_puts(buf, rule->log == FW_RULE_LOG_ALL ? " log-all" : " log");
	print_match(buf, policy, rule, flags);
	print_extras(buf, rule);
}

/* --- everything else --------------------------------------------------------------------- */

/* What is on unless it is said otherwise is left out when it is on, so that the embedded default
 * is printed as it is written. */
static void print_settings(struct fw_buf *buf, const struct fw_policy *policy)
{
	unsigned int direction;

	for (direction = 0; direction < FW_DIRS; direction++)
		fw_buf_printf(buf, "default %s %s\n",
			      fw_word_name(fw_action_words, policy->defaults[direction]),
			      fw_word_name(fw_direction_words, direction));
	fw_buf_printf(buf, "logging %s\n", fw_word_name(fw_logging_words, policy->logging));
	if (!policy->ping)
		fw_buf_puts(buf, "ping off\n");
	if (!policy->mdns)
		fw_buf_puts(buf, "mdns off\n");
	if (!policy->dhcp)
		fw_buf_puts(buf, "dhcp off\n");
	fw_buf_printf(buf, "profiles %s\n", fw_word_name(fw_profiles_words, policy->profiles));
	if (policy->stamp)
		fw_buf_printf(buf, "stamp mark 0x%08x\n", policy->stamp);
}

static void print_set(struct fw_buf *buf, const struct fw_policy_set *set, unsigned int flags)
{
	char text[FW_PREFIX_MAX_TEXT];
	size_t i;

	fw_buf_printf(buf, "set %s ", set->name);
	if (set->file && !(flags & FW_PRINT_RESOLVED)) {
		fw_buf_puts(buf, "file ");
		print_word(buf, set->file, true);
		fw_buf_putc(buf, '\n');
		return;
	}
	fw_buf_putc(buf, '{');
	for (i = 0; i < set->count; i++) {
		fw_buf_puts(buf, i ? ", " : " ");
		fw_buf_puts(buf, fw_prefix_print(&set->prefixes[i], text));
	}
	fw_buf_puts(buf, " }\n");
}

/* The protocol of that number, if the policy sets a timeout of it. */
static const struct fw_proto *timeout_proto(const struct fw_policy *policy, unsigned int number)
{
	size_t i;

	for (i = 0; i < policy->timeout_count; i++)
		if (policy->timeouts[i].proto->number == number)
			return policy->timeouts[i].proto;
	return NULL;
}

static const struct fw_policy_timeout *find_timeout(const struct fw_policy *policy,
						    const struct fw_timer *timer)
{
	size_t i;

	for (i = 0; i < policy->timeout_count; i++)
		if (policy->timeouts[i].timer == timer)
			return &policy->timeouts[i];
	return NULL;
}

/* All timers of one protocol are one line: protocols by number and timers in the order of their
 * table, however they were written. */
static void print_timeouts(struct fw_buf *buf, const struct fw_policy *policy)
{
	char text[FW_DURATION_MAX_TEXT];
	const struct fw_policy_timeout *found;
	const struct fw_proto *proto;
	const struct fw_timer *timer;
	unsigned int number;

	for (number = 0; number < 256; number++) {
		proto = timeout_proto(policy, number);
		if (!proto)
			continue;
		fw_buf_printf(buf, "timeout %s", proto->name);
		for (timer = proto->timers; timer->name; timer++) {
			found = find_timeout(policy, timer);
			if (found)
				fw_buf_printf(buf, "%s%s %s", *timer->name ? " " : "", timer->name,
					      fw_duration_print(found->seconds, text));
		}
		fw_buf_putc(buf, '\n');
	}
}

void fw_policy_print(struct fw_buf *buf, const struct fw_policy *policy, unsigned int flags)
{
	size_t i;

	print_settings(buf, policy);
	for (i = 0; i < policy->set_count; i++)
		print_set(buf, &policy->sets[i], flags);
	print_timeouts(buf, policy);
	for (i = 0; i < policy->rule_count; i++) {
		fw_rule_print(buf, policy, &policy->rules[i], flags);
		fw_buf_putc(buf, '\n');
	}
}

static unsigned int count_lines(const struct fw_buf *buf)
{
	unsigned int lines = 0;
	size_t i;

	for (i = 0; i < buf->length; i++)
		lines += buf->data[i] == '\n';
	return lines;
}

void fw_policy_number(struct fw_policy *policy)
{
	struct fw_buf buf = { 0 };
	unsigned int line;
	size_t i;

	print_settings(&buf, policy);
	print_timeouts(&buf, policy);
	line = count_lines(&buf) + (unsigned int)policy->set_count;
	for (i = 0; i < policy->rule_count; i++)
		policy->rules[i].line = ++line;
	fw_buf_free(&buf);
}

void fw_policy_digest(const struct fw_policy *policy, char hex[65])
{
	struct fw_buf buf = { 0 };

	fw_policy_print(&buf, policy, FW_PRINT_RESOLVED);
	fw_sha256_hex(buf.data, buf.length, hex);
	fw_buf_free(&buf);
}

void fw_policy_print_status(struct fw_buf *buf, const struct fw_policy *policy)
{
	static const char *const shown[] = { "incoming", "outgoing", "routed" };
	unsigned int direction;

	if (policy->logging == FW_LOGGING_OFF)
		fw_buf_puts(buf, "Logging: off\n");
	else
		fw_buf_printf(buf, "Logging: on (%s)\n",
			      fw_word_name(fw_logging_words, policy->logging));
	fw_buf_puts(buf, "Default:");
	for (direction = 0; direction < FW_DIRS; direction++)
		fw_buf_printf(buf, "%s %s (%s)", direction ? "," : "",
			      fw_word_name(fw_action_words, policy->defaults[direction]),
			      shown[direction]);
	fw_buf_printf(buf, "\nNew profiles: %s\n",
		      fw_word_name(fw_profiles_words, policy->profiles));
}
