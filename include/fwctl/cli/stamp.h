/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bits of the marks are lines of the policy in force (`stamp mark MASK`). */
#ifndef FWCTL_CLI_STAMP_H
#define FWCTL_CLI_STAMP_H

#include <stdbool.h>

#include "fwctl/base/err.h"
#include "fwctl/model/filter.h"

/*
 * The mask of the policy in force in this network namespace, 0 when it does not stamp or there is
 * none. The kernel is asked only where the text of a policy that stamps is kept. -1 with `err` set
 * when it cannot be read.
 */
int fw_stamp_read(uint32_t *mask, struct fw_err *err);

/* Whether the filter has a condition about lines. */
bool fw_stamp_is_asked(const struct fw_filter *filter);

/*
 * The same filter with the stamp of the network namespace that the process is in now; 0 where that
 * cannot be found out. It borrows what `filter` holds.
 */
struct fw_filter fw_stamp_here(const struct fw_filter *filter);

/* Fills filter->stamp. -1 with `err` set when that cannot be, or is 0, and lines are asked for. */
int fw_stamp_prepare(struct fw_filter *filter, struct fw_err *err);

#endif
