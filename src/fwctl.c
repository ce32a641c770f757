/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dispatcher: `fwctl NAME …` runs fwctl-NAME of the private directory, never of PATH, after
 * entering the network namespace that --netns names.
 */
#include <stddef.h>

#include "fwctl/cli/command.h"
#include "fwctl/cli/monitoring.h"
#include "fwctl/cli/programs.h"
#include "fwctl/kernel/netns.h"

struct values {
	const char *netns;
};

static const struct fw_option options[] = {
	{ .names = "netns",
	  .arg = "NAME|PID|PATH",
	  .set = fw_set_string,
	  .offset = offsetof(struct values, netns),
	  .help = "work in this network namespace" },
	{ 0 },
};

/* A namespace that is not there is a failure of the check that was to be made in it, and so is a
 * word that is wrong; stats alone has such options. */
static int report(const struct fw_cli *cli)
{
	if (fw_monitoring_is_asked(cli->argv))
		return fw_monitoring_unknown(cli->err.what);
	return fw_cli_report(cli);
}

static int run(struct fw_cli *cli)
{
	const struct values *values = cli->values;

	if (!cli->argc) {
		fw_err_set(&cli->err, FW_ERR_MISUSE, "a command is needed: usage: fwctl %s",
			   cli->command->usage);
		return fw_err_hint(&cli->err, "'fwctl --help' lists the commands");
	}
	if (values->netns && fw_netns_enter(values->netns, &cli->err) < 0)
		return -1;
	return fw_program_exec(cli->argv[0], cli->argv, &cli->err);
}

static const struct fw_command command = {
	.name = "",
	.summary = "See and steer the kernel's stateful firewall",
	.usage = "[--netns NAME|PID|PATH] COMMAND [OPTIONS] [ARGUMENTS]",
	.options = options,
	.values_size = sizeof(struct values),
	.stop_early = true,
	.max_args = -1,
	.help_more = fw_programs_print,
	.run = run,
	.report = report,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
