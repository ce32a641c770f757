/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test includes: cmocka with the headers that it wants before it. */
#ifndef FWCTL_TESTS_UNIT_H
#define FWCTL_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
