/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FWCTL_TESTS_SEQUENCE_H
#define FWCTL_TESTS_SEQUENCE_H

#include <stdint.h>

/* The next of a fixed, well-spread sequence of 64 bit numbers: each run tests the same ones. */
static inline uint64_t unit_random(uint64_t *state)
{
	/* xorshift64*, Vigna 2016; its state is never zero. */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ULL;
}

#endif
