/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel would do with a packet under a ruleset, by the words of nf_tables' own code. */
#ifndef FWCTL_TESTS_SIMULATE_H
#define FWCTL_TESTS_SIMULATE_H

#include "fwctl/model/ruleset.h"
#include "fwctl/policy/packet.h"

enum sim_outcome {
	SIM_ACCEPT,
	SIM_DROP,
	SIM_REJECT,
};

struct sim_result {
	enum sim_outcome outcome;
	unsigned int counted; /* line of the last counter that was reached, 0 = built in */
	unsigned int offered; /* line in the last nflog prefix, when blocked */
	unsigned int cost;    /* rules that were looked at */
};

/* `over_limit`: the source has used up its limits. */
void simulate(const struct fw_ruleset *ruleset, const struct fw_packet *packet, bool over_limit,
	      struct sim_result *result);

#endif
