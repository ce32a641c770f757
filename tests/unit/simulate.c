/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/simulate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/model/statements.h"

#define HEADER 40

struct sim {
	const struct fw_ruleset *ruleset;
	const struct fw_packet *packet;
	uint8_t network[HEADER];
	uint8_t transport[4];
	bool over_limit;
	struct sim_result *result;
};

/* The headers as bytes, so that a key that is loaded where it has no meaning reads what the kernel
 * would read there. */
static void build_headers(struct sim *sim)
{
	const struct fw_packet *packet = sim->packet;
	uint16_t port;

	if (packet->family == FW_FAMILY_IPV4) {
		sim->network[8] = packet->hop_limit;
		memcpy(sim->network + 12, packet->src.byte, 4);
		memcpy(sim->network + 16, packet->dst.byte, 4);
	} else {
		sim->network[7] = packet->hop_limit;
		memcpy(sim->network + 8, packet->src.byte, 16);
		memcpy(sim->network + 24, packet->dst.byte, 16);
	}
	if (packet->proto == IPPROTO_ICMP || packet->proto == IPPROTO_ICMPV6) {
		sim->transport[0] = packet->icmp_type;
		sim->transport[1] = packet->icmp_code;
		/* The checksum, which could look like a port. */
		sim->transport[3] = 22;
		return;
	}
	port = htons(packet->sport);
	memcpy(sim->transport, &port, 2);
	port = htons(packet->dport);
	memcpy(sim->transport + 2, &port, 2);
}

static void load(const struct sim *sim, enum fw_nft_key key, uint8_t value[FW_NFT_VALUE_MAX])
{
	const struct fw_packet *packet = sim->packet;

	memset(value, 0, FW_NFT_VALUE_MAX);
	switch (key) {
	case FW_NFT_NFPROTO: value[0] = packet->family; break;
	case FW_NFT_L4PROTO: value[0] = (uint8_t)packet->proto; break;
	case FW_NFT_IIFNAME: memcpy(value, packet->in_if, strlen(packet->in_if)); break;
	case FW_NFT_OIFNAME: memcpy(value, packet->out_if, strlen(packet->out_if)); break;
	case FW_NFT_CT_STATE: memcpy(value, &packet->state, 4); break;
	case FW_NFT_IP_SADDR: memcpy(value, sim->network + 12, 4); break;
	case FW_NFT_IP_DADDR: memcpy(value, sim->network + 16, 4); break;
	case FW_NFT_IP_TTL: value[0] = sim->network[8]; break;
	case FW_NFT_IP6_SADDR: memcpy(value, sim->network + 8, 16); break;
	case FW_NFT_IP6_DADDR: memcpy(value, sim->network + 24, 16); break;
	case FW_NFT_IP6_HOPLIMIT: value[0] = sim->network[7]; break;
	case FW_NFT_TH_SPORT: memcpy(value, sim->transport, 2); break;
	case FW_NFT_TH_DPORT: memcpy(value, sim->transport + 2, 2); break;
	case FW_NFT_ICMP_TYPE:
	case FW_NFT_ICMPV6_TYPE: value[0] = sim->transport[0]; break;
	case FW_NFT_ICMP_CODE:
	case FW_NFT_ICMPV6_CODE: value[0] = sim->transport[1]; break;
	case FW_NFT_CT_DIRECTION: break;
	default: abort(); /* a key that the compiler learned to use, and this file did not */
	}
}

static void keep_bits(uint8_t *value, size_t width, unsigned int bits)
{
	size_t i;

	for (i = 0; i < width; i++)
		if (bits < 8 * (i + 1))
			value[i] &= bits <= 8 * i ? 0 : (uint8_t)(0xff00 >> (bits - 8 * i));
}

static bool match(const struct sim *sim, const struct fw_nft_stmt *stmt)
{
	size_t width = fw_nft_keys[stmt->match.key].width;
	uint8_t value[FW_NFT_VALUE_MAX];
	uint32_t bits, wanted;
	bool inside;

	load(sim, stmt->match.key, value);
	inside = memcmp(value, stmt->match.value, width) >= 0 &&
		 memcmp(value, stmt->match.end, width) <= 0;
	memcpy(&bits, value, 4);
	memcpy(&wanted, stmt->match.value, 4);
	switch (stmt->match.op) {
	case FW_NFT_RANGE: return inside;
	case FW_NFT_NOT_RANGE: return !inside;
	case FW_NFT_ANY_BIT: return bits & wanted;
	default: break;
	}
	keep_bits(value, width, stmt->match.bits);
	return !memcmp(value, stmt->match.value, width) == (stmt->match.op == FW_NFT_EQ);
}

static bool in_element(const struct fw_nft_concat *keys, const struct fw_nft_elem *elem,
		       const uint8_t *value)
{
	size_t at = 0, width;
	unsigned int i;

	for (i = 0; i < keys->count; i++) {
		width = fw_nft_keys[keys->part[i].key].width;
		if (memcmp(value + at, elem->key + at, width) < 0 ||
		    memcmp(value + at, (elem->end ? elem->end : elem->key) + at, width) > 0)
			return false;
		at += (width + 3) & ~3u;
	}
	return true;
}

static const struct fw_nft_elem *find(const struct sim *sim, const struct fw_nft_stmt *stmt)
{
	const struct fw_nft_set *set = &sim->ruleset->sets[stmt->lookup.set];
	const struct fw_nft_concat *keys = &stmt->lookup.keys;
	uint8_t value[FW_NFT_PARTS_MAX * FW_NFT_VALUE_MAX] = { 0 };
	size_t at = 0, i;

	for (i = 0; i < keys->count; i++) {
		load(sim, keys->part[i].key, value + at);
		at += (fw_nft_keys[keys->part[i].key].width + 3u) & ~3u;
	}
	for (i = 0; i < set->count; i++)
		if (in_element(keys, &set->elems[i], value))
			return &set->elems[i];
	return NULL;
}

static void note_offer(struct sim *sim, const struct fw_nft_stmt *stmt)
{
	const char *reason;
	size_t length;

	if (fw_nflog_prefix_parse(stmt->log.prefix, strlen(stmt->log.prefix), &sim->result->offered,
				  &reason, &length) < 0)
		abort();
}

enum step { NEXT_STMT, NEXT_RULE, VERDICT };

static enum step run_stmt(struct sim *sim, const struct fw_nft_rule *rule,
			  const struct fw_nft_stmt *stmt, struct fw_verdict *verdict)
{
	const struct fw_nft_elem *elem;

	switch (stmt->type) {
	case FW_STMT_MATCH: return match(sim, stmt) ? NEXT_STMT : NEXT_RULE;
	case FW_STMT_LOOKUP:
		return (find(sim, stmt) != NULL) != stmt->lookup.negate ? NEXT_STMT : NEXT_RULE;
	case FW_STMT_VMAP:
		elem = find(sim, stmt);
		if (!elem)
			return NEXT_RULE;
		if (sim->ruleset->sets[stmt->lookup.set].counters)
			sim->result->counted = elem->line;
		*verdict = elem->verdict;
		return VERDICT;
	case FW_STMT_UPDATE: return sim->over_limit ? NEXT_STMT : NEXT_RULE;
	case FW_STMT_COUNTER: sim->result->counted = rule->line; return NEXT_STMT;
	case FW_STMT_NFLOG: note_offer(sim, stmt); return NEXT_STMT;
	case FW_STMT_REJECT:
		if (stmt->reject == FW_REJECT_TCP_RESET && sim->packet->proto != IPPROTO_TCP)
			abort();
		sim->result->outcome = SIM_REJECT;
		*verdict = FW_DROP;
		return VERDICT;
	case FW_STMT_VERDICT: *verdict = stmt->verdict; return VERDICT;
	default: return NEXT_STMT;
	}
}

static enum step run_rule(struct sim *sim, const struct fw_nft_rule *rule,
			  struct fw_verdict *verdict)
{
	enum step step = NEXT_STMT;
	size_t i;

	sim->result->cost++;
	for (i = 0; i < rule->count && step == NEXT_STMT; i++)
		step = run_stmt(sim, rule, &rule->stmts[i], verdict);
	return step;
}

/* Whether the packet's fate is sealed; `verdict` is it then. */
static bool run_chain(struct sim *sim, uint32_t index, struct fw_verdict *verdict)
{
	const struct fw_nft_chain *chain = &sim->ruleset->chains[index];
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (run_rule(sim, &chain->rules[i], verdict) != VERDICT)
			continue;
		switch (verdict->code) {
		case FW_VERDICT_JUMP:
			if (run_chain(sim, verdict->chain, verdict))
				return true;
			break;
		case FW_VERDICT_GOTO: return run_chain(sim, verdict->chain, verdict);
		case FW_VERDICT_RETURN: return false;
		default: return true;
		}
	}
	return false;
}

static enum fw_hook hook_of(enum fw_direction direction)
{
	return direction == FW_DIR_IN    ? FW_HOOK_INPUT
	       : direction == FW_DIR_OUT ? FW_HOOK_OUTPUT
					 : FW_HOOK_FORWARD;
}

void simulate(const struct fw_ruleset *ruleset, const struct fw_packet *packet, bool over_limit,
	      struct sim_result *result)
{
	struct sim sim = {
		.ruleset = ruleset, .packet = packet, .over_limit = over_limit, .result = result
	};
	struct fw_verdict verdict;
	uint32_t i;

	memset(result, 0, sizeof(*result));
	build_headers(&sim);
	for (i = 0; i < ruleset->chain_count; i++) {
		if (ruleset->chains[i].hook != hook_of(packet->direction))
			continue;
		if (!run_chain(&sim, i, &verdict))
			verdict.code = ruleset->chains[i].policy;
		if (verdict.code == FW_VERDICT_DROP && result->outcome == SIM_ACCEPT)
			result->outcome = SIM_DROP;
		if (result->outcome == SIM_ACCEPT)
			result->offered = 0;
	}
}
