/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding stale flows, for stats --stale and flush --stale. */
#ifndef FWCTL_CLI_STALE_H
#define FWCTL_CLI_STALE_H

#include "fwctl/base/err.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/stale.h"

/* Seconds between the readings when nothing else is said. */
#define FW_STALE_SECONDS 5

/*
 * The first reading, of the flows that match, and the wait: when it returns, the caller reads the
 * table and asks fw_stale_is(). -1 with `err` set. Release with fw_stale_free() in any case.
 */
int fw_stale_begin(struct fw_stale *stale, const struct fw_filter *filter, uint64_t seconds,
		   struct fw_err *err);

#endif
