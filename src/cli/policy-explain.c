/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl policy explain: which line decides a packet, and why the lines before it did not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/format/formats.h"
#include "fwctl/format/json-text.h"
#include "fwctl/policy/explain.h"
#include "fwctl/policy/print.h"

/* It is the policy that is asked, and not the kernel's table. */
static void note_drift(const struct fw_cli *cli, struct fw_current *current)
{
	struct fw_err ignored = FW_ERR_INIT;

	if (current->policy && !fw_current_compare(current, &ignored) && current->table.differences)
		fw_cli_note(cli,
			    "the kernel's table was changed by someone else, and may do something "
			    "else; 'fwctl policy status' says what");
	fw_err_free(&ignored);
}

/* The policy to ask: a file when one is named, which needs no privileges; else the one in force. */
static struct fw_policy *choose_policy(struct fw_cli *cli, const char *file)
{
	const char *origin;
	struct fw_current current;
	struct fw_policy *policy;

	if (file)
		return fw_policy_load(cli, file, &origin);
	fw_privilege_keep();
	if (fw_current_look(&current, &cli->err) < 0) {
		if (cli->err.kind == FW_ERR_DENIED)
			fw_err_hint(&cli->err,
				    "reading what is in force needs root; --file FILE asks "
				    "a policy file, which does not");
		return NULL;
	}
	note_drift(cli, &current);
	policy = current.policy;
	current.policy = NULL;
	fw_current_free(&current);
	if (policy)
		return policy;
	fw_err_set(&cli->err, FW_ERR_FAILED, "no policy is in force: fwctl stops no packet here");
	fw_err_hint(&cli->err, "--file FILE asks a policy file");
	return NULL;
}

static const char *action_of(const struct fw_explanation *explanation)
{
	return fw_word_name(fw_action_words, explanation->action);
}

/* Lines are counted in the canonical text (`policy show`); a file has lines of its own. */
static void print_place(struct fw_buf *buf, const struct fw_rule *rule, bool in_file)
{
	if (in_file)
		fw_buf_printf(buf, "%s:%u", rule->place.file, rule->place.line);
	else
		fw_buf_printf(buf, "line %u", rule->line);
}

static void print_text(struct fw_buf *buf, const struct fw_policy *policy,
		       const struct fw_packet *packet, const struct fw_explanation *explanation,
		       bool in_file)
{
	const struct fw_miss *miss;
	size_t i;

	fw_buf_printf(buf, "%s: ", action_of(explanation));
	if (explanation->rule) {
		print_place(buf, explanation->rule, in_file);
		fw_buf_puts(buf, ": ");
		fw_rule_print(buf, policy, explanation->rule, 0);
	} else {
		fw_decider_print(buf, policy, packet, explanation);
	}
	fw_buf_putc(buf, '\n');
	for (i = 0; i < explanation->miss_count; i++) {
		miss = &explanation->misses[i];
		fw_buf_puts(buf, "  not ");
		print_place(buf, miss->rule, in_file);
		fw_buf_puts(buf, ", ");
		fw_rule_print(buf, policy, miss->rule, 0);
		fw_buf_puts(buf, ": ");
		fw_miss_print(buf, policy, miss, packet);
		fw_buf_putc(buf, '\n');
	}
}

/* `"key":"…"` with the text that was gathered in `text`, which is emptied. */
static void json_text(struct fw_buf *buf, const char *key, struct fw_buf *text)
{
	fw_buf_printf(buf, ",\"%s\":", key);
	fw_json_string(buf, text->data, text->length);
	text->length = 0;
}

/* `"line":N,"rule":"…"`, and where the rule stands in its file. */
static void json_rule(struct fw_buf *buf, const struct fw_policy *policy,
		      const struct fw_rule *rule, struct fw_buf *text)
{
	fw_buf_printf(buf, "\"line\":%u", rule->line);
	print_place(text, rule, true);
	json_text(buf, "place", text);
	fw_rule_print(text, policy, rule, 0);
	json_text(buf, "rule", text);
}

static void print_json(struct fw_buf *buf, const struct fw_policy *policy,
		       const struct fw_packet *packet, const struct fw_explanation *explanation)
{
	struct fw_buf text = { 0 };
	size_t i;

	fw_buf_printf(buf, "{\"action\":\"%s\",\"by\":\"%s\"", action_of(explanation),
		      fw_word_name(fw_decider_words, explanation->by));
	if (explanation->rule) {
		fw_buf_putc(buf, ',');
		json_rule(buf, policy, explanation->rule, &text);
	}
	fw_decider_print(&text, policy, packet, explanation);
	json_text(buf, "reason", &text);
	fw_packet_print(&text, packet);
	json_text(buf, "packet", &text);
	fw_buf_puts(buf, ",\"before\":[");
	for (i = 0; i < explanation->miss_count; i++) {
		const struct fw_miss *miss = &explanation->misses[i];

		fw_buf_puts(buf, i ? ",{" : "{");
		json_rule(buf, policy, miss->rule, &text);
		fw_miss_print(&text, policy, miss, packet);
		json_text(buf, "reason", &text);
		fw_buf_putc(buf, '}');
	}
	fw_buf_puts(buf, "]}\n");
	fw_buf_free(&text);
}

static int read_packet(struct fw_cli *cli, struct fw_packet *packet)
{
	const char *missing;

	if (fw_packet_parse((size_t)cli->argc, (const char *const *)cli->argv, packet, &missing,
			    &cli->err) < 0)
		return -1;
	if (!missing)
		return 0;
	fw_err_set(&cli->err, FW_ERR_MISUSE, "the packet is not complete: %s is missing", missing);
	return fw_err_hint(&cli->err, "a whole packet: in tcp from 198.51.100.7:40000 to "
				      "192.0.2.1:22 on eth0");
}

int fw_policy_explain_run(struct fw_cli *cli)
{
	const struct fw_policy_explain_values *values = cli->values;
	struct fw_explanation explanation;
	struct fw_buf out = { 0 };
	struct fw_packet packet;
	struct fw_policy *policy;

	if (read_packet(cli, &packet) < 0)
		return -1;
	policy = choose_policy(cli, values->file);
	fw_privilege_drop();
	if (!policy)
		return -1;
	fw_policy_explain(policy, &packet, &explanation);
	if (values->output.format == &fw_format_json)
		print_json(&out, policy, &packet, &explanation);
	else
		print_text(&out, policy, &packet, &explanation, values->file != NULL);
	fwrite(out.data, 1, out.length, stdout);
	fw_buf_free(&out);
	fw_explanation_free(&explanation);
	fw_policy_free(policy);
	return 0;
}
