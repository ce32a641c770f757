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

static const char rule_words[] = "A RULE is written as with ufw, and as in the policy file:\n"
				 "  22/tcp\n"
				 "  ssh comment 'for the admins'\n"
				 "  in on eth0 from 10.0.0.0/8 to any port 80,443 proto tcp\n"
				 "  from @SET to any port 5000:5010 proto udp\n"
				 "fwctl-policy(8) has all of it.\n";

/* All words of an edit are the policy's: -1 is a wrong value there, not an option. */
#define EDIT(verb, least, words, what, more)                                                       \
	{                                                                                          \
		.name = (verb), .summary = (what), .usage = "[--force] " words, .details = (more), \
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
	  .details = "A packet is told by its addresses, ports and interface:\n"
		     "  in tcp from 198.51.100.7:40000 to 192.0.2.1:22 on eth0\n"
		     "  out udp from 192.0.2.1:5000 to [2001:db8::1]:53\n"
		     "  routed icmp from 10.0.0.1 to 192.0.2.9 in eth0 out eth1\n",
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
	EDIT("allow", 1, "RULE", "Add a rule that allows", rule_words),
	EDIT("deny", 1, "RULE", "Add a rule that drops", rule_words),
	EDIT("reject", 1, "RULE", "Add a rule that refuses", rule_words),
	EDIT("limit", 1, "RULE", "Add a rule that allows slowly", rule_words),
	EDIT("route", 1, "allow|deny|reject|limit RULE", "Add a rule for routed packets",
	     rule_words),
	EDIT("insert", 2, "N RULE", "Put a rule in front of rule N", rule_words),
	EDIT("delete", 1, "N | RULE", "Take a rule away", rule_words),
	EDIT("default", 1, "allow|deny|reject [incoming|outgoing|routed]",
	     "Set what happens to packets that no rule decides", NULL),
	EDIT("logging", 1, "off|on|low|medium|high|full", "Set how much is logged", NULL),
	EDIT("ping", 1, "on|off", "Set whether echo requests are let in", NULL),
	EDIT("mdns", 1, "on|off", "Set whether multicast DNS is let in", NULL),
	EDIT("dhcp", 1, "on|off", "Set whether the answers of DHCP servers are let in", NULL),
	EDIT("timeout", 1, "PROTO [NAME] DURATION [NAME DURATION ...]",
	     "Set how long flows of a protocol are remembered", NULL),
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
