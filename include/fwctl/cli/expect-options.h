/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of an expectation that is to be made, as conntrack(8) has them: the flow options name its
 * master, these what is expected.
 */
#ifndef FWCTL_CLI_EXPECT_OPTIONS_H
#define FWCTL_CLI_EXPECT_OPTIONS_H

#include "fwctl/base/err.h"
#include "fwctl/cli/flow-options.h"
#include "fwctl/cli/options.h"
#include "fwctl/model/expect.h"

/*
 * Setters for the options of the tuple and of its mask: option->offset is the place of the struct
 * fw_expect in the values, which begin with a struct fw_flow_reader, and option->min the enum
 * fw_tuple_bit of the field. All addresses are of the family of the flow.
 */
fw_option_set fw_expect_set_tuple, fw_expect_set_mask;

/*
 * Completes `expect`, of which `expected` and `mask` hold what was given, by the master in `flow`
 * (protocol, family, orig, zone, timeout, helper). What no mask was given for counts as far as it
 * was given: a source port that was not is any. -1 with `err` (misuse) when something is missing.
 */
int fw_expect_complete(const struct fw_flow_reader *flow, struct fw_expect *expect,
		       struct fw_err *err);

#endif
