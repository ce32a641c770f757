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

#include "fwctl/model/trial.h"
#include "fwctl/policy/check.h"
#include "fwctl/policy/compile.h"
#include "fwctl/policy/explain.h"
#include "fwctl/policy/print.h"
#include "fwctl/policy/read.h"
#include "fwctl/policy/stages.h"
#include "tests/unit/simulate.h"

#define PACKETS 60

static const struct fw_policy_options options = { fw_protos, NULL };

/* Few values, so that rules overlap and packets hit them. */
static const char *const v4[] = { "10.0.0.1",    "10.0.0.2",   "10.0.0.0/24",  "10.0.1.0/24",
				  "10.0.0.0/8",  "192.0.2.1",  "192.0.2.0/25", "0.0.0.0/0",
				  "10.0.0.0/31", "224.0.0.251" };
static const char *const v6[] = { "2001:db8::1", "2001:db8::2",     "2001:db8::/64",
				  "fe80::/10",   "2001:db8:1::/48", "2001:db8::/32",
				  "ff02::fb",    "2001:db8::/127",  "::/0" };
static const char *const sets[] = { "@few", "@many", "@six", "@none" };
static const char *const ports[] = { "22",   "53", "80", "80,443",  "1:1023",  "22,53,8000:8010",
				     "5353", "67", "68", "546:547", "1:65535", "8005" };
static const char *const protos[] = { "tcp", "udp", "sctp", "icmp", "icmpv6",
				      "esp", "gre", "igmp", "tcp",  "udp" };
static const char *const interfaces[] = { "eth0", "eth1", "eth+", "wlan0", "lo" };

static const char *const header = "set few { 10.0.0.1, 192.0.2.1, 2001:db8::1 }\n"
				  "set many { 10.0.0.0/16, 198.51.100.0/24, 2001:db8:1::/48, "
				  "2001:db8::2 }\n"
				  "set six { 2001:db8::/32 }\n"
				  "set none { }\n";

static unsigned int below(uint64_t *seed, unsigned int limit)
{
	return (unsigned int)((unit_random(seed) >> 33) % limit);
}

#define PICK(seed, list) ((list)[below(seed, COUNT(list))])

static bool chance(uint64_t *seed, unsigned int percent)
{
	return below(seed, 100) < percent;
}

/* --- random policies --------------------------------------------------------------------- */

static void put_end(struct fw_buf *buf, uint64_t *seed, const char *word, int family,
		    bool with_port)
{
	fw_buf_printf(buf, " %s ", word);
	switch (chance(seed, 25) ? 0 : family) {
	case 4: fw_buf_puts(buf, PICK(seed, v4)); break;
	case 6: fw_buf_puts(buf, PICK(seed, v6)); break;
	case 1: fw_buf_puts(buf, PICK(seed, sets)); break;
	default: fw_buf_puts(buf, "any"); break;
	}
	if (with_port && chance(seed, 60))
		fw_buf_printf(buf, " port %s", PICK(seed, ports));
}

static void put_match(struct fw_buf *buf, uint64_t *seed)
{
	static const int families[] = { 0, 1, 4, 4, 4, 6, 6 };
	const char *proto = PICK(seed, protos);
	bool with_port = !strcmp(proto, "tcp") || !strcmp(proto, "udp") || !strcmp(proto, "sctp");
	int family = PICK(seed, families);

	if (chance(seed, 30)) {
		fw_buf_printf(buf, " %s/%s", PICK(seed, ports), chance(seed, 50) ? "tcp" : "udp");
		return;
	}
	if (chance(seed, 10)) {
		fw_buf_puts(buf, chance(seed, 50) ? " 53" : " 22");
		return;
	}
	/* Addresses of the other family would be refused with these. */
	if (!strcmp(proto, "icmp") || !strcmp(proto, "igmp"))
		family = family == 6 ? 4 : family;
	if (!strcmp(proto, "icmpv6"))
		family = family == 4 ? 6 : family;
	if (chance(seed, 70))
		fw_buf_printf(buf, " proto %s", proto);
	else
		with_port = false;
	put_end(buf, seed, "from", family, with_port);
	if (chance(seed, 60))
		put_end(buf, seed, "to", family, with_port);
}

static void put_rule(struct fw_buf *buf, uint64_t *seed)
{
	static const char *const actions[] = {
		"allow", "allow", "deny", "deny", "reject", "limit"
	};
	unsigned int direction = below(seed, 4);

	if (direction == 3)
		fw_buf_puts(buf, "route ");
	fw_buf_puts(buf, PICK(seed, actions));
	if (direction == 2)
		fw_buf_puts(buf, " out");
	if (direction == 1 || (direction == 3 && chance(seed, 40)))
		fw_buf_puts(buf, " in");
	if (direction == 1 || direction == 2 ? chance(seed, 30) : buf->data[buf->length - 1] == 'n')
		fw_buf_printf(buf, " on %s", PICK(seed, interfaces));
	if (direction == 3 && chance(seed, 30))
		fw_buf_printf(buf, " out on %s", PICK(seed, interfaces));
	if (chance(seed, 10))
		fw_buf_puts(buf, chance(seed, 50) ? " log" : " log-all");
	put_match(buf, seed);
	fw_buf_putc(buf, '\n');
}

static void put_settings(struct fw_buf *buf, uint64_t *seed)
{
	static const char *const verdicts[] = { "allow", "deny", "reject" };
	static const char *const levels[] = { "off", "low", "low", "medium", "high", "full" };

	fw_buf_printf(buf, "default %s incoming\ndefault %s outgoing\ndefault %s routed\n",
		      PICK(seed, verdicts), PICK(seed, verdicts), PICK(seed, verdicts));
	fw_buf_printf(buf, "logging %s\n", PICK(seed, levels));
	fw_buf_printf(buf, "ping %s\nmdns %s\ndhcp %s\n", chance(seed, 70) ? "on" : "off",
		      chance(seed, 70) ? "on" : "off", chance(seed, 70) ? "on" : "off");
	if (chance(seed, 10))
		fw_buf_puts(buf, "stamp mark 0xffff00\n");
}

static struct fw_policy *random_policy(uint64_t *seed, struct fw_buf *text)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy;
	unsigned int rules = below(seed, chance(seed, 10) ? 60 : 12);

	put_settings(text, seed);
	fw_buf_puts(text, header);
	while (rules--)
		put_rule(text, seed);
	policy = fw_policy_parse("random", text->data, text->length, &options, &diags);
	if (!policy) {
		fw_diags_print(text, &diags);
		fail_msg("%s", fw_buf_text(text));
	}
	fw_diags_free(&diags);
	return policy;
}

/* --- random packets ---------------------------------------------------------------------- */

static void random_address(uint64_t *seed, struct fw_packet *packet, union fw_addr *addr)
{
	struct fw_prefix prefix;
	unsigned int bits;

	fw_prefix_parse(packet->family == FW_FAMILY_IPV4 ? PICK(seed, v4) : PICK(seed, v6), &prefix,
			NULL);
	*addr = prefix.addr;
	bits = fw_family_bits(packet->family);
	if (prefix.length < bits && chance(seed, 70))
		addr->byte[bits / 8 - 1] |= (uint8_t)below(seed, 4);
	if (chance(seed, 10))
		addr->byte[1] ^= (uint8_t)below(seed, 256);
}

static uint16_t random_port(uint64_t *seed)
{
	static const uint16_t some[] = { 22,   53,   80,   443,  67,   68,   546,  547,
					 5353, 1023, 1024, 8000, 8005, 8010, 8011, 65535 };

	return chance(seed, 90) ? PICK(seed, some) : (uint16_t)below(seed, 65536);
}

static void random_icmp(uint64_t *seed, struct fw_packet *packet)
{
	static const uint8_t types[] = { 8, 0, 3, 128, 129, 130, 133, 134, 135, 136, 137, 143, 1 };
	static const uint8_t limits[] = { 1, 64, 255, 255 };

	packet->icmp_type = PICK(seed, types);
	packet->icmp_code = (uint8_t)below(seed, 3);
	packet->hop_limit = PICK(seed, limits);
}

static struct fw_packet random_packet(uint64_t *seed)
{
	static const int some_protos[] = { IPPROTO_TCP,  IPPROTO_TCP,    IPPROTO_UDP,  IPPROTO_UDP,
					   IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_SCTP, IPPROTO_ESP,
					   IPPROTO_GRE,  IPPROTO_IGMP };
	static const char *const names[] = { "eth0", "eth1", "eth2", "wlan0", "lo" };
	static const uint32_t states[] = { FW_CT_STATE_NEW,         FW_CT_STATE_NEW,
					   FW_CT_STATE_NEW,         FW_CT_STATE_NEW,
					   FW_CT_STATE_NEW,         FW_CT_STATE_NEW,
					   FW_CT_STATE_UNTRACKED,   FW_CT_STATE_INVALID,
					   FW_CT_STATE_ESTABLISHED, FW_CT_STATE_RELATED };
	struct fw_packet packet = { .direction = (enum fw_direction)below(seed, FW_DIRS),
				    .family = chance(seed, 50) ? FW_FAMILY_IPV4 : FW_FAMILY_IPV6,
				    .hop_limit = 64 };

	packet.proto = PICK(seed, some_protos);
	packet.state = PICK(seed, states);
	if (packet.direction != FW_DIR_OUT)
		strcpy(packet.in_if, PICK(seed, names));
	if (packet.direction != FW_DIR_IN)
		strcpy(packet.out_if, PICK(seed, names));
	random_address(seed, &packet, &packet.src);
	random_address(seed, &packet, &packet.dst);
	if (fw_proto_has_ports(packet.proto)) {
		packet.sport = random_port(seed);
		packet.dport = random_port(seed);
	}
	random_icmp(seed, &packet);
	return packet;
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
		if (six && p->sport == 547 && p->dport == 546 && !strncmp(dst, "fe8", 3))
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

	/* A state of the generator must not be zero, and small seeds should not look alike. */
	seed = seed * 0x9e3779b97f4a7c15u | 1;
	unit_random(&seed);
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
	unsigned long rounds = many ? strtoul(many, NULL, 10) : 4000;
	uint64_t seed = one ? strtoull(one, NULL, 10) : (uint64_t)time(NULL) * 100000;

	(void)state;
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
