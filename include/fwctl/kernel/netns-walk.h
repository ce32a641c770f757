/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All network namespaces of the machine, as far as they have a name or a process. */
#ifndef FWCTL_KERNEL_NETNS_WALK_H
#define FWCTL_KERNEL_NETNS_WALK_H

#include "fwctl/base/err.h"

/* Works in one namespace, which the calling thread is in. 0, or -1 with `err` set: that ends it. */
typedef int fw_netns_fn(void *context, const char *name, struct fw_err *err);

/* Is told of namespaces that are left out, and why. */
typedef void fw_netns_missed_fn(void *context, const struct fw_err *why);

/*
 * Enters each namespace once (they are told apart by inode) and calls `fn` there: first those of
 * /run/netns with their names, then those of processes, with the number of the lowest process as
 * the name; either is a name for `fwctl --netns`. One that has gone meanwhile is passed over; of
 * those that may not be looked at or entered `missed` is told. Back in the namespace where it
 * began: 0, or -1 with `err` set.
 */
int fw_netns_each(fw_netns_fn *fn, fw_netns_missed_fn *missed, void *context, struct fw_err *err);

#endif
