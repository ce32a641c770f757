/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/policy.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

const struct fw_word fw_action_words[] = {
	{ "allow", FW_ACTION_ALLOW },
	{ "deny", FW_ACTION_DENY },
	{ "reject", FW_ACTION_REJECT },
	{ "limit", FW_ACTION_LIMIT },
	{ 0 },
};

const struct fw_word fw_direction_words[] = {
	{ "incoming", FW_DIR_IN },
	{ "outgoing", FW_DIR_OUT },
	{ "routed", FW_DIR_ROUTED },
	{ 0 },
};

const struct fw_word fw_logging_words[] = {
	{ "off", FW_LOGGING_OFF },
	{ "low", FW_LOGGING_LOW },
	{ "medium", FW_LOGGING_MEDIUM },
	{ "high", FW_LOGGING_HIGH },
	{ "full", FW_LOGGING_FULL },
	{ "on", FW_LOGGING_LOW },
	{ 0 },
};

const struct fw_word fw_profiles_words[] = {
	{ "skip", FW_PROFILES_SKIP },
	{ "allow", FW_PROFILES_ALLOW },
	{ "deny", FW_PROFILES_DENY },
	{ "reject", FW_PROFILES_REJECT },
	{ 0 },
};

const struct fw_word fw_onoff_words[] = { { "on", true }, { "off", false }, { 0 } };

const struct fw_word fw_policy_protos[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "udplite", IPPROTO_UDPLITE },
	{ "sctp", IPPROTO_SCTP },
	{ "dccp", IPPROTO_DCCP },
	{ "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 },
	{ "ah", IPPROTO_AH },
	{ "esp", IPPROTO_ESP },
	{ "gre", IPPROTO_GRE },
	{ "igmp", IPPROTO_IGMP },
	{ "vrrp", 112 }, /* RFC 9568; netinet/in.h has no name for it */
	{ "ipv6", IPPROTO_IPV6 },
	{ 0 },
};

struct fw_policy *fw_policy_new(void)
{
	struct fw_policy *policy = fw_calloc(1, sizeof(*policy));

	policy->defaults[FW_DIR_IN] = FW_ACTION_DENY;
	policy->defaults[FW_DIR_OUT] = FW_ACTION_ALLOW;
	policy->defaults[FW_DIR_ROUTED] = FW_ACTION_DENY;
	policy->logging = FW_LOGGING_LOW;
	policy->ping = policy->mdns = policy->dhcp = true;
	return policy;
}

static void endpoint_free(struct fw_endpoint *end)
{
	size_t i;

	for (i = 0; i < end->service_count; i++)
		free(end->services[i].ranges);
	free(end->services);
	free(end->profile);
}

void fw_rule_free(struct fw_rule *rule)
{
	endpoint_free(&rule->from);
	endpoint_free(&rule->to);
	free(rule->in_if);
	free(rule->out_if);
	free(rule->timers);
	free(rule->helper);
	free(rule->comment);
}

void fw_policy_free(struct fw_policy *policy)
{
	size_t i;

	if (!policy)
		return;
	for (i = 0; i < policy->rule_count; i++)
		fw_rule_free(&policy->rules[i]);
	for (i = 0; i < policy->set_count; i++) {
		free(policy->sets[i].name);
		free(policy->sets[i].file);
		free(policy->sets[i].prefixes);
	}
	for (i = 0; i < policy->file_count; i++)
		free(policy->files[i]);
	free(policy->rules);
	free(policy->sets);
	free(policy->timeouts);
	free(policy->settings);
	free(policy->files);
	free(policy);
}

const struct fw_rule *fw_policy_rule_at(const struct fw_policy *policy, unsigned int line)
{
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].line == line)
			return &policy->rules[i];
	return NULL;
}

bool fw_proto_has_ports(int proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_DCCP;
}

uint8_t fw_proto_family(int proto)
{
	if (proto == IPPROTO_ICMP || proto == IPPROTO_IGMP)
		return FW_FAMILY_IPV4;
	return proto == IPPROTO_ICMPV6 ? FW_FAMILY_IPV6 : FW_FAMILY_ANY;
}

static bool endpoint_has_family(const struct fw_policy *policy, const struct fw_endpoint *end,
				uint8_t family)
{
	if (end->kind == FW_END_PREFIX)
		return end->prefix.family == family;
	return end->kind == FW_END_ANY || fw_policy_set_has_family(&policy->sets[end->set], family);
}

bool fw_rule_has_family(const struct fw_policy *policy, const struct fw_rule *rule, uint8_t family)
{
	uint8_t only = fw_proto_family(rule->proto);

	return (only == FW_FAMILY_ANY || only == family) &&
	       endpoint_has_family(policy, &rule->from, family) &&
	       endpoint_has_family(policy, &rule->to, family);
}

bool fw_policy_set_has_family(const struct fw_policy_set *set, uint8_t family)
{
	/* IPv4 is sorted before IPv6. */
	return set->count &&
	       set->prefixes[family == FW_FAMILY_IPV4 ? 0 : set->count - 1].family == family;
}

int fw_prefix_compare(const void *a, const void *b)
{
	const struct fw_prefix *x = a, *y = b;
	int order;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	order = memcmp(x->addr.byte, y->addr.byte, sizeof(x->addr.byte));
	return order ? order : (int)x->length - (int)y->length;
}

bool fw_policy_set_contains(const struct fw_policy_set *set, uint8_t family,
			    const union fw_addr *addr)
{
	struct fw_prefix wanted = { .addr = *addr,
				    .family = family,
				    .length = (uint8_t)fw_family_bits(family) };
	size_t low = 0, high = set->count, middle;

	/* The last prefix that does not begin behind the address is the only one that may hold it,
	 * because none covers another. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (fw_prefix_compare(&set->prefixes[middle], &wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low && set->prefixes[low - 1].family == family &&
	       fw_prefix_contains(&set->prefixes[low - 1], addr);
}
