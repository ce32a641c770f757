/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/ruleset-names.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

#define DIGITS 4

static void sign(char **name, const char *digest)
{
	char *whole = fw_format("%s_%.*s", *name, DIGITS, digest);

	free(*name);
	*name = whole;
}

void fw_ruleset_sign(struct fw_ruleset *ruleset)
{
	size_t i;

	for (i = 0; i < ruleset->chain_count; i++)
		if (ruleset->chains[i].hook == FW_HOOK_NONE)
			sign(&ruleset->chains[i].name, ruleset->digest);
	for (i = 0; i < ruleset->set_count; i++)
		if (ruleset->sets[i].verdict_map)
			sign(&ruleset->sets[i].name, ruleset->digest);
}

char *fw_signed_name(const char *name, const char *digest)
{
	const char *last = strrchr(name, '_');

	if (!last || strspn(last + 1, "0123456789abcdef") != DIGITS || last[1 + DIGITS])
		return fw_strdup(name);
	return fw_format("%.*s_%.*s", (int)(last - name), name, DIGITS, digest);
}
