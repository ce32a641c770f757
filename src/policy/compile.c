/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame around the rules of a policy: what is decided before them (state, loopback, neighbour
 * discovery, DHCP), after them (ping, multicast DNS), and the default.
 */
#include "fwctl/policy/compile.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "fwctl/base/mem.h"
#include "fwctl/model/ruleset-names.h"
#include "fwctl/model/statements.h"
#include "fwctl/policy/print.h"
#include "fwctl/policy/stages.h"
#include "fwctl/policy/targets.h"

/* RFC 4443, RFC 2710, RFC 4861, RFC 3810; the kernel calls them ICMPV6_* and NDISC_*. */
#define ICMP6_ECHO_REQUEST_TYPE 128
#define ICMP6_MLD_QUERY         130
#define ICMP6_MLD_DONE          132
#define ICMP6_ROUTER_SOLICIT    133
#define ICMP6_NEIGHBOUR_ADVERT  136
#define ICMP6_MLDV2_REPORT      143
#define ICMP_ECHO_REQUEST_TYPE  8

static struct fw_nft_rule *built_in(struct fw_compiler *compiler, uint32_t chain,
				    const char *comment)
{
	return fw_nft_rule_add(compiler->ruleset, chain, 0, comment);
}

static void accept_it(struct fw_nft_rule *rule)
{
	fw_nft_counter(rule);
	fw_nft_verdict(rule, FW_ACCEPT);
}

/* --- before the rules -------------------------------------------------------------------- */

static void add_audit(struct fw_compiler *compiler, uint32_t chain)
{
	enum fw_logging level = compiler->policy->logging;

	if (level >= FW_LOGGING_HIGH)
		fw_target_log(compiler, chain, 0, FW_LOG_AUDIT, level == FW_LOGGING_HIGH);
}

/* Later packets of a flow that a log-all line opened; the state rule would accept them unseen. */
static void add_log_all(struct fw_compiler *compiler, uint32_t chain, enum fw_direction direction)
{
	const struct fw_policy *policy = compiler->policy;
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].direction == direction &&
		    policy->rules[i].log == FW_RULE_LOG_ALL &&
		    (policy->rules[i].action == FW_ACTION_ALLOW ||
		     policy->rules[i].action == FW_ACTION_LIMIT))
			fw_stages_emit_log(compiler, chain, &policy->rules[i], FW_LOG_ALLOW,
					   policy->logging < FW_LOGGING_HIGH);
}

static void add_state(struct fw_compiler *compiler, uint32_t chain)
{
	enum fw_logging level = compiler->policy->logging;
	struct fw_nft_rule *rule;
	uint32_t invalid;

	rule = built_in(compiler, chain, "established and related flows");
	fw_nft_match_u32(rule, FW_NFT_CT_STATE, FW_NFT_ANY_BIT,
			 FW_CT_STATE_ESTABLISHED | FW_CT_STATE_RELATED);
	accept_it(rule);

	invalid = compiler->invalid;
	if (invalid == FW_NO_CHAIN) {
		invalid = compiler->invalid = fw_nft_chain_add(compiler->ruleset, "invalid");
		if (level >= FW_LOGGING_MEDIUM)
			fw_target_log(compiler, invalid, 0, FW_LOG_BLOCK,
				      level == FW_LOGGING_MEDIUM);
		rule = built_in(compiler, invalid, "");
		fw_nft_nflog(rule, 0, "invalid");
		fw_nft_verdict(rule, FW_DROP);
	}
	rule = built_in(compiler, chain, "invalid packets");
	fw_nft_match_u32(rule, FW_NFT_CT_STATE, FW_NFT_ANY_BIT, FW_CT_STATE_INVALID);
	fw_nft_counter(rule);
	fw_nft_verdict(rule, FW_GOTO(invalid));
}

static void add_loopback(struct fw_compiler *compiler, uint32_t chain, enum fw_nft_key interface)
{
	struct fw_nft_rule *rule = built_in(compiler, chain, "loopback");

	fw_nft_match_ifname(rule, interface, "lo");
	accept_it(rule);
}

static void add_icmpv6(struct fw_compiler *compiler, uint32_t chain, const char *comment,
		       uint8_t low, uint8_t high, uint8_t hop_limit)
{
	struct fw_nft_rule *rule = built_in(compiler, chain, comment);

	/* Known from the rule that jumps here; without them nft(8) lists raw bytes. */
	fw_nft_match_u8(rule, FW_NFT_NFPROTO, FW_FAMILY_IPV6);
	fw_nft_match_u8(rule, FW_NFT_L4PROTO, IPPROTO_ICMPV6);
	if (low == high)
		fw_nft_match_u8(rule, FW_NFT_ICMPV6_TYPE, low);
	else
		fw_nft_match_range(rule, FW_NFT_ICMPV6_TYPE, &low, &high);
	fw_nft_match_u8(rule, FW_NFT_IP6_HOPLIMIT, hop_limit);
	accept_it(rule);
}

/*
 * Neighbour and router discovery is untracked (net/netfilter/nf_conntrack_proto_icmpv6.c), so the
 * state does not let it in. Nobody beyond the link can send a hop limit of 255 (RFC 4861, 6.1 and
 * 7.1); MLD is sent with 1 and not forwarded (RFC 2710, 3).
 */
static void add_discovery(struct fw_compiler *compiler, uint32_t chain)
{
	struct fw_nft_rule *rule;
	uint32_t discovery = compiler->discovery;

	if (discovery == FW_NO_CHAIN) {
		discovery = compiler->discovery = fw_nft_chain_add(compiler->ruleset, "discovery");
		add_icmpv6(compiler, discovery, "IPv6 neighbour and router discovery",
			   ICMP6_ROUTER_SOLICIT, ICMP6_NEIGHBOUR_ADVERT, 255);
		add_icmpv6(compiler, discovery, "MLD", ICMP6_MLD_QUERY, ICMP6_MLD_DONE, 1);
		add_icmpv6(compiler, discovery, "MLD", ICMP6_MLDV2_REPORT, ICMP6_MLDV2_REPORT, 1);
	}
	rule = built_in(compiler, chain, "ICMPv6 of the link");
	fw_nft_match_u8(rule, FW_NFT_NFPROTO, FW_FAMILY_IPV6);
	fw_nft_match_u8(rule, FW_NFT_L4PROTO, IPPROTO_ICMPV6);
	fw_nft_verdict(rule, FW_JUMP(discovery));
}

/* Answers to a client that broadcast its request are a new flow to connection tracking. */
static void add_dhcp(struct fw_compiler *compiler, uint32_t chain)
{
	struct fw_prefix link_local = { .family = FW_FAMILY_IPV6, .length = 10 };
	struct fw_nft_rule *rule;

	if (!compiler->policy->dhcp)
		return;
	rule = built_in(compiler, chain, "answers of DHCP servers");
	fw_nft_match_u8(rule, FW_NFT_NFPROTO, FW_FAMILY_IPV4);
	fw_nft_match_u8(rule, FW_NFT_L4PROTO, IPPROTO_UDP);
	fw_nft_match_port(rule, FW_NFT_TH_SPORT, 67, 67);
	fw_nft_match_port(rule, FW_NFT_TH_DPORT, 68, 68);
	accept_it(rule);

	link_local.addr.byte[0] = 0xfe;
	link_local.addr.byte[1] = 0x80;
	rule = built_in(compiler, chain, "answers of DHCPv6 servers");
	fw_nft_match_u8(rule, FW_NFT_NFPROTO, FW_FAMILY_IPV6);
	fw_nft_match_u8(rule, FW_NFT_L4PROTO, IPPROTO_UDP);
	fw_nft_match_prefix(rule, FW_NFT_IP6_DADDR, &link_local);
	fw_nft_match_port(rule, FW_NFT_TH_SPORT, 547, 547);
	fw_nft_match_port(rule, FW_NFT_TH_DPORT, 546, 546);
	accept_it(rule);
}

/* --- after the rules --------------------------------------------------------------------- */

/*
 * Every packet that nobody asked for comes by here on its way to the default, most of them UDP or
 * TCP over IPv4 to an address of this host. So what those lack is matched first.
 */

static void accept_new(struct fw_compiler *compiler, struct fw_nft_rule *rule)
{
	fw_nft_counter(rule);
	fw_nft_verdict(rule, fw_target_accept(compiler));
}

static void add_ping(struct fw_compiler *compiler, uint32_t chain)
{
	struct fw_nft_rule *rule;

	if (!compiler->policy->ping)
		return;
	rule = built_in(compiler, chain, "ping");
	fw_nft_match_u8(rule, FW_NFT_L4PROTO, IPPROTO_ICMP);
	fw_nft_match_u8(rule, FW_NFT_NFPROTO, FW_FAMILY_IPV4);
	fw_nft_match_u8(rule, FW_NFT_ICMP_TYPE, ICMP_ECHO_REQUEST_TYPE);
	accept_new(compiler, rule);
	rule = built_in(compiler, chain, "ping");
	fw_nft_match_u8(rule, FW_NFT_NFPROTO, FW_FAMILY_IPV6);
	fw_nft_match_u8(rule, FW_NFT_L4PROTO, IPPROTO_ICMPV6);
	fw_nft_match_u8(rule, FW_NFT_ICMPV6_TYPE, ICMP6_ECHO_REQUEST_TYPE);
	accept_new(compiler, rule);
}

static void add_mdns(struct fw_compiler *compiler, uint32_t chain)
{
	static const char *const groups[] = { "224.0.0.251", "ff02::fb" };
	struct fw_nft_rule *rule;
	struct fw_prefix group;
	size_t i;

	for (i = 0; compiler->policy->mdns && i < 2; i++) {
		fw_prefix_parse(groups[i], &group, NULL);
		rule = built_in(compiler, chain, "multicast DNS");
		fw_nft_match_u8(rule, FW_NFT_NFPROTO, group.family);
		fw_nft_match_prefix(rule, i ? FW_NFT_IP6_DADDR : FW_NFT_IP_DADDR, &group);
		fw_nft_match_u8(rule, FW_NFT_L4PROTO, IPPROTO_UDP);
		fw_nft_match_port(rule, FW_NFT_TH_DPORT, 5353, 5353);
		accept_new(compiler, rule);
	}
}

/*
 * An explicit last rule besides the chain's policy: while a table is replaced, the new chain is
 * there a moment before its drop policy is (nft_chain_commit_drop_policy() in the kernel).
 */
static void add_default(struct fw_compiler *compiler, uint32_t chain, enum fw_direction direction)
{
	enum fw_action action = compiler->policy->defaults[direction];
	enum fw_logging level = compiler->policy->logging;
	struct fw_verdict verdict;
	struct fw_nft_rule *rule;
	char comment[64];

	snprintf(comment, sizeof(comment), "default %s %s", fw_word_name(fw_action_words, action),
		 fw_word_name(fw_direction_words, direction));
	if (action != FW_ACTION_ALLOW && level >= FW_LOGGING_LOW)
		fw_target_log(compiler, chain, 0, FW_LOG_BLOCK, level <= FW_LOGGING_MEDIUM);
	verdict = action == FW_ACTION_ALLOW  ? fw_target_accept(compiler)
		  : action == FW_ACTION_DENY ? FW_DROP
					     : fw_target_reject(compiler);
	rule = built_in(compiler, chain, comment);
	if (action != FW_ACTION_ALLOW)
		fw_nft_nflog(rule, 0, "default");
	fw_nft_counter(rule);
	fw_nft_verdict(rule, verdict);
}

static void add_lines(struct fw_compiler *compiler, uint32_t chain, enum fw_direction direction)
{
	struct fw_stages stages = { 0 };

	fw_stages_sort(&stages, compiler->policy, direction);
	fw_stages_emit(compiler, chain, &stages);
	fw_stages_free(&stages);
}

/* --- the chains -------------------------------------------------------------------------- */

static uint32_t add_base(struct fw_compiler *compiler, const char *name, enum fw_hook hook,
			 enum fw_direction direction)
{
	bool open = compiler->policy->defaults[direction] == FW_ACTION_ALLOW;
	uint32_t chain = fw_nft_base_chain_add(compiler->ruleset, name, hook, 0,
					       open ? FW_VERDICT_ACCEPT : FW_VERDICT_DROP);

	add_audit(compiler, chain);
	add_log_all(compiler, chain, direction);
	add_state(compiler, chain);
	return chain;
}

static void add_input(struct fw_compiler *compiler)
{
	uint32_t chain = add_base(compiler, "input", FW_HOOK_INPUT, FW_DIR_IN);

	add_loopback(compiler, chain, FW_NFT_IIFNAME);
	add_discovery(compiler, chain);
	add_dhcp(compiler, chain);
	add_lines(compiler, chain, FW_DIR_IN);
	add_ping(compiler, chain);
	add_mdns(compiler, chain);
	add_default(compiler, chain, FW_DIR_IN);
}

static void add_forward(struct fw_compiler *compiler)
{
	uint32_t chain = add_base(compiler, "forward", FW_HOOK_FORWARD, FW_DIR_ROUTED);

	add_lines(compiler, chain, FW_DIR_ROUTED);
	add_default(compiler, chain, FW_DIR_ROUTED);
}

static void add_output(struct fw_compiler *compiler)
{
	uint32_t chain = add_base(compiler, "output", FW_HOOK_OUTPUT, FW_DIR_OUT);

	add_loopback(compiler, chain, FW_NFT_OIFNAME);
	add_discovery(compiler, chain);
	add_lines(compiler, chain, FW_DIR_OUT);
	add_default(compiler, chain, FW_DIR_OUT);
}

static void add_accepted(struct fw_compiler *compiler)
{
	enum fw_logging level = compiler->policy->logging;

	if (level < FW_LOGGING_MEDIUM)
		return;
	compiler->accepted = fw_nft_chain_add(compiler->ruleset, "accepted");
	fw_target_log(compiler, compiler->accepted, 0, FW_LOG_ALLOW, level == FW_LOGGING_MEDIUM);
	fw_nft_verdict(built_in(compiler, compiler->accepted, ""), FW_ACCEPT);
}

struct fw_ruleset *fw_policy_compile(const struct fw_policy *policy)
{
	struct fw_compiler compiler = {
		.policy = policy,
		.ruleset = fw_ruleset_new(),
		.accepted = FW_NO_CHAIN,
		.rejecting = FW_NO_CHAIN,
		.invalid = FW_NO_CHAIN,
		.discovery = FW_NO_CHAIN,
		.verdicts = fw_calloc(policy->rule_count, sizeof(*compiler.verdicts)),
		.has_verdict = fw_calloc(policy->rule_count, sizeof(*compiler.has_verdict)),
		.sets = fw_calloc(2 * policy->set_count, sizeof(*compiler.sets)),
	};
	size_t i;

	for (i = 0; i < 2 * policy->set_count; i++)
		compiler.sets[i] = FW_NO_CHAIN;
	fw_policy_digest(policy, compiler.ruleset->digest);
	add_accepted(&compiler);
	add_input(&compiler);
	add_forward(&compiler);
	add_output(&compiler);
	fw_ruleset_sign(compiler.ruleset);
	free(compiler.sets);
	free(compiler.verdicts);
	free(compiler.has_verdict);
	return compiler.ruleset;
}
