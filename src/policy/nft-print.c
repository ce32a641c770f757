/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/nft-print.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* --- values ------------------------------------------------------------------------------ */

/* nft(8) has no escapes in strings but one for a literal *, which would mean "any ending". */
static void print_string(struct fw_buf *buf, const char *text, size_t length)
{
	fw_buf_putc(buf, '"');
	for (; length && *text; text++, length--) {
		if (*text == '*')
			fw_buf_putc(buf, '\\');
		fw_buf_putc(buf, *text == '"' ? '\'' : *text);
	}
}

static void print_ifname(struct fw_buf *buf, const uint8_t *value, unsigned int bits)
{
	size_t width = fw_nft_keys[FW_NFT_IIFNAME].width;
	char name[FW_NFT_VALUE_MAX];

	memcpy(name, value, sizeof(name));
	print_string(buf, name, bits / 8);
	fw_buf_puts(buf, bits < 8 * width ? "*\"" : "\"");
}

static uint32_t number_of(const uint8_t *value, unsigned int width)
{
	uint32_t wide;
	uint16_t port;

	switch (width) {
	case 1: return *value;
	case 2: memcpy(&port, value, 2); return ntohs(port);
	default: memcpy(&wide, value, 4); return wide;
	}
}

static void print_addr(struct fw_buf *buf, const uint8_t *value, unsigned int width,
		       unsigned int bits)
{
	struct fw_prefix prefix = { .family = width == 4 ? FW_FAMILY_IPV4 : FW_FAMILY_IPV6,
				    .length = (uint8_t)bits };
	char text[FW_PREFIX_MAX_TEXT];

	memcpy(prefix.addr.byte, value, width);
	fw_buf_puts(buf, fw_prefix_print(&prefix, text));
}

static const char *proto_name(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP: return "tcp";
	case IPPROTO_UDP: return "udp";
	case IPPROTO_UDPLITE: return "udplite";
	case IPPROTO_SCTP: return "sctp";
	case IPPROTO_DCCP: return "dccp";
	case IPPROTO_ICMP: return "icmp";
	case IPPROTO_ICMPV6: return "icmpv6";
	case IPPROTO_GRE: return "gre";
	default: return NULL;
	}
}

static void print_value(struct fw_buf *buf, enum fw_nft_key key, const uint8_t *value,
			unsigned int bits)
{
	const struct fw_nft_key_info *info = &fw_nft_keys[key];

	if (key == FW_NFT_IIFNAME || key == FW_NFT_OIFNAME)
		print_ifname(buf, value, bits);
	else if (info->network_order && info->width >= 4)
		print_addr(buf, value, info->width, bits);
	else if (key == FW_NFT_NFPROTO)
		fw_buf_puts(buf, fw_family_name(*value));
	else if (key == FW_NFT_L4PROTO && proto_name(*value))
		fw_buf_puts(buf, proto_name(*value));
	else if (info->width == 4)
		fw_buf_printf(buf, "0x%x", number_of(value, info->width));
	else
		fw_buf_u64(buf, number_of(value, info->width));
}

static void print_verdict(struct fw_buf *buf, const struct fw_ruleset *ruleset,
			  struct fw_verdict verdict)
{
	static const char *const names[] = { "accept", "drop", "return", "jump ", "goto " };

	fw_buf_puts(buf, names[verdict.code]);
	if (verdict.code == FW_VERDICT_JUMP || verdict.code == FW_VERDICT_GOTO)
		fw_buf_puts(buf, ruleset->chains[verdict.chain].name);
}

/* --- keys -------------------------------------------------------------------------------- */

static void print_mask(struct fw_buf *buf, unsigned int width, unsigned int bits)
{
	union fw_addr mask;

	memset(&mask, 0xff, sizeof(mask));
	fw_addr_mask(&mask, bits);
	fw_buf_puts(buf, " & ");
	print_addr(buf, mask.byte, width, 8 * width);
}

static void print_keys(struct fw_buf *buf, const struct fw_nft_concat *keys)
{
	unsigned int i, width;

	for (i = 0; i < keys->count; i++) {
		width = fw_nft_keys[keys->part[i].key].width;
		if (i)
			fw_buf_puts(buf, " . ");
		fw_buf_puts(buf, fw_nft_keys[keys->part[i].key].syntax);
		if (keys->part[i].bits != 8 * width)
			print_mask(buf, width, keys->part[i].bits);
	}
}

/* One part of an element; addresses as a prefix where the interval is one. */
static void print_part(struct fw_buf *buf, enum fw_nft_key key, const uint8_t *from,
		       const uint8_t *to)
{
	unsigned int width = fw_nft_keys[key].width;

	print_value(buf, key, from, 8 * width);
	if (!to || !memcmp(from, to, width))
		return;
	fw_buf_putc(buf, '-');
	print_value(buf, key, to, 8 * width);
}

static void print_elem_key(struct fw_buf *buf, const struct fw_nft_concat *keys,
			   const struct fw_nft_elem *elem)
{
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < keys->count; i++) {
		enum fw_nft_key key = keys->part[i].key;

		if (i)
			fw_buf_puts(buf, " . ");
		print_part(buf, key, elem->key + at, elem->end ? elem->end + at : NULL);
		at += (fw_nft_keys[key].width + 3u) & ~3u;
	}
}

/* --- sets and objects -------------------------------------------------------------------- */

static void print_milliseconds(struct fw_buf *buf, uint32_t milliseconds)
{
	fw_buf_printf(buf, "timeout %us", milliseconds / 1000);
	if (milliseconds % 1000)
		fw_buf_printf(buf, "%ums", milliseconds % 1000);
}

static void print_elem(struct fw_buf *buf, const struct fw_ruleset *ruleset,
		       const struct fw_nft_set *set, const struct fw_nft_elem *elem)
{
	print_elem_key(buf, &set->keys, elem);
	if (elem->timeout) {
		fw_buf_putc(buf, ' ');
		print_milliseconds(buf, elem->timeout);
	}
	if (set->counters)
		fw_buf_puts(buf, " counter packets 0 bytes 0");
	if (elem->comment && *elem->comment)
		fw_buf_printf(buf, " comment \"%s\"", elem->comment);
	if (set->verdict_map) {
		fw_buf_puts(buf, " : ");
		print_verdict(buf, ruleset, elem->verdict);
	}
}

static void print_set_flags(struct fw_buf *buf, const struct fw_nft_set *set)
{
	const char *comma = "\t\tflags ";

	if (set->interval) {
		fw_buf_printf(buf, "%sinterval", comma);
		comma = ", ";
	}
	if (set->dynamic) {
		fw_buf_printf(buf, "%sdynamic", comma);
		comma = ", ";
	}
	if (set->timeouts) {
		fw_buf_printf(buf, "%stimeout", comma);
		comma = ", ";
	}
	if (*comma == ',')
		fw_buf_putc(buf, '\n');
}

static void print_set(struct fw_buf *buf, const struct fw_ruleset *ruleset,
		      const struct fw_nft_set *set)
{
	size_t i;

	fw_buf_printf(buf, "\t%s %s {\n\t\ttype ", set->verdict_map ? "map" : "set", set->name);
	for (i = 0; i < set->keys.count; i++)
		fw_buf_printf(buf, "%s%s", i ? " . " : "",
			      fw_nft_keys[set->keys.part[i].key].datatype);
	fw_buf_puts(buf, set->verdict_map ? " : verdict\n" : "\n");
	print_set_flags(buf, set);
	if (set->size)
		fw_buf_printf(buf, "\t\tsize %u\n", set->size);
	if (set->timeout) {
		fw_buf_puts(buf, "\t\t");
		print_milliseconds(buf, set->timeout);
		fw_buf_putc(buf, '\n');
	}
	if (set->counters)
		fw_buf_puts(buf, "\t\tcounter\n");
	for (i = 0; i < set->count; i++) {
		fw_buf_puts(buf, i ? ",\n\t\t\t" : "\t\telements = {\n\t\t\t");
		print_elem(buf, ruleset, set, &set->elems[i]);
	}
	fw_buf_puts(buf, set->count ? "\n\t\t}\n\t}\n" : "\t}\n");
}

static void print_timers(struct fw_buf *buf, const struct fw_nft_object *object)
{
	size_t i;

	fw_buf_puts(buf, "\t\tpolicy = {");
	for (i = 0; i < object->timer_count; i++)
		fw_buf_printf(buf, "%s %s : %u", i ? "," : "", object->timers[i].name,
			      object->timers[i].seconds);
	fw_buf_puts(buf, " }\n");
}

/* nft(8) writes timeouts of tcp and udp only; what it cannot write is a comment here, with the
 * rules that use it. */
static bool nft_can_write(const struct fw_nft_object *object)
{
	return object->type == FW_NFT_CT_HELPER || object->l4proto == IPPROTO_TCP ||
	       object->l4proto == IPPROTO_UDP;
}

static void print_object(struct fw_buf *buf, const struct fw_nft_object *object)
{
	if (!nft_can_write(object)) {
		fw_buf_printf(buf, "\t# ct timeout %s of protocol %u\n", object->name,
			      object->l4proto);
		return;
	}
	if (object->type == FW_NFT_CT_HELPER) {
		fw_buf_printf(buf, "\tct helper %s {\n\t\ttype \"%s\" protocol %s;\n", object->name,
			      object->helper, proto_name(object->l4proto));
		fw_buf_puts(buf, "\t\tl3proto inet\n\t}\n");
		return;
	}
	fw_buf_printf(buf, "\tct timeout %s {\n\t\tprotocol %s;\n", object->name,
		      proto_name(object->l4proto));
	print_timers(buf, object);
	fw_buf_puts(buf, "\t}\n");
}

/* --- rules ------------------------------------------------------------------------------- */

static void print_states(struct fw_buf *buf, uint32_t states)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = { { FW_CT_STATE_ESTABLISHED, "established" },
		      { FW_CT_STATE_RELATED, "related" },
		      { FW_CT_STATE_NEW, "new" },
		      { FW_CT_STATE_INVALID, "invalid" },
		      { FW_CT_STATE_UNTRACKED, "untracked" } };
	const char *separator = " ";
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(states & names[i].bit))
			continue;
		fw_buf_printf(buf, "%s%s", separator, names[i].name);
		separator = ",";
	}
}

static void print_match(struct fw_buf *buf, const struct fw_nft_stmt *stmt)
{
	unsigned int key = stmt->match.key;

	fw_buf_puts(buf, fw_nft_keys[key].syntax);
	switch (stmt->match.op) {
	case FW_NFT_ANY_BIT:
		if (key == FW_NFT_CT_STATE)
			print_states(buf, number_of(stmt->match.value, 4));
		else
			fw_buf_printf(buf, " & 0x%x != 0", number_of(stmt->match.value, 4));
		return;
	case FW_NFT_NEQ:
	case FW_NFT_NOT_RANGE: fw_buf_puts(buf, " !="); break;
	default: break;
	}
	fw_buf_putc(buf, ' ');
	print_value(buf, key, stmt->match.value, stmt->match.bits);
	if (stmt->match.op == FW_NFT_RANGE || stmt->match.op == FW_NFT_NOT_RANGE) {
		fw_buf_putc(buf, '-');
		print_value(buf, key, stmt->match.end, stmt->match.bits);
	}
}

static void print_limit(struct fw_buf *buf, const struct fw_nft_limit *limit)
{
	const char *unit = limit->unit == 1      ? "second"
			   : limit->unit == 60   ? "minute"
			   : limit->unit == 3600 ? "hour"
						 : "day";

	fw_buf_printf(buf, "limit rate %s%u/%s burst %u packets", limit->over ? "over " : "",
		      limit->rate, unit, limit->burst);
}

static void print_lookup(struct fw_buf *buf, const struct fw_ruleset *ruleset,
			 const struct fw_nft_stmt *stmt)
{
	print_keys(buf, &stmt->lookup.keys);
	if (stmt->type == FW_STMT_VMAP)
		fw_buf_puts(buf, " vmap");
	else if (stmt->lookup.negate)
		fw_buf_puts(buf, " !=");
	fw_buf_printf(buf, " @%s", ruleset->sets[stmt->lookup.set].name);
}

static void print_update(struct fw_buf *buf, const struct fw_ruleset *ruleset,
			 const struct fw_nft_stmt *stmt)
{
	fw_buf_printf(buf, "update @%s { ", ruleset->sets[stmt->update.set].name);
	print_keys(buf, &stmt->update.keys);
	fw_buf_putc(buf, ' ');
	print_limit(buf, &stmt->update.limit);
	fw_buf_puts(buf, " }");
}

static void print_stmt(struct fw_buf *buf, const struct fw_ruleset *ruleset,
		       const struct fw_nft_stmt *stmt)
{
	switch (stmt->type) {
	case FW_STMT_MATCH: print_match(buf, stmt); break;
	case FW_STMT_LOOKUP:
	case FW_STMT_VMAP: print_lookup(buf, ruleset, stmt); break;
	case FW_STMT_UPDATE: print_update(buf, ruleset, stmt); break;
	case FW_STMT_LIMIT: print_limit(buf, &stmt->limit); break;
	case FW_STMT_COUNTER: fw_buf_puts(buf, "counter"); break;
	case FW_STMT_LOG: fw_buf_printf(buf, "log prefix \"%s\"", stmt->log.prefix); break;
	case FW_STMT_NFLOG:
		fw_buf_printf(buf, "log prefix \"%s\" group %u", stmt->log.prefix, stmt->log.group);
		break;
	case FW_STMT_REJECT:
		fw_buf_puts(buf, stmt->reject == FW_REJECT_TCP_RESET
					 ? "reject with tcp reset"
					 : "reject with icmpx type admin-prohibited");
		break;
	case FW_STMT_CT_MARK:
		fw_buf_printf(buf, "ct mark set ct mark & 0x%08x | 0x%08x", ~stmt->ct_mark.mask,
			      stmt->ct_mark.value);
		break;
	case FW_STMT_CT_TIMEOUT:
		fw_buf_printf(buf, "ct timeout set \"%s\"", ruleset->objects[stmt->object].name);
		break;
	case FW_STMT_CT_HELPER:
		fw_buf_printf(buf, "ct helper set \"%s\"", ruleset->objects[stmt->object].name);
		break;
	case FW_STMT_VERDICT: print_verdict(buf, ruleset, stmt->verdict); break;
	}
}

static bool is_writable(const struct fw_ruleset *ruleset, const struct fw_nft_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->count; i++)
		if (rule->stmts[i].type == FW_STMT_CT_TIMEOUT &&
		    !nft_can_write(&ruleset->objects[rule->stmts[i].object]))
			return false;
	return true;
}

static void print_rule(struct fw_buf *buf, const struct fw_ruleset *ruleset,
		       const struct fw_nft_rule *rule)
{
	size_t i;

	fw_buf_puts(buf, is_writable(ruleset, rule) ? "\t\t" : "\t\t# ");
	for (i = 0; i < rule->count; i++) {
		if (i)
			fw_buf_putc(buf, ' ');
		print_stmt(buf, ruleset, &rule->stmts[i]);
	}
	if (*rule->comment)
		fw_buf_printf(buf, " comment \"%s\"", rule->comment);
	fw_buf_putc(buf, '\n');
}

static void print_chain(struct fw_buf *buf, const struct fw_ruleset *ruleset,
			const struct fw_nft_chain *chain)
{
	static const char *const hooks[] = { "",       "input",      "forward",
					     "output", "prerouting", "postrouting" };
	size_t i;

	fw_buf_printf(buf, "\tchain %s {\n", chain->name);
	if (chain->hook != FW_HOOK_NONE)
		fw_buf_printf(buf, "\t\ttype filter hook %s priority %d; policy %s;\n",
			      hooks[chain->hook], chain->priority,
			      chain->policy == FW_VERDICT_DROP ? "drop" : "accept");
	for (i = 0; i < chain->count; i++)
		print_rule(buf, ruleset, &chain->rules[i]);
	fw_buf_puts(buf, "\t}\n");
}

/* Every chain is declared before the maps, which name chains in their elements. */
static void declare_chains(struct fw_buf *buf, const struct fw_ruleset *ruleset)
{
	size_t i;

	fw_buf_printf(buf, "table inet %s {\n\tcomment \"%s\"\n", FW_NFT_TABLE, ruleset->digest);
	for (i = 0; i < ruleset->chain_count; i++)
		if (ruleset->chains[i].hook == FW_HOOK_NONE)
			fw_buf_printf(buf, "\tchain %s { }\n", ruleset->chains[i].name);
	fw_buf_puts(buf, "}\n");
}

void fw_ruleset_print_nft(struct fw_buf *buf, const struct fw_ruleset *ruleset)
{
	size_t i;

	declare_chains(buf, ruleset);
	fw_buf_printf(buf, "table inet %s {\n", FW_NFT_TABLE);
	for (i = 0; i < ruleset->object_count; i++)
		print_object(buf, &ruleset->objects[i]);
	for (i = 0; i < ruleset->set_count; i++)
		print_set(buf, ruleset, &ruleset->sets[i]);
	for (i = 0; i < ruleset->chain_count; i++)
		print_chain(buf, ruleset, &ruleset->chains[i]);
	fw_buf_puts(buf, "}\n");
}
