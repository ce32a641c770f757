/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which line of a policy decides a packet, and why the lines before it did not. */
#ifndef FWCTL_POLICY_EXPLAIN_H
#define FWCTL_POLICY_EXPLAIN_H

#include "fwctl/policy/packet.h"

enum fw_decider {
	FW_BY_STATE,   /* a packet of an established or related flow */
	FW_BY_INVALID, /* tracking calls it invalid */
	FW_BY_LOOPBACK,
	FW_BY_DISCOVERY, /* IPv6 neighbour and router discovery, MLD */
	FW_BY_DHCP,
	FW_BY_RULE,
	FW_BY_PING,
	FW_BY_MDNS,
	FW_BY_DEFAULT,
};

/* The first field in which a packet differs from a rule. */
enum fw_miss_reason {
	FW_MISS_NONE, /* it matches */
	FW_MISS_IN_IF,
	FW_MISS_OUT_IF,
	FW_MISS_FAMILY,
	FW_MISS_PROTO,
	FW_MISS_FROM,
	FW_MISS_FROM_PORT,
	FW_MISS_TO,
	FW_MISS_TO_PORT,
};

struct fw_miss {
	const struct fw_rule *rule;
	enum fw_miss_reason reason;
};

struct fw_explanation {
	enum fw_decider by;
	enum fw_action action;      /* LIMIT: allowed until the source is too fast */
	const struct fw_rule *rule; /* BY_RULE only */
	struct fw_miss *misses;     /* lines of the packet's direction that were tried before */
	size_t miss_count;
};

/* Fills `explanation`, which points into the policy; release with fw_explanation_free(). */
void fw_policy_explain(const struct fw_policy *policy, const struct fw_packet *packet,
		       struct fw_explanation *explanation);
void fw_explanation_free(struct fw_explanation *explanation);

/* The same without the lines that did not match: nothing is to be released. */
void fw_policy_decide(const struct fw_policy *policy, const struct fw_packet *packet,
		      struct fw_explanation *explanation);

/* Whether the packet may pass; of a limit line, when its source is not too fast. */
bool fw_explanation_admits(const struct fw_explanation *explanation);

/*
 * Whether a line could let a routed packet of this protocol to this destination pass, wherever it
 * comes from; or the default does. Protocol or port 0: of any.
 */
bool fw_policy_may_route(const struct fw_policy *policy, const struct fw_packet *packet);

/* Why this packet does not match this rule, or FW_MISS_NONE; directions are not compared. */
enum fw_miss_reason fw_rule_match(const struct fw_policy *policy, const struct fw_rule *rule,
				  const struct fw_packet *packet);

/* "the packet came in on eth1, the line says eth0": the reason as a sentence without full stop. */
void fw_miss_print(struct fw_buf *buf, const struct fw_policy *policy, const struct fw_miss *miss,
		   const struct fw_packet *packet);

/* "line 12: deny from 10.0.0.0/8", "default deny incoming", "established and related flows", …:
 * what decides, without newline. */
void fw_decider_print(struct fw_buf *buf, const struct fw_policy *policy,
		      const struct fw_packet *packet, const struct fw_explanation *explanation);

/* The words of enum fw_decider for machines: state invalid loopback discovery dhcp rule ping mdns
 * default. */
extern const struct fw_word fw_decider_words[];

#endif
