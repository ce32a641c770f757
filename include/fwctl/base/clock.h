/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as one number of nanoseconds: those of the wall clock are since 1970. */
#ifndef FWCTL_BASE_CLOCK_H
#define FWCTL_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define FW_NSEC_PER_SEC 1000000000ull

static inline uint64_t fw_clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * FW_NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

#endif
