/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/stale.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "fwctl/kernel/ct-query.h"

static int note(void *stale, const struct fw_flow *flow)
{
	fw_stale_note(stale, flow);
	return 0;
}

int fw_stale_begin(struct fw_stale *stale, const struct fw_filter *filter, uint64_t seconds,
		   struct fw_err *err)
{
	struct fw_ct_query query = { .filter = filter };
	struct timespec next;

	memset(stale, 0, sizeof(*stale));
	clock_gettime(CLOCK_MONOTONIC, &next);
	if (fw_ct_each(&query, note, stale, err) < 0)
		return -1;
	fw_stale_sort(stale);
	next.tv_sec += (time_t)seconds;
	/* With nothing to watch there is nothing to wait for. */
	while (stale->count &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) == EINTR)
		;
	return 0;
}
