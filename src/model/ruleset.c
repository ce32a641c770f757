/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/ruleset.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/mem.h"

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

char *fw_nft_text(const char *text, size_t max)
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
	plain = fw_nft_text(comment, FW_NFT_COMMENT_MAX);
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
		.line = line, .comment = fw_nft_text(comment ? comment : "", FW_NFT_COMMENT_MAX)
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

	if (keys->count == 1)
		return fw_nft_keys[keys->part[0].key].width;
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
