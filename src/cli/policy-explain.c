/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl policy explain: which line decides a packet, and why the lines before it did not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/format/formats.h"
#include "fwctl/format/json-text.h"
#include "fwctl/policy/explain.h"
#include "fwctl/policy/print.h"

/*
 * The policy to ask: a file when one is named, which needs no privileges; else the one in force,
 * and where none is in force what `policy apply` would take.
 */
static struct fw_policy *choose_policy(struct fw_cli *cli, const char *file, const char **origin)
{
	struct fw_current current = { 0 };
	struct fw_policy *policy;
	struct fw_state state;
	int result;

	if (file)
		return fw_policy_load(cli, file, origin);
	result = fw_state_open(&state, false, &cli->err);
	if (result == 0) {
		result = fw_current_read(&current, &state, &cli->err);
		fw_state_close(&state);
	}
	if (result < 0) {
		if (cli->err.kind == FW_ERR_DENIED)
			fw_err_hint(&cli->err,
				    "reading what is in force needs root; --file FILE asks "
				    "a policy file, which does not");
		return NULL;
	}
	policy = current.policy;
	current.policy = NULL;
	fw_current_free(&current);
	*origin = "the policy in force";
	return policy ? policy : fw_policy_load(cli, NULL, origin);
}

static const char *action_of(const struct fw_explanation *explanation)
{
	return fw_word_name(fw_action_words, explanation->action);
}

static void print_text(struct fw_buf *buf, const struct fw_policy *policy,
		       const struct fw_packet *packet, const struct fw_explanation *explanation,
		       bool with_places)
{
	const struct fw_miss *miss;
	size_t i;

	fw_buf_printf(buf, "%s: ", action_of(explanation));
	fw_decider_print(buf, policy, packet, explanation);
	/* Lines are counted in the canonical text (`policy show`); the file may have comments. */
	if (with_places && explanation->rule)
		fw_buf_printf(buf, " (%s:%u)", explanation->rule->place.file,
			      explanation->rule->place.line);
	fw_buf_putc(buf, '\n');
	for (i = 0; i < explanation->miss_count; i++) {
		miss = &explanation->misses[i];
		fw_buf_printf(buf, "  not line %u, ", miss->rule->line);
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

static void json_rule(struct fw_buf *buf, const struct fw_policy *policy,
		      const struct fw_rule *rule, struct fw_buf *text)
{
	fw_buf_printf(buf, ",\"line\":%u", rule->line);
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
	if (explanation->rule)
		json_rule(buf, policy, explanation->rule, &text);
	fw_decider_print(&text, policy, packet, explanation);
	json_text(buf, "reason", &text);
	fw_packet_print(&text, packet);
	json_text(buf, "packet", &text);
	fw_buf_puts(buf, ",\"before\":[");
	for (i = 0; i < explanation->miss_count; i++) {
		const struct fw_miss *miss = &explanation->misses[i];

		fw_buf_printf(buf, "%s{\"line\":%u", i ? "," : "", miss->rule->line);
		fw_rule_print(&text, policy, miss->rule, 0);
		json_text(buf, "rule", &text);
		fw_miss_print(&text, policy, miss, packet);
		json_text(buf, "reason", &text);
		fw_buf_putc(buf, '}');
	}
	fw_buf_puts(buf, "]}\n");
	fw_buf_free(&text);
}

int fw_policy_explain_run(struct fw_cli *cli)
{
	const struct fw_policy_explain_values *values = cli->values;
	const char *const *words = (const char *const *)cli->argv;
	struct fw_explanation explanation;
	struct fw_buf out = { 0 };
	struct fw_packet packet;
	struct fw_policy *policy;
	const char *origin;

	if (fw_packet_parse((size_t)cli->argc, words, &packet, &cli->err) < 0)
		return -1;
	policy = choose_policy(cli, values->file, &origin);
	if (!policy)
		return -1;
	fw_policy_explain(policy, &packet, &explanation);
	if (values->output.format == &fw_format_json)
		print_json(&out, policy, &packet, &explanation);
	else
		print_text(&out, policy, &packet, &explanation, values->file != NULL);
	fwrite(out.data, 1, out.length, stdout);
	if (!values->file && values->output.format != &fw_format_json)
		fw_cli_note(cli, "asked %s", origin);
	fw_buf_free(&out);
	fw_explanation_free(&explanation);
	fw_policy_free(policy);
	return 0;
}
