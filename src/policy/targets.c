/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/targets.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "fwctl/base/mem.h"
#include "fwctl/model/statements.h"

/* ufw's: enough to notice, too few to fill a disk. */
const struct fw_nft_limit fw_log_limit = { .rate = 3, .unit = 60, .burst = 10 };

/*
 * Five connections at once and five in each 30 seconds, so that the sixth of a burst is refused.
 * An element that nobody touched for 30 seconds has a full bucket again: it may as well go.
 */
static const struct fw_nft_limit connection_limit = {
	.rate = 10, .unit = 60, .burst = 5, .over = true
};
#define LIMIT_TIMEOUT 30000
#define LIMIT_SOURCES 65535
/* What one IPv6 customer gets at least; with single addresses a source would have 2^64 tries. */
#define LIMIT_V6_BITS 64

void fw_target_log(struct fw_compiler *compiler, uint32_t chain, unsigned int line,
		   const char *prefix, bool limited)
{
	struct fw_nft_rule *rule = fw_nft_rule_add(compiler->ruleset, chain, line, "log");

	if (limited)
		fw_nft_limit(rule, fw_log_limit);
	fw_nft_log(rule, prefix);
}

struct fw_verdict fw_target_accept(const struct fw_compiler *compiler)
{
	return compiler->accepted == FW_NO_CHAIN ? FW_ACCEPT : FW_GOTO(compiler->accepted);
}

struct fw_verdict fw_target_reject(struct fw_compiler *compiler)
{
	struct fw_nft_rule *rule;

	if (compiler->rejecting == FW_NO_CHAIN) {
		compiler->rejecting = fw_nft_chain_add(compiler->ruleset, "answer");
		rule = fw_nft_rule_add(compiler->ruleset, compiler->rejecting, 0, "answer");
		fw_nft_match_u8(rule, FW_NFT_L4PROTO, IPPROTO_TCP);
		fw_nft_reject(rule, FW_REJECT_TCP_RESET);
		rule = fw_nft_rule_add(compiler->ruleset, compiler->rejecting, 0, "answer");
		fw_nft_reject(rule, FW_REJECT_ICMPX_PROHIBITED);
	}
	return FW_GOTO(compiler->rejecting);
}

static uint32_t line_chain(struct fw_compiler *compiler, const char *what, unsigned int line)
{
	char *name = fw_format("%s_%u", what, line);
	uint32_t chain = fw_nft_chain_add(compiler->ruleset, name);

	free(name);
	return chain;
}

/* Whether a rule's own log is limited; from the level high on, nothing but AUDIT is. */
static bool own_log_limited(const struct fw_compiler *compiler)
{
	return compiler->policy->logging < FW_LOGGING_HIGH;
}

/* The chain's last rule: offers the packet to the packet log and blocks it. */
static void block(struct fw_compiler *compiler, uint32_t chain, unsigned int line,
		  const char *reason, bool answer)
{
	struct fw_verdict verdict = answer ? fw_target_reject(compiler) : FW_DROP;
	struct fw_nft_rule *rule = fw_nft_rule_add(compiler->ruleset, chain, line, "");

	fw_nft_nflog(rule, line, reason);
	fw_nft_verdict(rule, verdict);
}

static struct fw_verdict block_line(struct fw_compiler *compiler, const struct fw_rule *rule)
{
	bool answer = rule->action == FW_ACTION_REJECT;
	uint32_t chain = line_chain(compiler, answer ? "reject" : "deny", rule->line);

	if (rule->log != FW_RULE_LOG_NONE)
		fw_target_log(compiler, chain, rule->line, FW_LOG_BLOCK, own_log_limited(compiler));
	block(compiler, chain, rule->line, answer ? "reject" : "deny", answer);
	return FW_GOTO(chain);
}

/* --- limit ------------------------------------------------------------------------------- */

static void limit_family(struct fw_compiler *compiler, const struct fw_rule *rule, uint32_t chain,
			 uint32_t limited, uint8_t family)
{
	struct fw_nft_concat key;
	struct fw_nft_rule *update;
	struct fw_nft_set *set;
	uint32_t index;
	char *name;

	key = fw_nft_concat(1, family == FW_FAMILY_IPV4 ? FW_NFT_IP_SADDR : FW_NFT_IP6_SADDR);
	name = fw_format("limit_%u_v%c", rule->line, family == FW_FAMILY_IPV4 ? '4' : '6');
	index = fw_nft_set_add(compiler->ruleset, name, key);
	free(name);
	set = &compiler->ruleset->sets[index];
	set->dynamic = set->timeouts = true;
	set->timeout = LIMIT_TIMEOUT;
	set->size = LIMIT_SOURCES;
	if (family == FW_FAMILY_IPV6)
		key.part[0].bits = LIMIT_V6_BITS;
	update = fw_nft_rule_add(compiler->ruleset, chain, rule->line, "");
	fw_nft_match_u8(update, FW_NFT_NFPROTO, family);
	fw_nft_update(update, index, key, connection_limit);
	fw_nft_verdict(update, FW_GOTO(limited));
}

static void limit_line(struct fw_compiler *compiler, const struct fw_rule *rule, uint32_t chain)
{
	uint32_t limited = line_chain(compiler, "limited", rule->line);

	if (rule->log != FW_RULE_LOG_NONE)
		fw_target_log(compiler, limited, rule->line, FW_LOG_BLOCK,
			      own_log_limited(compiler));
	block(compiler, limited, rule->line, "limit", true);
	if (fw_rule_has_family(compiler->policy, rule, FW_FAMILY_IPV4))
		limit_family(compiler, rule, chain, limited, FW_FAMILY_IPV4);
	if (fw_rule_has_family(compiler->policy, rule, FW_FAMILY_IPV6))
		limit_family(compiler, rule, chain, limited, FW_FAMILY_IPV6);
}

/* --- what admitted flows get ------------------------------------------------------------- */

static void use_object(struct fw_compiler *compiler, const struct fw_rule *rule, uint32_t chain,
		       enum fw_nft_stmt_type type, uint32_t object)
{
	fw_nft_ct_object(fw_nft_rule_add(compiler->ruleset, chain, rule->line, ""), type, object);
}

static void timeout_line(struct fw_compiler *compiler, const struct fw_rule *rule, uint32_t chain)
{
	struct fw_nft_timer *timers = fw_calloc(rule->timer_count, sizeof(*timers));
	char *name = fw_format("timeout_%u", rule->line);
	size_t i;

	for (i = 0; i < rule->timer_count; i++)
		timers[i] = (struct fw_nft_timer){ rule->timers[i].timer->name,
						   rule->timers[i].timer->attr,
						   rule->timers[i].seconds };
	use_object(compiler, rule, chain, FW_STMT_CT_TIMEOUT,
		   fw_nft_timeout_add(compiler->ruleset, name, (uint8_t)rule->proto, timers,
				      rule->timer_count));
	free(name);
	free(timers);
}

static void helper_line(struct fw_compiler *compiler, const struct fw_rule *rule, uint32_t chain)
{
	char *name = fw_format("helper_%u", rule->line);

	use_object(compiler, rule, chain, FW_STMT_CT_HELPER,
		   fw_nft_helper_add(compiler->ruleset, name, rule->helper, (uint8_t)rule->proto));
	free(name);
}

static void stamp_line(struct fw_compiler *compiler, const struct fw_rule *rule, uint32_t chain)
{
	uint32_t mask = compiler->policy->stamp;
	uint32_t value = rule->line << __builtin_ctz(mask) & mask;

	fw_nft_ct_mark(fw_nft_rule_add(compiler->ruleset, chain, rule->line, "stamp"), value, mask);
}

static bool is_plain_allow(const struct fw_policy *policy, const struct fw_rule *rule)
{
	return rule->action == FW_ACTION_ALLOW && rule->log == FW_RULE_LOG_NONE && !policy->stamp &&
	       !rule->timer_count && !rule->helper;
}

static struct fw_verdict allow_line(struct fw_compiler *compiler, const struct fw_rule *rule)
{
	bool limit = rule->action == FW_ACTION_LIMIT;
	uint32_t chain;

	if (is_plain_allow(compiler->policy, rule))
		return fw_target_accept(compiler);
	chain = line_chain(compiler, limit ? "limit" : "allow", rule->line);
	if (limit)
		limit_line(compiler, rule, chain);
	if (rule->log != FW_RULE_LOG_NONE)
		fw_target_log(compiler, chain, rule->line, FW_LOG_ALLOW, own_log_limited(compiler));
	if (rule->timer_count)
		timeout_line(compiler, rule, chain);
	if (rule->helper)
		helper_line(compiler, rule, chain);
	if (compiler->policy->stamp)
		stamp_line(compiler, rule, chain);
	/* A rule's own log has told of the packet already. */
	fw_nft_verdict(fw_nft_rule_add(compiler->ruleset, chain, rule->line, ""),
		       rule->log == FW_RULE_LOG_NONE ? fw_target_accept(compiler) : FW_ACCEPT);
	return FW_GOTO(chain);
}

struct fw_verdict fw_target_line(struct fw_compiler *compiler, const struct fw_rule *rule)
{
	if (rule->action == FW_ACTION_DENY || rule->action == FW_ACTION_REJECT)
		return block_line(compiler, rule);
	return allow_line(compiler, rule);
}
