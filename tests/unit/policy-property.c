/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random policies and random packets, on which three readers must agree: the ruleset that the
 * compiler made (run by the simulator), the evaluator behind `policy explain`, and the plain
 * interpreter below, which knows nothing of either. And no line decides a packet of which the check
 * says that it never matches. A failure prints the seed, the policy and the
 * packet; FWCTL_SEED=N runs that one alone, FWCTL_ROUNDS=N more of them.
 */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>

#include "fwctl/base/num.h"
#include "fwctl/model/trial.h"
#include "fwctl/policy/check.h"
#include "fwctl/policy/compile.h"
#include "fwctl/policy/explain.h"
#include "fwctl/policy/print.h"
#include "fwctl/policy/read.h"
#include "fwctl/policy/stages.h"
#include "tests/unit/random.h"
#include "tests/unit/simulate.h"

#define PACKETS 60

static const struct fw_policy_options options = { fw_protos, NULL };

static struct fw_policy *random_policy(uint64_t *seed, struct fw_buf *text)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy;

	random_policy_text(seed, text);
	policy = fw_policy_parse("random", text->data, text->length, &options, &diags);
	if (!policy) {
		fw_diags_print(text, &diags);
		fail_msg("%s", fw_buf_text(text));
	}
	fw_diags_free(&diags);
	return policy;
}

/* --- the plain interpreter --------------------------------------------------------------- */

/* Numbers instead of bits: an address is in a prefix when it agrees in that many bits. */
static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

static bool plain_address(const struct fw_policy *policy, const struct fw_endpoint *end,
			  uint8_t family, const uint8_t *addr)
{
	const struct fw_policy_set *set;
	size_t i;

	if (end->kind == FW_END_ANY)
		return true;
	if (end->kind == FW_END_PREFIX)
		return end->prefix.family == family &&
		       same_bits(end->prefix.addr.byte, addr, end->prefix.length);
	set = &policy->sets[end->set];
	for (i = 0; i < set->count; i++)
		if (set->prefixes[i].family == family &&
		    same_bits(set->prefixes[i].addr.byte, addr, set->prefixes[i].length))
			return true;
	return false;
}

static bool plain_port(const struct fw_endpoint *end, int proto, uint16_t port)
{
	const struct fw_service *service;
	size_t i;

	if (!end->service_count)
		return true;
	service = &end->services[0];
	if (service->proto == FW_PROTO_ANY ? (proto != IPPROTO_TCP && proto != IPPROTO_UDP)
					   : proto != service->proto)
		return false;
	for (i = 0; i < service->count; i++)
		if (service->ranges[i].low <= port && port <= service->ranges[i].high)
			return true;
	return false;
}

static bool plain_interface(const char *wanted, const char *name)
{
	size_t i;

	for (i = 0; wanted && (wanted[i] || name[i]); i++) {
		if (wanted[i] == '+' && !wanted[i + 1])
			return true;
		if (wanted[i] != name[i])
			return false;
	}
	return true;
}

static bool plain_match(const struct fw_policy *policy, const struct fw_rule *rule,
			const struct fw_packet *p)
{
	if (rule->direction != p->direction)
		return false;
	if (rule->proto != FW_PROTO_ANY && rule->proto != p->proto)
		return false;
	if ((rule->proto == IPPROTO_ICMP || rule->proto == IPPROTO_IGMP) &&
	    p->family != FW_FAMILY_IPV4)
		return false;
	if (rule->proto == IPPROTO_ICMPV6 && p->family != FW_FAMILY_IPV6)
		return false;
	return plain_interface(rule->in_if, p->in_if) && plain_interface(rule->out_if, p->out_if) &&
	       plain_address(policy, &rule->from, p->family, p->src.byte) &&
	       plain_address(policy, &rule->to, p->family, p->dst.byte) &&
	       plain_port(&rule->from, p->proto, p->sport) &&
	       plain_port(&rule->to, p->proto, p->dport);
}

/* The rule that decides, with NULL and `*action` when something else does. */
static const struct fw_rule *interpret(const struct fw_policy *policy, const struct fw_packet *p,
				       enum fw_action *action)
{
	bool six = p->family == FW_FAMILY_IPV6, in = p->direction == FW_DIR_IN;
	bool udp = p->proto == IPPROTO_UDP, icmpv6 = six && p->proto == IPPROTO_ICMPV6;
	const char *interface = in ? p->in_if : p->out_if;
	unsigned int type = p->icmp_type;
	char dst[INET6_ADDRSTRLEN];
	size_t i;

	inet_ntop(p->family, p->dst.byte, dst, sizeof(dst));
	*action = FW_ACTION_ALLOW;
	if (p->state == FW_CT_STATE_ESTABLISHED || p->state == FW_CT_STATE_RELATED)
		return NULL;
	if (p->state == FW_CT_STATE_INVALID) {
		*action = FW_ACTION_DENY;
		return NULL;
	}
	if (p->direction != FW_DIR_ROUTED) {
		if (!strcmp(interface, "lo"))
			return NULL;
		if (icmpv6 && p->hop_limit == 255 && type >= 133 && type <= 136)
			return NULL;
		if (icmpv6 && p->hop_limit == 1 &&
		    (type == 130 || type == 131 || type == 132 || type == 143))
			return NULL;
	}
	if (in && udp && policy->dhcp) {
		if (!six && p->sport == 67 && p->dport == 68)
			return NULL;
		if (six && p->sport == 547 && p->dport == 546 && !strncmp(dst, "fe", 2) &&
		    strchr("89ab", dst[2]))
			return NULL;
	}
	for (i = 0; i < policy->rule_count; i++) {
		if (!plain_match(policy, &policy->rules[i], p))
			continue;
		*action = policy->rules[i].action;
		return &policy->rules[i];
	}
	if (in && policy->ping &&
	    ((icmpv6 && type == 128) || (!six && p->proto == IPPROTO_ICMP && type == 8)))
		return NULL;
	if (in && udp && policy->mdns && p->dport == 5353 &&
	    !strcmp(dst, six ? "ff02::fb" : "224.0.0.251"))
		return NULL;
	*action = policy->defaults[p->direction];
	return NULL;
}

/* --- agreement --------------------------------------------------------------------------- */

struct round {
	uint64_t seed;
	const struct fw_policy *policy;
	const struct fw_ruleset *ruleset;
	struct fw_buf *text;
	struct fw_diags notes; /* of the check */
};

static void disagree(const struct round *round, const struct fw_packet *packet, const char *what,
		     unsigned int want, unsigned int got)
{
	struct fw_buf words = { 0 };

	fw_packet_print(&words, packet);
	fprintf(stderr, "FWCTL_SEED=%llu\n%s\npacket: %s\n%s: expected %u, got %u\n",
		(unsigned long long)round->seed, fw_buf_text(round->text), fw_buf_text(&words),
		what, want, got);
	fail();
}

static enum sim_outcome wanted_outcome(enum fw_action action, bool over_limit)
{
	switch (action) {
	case FW_ACTION_DENY: return SIM_DROP;
	case FW_ACTION_REJECT: return SIM_REJECT;
	case FW_ACTION_LIMIT: return over_limit ? SIM_REJECT : SIM_ACCEPT;
	default: return SIM_ACCEPT;
	}
}

/*
 * Whether line `got` may count a packet of line `want`: in policies with many stages lines of the
 * same outcome are found in any order, but what is found must match the packet.
 */
static bool stands_for(const struct fw_policy *policy, const struct fw_packet *packet,
		       unsigned int want, unsigned int got)
{
	const struct fw_rule *a = fw_policy_rule_at(policy, want);
	const struct fw_rule *b = fw_policy_rule_at(policy, got);

	if (a == b)
		return true;
	return a && b && policy->rule_count > FW_STAGES_EXACT && a->action == b->action &&
	       a->action != FW_ACTION_LIMIT && a->log == FW_RULE_LOG_NONE &&
	       b->log == FW_RULE_LOG_NONE && !policy->stamp && a->direction == packet->direction &&
	       b->direction == packet->direction &&
	       fw_rule_match(policy, b, packet) == FW_MISS_NONE;
}

static void check_ruleset(const struct round *round, const struct fw_packet *packet,
			  const struct fw_rule *rule, enum fw_action action, bool over_limit)
{
	enum sim_outcome want = wanted_outcome(action, over_limit);
	unsigned int line = rule ? rule->line : 0;
	struct sim_result result;

	simulate(round->ruleset, packet, over_limit, &result);
	if (result.outcome != want)
		disagree(round, packet, "ruleset", want, result.outcome);
	if (!stands_for(round->policy, packet, line, result.counted))
		disagree(round, packet, "counted line", line, result.counted);
	if (want != SIM_ACCEPT && !stands_for(round->policy, packet, line, result.offered))
		disagree(round, packet, "line offered to the packet log", line, result.offered);
}

/* A note about a rule has the rule's line; those about sets have the set's, above all rules. */
static void check_notes(const struct round *round, const struct fw_packet *packet,
			const struct fw_rule *rule)
{
	size_t i;

	for (i = 0; rule && i < round->notes.count; i++)
		if (round->notes.items[i].line == rule->place.line)
			disagree(round, packet, "a line that never matches, they say", 0,
				 rule->line);
}

static void check_packet(const struct round *round, const struct fw_packet *packet)
{
	struct fw_explanation explanation;
	const struct fw_rule *rule;
	enum fw_action action;

	rule = interpret(round->policy, packet, &action);
	fw_policy_explain(round->policy, packet, &explanation);
	if (explanation.action != action)
		disagree(round, packet, "evaluator", action, explanation.action);
	if (explanation.rule != rule)
		disagree(round, packet, "evaluator's line", rule ? rule->line : 0,
			 explanation.rule ? explanation.rule->line : 0);
	fw_explanation_free(&explanation);
	check_notes(round, packet, rule);
	check_ruleset(round, packet, rule, action, false);
	check_ruleset(round, packet, rule, action, true);
}

/* --- two policies in one table --------------------------------------------------------------- */

/* The trial is over when its elements are gone. */
static void end_trial(struct fw_ruleset *pair)
{
	size_t i;

	for (i = 0; i < pair->set_count; i++)
		if (!strncmp(pair->sets[i].name, "trial_", 6))
			pair->sets[i].count = 0;
}

static void same_result(const struct round *round, const struct fw_ruleset *pair,
			const struct fw_ruleset *alone, uint64_t seed)
{
	struct sim_result one, two;
	struct fw_packet packet;
	int i;

	for (i = 0; i < PACKETS; i++) {
		packet = random_packet(&seed);
		simulate(pair, &packet, i % 2, &one);
		simulate(alone, &packet, i % 2, &two);
		if (one.outcome != two.outcome || one.counted != two.counted ||
		    one.offered != two.offered)
			disagree(round, &packet, "ruleset of a trial", two.outcome, one.outcome);
	}
}

/* While it lasts the new policy decides, afterwards the old one, as if it were alone. */
static void run_trial(uint64_t seed)
{
	struct fw_buf text = { 0 };
	struct round round = { .seed = seed, .text = &text };
	struct fw_policy *new, *old;
	struct fw_ruleset *one, *two, *pair;

	seed = seed * 0x9e3779b97f4a7c15u | 1;
	new = random_policy(&seed, &text);
	text.length = 0;
	old = random_policy(&seed, &text);
	one = fw_policy_compile(new);
	two = fw_policy_compile(old);
	pair = fw_ruleset_trial(one, two, 60000);
	same_result(&round, pair, one, seed);
	end_trial(pair);
	same_result(&round, pair, two, seed);
	fw_ruleset_free(pair);
	fw_ruleset_free(one);
	fw_ruleset_free(two);
	fw_policy_free(new);
	fw_policy_free(old);
	fw_buf_free(&text);
}

static void trials(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 300; seed++)
		run_trial(seed);
}

static void run_round(uint64_t seed)
{
	struct fw_buf text = { 0 };
	struct round round = { .seed = seed, .text = &text };
	struct fw_policy *policy;
	struct fw_ruleset *ruleset;
	struct fw_packet packet;
	int i;

	seed = random_begin(seed);
	policy = random_policy(&seed, &text);
	ruleset = fw_policy_compile(policy);
	round.policy = policy;
	round.ruleset = ruleset;
	fw_policy_check(policy, &round.notes);
	for (i = 0; i < PACKETS; i++) {
		packet = random_packet(&seed);
		check_packet(&round, &packet);
	}
	fw_diags_free(&round.notes);
	fw_ruleset_free(ruleset);
	fw_policy_free(policy);
	fw_buf_free(&text);
}

static void agreement(void **state)
{
	const char *one = getenv("FWCTL_SEED"), *many = getenv("FWCTL_ROUNDS");
	uint64_t rounds = 4000, seed = (uint64_t)time(NULL) * 100000;

	(void)state;
	assert_true(!many || fw_num_parse(many, 1, UINT32_MAX, &rounds) == FW_NUM_OK);
	assert_true(!one || fw_num_parse(one, 0, UINT64_MAX, &seed) == FW_NUM_OK);
	/* The first half is the same in every run, the other half is new. */
	if (one) {
		run_round(seed);
		return;
	}
	for (; rounds; rounds--)
		run_round(rounds % 2 ? rounds : seed + rounds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreement),
		cmocka_unit_test(trials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
