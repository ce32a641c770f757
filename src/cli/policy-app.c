/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Application profiles: policy app. */
#include <stdio.h>
#include <string.h>

#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/policy/profiles.h"

static void print_profile(const struct fw_profile *profile)
{
	struct fw_buf buf = { 0 }, safe = { 0 };

	fw_buf_printf(&buf, "Profile: %s\nTitle: %s\nDescription: %s\nPorts: %s\nFile: %s\n",
		      profile->name, profile->title, profile->description, profile->ports,
		      profile->file);
	fw_buf_escaped_lines(&safe, fw_buf_text(&buf));
	fwrite(safe.data, 1, safe.length, stdout);
	fw_buf_free(&buf);
	fw_buf_free(&safe);
}

static void list_profiles(const struct fw_profile_list *list)
{
	struct fw_buf buf = { 0 };
	size_t i;

	for (i = 0; i < list->count; i++) {
		fw_buf_escaped(&buf, list->items[i].name, strlen(list->items[i].name));
		fw_buf_putc(&buf, '\n');
	}
	fwrite(buf.data, 1, buf.length, stdout);
	fw_buf_free(&buf);
}

static int show_profile(struct fw_cli *cli, const struct fw_profile_list *list, const char *name)
{
	const struct fw_profile *profile = fw_profile_find(list, name, strlen(name));
	const char *nearest = fw_profile_nearest(list, name, strlen(name));

	if (profile) {
		print_profile(profile);
		return 0;
	}
	fw_err_set(&cli->err, FW_ERR_FAILED, "there is no application profile '%s'", name);
	return nearest ? fw_err_hint(&cli->err, "did you mean '%s'?", nearest)
		       : fw_err_hint(&cli->err, "'fwctl policy app list' names them");
}

int fw_policy_app_run(struct fw_cli *cli)
{
	struct fw_profile_list list = { 0 };
	int result = 0;

	fw_profiles_load(&list, fw_policy_reading.profile_dirs);
	if (!strcmp(cli->argv[0], "list") && cli->argc == 1)
		list_profiles(&list);
	else if (!strcmp(cli->argv[0], "info") && cli->argc == 2)
		result = show_profile(cli, &list, cli->argv[1]);
	else
		result = fw_err_set(&cli->err, FW_ERR_MISUSE, "app wants one of: list, info NAME");
	fw_profiles_free(&list);
	return result;
}
