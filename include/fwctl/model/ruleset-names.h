/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of what packets go through on their way: regular chains, and the verdict maps that lead to
 * them. They end in `_` and the first four digits of the policy's digest, so that those of two
 * policies can stand in the table side by side: packets that are under way while one policy takes
 * the place of the other still ask the maps that their rules name.
 */
#ifndef FWCTL_MODEL_RULESET_NAMES_H
#define FWCTL_MODEL_RULESET_NAMES_H

#include "fwctl/model/ruleset.h"

/* Puts the digits behind the names of a ruleset that is complete and has its digest. */
void fw_ruleset_sign(struct fw_ruleset *ruleset);

/* What the thing of that name is called in a ruleset of that digest: another four digits behind it.
 * The name as it is when it has none. The caller frees it. */
char *fw_signed_name(const char *name, const char *digest);

#endif
