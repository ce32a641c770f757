/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/statements.h"

#include <arpa/inet.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"

#define NFLOG_MARK "fwctl:"

static struct fw_nft_stmt *stmt_add(struct fw_nft_rule *rule, enum fw_nft_stmt_type type)
{
	struct fw_nft_stmt *stmt;

	fw_array_grow(&rule->stmts, &rule->capacity, rule->count, sizeof(*rule->stmts));
	stmt = &rule->stmts[rule->count++];
	memset(stmt, 0, sizeof(*stmt));
	stmt->type = type;
	return stmt;
}

static struct fw_nft_stmt *match_add(struct fw_nft_rule *rule, enum fw_nft_key key,
				     enum fw_nft_op op, const void *value, size_t size)
{
	struct fw_nft_stmt *stmt = stmt_add(rule, FW_STMT_MATCH);

	stmt->match.key = (uint8_t)key;
	stmt->match.op = (uint8_t)op;
	stmt->match.bits = (uint8_t)(fw_nft_keys[key].width * 8);
	memcpy(stmt->match.value, value, size);
	return stmt;
}

void fw_nft_match_u8(struct fw_nft_rule *rule, enum fw_nft_key key, uint8_t value)
{
	match_add(rule, key, FW_NFT_EQ, &value, 1);
}

void fw_nft_match_port(struct fw_nft_rule *rule, enum fw_nft_key key, uint16_t low, uint16_t high)
{
	uint16_t from = htons(low), to = htons(high);

	if (low == high)
		match_add(rule, key, FW_NFT_EQ, &from, 2);
	else
		fw_nft_match_range(rule, key, (const uint8_t *)&from, (const uint8_t *)&to);
}

void fw_nft_match_u32(struct fw_nft_rule *rule, enum fw_nft_key key, enum fw_nft_op op,
		      uint32_t value)
{
	match_add(rule, key, op, &value, 4);
}

void fw_nft_match_prefix(struct fw_nft_rule *rule, enum fw_nft_key key,
			 const struct fw_prefix *prefix)
{
	match_add(rule, key, FW_NFT_EQ, prefix->addr.byte, fw_nft_keys[key].width)->match.bits =
		prefix->length;
}

void fw_nft_match_ifname(struct fw_nft_rule *rule, enum fw_nft_key key, const char *name)
{
	size_t length = strnlen(name, FW_NFT_VALUE_MAX);
	bool prefix = length && name[length - 1] == '+';
	struct fw_nft_stmt *stmt = match_add(rule, key, FW_NFT_EQ, name, length - prefix);

	if (prefix)
		stmt->match.bits = (uint8_t)(8 * (length - 1));
}

void fw_nft_match_range(struct fw_nft_rule *rule, enum fw_nft_key key, const uint8_t *low,
			const uint8_t *high)
{
	size_t width = fw_nft_keys[key].width;

	memcpy(match_add(rule, key, FW_NFT_RANGE, low, width)->match.end, high, width);
}

void fw_nft_lookup(struct fw_nft_rule *rule, uint32_t set, struct fw_nft_concat keys, bool negate)
{
	struct fw_nft_stmt *stmt = stmt_add(rule, FW_STMT_LOOKUP);

	stmt->lookup.set = set;
	stmt->lookup.keys = keys;
	stmt->lookup.negate = negate;
}

void fw_nft_vmap(struct fw_nft_rule *rule, uint32_t map, struct fw_nft_concat keys)
{
	struct fw_nft_stmt *stmt = stmt_add(rule, FW_STMT_VMAP);

	stmt->lookup.set = map;
	stmt->lookup.keys = keys;
}

void fw_nft_update(struct fw_nft_rule *rule, uint32_t set, struct fw_nft_concat keys,
		   struct fw_nft_limit limit)
{
	struct fw_nft_stmt *stmt = stmt_add(rule, FW_STMT_UPDATE);

	stmt->update.set = set;
	stmt->update.keys = keys;
	stmt->update.limit = limit;
}

void fw_nft_limit(struct fw_nft_rule *rule, struct fw_nft_limit limit)
{
	stmt_add(rule, FW_STMT_LIMIT)->limit = limit;
}

void fw_nft_counter(struct fw_nft_rule *rule)
{
	stmt_add(rule, FW_STMT_COUNTER);
}

void fw_nft_log(struct fw_nft_rule *rule, const char *prefix)
{
	struct fw_nft_stmt *stmt = stmt_add(rule, FW_STMT_LOG);

	stmt->log.prefix = fw_nft_text(prefix, FW_NFT_PREFIX_MAX);
	stmt->log.level = 4;
}

void fw_nft_reject(struct fw_nft_rule *rule, enum fw_nft_reject how)
{
	stmt_add(rule, FW_STMT_REJECT)->reject = how;
}

void fw_nft_ct_mark(struct fw_nft_rule *rule, uint32_t value, uint32_t mask)
{
	struct fw_nft_stmt *stmt = stmt_add(rule, FW_STMT_CT_MARK);

	stmt->ct_mark.value = value;
	stmt->ct_mark.mask = mask;
}

void fw_nft_ct_object(struct fw_nft_rule *rule, enum fw_nft_stmt_type type, uint32_t object)
{
	stmt_add(rule, type)->object = object;
}

void fw_nft_verdict(struct fw_nft_rule *rule, struct fw_verdict verdict)
{
	stmt_add(rule, FW_STMT_VERDICT)->verdict = verdict;
}

/* --- the packet log ------------------------------------------------------------------------ */

void fw_nft_nflog(struct fw_nft_rule *rule, unsigned int line, const char *reason)
{
	struct fw_nft_stmt *stmt = stmt_add(rule, FW_STMT_NFLOG);

	stmt->log.prefix = fw_format(NFLOG_MARK "%u:%s", line, reason);
	stmt->log.group = FW_NFLOG_GROUP;
}

int fw_nflog_prefix_parse(const char *prefix, size_t length, unsigned int *line,
			  const char **reason, size_t *reason_length)
{
	const size_t head = strlen(NFLOG_MARK);
	const char *colon;
	uint64_t number;

	length = strnlen(prefix, length);
	if (length < head || memcmp(prefix, NFLOG_MARK, head) != 0)
		return -1;
	prefix += head;
	length -= head;
	colon = memchr(prefix, ':', length);
	if (!colon || fw_num_parse_n(prefix, (size_t)(colon - prefix), 0, UINT32_MAX, &number) < 0)
		return -1;
	*line = (unsigned int)number;
	*reason = colon + 1;
	*reason_length = length - (size_t)(colon + 1 - prefix);
	return 0;
}
