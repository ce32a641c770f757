/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements of a rule to the expressions of the kernel's virtual machine. */
#include <stdio.h> /* libnftnl/expr.h needs it */
#include <string.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "fwctl/kernel/nft-build.h"

/*
 * A slot is one of the sixteen 4-byte registers. Those that begin a 16-byte register go by its
 * name, because the kernel reports them so (nft_dump_register()).
 */
static uint32_t slot_register(unsigned int slot)
{
	return slot % 4 ? NFT_REG32_00 + slot : NFT_REG_1 + slot / 4;
}

static struct nftnl_expr *add(struct nftnl_rule *rule, const char *name)
{
	struct nftnl_expr *expr = nftnl_expr_alloc(name);

	nftnl_rule_add_expr(rule, expr);
	return expr;
}

/* --- loading a key ------------------------------------------------------------------------- */

enum source { META, CT, NETWORK_HEADER, TRANSPORT_HEADER, FIB };

/* Where the kernel takes a key from: `at` is a meta or ct key, or an offset. */
static const struct {
	uint8_t source, at;
} places[FW_NFT_KEYS] = {
	[FW_NFT_NFPROTO] = { META, NFT_META_NFPROTO },
	[FW_NFT_L4PROTO] = { META, NFT_META_L4PROTO },
	[FW_NFT_IIFNAME] = { META, NFT_META_IIFNAME },
	[FW_NFT_OIFNAME] = { META, NFT_META_OIFNAME },
	[FW_NFT_PKTTYPE] = { META, NFT_META_PKTTYPE },
	[FW_NFT_META_MARK] = { META, NFT_META_MARK },
	[FW_NFT_CT_STATE] = { CT, NFT_CT_STATE },
	[FW_NFT_CT_DIRECTION] = { CT, NFT_CT_DIRECTION },
	[FW_NFT_CT_STATUS] = { CT, NFT_CT_STATUS },
	[FW_NFT_CT_MARK] = { CT, NFT_CT_MARK },
	[FW_NFT_IP_SADDR] = { NETWORK_HEADER, 12 },
	[FW_NFT_IP_DADDR] = { NETWORK_HEADER, 16 },
	[FW_NFT_IP_TTL] = { NETWORK_HEADER, 8 },
	[FW_NFT_IP6_SADDR] = { NETWORK_HEADER, 8 },
	[FW_NFT_IP6_DADDR] = { NETWORK_HEADER, 24 },
	[FW_NFT_IP6_HOPLIMIT] = { NETWORK_HEADER, 7 },
	[FW_NFT_TH_SPORT] = { TRANSPORT_HEADER, 0 },
	[FW_NFT_TH_DPORT] = { TRANSPORT_HEADER, 2 },
	[FW_NFT_ICMP_TYPE] = { TRANSPORT_HEADER, 0 },
	[FW_NFT_ICMP_CODE] = { TRANSPORT_HEADER, 1 },
	[FW_NFT_ICMPV6_TYPE] = { TRANSPORT_HEADER, 0 },
	[FW_NFT_ICMPV6_CODE] = { TRANSPORT_HEADER, 1 },
	[FW_NFT_FIB_DADDR] = { FIB, 0 },
};

static void load_payload(struct nftnl_rule *rule, uint32_t base, enum fw_nft_key key, uint32_t reg)
{
	struct nftnl_expr *expr = add(rule, "payload");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, places[key].at);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, fw_nft_keys[key].width);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

static void load(struct nftnl_rule *rule, enum fw_nft_key key, uint32_t reg)
{
	struct nftnl_expr *expr;

	switch (places[key].source) {
	case META:
		expr = add(rule, "meta");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, places[key].at);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, reg);
		break;
	case CT:
		expr = add(rule, "ct");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, places[key].at);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_DREG, reg);
		break;
	case FIB:
		expr = add(rule, "fib");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_DADDR);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_DREG, reg);
		break;
	case NETWORK_HEADER: load_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, key, reg); break;
	default: load_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, key, reg); break;
	}
}

/* reg = (reg & mask) ^ xor, over `size` bytes */
static void add_bitwise(struct nftnl_rule *rule, uint32_t reg, const void *mask, const void * xor,
			uint32_t size)
{
	struct nftnl_expr *expr = add(rule, "bitwise");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_SREG, reg);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_DREG, reg);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_LEN, size);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_MASK, mask, size);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_XOR, xor, size);
}

static void mask_to_bits(struct nftnl_rule *rule, uint32_t reg, unsigned int bits, uint32_t size)
{
	static const uint8_t zeros[FW_NFT_VALUE_MAX];
	uint8_t mask[FW_NFT_VALUE_MAX] = { 0 };
	unsigned int i;

	for (i = 0; i < bits; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
	add_bitwise(rule, reg, mask, zeros, size);
}

/* The parts of a concatenation into one slot after the other; returns the first register. */
static uint32_t load_concat(struct nftnl_rule *rule, const struct fw_nft_concat *keys)
{
	unsigned int i, slot = 0;

	for (i = 0; i < keys->count; i++) {
		enum fw_nft_key key = keys->part[i].key;
		unsigned int width = fw_nft_keys[key].width;

		load(rule, key, slot_register(slot));
		if (keys->part[i].bits < width * 8)
			mask_to_bits(rule, slot_register(slot), keys->part[i].bits, width);
		slot += (width + 3) / 4;
	}
	return slot_register(0);
}

/* --- statements ---------------------------------------------------------------------------- */

static void add_cmp(struct nftnl_rule *rule, uint32_t op, const void *value, uint32_t size)
{
	struct nftnl_expr *expr = add(rule, "cmp");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(expr, NFTNL_EXPR_CMP_DATA, value, size);
}

static void add_range(struct nftnl_rule *rule, uint32_t op, const struct fw_nft_stmt *stmt,
		      uint32_t size)
{
	struct nftnl_expr *expr = add(rule, "range");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_RANGE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_RANGE_OP, op);
	nftnl_expr_set(expr, NFTNL_EXPR_RANGE_FROM_DATA, stmt->match.value, size);
	nftnl_expr_set(expr, NFTNL_EXPR_RANGE_TO_DATA, stmt->match.end, size);
}

/* Equal or not; of a name only the leading bytes are compared, of an address the rest is masked. */
static void add_equality(struct nftnl_rule *rule, const struct fw_nft_stmt *stmt, uint32_t op)
{
	enum fw_nft_key key = stmt->match.key;
	uint32_t size = fw_nft_keys[key].width;

	if (stmt->match.bits < size * 8) {
		if (key == FW_NFT_IIFNAME || key == FW_NFT_OIFNAME)
			size = stmt->match.bits / 8;
		else
			mask_to_bits(rule, NFT_REG_1, stmt->match.bits, size);
	}
	add_cmp(rule, op, stmt->match.value, size);
}

static void build_match(struct nftnl_rule *rule, const struct fw_nft_stmt *stmt)
{
	static const uint32_t zero;
	uint32_t size = fw_nft_keys[stmt->match.key].width;

	load(rule, stmt->match.key, NFT_REG_1);
	switch ((enum fw_nft_op)stmt->match.op) {
	case FW_NFT_EQ: add_equality(rule, stmt, NFT_CMP_EQ); break;
	case FW_NFT_NEQ: add_equality(rule, stmt, NFT_CMP_NEQ); break;
	case FW_NFT_RANGE: add_range(rule, NFT_RANGE_EQ, stmt, size); break;
	case FW_NFT_NOT_RANGE: add_range(rule, NFT_RANGE_NEQ, stmt, size); break;
	case FW_NFT_ANY_BIT:
		add_bitwise(rule, NFT_REG_1, stmt->match.value, &zero, sizeof(zero));
		add_cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
		break;
	}
}

static void build_lookup(struct nftnl_rule *rule, const struct fw_ruleset *ruleset,
			 const struct fw_nft_stmt *stmt)
{
	uint32_t reg = load_concat(rule, &stmt->lookup.keys);
	struct nftnl_expr *expr = add(rule, "lookup");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, reg);
	if (stmt->type == FW_STMT_VMAP)
		nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, ruleset->sets[stmt->lookup.set].name);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_FLAGS,
			   stmt->type == FW_STMT_LOOKUP && stmt->lookup.negate ? NFT_LOOKUP_F_INV
									       : 0);
}

static struct nftnl_expr *make_limit(const struct fw_nft_limit *limit)
{
	struct nftnl_expr *expr = nftnl_expr_alloc("limit");

	nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_RATE, limit->rate);
	nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_UNIT, limit->unit);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_BURST, limit->burst);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_FLAGS, limit->over ? NFT_LIMIT_F_INV : 0);
	return expr;
}

static void build_update(struct nftnl_rule *rule, const struct fw_ruleset *ruleset,
			 const struct fw_nft_stmt *stmt)
{
	uint32_t reg = load_concat(rule, &stmt->update.keys);
	struct nftnl_expr *expr = add(rule, "dynset");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_SREG_KEY, reg);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_OP, NFT_DYNSET_OP_UPDATE);
	nftnl_expr_set_str(expr, NFTNL_EXPR_DYNSET_SET_NAME, ruleset->sets[stmt->update.set].name);
	nftnl_expr_add_expr(expr, NFTNL_EXPR_DYNSET_EXPR, make_limit(&stmt->update.limit));
}

static void build_log(struct nftnl_rule *rule, const struct fw_nft_stmt *stmt)
{
	struct nftnl_expr *expr = add(rule, "log");

	nftnl_expr_set_str(expr, NFTNL_EXPR_LOG_PREFIX, stmt->log.prefix);
	if (stmt->type == FW_STMT_NFLOG) {
		nftnl_expr_set_u16(expr, NFTNL_EXPR_LOG_GROUP, stmt->log.group);
		return;
	}
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOG_LEVEL, stmt->log.level);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOG_FLAGS, 0);
}

static void build_reject(struct nftnl_rule *rule, enum fw_nft_reject how)
{
	struct nftnl_expr *expr = add(rule, "reject");

	if (how == FW_REJECT_TCP_RESET) {
		nftnl_expr_set_u32(expr, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_TCP_RST);
		return;
	}
	nftnl_expr_set_u32(expr, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_ICMPX_UNREACH);
	nftnl_expr_set_u8(expr, NFTNL_EXPR_REJECT_CODE, NFT_REJECT_ICMPX_ADMIN_PROHIBITED);
}

static void build_ct_mark(struct nftnl_rule *rule, const struct fw_nft_stmt *stmt)
{
	uint32_t mask = ~stmt->ct_mark.mask;
	struct nftnl_expr *expr;

	load(rule, FW_NFT_CT_MARK, NFT_REG_1);
	add_bitwise(rule, NFT_REG_1, &mask, &stmt->ct_mark.value, sizeof(mask));
	expr = add(rule, "ct");
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_SREG, NFT_REG_1);
}

static void build_object(struct nftnl_rule *rule, const struct fw_ruleset *ruleset,
			 const struct fw_nft_stmt *stmt)
{
	struct nftnl_expr *expr = add(rule, "objref");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_OBJREF_IMM_TYPE,
			   stmt->type == FW_STMT_CT_TIMEOUT ? NFT_OBJECT_CT_TIMEOUT
							    : NFT_OBJECT_CT_HELPER);
	nftnl_expr_set_str(expr, NFTNL_EXPR_OBJREF_IMM_NAME, ruleset->objects[stmt->object].name);
}

static void build_verdict(struct nftnl_rule *rule, const struct fw_ruleset *ruleset,
			  const struct fw_verdict *verdict)
{
	static const int32_t codes[] = {
		[FW_VERDICT_ACCEPT] = NF_ACCEPT,  [FW_VERDICT_DROP] = NF_DROP,
		[FW_VERDICT_RETURN] = NFT_RETURN, [FW_VERDICT_JUMP] = NFT_JUMP,
		[FW_VERDICT_GOTO] = NFT_GOTO,
	};
	struct nftnl_expr *expr = add(rule, "immediate");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_VERDICT, (uint32_t)codes[verdict->code]);
	if (verdict->code == FW_VERDICT_JUMP || verdict->code == FW_VERDICT_GOTO)
		nftnl_expr_set_str(expr, NFTNL_EXPR_IMM_CHAIN,
				   ruleset->chains[verdict->chain].name);
}

/* Zeros; the comparison with the kernel's table puts the counts of the old rule there. */
static void build_counter(struct nftnl_rule *rule)
{
	struct nftnl_expr *expr = add(rule, "counter");

	nftnl_expr_set_u64(expr, NFTNL_EXPR_CTR_PACKETS, 0);
	nftnl_expr_set_u64(expr, NFTNL_EXPR_CTR_BYTES, 0);
}

static void build_statement(struct nftnl_rule *rule, const struct fw_ruleset *ruleset,
			    const struct fw_nft_stmt *stmt)
{
	switch (stmt->type) {
	case FW_STMT_MATCH: build_match(rule, stmt); break;
	case FW_STMT_LOOKUP:
	case FW_STMT_VMAP: build_lookup(rule, ruleset, stmt); break;
	case FW_STMT_UPDATE: build_update(rule, ruleset, stmt); break;
	case FW_STMT_LIMIT: nftnl_rule_add_expr(rule, make_limit(&stmt->limit)); break;
	case FW_STMT_COUNTER: build_counter(rule); break;
	case FW_STMT_LOG:
	case FW_STMT_NFLOG: build_log(rule, stmt); break;
	case FW_STMT_REJECT: build_reject(rule, stmt->reject); break;
	case FW_STMT_CT_MARK: build_ct_mark(rule, stmt); break;
	case FW_STMT_CT_TIMEOUT:
	case FW_STMT_CT_HELPER: build_object(rule, ruleset, stmt); break;
	case FW_STMT_VERDICT: build_verdict(rule, ruleset, &stmt->verdict); break;
	}
}

void fw_nft_exprs_build(struct nftnl_rule *to, const struct fw_ruleset *ruleset,
			const struct fw_nft_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->count; i++)
		build_statement(to, ruleset, &rule->stmts[i]);
}
