/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random policies and packets, of so few values that rules overlap and packets hit them. */
#ifndef FWCTL_TESTS_RANDOM_H
#define FWCTL_TESTS_RANDOM_H

#include <stdint.h>

#include "fwctl/base/buf.h"
#include "fwctl/policy/packet.h"
#include "tests/unit/sequence.h"

/* The state to begin with for seed `number`: small numbers shall not look alike. */
static inline uint64_t random_begin(uint64_t number)
{
	uint64_t state = number * 0x9e3779b97f4a7c15u | 1;

	unit_random(&state);
	return state;
}

void random_policy_text(uint64_t *state, struct fw_buf *text);
struct fw_packet random_packet(uint64_t *state);

#endif
