/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-status.h"
#include "fwctl/cli/policy-table.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/format/formats.h"
#include "fwctl/policy/print.h"

enum form { PLAIN, VERBOSE, NUMBERED };

static const struct fw_word forms[] = { { "verbose", VERBOSE }, { "numbered", NUMBERED }, { 0 } };

static bool is_on(const char *path)
{
	FILE *file = fopen(path, "re");
	int c = file ? getc(file) : '0';

	if (file)
		fclose(file);
	return c != '0' && c != EOF;
}

/* Both families are off: what the policy says about routed packets has nothing to decide. */
static void note_routing(struct fw_buf *buf, bool after_table)
{
	if (!is_on("/proc/sys/net/ipv4/ip_forward") &&
	    !is_on("/proc/sys/net/ipv6/conf/all/forwarding"))
		fw_buf_printf(buf,
			      "%sThis host does not forward packets (net.ipv4.ip_forward and "
			      "net.ipv6.conf.all.forwarding are 0).\n",
			      after_table ? "" : "\n");
}

static void print_drift(struct fw_buf *buf, const struct fw_nft_state *table)
{
	size_t i;

	if (!table->differences)
		return;
	fw_buf_puts(buf, "\nThe table was changed by someone else:\n");
	for (i = 0; i < table->count; i++)
		fw_buf_printf(buf, "  %s\n", table->different[i]);
	if (table->differences > table->count)
		fw_buf_printf(buf, "  and %zu more\n", table->differences - table->count);
	fw_buf_puts(buf, "'fwctl policy apply' puts it right.\n");
}

static void note_owner(struct fw_buf *buf, const struct fw_nft_state *table)
{
	if (table->persists && !table->owner)
		fw_buf_puts(buf, "\nThe process that kept other programs from the table is gone; "
				 "'fwctl policy apply' begins another.\n");
}

static void print_trial(struct fw_buf *buf, const struct fw_current *current)
{
	if (current->left)
		fw_buf_printf(buf,
			      "On trial for %llu more seconds: 'fwctl policy confirm' keeps it.\n",
			      (unsigned long long)(current->left + 999) / 1000);
	else if (current->trial)
		fw_buf_puts(buf, "A policy on trial was not confirmed in time.\n");
}

/* The counts of all lines of the policy, by line; the caller frees them. */
static struct fw_nft_count *counts_of(const struct fw_current *current, size_t *lines)
{
	size_t count = current->policy->rule_count;
	struct fw_nft_count *counts;

	*lines = count ? current->policy->rules[count - 1].line + 1 : 1;
	counts = fw_calloc(*lines, sizeof(*counts));
	fw_nft_counts(&current->batch, counts, *lines);
	return counts;
}

static void print_active(struct fw_buf *buf, const struct fw_current *current, enum form form)
{
	struct fw_table_style style = { .in = form != PLAIN, .numbers = form == NUMBERED };
	struct fw_nft_count *counts = counts_of(current, &style.count_size);

	fw_buf_puts(buf, "Status: active\n");
	if (form != VERBOSE)
		print_trial(buf, current);
	if (form == VERBOSE) {
		fw_policy_print_status(buf, current->policy);
		style.counts = counts;
	}
	fw_policy_table_print(buf, current->policy, &style);
	if (form == VERBOSE)
		print_trial(buf, current);
	if (form == VERBOSE)
		note_routing(buf, current->policy->rule_count > 0);
	print_drift(buf, &current->table);
	note_owner(buf, &current->table);
	free(counts);
}

static void print_text(const struct fw_current *current, enum form form)
{
	struct fw_buf buf = { 0 }, safe = { 0 };

	if (!current->policy) {
		puts("Status: inactive");
		return;
	}
	print_active(&buf, current, form);
	/* Names of interfaces and comments are anybody's words. */
	fw_buf_escaped_lines(&safe, fw_buf_text(&buf));
	fwrite(safe.data, 1, safe.length, stdout);
	fw_buf_free(&buf);
	fw_buf_free(&safe);
}

static void print_json(const struct fw_current *current)
{
	struct fw_nft_count *counts = NULL;
	struct fw_buf buf = { 0 };
	size_t lines;

	if (current->policy)
		counts = counts_of(current, &lines);
	fw_policy_status_json(&buf, current, counts);
	fwrite(buf.data, 1, buf.length, stdout);
	fw_buf_free(&buf);
	free(counts);
}

static int read_form(struct fw_cli *cli, enum form *form)
{
	const struct fw_word *word;
	struct fw_buf accepted = { 0 };

	*form = PLAIN;
	if (!cli->argc)
		return 0;
	word = fw_word_find(forms, cli->argv[0], strlen(cli->argv[0]));
	if (word) {
		*form = (enum form)word->value;
		return 0;
	}
	fw_words_print(&accepted, forms);
	fw_err_set(&cli->err, FW_ERR_MISUSE, "'%s' is none of: %s", cli->argv[0],
		   fw_buf_text(&accepted));
	fw_buf_free(&accepted);
	return -1;
}

int fw_policy_status_run(struct fw_cli *cli)
{
	const struct fw_policy_status_values *values = cli->values;
	struct fw_current current;
	enum form form;
	int result = 0;

	if (read_form(cli, &form) < 0 || fw_current_open(&current, &cli->err) < 0)
		return -1;
	if (current.policy)
		result = fw_current_compare(&current, &cli->err);
	fw_privilege_drop();
	if (result == 0 && values->output.format == &fw_format_json)
		print_json(&current);
	else if (result == 0)
		print_text(&current, form);
	fw_current_free(&current);
	return result;
}
