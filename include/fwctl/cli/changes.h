/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing or deleting the flows that a filter chooses: what `fwctl update` and the lines that load
 * reads have in common. Where something is to be set, the filter is that of list, but -m, -u and
 * --state, which say here what is to be set: as conditions they are --if-mark, --if-status and
 * --if-state.
 */
#ifndef FWCTL_CLI_CHANGES_H
#define FWCTL_CLI_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/flow-options.h"
#include "fwctl/cli/options.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/model/write.h"

/*
 * What to set: timeout, mark, status, state, labels. The `values` are a struct fw_flow_reader; the
 * caller frees the array.
 */
struct fw_option *fw_change_options(void);

extern const struct fw_filter_source fw_change_filter_source;

/* -1 with `err` (misuse) when nothing is to be set, or a state that no protocol has. */
int fw_changes_check(const struct fw_flow_reader *reader, struct fw_err *err);

struct fw_changing {
	const struct fw_write *changes;
	const char *state;   /* by its name, of flows whose protocol has it: others do not match; or
			      * NULL */
	bool dry_run;        /* only tell what would be changed */
	fw_flow_fn *changed; /* is told of each flow as it is now; its return counts nothing */
	void *context;
	uint64_t count; /* flows that were changed, or would be */
};

/*
 * Makes the changes to every flow that matches. One that has ended meanwhile is passed over. -1
 * with `err` set when the table could not be read or written; of flows that the kernel refuses to
 * change, `err` has the reason of the first one, and the others are changed.
 */
int fw_change_matching(struct fw_changing *changing, const struct fw_filter *filter,
		       struct fw_err *err);

/* Deletes every flow that matches, `*count` of them. Same return; when deleting is not permitted,
 * it ends there. */
int fw_delete_matching(const struct fw_filter *filter, uint64_t *count, struct fw_err *err);

#endif
