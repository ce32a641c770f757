/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-table.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define TO_WIDTH     26
#define ACTION_WIDTH 11
#define FROM_WIDTH   26

struct row {
	const struct fw_policy *policy;
	const struct fw_rule *rule;
	size_t number;  /* from 1 */
	uint8_t family; /* FW_FAMILY_IPV4 or FW_FAMILY_IPV6 */
};

/* --- cells --------------------------------------------------------------------------------- */

static void print_ports(struct fw_buf *buf, const struct fw_service *service)
{
	size_t i;

	for (i = 0; i < service->count; i++) {
		const struct fw_port_range *range = &service->ranges[i];

		fw_buf_printf(buf, "%s%u", i ? "," : "", range->low);
		if (range->high != range->low)
			fw_buf_printf(buf, ":%u", range->high);
	}
}

static void print_proto(struct fw_buf *buf, int proto)
{
	const char *name = fw_word_name(fw_policy_protos, (uint64_t)(unsigned int)proto);

	if (proto == FW_PROTO_ANY)
		return;
	if (name)
		fw_buf_printf(buf, "/%s", name);
	else
		fw_buf_printf(buf, "/%d", proto);
}

static void print_services(struct fw_buf *buf, const struct fw_endpoint *end)
{
	size_t i;

	for (i = 0; i < end->service_count; i++) {
		if (i)
			fw_buf_putc(buf, '|');
		print_ports(buf, &end->services[i]);
		print_proto(buf, end->services[i].proto);
	}
}

static void print_address(struct fw_buf *buf, const struct row *row, const struct fw_endpoint *end)
{
	char text[FW_PREFIX_MAX_TEXT];

	if (end->kind == FW_END_PREFIX)
		fw_buf_puts(buf, fw_prefix_print(&end->prefix, text));
	else if (end->kind == FW_END_SET)
		fw_buf_printf(buf, "@%s", row->policy->sets[end->set].name);
	else if (!end->service_count)
		fw_buf_puts(buf, "Anywhere");
}

/* As in ufw: a protocol without ports stands behind an address, or in both ends of "any". */
static bool shows_proto(const struct row *row, const struct fw_endpoint *end)
{
	const struct fw_rule *rule = row->rule;

	if (rule->from.service_count || rule->to.service_count)
		return false;
	return end->kind != FW_END_ANY ||
	       (rule->from.kind == FW_END_ANY && rule->to.kind == FW_END_ANY);
}

/* Behind ports alone it says that the rule's other row is that of IPv4, which an address denies. */
static bool shows_family(const struct row *row, const struct fw_endpoint *end)
{
	const struct fw_rule *rule = row->rule;

	if (row->family != FW_FAMILY_IPV6 || end->kind == FW_END_PREFIX)
		return false;
	return !end->service_count || end->kind == FW_END_SET ||
	       (rule->from.kind != FW_END_PREFIX && rule->to.kind != FW_END_PREFIX);
}

/* ADDRESS PORTS/PROTO (v6) on IF, as far as there is something to say. */
static void print_end(struct fw_buf *buf, const struct row *row, const struct fw_endpoint *end,
		      const char *interface)
{
	print_address(buf, row, end);
	if (end->service_count) {
		if (end->kind != FW_END_ANY)
			fw_buf_putc(buf, ' ');
		if (end->profile)
			fw_buf_puts(buf, end->profile);
		else
			print_services(buf, end);
	} else if (shows_proto(row, end)) {
		print_proto(buf, row->rule->proto);
	}
	if (shows_family(row, end))
		fw_buf_puts(buf, " (v6)");
	if (interface)
		fw_buf_printf(buf, " on %s", interface);
}

/* Fills up to the width; a longer text is followed by one blank. */
static void pad(struct fw_buf *buf, size_t start, size_t width)
{
	size_t length = buf->length - start;

	do {
		fw_buf_putc(buf, ' ');
	} while (++length < width);
}

/* The direction that a rule has without a word for it is left out of the short table. */
static void print_action(struct fw_buf *buf, const struct row *row, bool in)
{
	static const char *const directions[] = { " IN", " OUT", " FWD" };
	const char *word = fw_word_name(fw_action_words, row->rule->action);

	for (; *word; word++)
		fw_buf_putc(buf, (char)toupper((unsigned char)*word));
	if (in || row->rule->direction != FW_DIR_IN)
		fw_buf_puts(buf, directions[row->rule->direction]);
}

/* --- rows ---------------------------------------------------------------------------------- */

/* A rule's two rows have one count; it stands in the first. */
static void print_counts(struct fw_buf *buf, const struct row *row,
			 const struct fw_table_style *style)
{
	struct fw_nft_count count = { 0 };

	if (!style->counts || (row->family == FW_FAMILY_IPV6 &&
			       fw_rule_has_family(row->policy, row->rule, FW_FAMILY_IPV4)))
		return;
	if (row->rule->line < style->count_size)
		count = style->counts[row->rule->line];
	fw_buf_printf(buf, " %10" PRIu64 " %12" PRIu64, count.packets, count.bytes);
}

static void print_row(struct fw_buf *buf, const struct row *row, const struct fw_table_style *style)
{
	const struct fw_rule *rule = row->rule;
	size_t start;

	if (style->numbers)
		fw_buf_printf(buf, "[%2zu] ", row->number);
	start = buf->length;
	print_end(buf, row, &rule->to,
		  rule->direction == FW_DIR_IN       ? rule->in_if
		  : rule->direction == FW_DIR_ROUTED ? rule->out_if
						     : NULL);
	pad(buf, start, TO_WIDTH + 1);
	start = buf->length;
	print_action(buf, row, style->in);
	pad(buf, start, ACTION_WIDTH + 1);
	start = buf->length;
	print_end(buf, row, &rule->from,
		  rule->direction == FW_DIR_OUT      ? rule->out_if
		  : rule->direction == FW_DIR_ROUTED ? rule->in_if
						     : NULL);
	pad(buf, start, FROM_WIDTH);
	print_counts(buf, row, style);
	if (rule->log != FW_RULE_LOG_NONE)
		fw_buf_printf(buf, " (%s)", rule->log == FW_RULE_LOG_ALL ? "log-all" : "log");
	if (rule->comment)
		fw_buf_printf(buf, " # %s", rule->comment);
	fw_buf_putc(buf, '\n');
}

static void print_head(struct fw_buf *buf, const struct fw_table_style *style)
{
	const char *indent = style->numbers ? "     " : "";

	fw_buf_printf(buf, "\n%s%-*s %-*s %-*s", indent, TO_WIDTH, "To", ACTION_WIDTH, "Action",
		      style->counts ? FROM_WIDTH : 0, "From");
	fw_buf_printf(buf, style->counts ? " %10s %12s\n" : "%s%s\n",
		      style->counts ? "Packets" : "", style->counts ? "Bytes" : "");
	fw_buf_printf(buf, "%s%-*s %-*s %-*s", indent, TO_WIDTH, "--", ACTION_WIDTH, "------",
		      style->counts ? FROM_WIDTH : 0, "----");
	fw_buf_printf(buf, style->counts ? " %10s %12s\n" : "%s%s\n",
		      style->counts ? "-------" : "", style->counts ? "-----" : "");
}

/* The rows of one direction and family; returns how many there were. */
static size_t print_rows(struct fw_buf *buf, const struct fw_policy *policy,
			 enum fw_direction direction, uint8_t family,
			 const struct fw_table_style *style)
{
	size_t i, rows = 0;

	for (i = 0; i < policy->rule_count; i++) {
		const struct row row = { policy, &policy->rules[i], i + 1, family };

		if (row.rule->direction != direction ||
		    !fw_rule_has_family(policy, row.rule, family))
			continue;
		print_row(buf, &row, style);
		rows++;
	}
	return rows;
}

static bool has_direction(const struct fw_policy *policy, enum fw_direction direction)
{
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].direction == direction)
			return true;
	return false;
}

void fw_policy_table_print(struct fw_buf *buf, const struct fw_policy *policy,
			   const struct fw_table_style *style)
{
	unsigned int direction;
	bool printed = false;

	if (!policy->rule_count)
		return;
	print_head(buf, style);
	for (direction = 0; direction < FW_DIRS; direction++) {
		if (!has_direction(policy, direction))
			continue;
		if (printed)
			fw_buf_putc(buf, '\n');
		print_rows(buf, policy, direction, FW_FAMILY_IPV4, style);
		print_rows(buf, policy, direction, FW_FAMILY_IPV6, style);
		printed = true;
	}
	fw_buf_putc(buf, '\n');
}
