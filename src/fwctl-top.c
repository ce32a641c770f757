/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl top: who fills the connection table, live. What is on the screen is cli/top.h's. */
#include <string.h>

#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/cli/top-terminal.h"
#include "fwctl/kernel/sysctl.h"

struct values {
	struct fw_tally_key by;
	const char *by_text;
	uint64_t interval;
	uint64_t color; /* enum fw_colour */
	bool flows;
};

/* The key is needed as text too: the title shows it. */
static int set_by(void *context, const struct fw_option *option, const char *value,
		  struct fw_err *err)
{
	struct values *values = context;

	values->by_text = value;
	return fw_stats_set_by(context, option, value, err);
}

#define AT(member) .offset = offsetof(struct values, member)

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "by", .arg = "KEY[,KEY...]", .set = set_by, AT(by),
	  .help = "count by this field at first (src), as stats --by" },
	{ .names = "flows", .set = fw_set_flag, AT(flows),
	  .help = "list flows at first, not groups of them" },
	{ .names = "interval", .arg = "DURATION", .set = fw_set_duration, AT(interval), .min = 1,
	  .max = 86400, .help = "read the table that often (2s), or as often as a seventh of "
				"a processor's time is enough for" },
	{ .names = "color", .arg = "auto|always|never", .set = fw_set_word, AT(color),
	  .data = fw_colour_words, .help = "colours; auto: unless NO_COLOR is set" },
	{ 0 },
};
/* clang-format on */

/* The filters that were typed last: one in force, and the texts its words point into. */
struct typed {
	struct fw_filter filter;
	char words[FW_TOP_TYPED], text[FW_TOP_TYPED];
};

/* Conditions point into the words that they were read from, so those are kept beside them. */
static void use_filter(struct fw_top *top, struct typed *typed, const struct fw_filter *first)
{
	fw_top_forget(top);
	fw_filter_free(&typed->filter);
	memset(&typed->filter, 0, sizeof(typed->filter));
	memcpy(typed->text, top->typed, sizeof(typed->text));
	memcpy(typed->words, top->typed, sizeof(typed->words));
	fw_top_parse_filter(&typed->filter, typed->words, NULL);
	top->filter_text = typed->text;
	top->filter = typed->filter.count ? &typed->filter : first;
}

static void try_filter(struct fw_top *top, struct typed *typed, const struct fw_filter *first)
{
	struct fw_err err = FW_ERR_INIT;
	struct fw_filter filter = { 0 };
	char words[FW_TOP_TYPED];

	memcpy(words, top->typed, sizeof(words));
	if (fw_top_parse_filter(&filter, words, &err) < 0)
		fw_top_say(top, err.what);
	else
		use_filter(top, typed, first);
	fw_filter_free(&filter);
	fw_err_free(&err);
}

static void ask_kill(struct fw_top *top, const struct fw_top_terminal *terminal)
{
	struct fw_buf question = { 0 };
	int key;

	/* A name with addresses of IPv6 may be wider than the terminal. */
	fw_buf_puts(&question, "delete it? (y: yes)  ");
	fw_top_put_name(&question, &fw_top_flows_selected(&top->flows)->flow);
	key = fw_top_terminal_tell(terminal, fw_buf_text(&question));
	fw_buf_free(&question);
	if (key == 'y' || key == 'Y')
		fw_top_kill(top);
}

static enum fw_top_action act(struct fw_cli *cli, const struct fw_top_terminal *terminal,
			      struct fw_top *top, struct typed *typed, int key)
{
	enum fw_top_action action = key == FW_TOP_NO_KEY    ? FW_TOP_NOTHING
				    : key == FW_TOP_RESIZED ? FW_TOP_DRAW
				    : key == FW_TOP_ENDED   ? FW_TOP_QUIT
							    : fw_top_press(top, key);

	if (action == FW_TOP_FILTER)
		try_filter(top, typed, cli->filter);
	else if (action == FW_TOP_KILL)
		ask_kill(top, terminal);
	else
		return action;
	return FW_TOP_DRAW;
}

static int loop(struct fw_cli *cli, const struct fw_top_terminal *terminal, struct fw_top *top,
		struct typed *typed)
{
	enum fw_top_action action = FW_TOP_DRAW;
	int changed;

	while (action != FW_TOP_QUIT) {
		if (action == FW_TOP_READ && fw_top_read(top, &cli->err) < 0)
			return -1;
		changed = fw_top_step(top, &cli->err);
		if (changed < 0)
			return -1;
		if (changed || action != FW_TOP_NOTHING)
			fw_top_terminal_draw(terminal, top);
		action = act(cli, terminal, top, typed,
			     fw_top_terminal_key(terminal, fw_top_wait(top)));
	}
	return 0;
}

static void set_up(struct fw_top *top, const struct values *values)
{
	static const struct fw_option by = { .arg = "KEY" };
	uint64_t counted = 0;

	top->key = values->by;
	top->key_text = values->by_text;
	if (!top->key_text) {
		top->key_text = "src";
		fw_stats_set_by(&top->key, &by, top->key_text, NULL);
	}
	top->interval = values->interval ? values->interval : 2;
	top->flows_view = values->flows;
	fw_sysctl_read("nf_conntrack_acct", &counted);
	top->flows.order = counted ? FW_TOP_BYTE_RATE : FW_TOP_LEFT;
}

static int run(struct fw_cli *cli)
{
	const struct values *values = cli->values;
	struct fw_top_terminal terminal = { .signals = -1 };
	struct fw_top top = { .filter = cli->filter };
	struct typed typed = { 0 };
	int status;

	if (values->flows && values->by_text)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--flows lists flows, --by groups them");
	if (fw_stats_wants_netns(&values->by))
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--by netns: all flows that are shown are of one namespace");
	fw_privilege_keep();
	set_up(&top, values);
	status = fw_top_terminal_open(&terminal, fw_output_wants_colour(values->color), &cli->err);
	if (!status) {
		fw_top_start(&top);
		status = loop(cli, &terminal, &top, &typed);
	}
	fw_top_terminal_close(&terminal);
	fw_top_free(&top);
	fw_filter_free(&typed.filter);
	return status;
}

static const struct fw_command command = {
	.name = "top",
	.summary = "Watch who fills the connection table, live",
	.usage = "[FILTER] [--by KEY | --flows] [--interval DURATION]",
	.options = options,
	.values_size = sizeof(struct values),
	.filter_source = &fw_filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
