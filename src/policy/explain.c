/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/explain.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/policy/print.h"

const struct fw_word fw_decider_words[] = {
	{ "state", FW_BY_STATE },       { "invalid", FW_BY_INVALID },
	{ "loopback", FW_BY_LOOPBACK }, { "discovery", FW_BY_DISCOVERY },
	{ "dhcp", FW_BY_DHCP },         { "rule", FW_BY_RULE },
	{ "ping", FW_BY_PING },         { "mdns", FW_BY_MDNS },
	{ "default", FW_BY_DEFAULT },   { 0 },
};

/* --- one rule ---------------------------------------------------------------------------- */

static bool interface_matches(const char *wanted, const char *name)
{
	size_t length;

	if (!wanted)
		return true;
	length = strlen(wanted);
	if (wanted[length - 1] == '+')
		return !strncmp(wanted, name, length - 1);
	return !strcmp(wanted, name);
}

static bool address_matches(const struct fw_policy *policy, const struct fw_endpoint *end,
			    uint8_t family, const union fw_addr *addr)
{
	switch (end->kind) {
	case FW_END_PREFIX:
		return end->prefix.family == family && fw_prefix_contains(&end->prefix, addr);
	case FW_END_SET: return fw_policy_set_contains(&policy->sets[end->set], family, addr);
	default: return true;
	}
}

static bool service_matches(const struct fw_service *service, int proto, uint16_t port)
{
	size_t i;

	if (service->proto == FW_PROTO_ANY ? proto != IPPROTO_TCP && proto != IPPROTO_UDP
					   : proto != service->proto)
		return false;
	for (i = 0; i < service->count; i++)
		if (port >= service->ranges[i].low && port <= service->ranges[i].high)
			return true;
	return false;
}

static bool port_matches(const struct fw_endpoint *end, int proto, uint16_t port)
{
	size_t i;

	for (i = 0; i < end->service_count; i++)
		if (service_matches(&end->services[i], proto, port))
			return true;
	return !end->service_count;
}

/* Of several services the protocol is wrong when it is for all of them. */
static bool proto_matches(const struct fw_rule *rule, int proto)
{
	const struct fw_endpoint *ends[] = { &rule->from, &rule->to };
	size_t i, j;
	bool found;

	if (rule->proto != FW_PROTO_ANY && rule->proto != proto)
		return false;
	for (i = 0; i < 2; i++) {
		found = !ends[i]->service_count;
		for (j = 0; j < ends[i]->service_count; j++)
			found |= ends[i]->services[j].proto == proto ||
				 (ends[i]->services[j].proto == FW_PROTO_ANY &&
				  (proto == IPPROTO_TCP || proto == IPPROTO_UDP));
		if (!found)
			return false;
	}
	return true;
}

enum fw_miss_reason fw_rule_match(const struct fw_policy *policy, const struct fw_rule *rule,
				  const struct fw_packet *packet)
{
	if (!interface_matches(rule->in_if, packet->in_if))
		return FW_MISS_IN_IF;
	if (!interface_matches(rule->out_if, packet->out_if))
		return FW_MISS_OUT_IF;
	if (!fw_rule_has_family(policy, rule, packet->family))
		return FW_MISS_FAMILY;
	if (!proto_matches(rule, packet->proto))
		return FW_MISS_PROTO;
	if (!address_matches(policy, &rule->from, packet->family, &packet->src))
		return FW_MISS_FROM;
	if (!port_matches(&rule->from, packet->proto, packet->sport))
		return FW_MISS_FROM_PORT;
	if (!address_matches(policy, &rule->to, packet->family, &packet->dst))
		return FW_MISS_TO;
	if (!port_matches(&rule->to, packet->proto, packet->dport))
		return FW_MISS_TO_PORT;
	return FW_MISS_NONE;
}

/* --- around the rules -------------------------------------------------------------------- */

static bool is_loopback(const struct fw_packet *packet)
{
	if (packet->direction == FW_DIR_IN)
		return !strcmp(packet->in_if, "lo");
	return packet->direction == FW_DIR_OUT && !strcmp(packet->out_if, "lo");
}

/* The types and hop limits are explained in compile.c. */
static bool is_discovery(const struct fw_packet *packet)
{
	unsigned int type = packet->icmp_type;

	if (packet->direction == FW_DIR_ROUTED || packet->family != FW_FAMILY_IPV6 ||
	    packet->proto != IPPROTO_ICMPV6)
		return false;
	if (type >= 133 && type <= 136)
		return packet->hop_limit == 255;
	return ((type >= 130 && type <= 132) || type == 143) && packet->hop_limit == 1;
}

static bool is_dhcp(const struct fw_packet *packet)
{
	if (packet->direction != FW_DIR_IN || packet->proto != IPPROTO_UDP)
		return false;
	if (packet->family == FW_FAMILY_IPV4)
		return packet->sport == 67 && packet->dport == 68;
	return packet->sport == 547 && packet->dport == 546 &&
	       fw_addr_is_link_local(packet->family, &packet->dst);
}

static bool is_ping(const struct fw_packet *packet)
{
	if (packet->direction != FW_DIR_IN)
		return false;
	if (packet->family == FW_FAMILY_IPV4)
		return packet->proto == IPPROTO_ICMP && packet->icmp_type == 8;
	return packet->proto == IPPROTO_ICMPV6 && packet->icmp_type == 128;
}

static bool is_mdns(const struct fw_packet *packet)
{
	static const uint8_t v4[4] = { 224, 0, 0, 251 };
	static const uint8_t v6[16] = { 0xff, 0x02, [15] = 0xfb };

	if (packet->direction != FW_DIR_IN || packet->proto != IPPROTO_UDP || packet->dport != 5353)
		return false;
	if (packet->family == FW_FAMILY_IPV4)
		return !memcmp(packet->dst.byte, v4, sizeof(v4));
	return !memcmp(packet->dst.byte, v6, sizeof(v6));
}

static void decide(struct fw_explanation *explanation, enum fw_decider by, enum fw_action action)
{
	explanation->by = by;
	explanation->action = action;
}

static bool decided_before(const struct fw_policy *policy, const struct fw_packet *packet,
			   struct fw_explanation *explanation)
{
	if (packet->state & (FW_CT_STATE_ESTABLISHED | FW_CT_STATE_RELATED))
		decide(explanation, FW_BY_STATE, FW_ACTION_ALLOW);
	else if (packet->state & FW_CT_STATE_INVALID)
		decide(explanation, FW_BY_INVALID, FW_ACTION_DENY);
	else if (is_loopback(packet))
		decide(explanation, FW_BY_LOOPBACK, FW_ACTION_ALLOW);
	else if (is_discovery(packet))
		decide(explanation, FW_BY_DISCOVERY, FW_ACTION_ALLOW);
	else if (policy->dhcp && is_dhcp(packet))
		decide(explanation, FW_BY_DHCP, FW_ACTION_ALLOW);
	else
		return false;
	return true;
}

static bool decided_by_rule(const struct fw_policy *policy, const struct fw_packet *packet,
			    struct fw_explanation *explanation)
{
	size_t i;

	for (i = 0; i < policy->rule_count; i++) {
		const struct fw_rule *rule = &policy->rules[i];

		if (rule->direction != packet->direction ||
		    fw_rule_match(policy, rule, packet) != FW_MISS_NONE)
			continue;
		decide(explanation, FW_BY_RULE, rule->action);
		explanation->rule = rule;
		return true;
	}
	return false;
}

void fw_policy_decide(const struct fw_policy *policy, const struct fw_packet *packet,
		      struct fw_explanation *explanation)
{
	*explanation = (struct fw_explanation){ 0 };
	if (decided_before(policy, packet, explanation) ||
	    decided_by_rule(policy, packet, explanation))
		return;
	if (policy->ping && is_ping(packet))
		decide(explanation, FW_BY_PING, FW_ACTION_ALLOW);
	else if (policy->mdns && is_mdns(packet))
		decide(explanation, FW_BY_MDNS, FW_ACTION_ALLOW);
	else
		decide(explanation, FW_BY_DEFAULT, policy->defaults[packet->direction]);
}

/* Whether the rules were tried at all. */
static bool rules_were_tried(const struct fw_explanation *explanation)
{
	return explanation->by == FW_BY_RULE || explanation->by == FW_BY_PING ||
	       explanation->by == FW_BY_MDNS || explanation->by == FW_BY_DEFAULT;
}

void fw_policy_explain(const struct fw_policy *policy, const struct fw_packet *packet,
		       struct fw_explanation *explanation)
{
	size_t capacity = 0, i;

	fw_policy_decide(policy, packet, explanation);
	if (!rules_were_tried(explanation))
		return;
	for (i = 0; i < policy->rule_count; i++) {
		const struct fw_rule *rule = &policy->rules[i];

		if (rule == explanation->rule)
			return;
		if (rule->direction != packet->direction)
			continue;
		fw_array_grow(&explanation->misses, &capacity, explanation->miss_count,
			      sizeof(*explanation->misses));
		explanation->misses[explanation->miss_count++] =
			(struct fw_miss){ rule, fw_rule_match(policy, rule, packet) };
	}
}

bool fw_policy_may_route(const struct fw_policy *policy, const struct fw_packet *packet)
{
	size_t i;

	for (i = 0; i < policy->rule_count; i++) {
		struct fw_rule to = policy->rules[i];

		if (to.direction != FW_DIR_ROUTED ||
		    (to.action != FW_ACTION_ALLOW && to.action != FW_ACTION_LIMIT))
			continue;
		to.in_if = to.out_if = NULL;
		to.from = (struct fw_endpoint){ .kind = FW_END_ANY };
		if (!packet->proto)
			to.proto = FW_PROTO_ANY;
		if (!packet->proto || !packet->dport)
			to.to.service_count = 0;
		if (fw_rule_match(policy, &to, packet) == FW_MISS_NONE)
			return true;
	}
	return policy->defaults[FW_DIR_ROUTED] == FW_ACTION_ALLOW;
}

bool fw_explanation_admits(const struct fw_explanation *explanation)
{
	return explanation->action == FW_ACTION_ALLOW || explanation->action == FW_ACTION_LIMIT;
}

void fw_explanation_free(struct fw_explanation *explanation)
{
	free(explanation->misses);
	*explanation = (struct fw_explanation){ 0 };
}

/* --- words ------------------------------------------------------------------------------- */

static void print_interface(struct fw_buf *buf, const char *verb, const char *name,
			    const char *wanted)
{
	if (*name)
		fw_buf_printf(buf, "the packet %s %s, the line says %s", verb, name, wanted);
	else
		fw_buf_printf(buf, "the line is for %s only, the packet's interface is not given",
			      wanted);
}

static void print_proto_of(struct fw_buf *buf, int proto)
{
	const char *name = fw_word_name(fw_policy_protos, (uint64_t)(unsigned int)proto);

	if (name)
		fw_buf_puts(buf, name);
	else
		fw_buf_printf(buf, "protocol %d", proto);
}

static void print_address(struct fw_buf *buf, const struct fw_policy *policy, const char *word,
			  const struct fw_endpoint *end, const struct fw_packet *packet,
			  const union fw_addr *addr)
{
	char text[FW_PREFIX_MAX_TEXT];

	fw_buf_printf(buf, "%s %s is not in ", word, fw_addr_print(addr, packet->family, text));
	if (end->kind == FW_END_SET)
		fw_buf_printf(buf, "@%s", policy->sets[end->set].name);
	else
		fw_buf_puts(buf, fw_prefix_print(&end->prefix, text));
}

void fw_miss_print(struct fw_buf *buf, const struct fw_policy *policy, const struct fw_miss *miss,
		   const struct fw_packet *packet)
{
	const struct fw_rule *rule = miss->rule;

	switch (miss->reason) {
	case FW_MISS_NONE: fw_buf_puts(buf, "it matches"); break;
	case FW_MISS_IN_IF: print_interface(buf, "came in on", packet->in_if, rule->in_if); break;
	case FW_MISS_OUT_IF:
		print_interface(buf, "goes out on", packet->out_if, rule->out_if);
		break;
	case FW_MISS_FAMILY:
		fw_buf_printf(buf, "the packet is %s, the line is not",
			      packet->family == FW_FAMILY_IPV4 ? "IPv4" : "IPv6");
		break;
	case FW_MISS_PROTO:
		print_proto_of(buf, packet->proto);
		fw_buf_puts(buf, " is another protocol");
		break;
	case FW_MISS_FROM:
		print_address(buf, policy, "source", &rule->from, packet, &packet->src);
		break;
	case FW_MISS_FROM_PORT:
		fw_buf_printf(buf, "source port %u is another one", packet->sport);
		break;
	case FW_MISS_TO:
		print_address(buf, policy, "destination", &rule->to, packet, &packet->dst);
		break;
	case FW_MISS_TO_PORT:
		fw_buf_printf(buf, "destination port %u is another one", packet->dport);
		break;
	}
}

void fw_decider_print(struct fw_buf *buf, const struct fw_policy *policy,
		      const struct fw_packet *packet, const struct fw_explanation *explanation)
{
	switch (explanation->by) {
	case FW_BY_STATE: fw_buf_puts(buf, "established and related flows"); break;
	case FW_BY_INVALID: fw_buf_puts(buf, "packets that tracking calls invalid"); break;
	case FW_BY_LOOPBACK: fw_buf_puts(buf, "loopback"); break;
	case FW_BY_DISCOVERY:
		fw_buf_puts(buf, "IPv6 neighbour and router discovery, and MLD");
		break;
	case FW_BY_DHCP: fw_buf_puts(buf, "answers of DHCP servers (dhcp on)"); break;
	case FW_BY_RULE:
		fw_buf_printf(buf, "line %u: ", explanation->rule->line);
		fw_rule_print(buf, policy, explanation->rule, 0);
		break;
	case FW_BY_PING: fw_buf_puts(buf, "ping on"); break;
	case FW_BY_MDNS: fw_buf_puts(buf, "mdns on"); break;
	case FW_BY_DEFAULT:
		fw_buf_printf(buf, "default %s %s",
			      fw_word_name(fw_action_words, explanation->action),
			      fw_word_name(fw_direction_words, packet->direction));
		break;
	}
}
