/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl load: flows from a file, as list saved them, into the connection table. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/load.h"
#include "fwctl/cli/privilege.h"

struct values {
	bool strict, dry_run, quiet;
};

#define AT(member) .offset = offsetof(struct values, member)

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "strict", .set = fw_set_flag, AT(strict),
	  .help = "stop at the first bad line; what stands before it is loaded" },
	{ .names = "dry-run", .set = fw_set_flag, AT(dry_run),
	  .help = "only read the file, and say which lines are bad" },
	{ .names = "quiet", .set = fw_set_flag, AT(quiet), .help = "no closing line on stderr" },
	{ 0 },
};
/* clang-format on */

static int open_file(const char *name, int *fd, struct fw_err *err)
{
	*fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	return *fd < 0 ? fw_err_sys(err, errno, "opening %s", name) : 0;
}

static void say_count(const struct values *values, const struct fw_load *load)
{
	if (!values->quiet)
		fprintf(stderr, "fwctl %s: %" PRIu64 " lines %s loaded, %" PRIu64 " were bad.\n",
			PACKAGE_VERSION, load->done, values->dry_run ? "would be" : "have been",
			load->bad);
	if (!values->quiet && load->has_filters && !values->dry_run)
		fprintf(stderr,
			"fwctl %s: %" PRIu64
			" flow entries have been updated or deleted by filters.\n",
			PACKAGE_VERSION, load->chosen);
}

static int run(struct fw_cli *cli)
{
	const struct values *values = cli->values;
	struct fw_load load = { .name = cli->argv[0],
				.strict = values->strict,
				.dry_run = values->dry_run };
	int status;

	if (open_file(load.name, &load.fd, &cli->err) < 0)
		return -1;
	/* Reading a file needs no privilege beyond having opened it. */
	status = values->dry_run ? 0 : fw_privilege_limit(&cli->err);
	if (!status)
		status = fw_load_run(&load, cli);
	if (load.fd != STDIN_FILENO)
		close(load.fd);
	if (status < 0 && !load.done && !load.bad)
		return -1;
	say_count(values, &load);
	return status < 0 ? -1 : load.bad > 0;
}

static const struct fw_command command = {
	.name = "load",
	.summary = "Load flows from a file into the connection table",
	.usage = "[--strict] [--dry-run] FILE|-",
	.options = options,
	.values_size = sizeof(struct values),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
