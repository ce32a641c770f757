/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet as the evaluator sees it, and its words on the command line. */
#ifndef FWCTL_POLICY_PACKET_H
#define FWCTL_POLICY_PACKET_H

#include "fwctl/base/buf.h"
#include "fwctl/base/err.h"
#include "fwctl/model/policy.h"
#include "fwctl/model/ruleset.h"

struct fw_packet {
	enum fw_direction direction;
	char in_if[16], out_if[16]; /* "" when not known */
	uint8_t family;
	int proto; /* IPPROTO_* */
	union fw_addr src, dst;
	uint16_t sport, dport; /* host order; of protocols with ports */
	uint8_t icmp_type, icmp_code;
	uint8_t hop_limit;
	uint32_t state; /* one of FW_CT_STATE_* */
};

/*
 * "in tcp from 198.51.100.7:40000 to 192.0.2.1:22 on eth0": a direction (in, out, routed) and a
 * protocol first, then in any order from and to with ADDR, ADDR:PORT or [ADDR]:PORT (IPv6), on IF,
 * for routed packets in IF and out IF; type N and code N (ICMP), state new|established|related|
 * invalid|untracked, ttl N. Not given: ports 0, an echo request, new (neighbour discovery:
 * untracked), 64 (neighbour discovery: 255, MLD: 1). `*missing` (may be NULL) becomes the words
 * that say an address or the destination port that was not given, or NULL: a verdict without them
 * answers another question. 0, or -1 with `err` as a misuse.
 */
int fw_packet_parse(size_t count, const char *const *words, struct fw_packet *packet,
		    const char **missing, struct fw_err *err);

/* The same words for a packet, on one line without newline. */
void fw_packet_print(struct fw_buf *buf, const struct fw_packet *packet);

#endif
