/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings net.netfilter.* of this process's network namespace, as files of /proc/sys. */
#ifndef FWCTL_KERNEL_SYSCTL_H
#define FWCTL_KERNEL_SYSCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/base/err.h"

/* The number in net.netfilter.NAME; false when there is none to be read. */
bool fw_sysctl_read(const char *name, uint64_t *value);

/* Sets it. -1 with `err`: FW_ERR_DENIED when the kernel lacks it or permits it to nobody here. */
int fw_sysctl_write(const char *name, uint64_t value, struct fw_err *err);

#endif
