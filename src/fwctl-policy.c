/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl policy: what may pass, and how long flows are remembered. */
#include <stddef.h>

#include "fwctl/cli/policy-commands.h"

static const struct fw_option apply_options[] = {
	{ .names = "exit-code",
	  .set = fw_set_flag,
	  .offset = offsetof(struct fw_policy_apply_values, exit_code),
	  .help = "exit status 10 when something was changed, 0 when not" },
	{ .names = "confirm",
	  .arg = "DURATION",
	  .set = fw_set_duration,
	  .offset = offsetof(struct fw_policy_apply_values, confirm),
	  .min = 1,
	  .max = 86400,
	  .help = "go back unless 'policy confirm' comes within that time" },
	{ .names = "revoke",
	  .set = fw_set_flag,
	  .offset = offsetof(struct fw_policy_apply_values, revoke),
	  .help = "also end the flows that the policy would not admit" },
	{ .names = "own",
	  .set = fw_set_flag,
	  .offset = offsetof(struct fw_policy_apply_values, own),
	  .help = "keep other programs from changing the table or flushing it away" },
	{ .names = "force",
	  .set = fw_set_flag,
	  .offset = offsetof(struct fw_policy_apply_values, force),
	  .help = "even when the ssh session that runs this could not come back" },
	{ 0 },
};

/* Of the other commands that change what is in force. */
static const struct fw_option force_options[] = {
	{ .names = "force",
	  .set = fw_set_flag,
	  .offset = offsetof(struct fw_policy_force_values, force),
	  .help = "even when the ssh session that runs this could not come back" },
	{ 0 },
};

static const struct fw_option explain_options[] = {
	{ .names = "file",
	  .arg = "FILE",
	  .set = fw_set_string,
	  .offset = offsetof(struct fw_policy_explain_values, file),
	  .help = "ask this policy file instead of the policy in force" },
	{ .names = "output",
	  .letter = 'o',
	  .arg = "text|json",
	  .set = fw_set_text_or_json,
	  .offset = offsetof(struct fw_policy_explain_values, output),
	  .help = "text, or one JSON object" },
	{ 0 },
};

static const struct fw_option status_options[] = {
	{ .names = "output",
	  .letter = 'o',
	  .arg = "text|json",
	  .set = fw_set_text_or_json,
	  .offset = offsetof(struct fw_policy_status_values, output),
	  .help = "text, or one JSON object with counters and all" },
	{ 0 },
};

static const struct fw_option show_options[] = {
	{ .names = "nft",
	  .set = fw_set_flag,
	  .offset = offsetof(struct fw_policy_show_values, nft),
	  .help = "the ruleset it becomes, as nft(8) reads it" },
	{ 0 },
};

/* All words of an edit are the policy's: -1 is a wrong value there, not an option. */
#define EDIT(verb, least, words, what)                                                             \
	{                                                                                          \
		.name = (verb), .summary = (what), .usage = "[--force] " words,                    \
		.options = force_options, .values_size = sizeof(struct fw_policy_force_values),    \
		.stop_early = true, .min_args = (least), .max_args = -1, .run = fw_policy_edit_run \
	}

static const struct fw_command verbs[] = {
	{ .name = "apply",
	  .elsewhere = "enable|reload|load|start",
	  .summary = "Put a policy in force, in one transaction",
	  .usage = "[--exit-code] [--confirm DURATION] [--revoke] [--own] [--force] [FILE]",
	  .options = apply_options,
	  .values_size = sizeof(struct fw_policy_apply_values),
	  .max_args = 1,
	  .run = fw_policy_apply_run },
	{ .name = "boot",
	  .summary = "Apply the policy file, or what is next best to it",
	  .usage = "",
	  .run = fw_policy_boot_run },
	{ .name = "check",
	  .summary = "Say what is wrong with a policy; change nothing",
	  .usage = "[FILE]",
	  .max_args = 1,
	  .run = fw_policy_check_run },
	{ .name = "diff",
	  .summary = "Show what apply would change, line by line",
	  .usage = "[FILE]",
	  .max_args = 1,
	  .run = fw_policy_diff_run },
	{ .name = "status",
	  .summary = "Show what is in force",
	  .usage = "[-o text|json] [verbose|numbered]",
	  .options = status_options,
	  .values_size = sizeof(struct fw_policy_status_values),
	  .max_args = 1,
	  .run = fw_policy_status_run },
	{ .name = "show",
	  .summary = "Print the policy that is in force",
	  .usage = "[--nft]",
	  .options = show_options,
	  .values_size = sizeof(struct fw_policy_show_values),
	  .run = fw_policy_show_run },
	{ .name = "explain",
	  .summary = "Say which line decides a packet, and why",
	  .usage = "[--file FILE] [-o text|json] in|out|routed PROTO WORD...",
	  .options = explain_options,
	  .values_size = sizeof(struct fw_policy_explain_values),
	  .min_args = 2,
	  .max_args = -1,
	  .run = fw_policy_explain_run },
	{ .name = "app",
	  .summary = "Show application profiles",
	  .usage = "list | info NAME",
	  .min_args = 1,
	  .max_args = 2,
	  .run = fw_policy_app_run },
	{ .name = "confirm",
	  .summary = "Keep the policy that is on trial",
	  .usage = "",
	  .run = fw_policy_confirm_run },
	{ .name = "rollback",
	  .summary = "Go back to the policy before",
	  .usage = "[--force]",
	  .options = force_options,
	  .values_size = sizeof(struct fw_policy_force_values),
	  .run = fw_policy_rollback_run },
	EDIT("allow", 1, "RULE", "Add a rule that allows"),
	EDIT("deny", 1, "RULE", "Add a rule that drops"),
	EDIT("reject", 1, "RULE", "Add a rule that refuses"),
	EDIT("limit", 1, "RULE", "Add a rule that allows slowly"),
	EDIT("route", 1, "allow|deny|reject|limit RULE", "Add a rule for routed packets"),
	EDIT("insert", 2, "N RULE", "Put a rule in front of rule N"),
	EDIT("delete", 1, "N | RULE", "Take a rule away"),
	EDIT("default", 1, "allow|deny|reject [incoming|outgoing|routed]",
	     "Set what happens to packets that no rule decides"),
	EDIT("logging", 1, "off|on|low|medium|high|full", "Set how much is logged"),
	EDIT("ping", 1, "on|off", "Set whether echo requests are let in"),
	EDIT("mdns", 1, "on|off", "Set whether multicast DNS is let in"),
	EDIT("dhcp", 1, "on|off", "Set whether the answers of DHCP servers are let in"),
	EDIT("timeout", 1, "PROTO [NAME] DURATION [NAME DURATION ...]",
	     "Set how long flows of a protocol are remembered"),
	{ .name = "reset",
	  .elsewhere = "disable|flush|stop",
	  .summary = "Remove the policy, and put the timeouts back",
	  .usage = "",
	  .run = fw_policy_reset_run },
	{ 0 },
};

static const struct fw_command command = {
	.name = "policy",
	.summary = "Apply a firewall policy and show what is in force",
	.usage = "COMMAND [OPTIONS] [ARGUMENTS]",
	.stop_early = true,
	.max_args = -1,
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
