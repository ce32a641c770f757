/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two rulesets in one table: a new one on trial, and the one that decides again when the trial is
 * over. The kernel ends it by itself: the base chains reach the new ruleset through elements of a
 * verdict map that time out, so that no process has to be alive for it.
 */
#ifndef FWCTL_MODEL_TRIAL_H
#define FWCTL_MODEL_TRIAL_H

#include "fwctl/model/ruleset.h"

/* Prefixes of the names of what each of the two brings; the maps are trial_input and so on. */
#define FW_TRIAL_NEW "new_"
#define FW_TRIAL_OLD "old_"

/*
 * The pair, with `trial`'s digest; the caller frees it. Base chains of the same hook become one:
 *   chain input { … meta nfproto vmap @trial_input; goto old_input }
 * A hook that only one of the two has is open under the other one. `standing` may be NULL: then
 * nothing is filtered when the trial is over. Both stay as they are and are not needed afterwards.
 */
struct fw_ruleset *fw_ruleset_trial(const struct fw_ruleset *trial,
				    const struct fw_ruleset *standing, uint32_t milliseconds);

#endif
