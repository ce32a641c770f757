/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/ruleset.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"

/* The numbers are enum datatypes of libnftables, which nft(8) reads back from a set. */
const struct fw_nft_key_info fw_nft_keys[FW_NFT_KEYS] = {
	[FW_NFT_NFPROTO] = { "meta nfproto", "nf_proto", 1, false, 2 },
	[FW_NFT_L4PROTO] = { "meta l4proto", "inet_proto", 1, false, 12 },
	[FW_NFT_IIFNAME] = { "iifname", "ifname", 16, false, 41 },
	[FW_NFT_OIFNAME] = { "oifname", "ifname", 16, false, 41 },
	[FW_NFT_PKTTYPE] = { "meta pkttype", "pkt_type", 1, false, 31 },
	[FW_NFT_META_MARK] = { "meta mark", "mark", 4, false, 19 },
	[FW_NFT_CT_STATE] = { "ct state", "ct_state", 4, false, 26 },
	[FW_NFT_CT_DIRECTION] = { "ct direction", "ct_dir", 1, false, 27 },
	[FW_NFT_CT_STATUS] = { "ct status", "ct_status", 4, false, 28 },
	[FW_NFT_CT_MARK] = { "ct mark", "mark", 4, false, 19 },
	[FW_NFT_IP_SADDR] = { "ip saddr", "ipv4_addr", 4, true, 7 },
	[FW_NFT_IP_DADDR] = { "ip daddr", "ipv4_addr", 4, true, 7 },
	[FW_NFT_IP_TTL] = { "ip ttl", "integer", 1, true, 4 },
	[FW_NFT_IP6_SADDR] = { "ip6 saddr", "ipv6_addr", 16, true, 8 },
	[FW_NFT_IP6_DADDR] = { "ip6 daddr", "ipv6_addr", 16, true, 8 },
	[FW_NFT_IP6_HOPLIMIT] = { "ip6 hoplimit", "integer", 1, true, 4 },
	[FW_NFT_TH_SPORT] = { "th sport", "inet_service", 2, true, 13 },
	[FW_NFT_TH_DPORT] = { "th dport", "inet_service", 2, true, 13 },
	[FW_NFT_ICMP_TYPE] = { "icmp type", "icmp_type", 1, true, 14 },
	[FW_NFT_ICMP_CODE] = { "icmp code", "icmp_code", 1, true, 32 },
	[FW_NFT_ICMPV6_TYPE] = { "icmpv6 type", "icmpv6_type", 1, true, 29 },
	[FW_NFT_ICMPV6_CODE] = { "icmpv6 code", "icmpv6_code", 1, true, 33 },
	[FW_NFT_FIB_DADDR] = { "fib daddr type", "fib_addrtype", 4, false, 38 },
};

#define NFLOG_MARK "fwctl:"

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

/* --- memory of keys and comments --------------------------------------------------------- */

/* Many small pieces that live as long as the ruleset. */
#define CHUNK_SIZE 65536

struct fw_nft_chunk {
	struct fw_nft_chunk *next;
	size_t used, size;
	uint8_t bytes[];
};

static void *keep(struct fw_ruleset *ruleset, const void *bytes, size_t size)
{
	struct fw_nft_chunk *chunk = ruleset->chunks;
	void *place;

	if (!chunk || chunk->size - chunk->used < size) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		chunk = fw_malloc(sizeof(*chunk) + room);
		chunk->next = ruleset->chunks;
		chunk->used = 0;
		chunk->size = room;
		ruleset->chunks = chunk;
	}
	place = chunk->bytes + chunk->used;
	memcpy(place, bytes, size);
	chunk->used += size;
	return place;
}

/* At most `max` bytes, cut between characters; `"` and control characters are replaced, because
 * nft(8) prints comments and prefixes between plain quotes. */
static char *plain_text(const char *text, size_t max)
{
	struct fw_buf buf = { 0 };
	size_t length = strlen(text), i, step;

	for (i = 0; i < length; i += step) {
		size_t valid = fw_utf8_length(text + i, length - i);

		step = valid ? valid : 1;
		if (i + step > max)
			break;
		if (!valid || (unsigned char)text[i] < ' ' || text[i] == 0x7f) {
			fw_buf_putc(&buf, '?');
		} else if (text[i] == '"') {
			fw_buf_putc(&buf, '\'');
		} else {
			fw_buf_put(&buf, text + i, step);
		}
	}
	return fw_buf_take(&buf);
}

const char *fw_nft_comment(struct fw_ruleset *ruleset, const char *comment)
{
	const char *kept;
	char *plain;

	if (!comment)
		return NULL;
	plain = plain_text(comment, FW_NFT_COMMENT_MAX);
	kept = keep(ruleset, plain, strlen(plain) + 1);
	free(plain);
	return kept;
}

/* --- the containers ---------------------------------------------------------------------- */

struct fw_ruleset *fw_ruleset_new(void)
{
	return fw_calloc(1, sizeof(struct fw_ruleset));
}

static void rule_free(struct fw_nft_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->count; i++)
		if (rule->stmts[i].type == FW_STMT_LOG || rule->stmts[i].type == FW_STMT_NFLOG)
			free(rule->stmts[i].log.prefix);
	free(rule->stmts);
	free(rule->comment);
}

static void chain_free(struct fw_nft_chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++)
		rule_free(&chain->rules[i]);
	free(chain->rules);
	free(chain->name);
}

static void object_free(struct fw_nft_object *object)
{
	free(object->name);
	free(object->helper);
	free(object->timers);
}

void fw_ruleset_free(struct fw_ruleset *ruleset)
{
	struct fw_nft_chunk *chunk, *next;
	size_t i;

	if (!ruleset)
		return;
	for (i = 0; i < ruleset->object_count; i++)
		object_free(&ruleset->objects[i]);
	for (i = 0; i < ruleset->set_count; i++) {
		free(ruleset->sets[i].name);
		free(ruleset->sets[i].elems);
	}
	for (i = 0; i < ruleset->chain_count; i++)
		chain_free(&ruleset->chains[i]);
	for (chunk = ruleset->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(ruleset->objects);
	free(ruleset->sets);
	free(ruleset->chains);
	free(ruleset);
}

uint32_t fw_nft_base_chain_add(struct fw_ruleset *ruleset, const char *name, enum fw_hook hook,
			       int priority, enum fw_verdict_code policy)
{
	struct fw_nft_chain *chain;

	fw_array_grow(&ruleset->chains, &ruleset->chain_capacity, ruleset->chain_count,
		      sizeof(*chain));
	chain = &ruleset->chains[ruleset->chain_count];
	*chain = (struct fw_nft_chain){
		.name = fw_strdup(name), .hook = hook, .priority = priority, .policy = policy
	};
	return (uint32_t)ruleset->chain_count++;
}

uint32_t fw_nft_chain_add(struct fw_ruleset *ruleset, const char *name)
{
	return fw_nft_base_chain_add(ruleset, name, FW_HOOK_NONE, 0, FW_VERDICT_ACCEPT);
}

struct fw_nft_rule *fw_nft_rule_add(struct fw_ruleset *ruleset, uint32_t chain_index,
				    unsigned int line, const char *comment)
{
	struct fw_nft_chain *chain = &ruleset->chains[chain_index];
	struct fw_nft_rule *rule;

	fw_array_grow(&chain->rules, &chain->capacity, chain->count, sizeof(*rule));
	rule = &chain->rules[chain->count++];
	*rule = (struct fw_nft_rule){
		.line = line, .comment = plain_text(comment ? comment : "", FW_NFT_COMMENT_MAX)
	};
	return rule;
}

uint32_t fw_nft_set_add(struct fw_ruleset *ruleset, const char *name, struct fw_nft_concat keys)
{
	fw_array_grow(&ruleset->sets, &ruleset->set_capacity, ruleset->set_count,
		      sizeof(*ruleset->sets));
	ruleset->sets[ruleset->set_count] =
		(struct fw_nft_set){ .name = fw_strdup(name), .keys = keys };
	return (uint32_t)ruleset->set_count++;
}

struct fw_nft_elem *fw_nft_elem_add(struct fw_ruleset *ruleset, uint32_t set_index,
				    const uint8_t *key, const uint8_t *end, unsigned int line,
				    const char *comment)
{
	struct fw_nft_set *set = &ruleset->sets[set_index];
	size_t size = fw_nft_concat_size(&set->keys);
	struct fw_nft_elem *elem;

	fw_array_grow(&set->elems, &set->capacity, set->count, sizeof(*elem));
	elem = &set->elems[set->count++];
	*elem = (struct fw_nft_elem){ .key = keep(ruleset, key, size),
				      .end = end ? keep(ruleset, end, size) : NULL,
				      .line = line,
				      .comment = fw_nft_comment(ruleset, comment) };
	return elem;
}

static struct fw_nft_object *object_add(struct fw_ruleset *ruleset, const char *name,
					uint8_t l4proto)
{
	struct fw_nft_object *object;

	fw_array_grow(&ruleset->objects, &ruleset->object_capacity, ruleset->object_count,
		      sizeof(*object));
	object = &ruleset->objects[ruleset->object_count++];
	*object = (struct fw_nft_object){ .name = fw_strdup(name), .l4proto = l4proto };
	return object;
}

uint32_t fw_nft_timeout_add(struct fw_ruleset *ruleset, const char *name, uint8_t l4proto,
			    const struct fw_nft_timer *timers, size_t count)
{
	struct fw_nft_object *object = object_add(ruleset, name, l4proto);

	object->type = FW_NFT_CT_TIMEOUT;
	object->timers = fw_calloc(count, sizeof(*timers));
	object->timer_count = count;
	memcpy(object->timers, timers, count * sizeof(*timers));
	return (uint32_t)ruleset->object_count - 1;
}

uint32_t fw_nft_helper_add(struct fw_ruleset *ruleset, const char *name, const char *helper,
			   uint8_t l4proto)
{
	struct fw_nft_object *object = object_add(ruleset, name, l4proto);

	object->type = FW_NFT_CT_HELPER;
	object->helper = fw_strdup(helper);
	return (uint32_t)ruleset->object_count - 1;
}

/* --- keys -------------------------------------------------------------------------------- */

size_t fw_nft_concat_size(const struct fw_nft_concat *keys)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < keys->count; i++)
		size += (fw_nft_keys[keys->part[i].key].width + 3u) & ~3u;
	return size;
}

struct fw_nft_concat fw_nft_concat(unsigned int count, ...)
{
	struct fw_nft_concat keys = { 0 };
	va_list args;

	va_start(args, count);
	for (; keys.count < count; keys.count++) {
		enum fw_nft_key key = va_arg(args, enum fw_nft_key);

		keys.part[keys.count].key = (uint8_t)key;
		keys.part[keys.count].bits = (uint8_t)(fw_nft_keys[key].width * 8);
	}
	va_end(args);
	return keys;
}

/* --- statements -------------------------------------------------------------------------- */

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

	stmt->log.prefix = plain_text(prefix, FW_NFT_PREFIX_MAX);
	stmt->log.level = 4;
}

void fw_nft_nflog(struct fw_nft_rule *rule, unsigned int line, const char *reason)
{
	struct fw_nft_stmt *stmt = stmt_add(rule, FW_STMT_NFLOG);

	stmt->log.prefix = fw_format(NFLOG_MARK "%u:%s", line, reason);
	stmt->log.group = FW_NFLOG_GROUP;
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
