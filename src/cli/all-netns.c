/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/all-netns.h"

struct walk {
	struct fw_cli *cli;
	fw_netns_fn *read;
	void *context;
	unsigned int missed;
};

static void tell_missed(void *context, const struct fw_err *why)
{
	struct walk *walk = context;

	fw_cli_note(walk->cli, "left out: %s", why->what);
	walk->missed++;
}

static int read_one(void *context, const char *name, struct fw_err *err)
{
	struct walk *walk = context;

	if (!walk->read(walk->context, name, err))
		return 0;
	fw_err_prefix(err, "network namespace %s", name);
	tell_missed(walk, err);
	fw_err_free(err);
	return 0;
}

int fw_all_netns_read(struct fw_cli *cli, fw_netns_fn *read, void *context)
{
	struct walk walk = { cli, read, context, 0 };

	if (fw_netns_each(read_one, tell_missed, &walk, &cli->err) < 0)
		return -1;
	if (!walk.missed)
		return 0;
	fw_err_set(&cli->err, FW_ERR_INCOMPLETE, "not all network namespaces could be read");
	return fw_err_hint(&cli->err, "run it as root, outside of a container");
}
