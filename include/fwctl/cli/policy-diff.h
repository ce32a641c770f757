/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two texts, line by line. */
#ifndef FWCTL_CLI_POLICY_DIFF_H
#define FWCTL_CLI_POLICY_DIFF_H

#include <stdbool.h>

#include "fwctl/base/buf.h"

/*
 * Appends the lines that only one of the texts has, in order, with "-" for the old and "+" for the
 * new one. Returns whether there are any. Lines are matched so that as few as possible are left
 * over; where more than a few thousand differ, all of them are.
 */
bool fw_diff_print(struct fw_buf *buf, const char *old, const char *new);

#endif
