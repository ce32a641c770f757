/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the table of expectations. */
#ifndef FWCTL_KERNEL_EXP_QUERY_H
#define FWCTL_KERNEL_EXP_QUERY_H

#include <linux/netlink.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/ct-decode.h"
#include "fwctl/model/expect.h"
#include "fwctl/model/filter.h"

/*
 * Reads one IPCTNL_MSG_EXP_* message, as fw_ct_decode() reads one of a flow. -1 when it is no
 * expectation. `expect` points into the message.
 */
int fw_exp_decode(const struct fw_ct_decoder *decoder, const struct nlmsghdr *message,
		  struct fw_expect *expect);

/* Takes one matching expectation, which is good during the call. Anything but 0 ends the reading.
 */
typedef int fw_expect_fn(void *context, const struct fw_expect *expect);

/* As fw_ct_each(). The kernel compares nothing but the family; the rest is compared here. */
int fw_exp_each(const struct fw_filter *filter, fw_expect_fn *take, void *context,
		struct fw_err *err);

#endif
