/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule is a small program over registers: what they hold is followed up to the translation. */
#include "fwctl/kernel/nft-translations.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/nft-attrs.h"
#include "fwctl/kernel/nft-dump.h"
#include "fwctl/kernel/nft-others.h"

/* The kernel's numbers of registers are below that. */
#define REGISTERS 32

struct content {
	enum { UNKNOWN, L4PROTO, DPORT, CONSTANT } kind;
	uint8_t data[16];
};

struct reading {
	struct fw_translation found;
	struct content registers[REGISTERS];
	bool translates;
};

static struct content *content(struct reading *r, const struct nftnl_expr *expr, uint16_t attr)
{
	uint32_t number = nftnl_expr_get_u32(expr, attr);

	/* Register 0 is that of verdicts. */
	return &r->registers[number < REGISTERS ? number : 0];
}

static void load(struct reading *r, const struct nftnl_expr *expr, uint16_t dreg, bool is, int kind)
{
	struct content *to = content(r, expr, dreg);

	memset(to, 0, sizeof(*to));
	to->kind = is ? kind : UNKNOWN;
}

static bool is_dport(const struct nftnl_expr *expr)
{
	return nftnl_expr_get_u32(expr, NFTNL_EXPR_PAYLOAD_BASE) == NFT_PAYLOAD_TRANSPORT_HEADER &&
	       nftnl_expr_get_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET) == 2 &&
	       nftnl_expr_get_u32(expr, NFTNL_EXPR_PAYLOAD_LEN) == 2;
}

static void load_constant(struct reading *r, const struct nftnl_expr *expr)
{
	uint32_t length = 0;
	const void *data = nftnl_expr_get(expr, NFTNL_EXPR_IMM_DATA, &length);

	load(r, expr, NFTNL_EXPR_IMM_DREG, data, CONSTANT);
	if (data && length <= sizeof(r->registers[0].data))
		memcpy(content(r, expr, NFTNL_EXPR_IMM_DREG)->data, data, length);
}

static void compare(struct reading *r, const struct nftnl_expr *expr)
{
	const struct content *with = content(r, expr, NFTNL_EXPR_CMP_SREG);
	uint32_t length = 0;
	const uint8_t *data = nftnl_expr_get(expr, NFTNL_EXPR_CMP_DATA, &length);

	if (!data || nftnl_expr_get_u32(expr, NFTNL_EXPR_CMP_OP) != NFT_CMP_EQ)
		return;
	if (with->kind == L4PROTO && length >= 1)
		r->found.proto = data[0];
	else if (with->kind == DPORT && length >= 2)
		r->found.port = (uint16_t)(data[0] << 8 | data[1]);
}

static void set_destination(struct reading *r, uint32_t family, const void *addr, const void *port)
{
	uint16_t number;

	r->translates = true;
	memcpy(&number, port, sizeof(number));
	r->found.to_port = ntohs(number);
	if (!addr)
		return;
	r->found.to_family = family == NFPROTO_IPV6 ? FW_FAMILY_IPV6 : FW_FAMILY_IPV4;
	memcpy(r->found.to.byte, addr, family == NFPROTO_IPV6 ? 16 : 4);
}

static void translate(struct reading *r, const struct nftnl_expr *expr)
{
	const struct content *addr = content(r, expr, NFTNL_EXPR_NAT_REG_ADDR_MIN);
	const struct content *port = content(r, expr, NFTNL_EXPR_NAT_REG_PROTO_MIN);
	static const uint8_t same[2];

	if (nftnl_expr_get_u32(expr, NFTNL_EXPR_NAT_TYPE) == NFT_NAT_DNAT)
		set_destination(r, nftnl_expr_get_u32(expr, NFTNL_EXPR_NAT_FAMILY),
				addr->kind == CONSTANT ? addr->data : NULL,
				port->kind == CONSTANT ? port->data : same);
}

/* That of iptables-nft; its first revision had another struct and is long gone. */
static void translate_xtables(struct reading *r, const struct nftnl_expr *expr, uint8_t family)
{
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_TG_NAME);
	struct nf_nat_range range;
	uint32_t length = 0;
	const void *info = nftnl_expr_get(expr, NFTNL_EXPR_TG_INFO, &length);

	if (!name || strcmp(name, "DNAT") != 0 || !info || length < sizeof(range) ||
	    !nftnl_expr_get_u32(expr, NFTNL_EXPR_TG_REV))
		return;
	memcpy(&range, info, sizeof(range));
	set_destination(r, family, range.flags & NF_NAT_RANGE_MAP_IPS ? &range.min_addr : NULL,
			&range.min_proto.all);
}

static int take_expr(struct nftnl_expr *expr, void *data)
{
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_NAME);
	struct reading *r = data;

	if (!strcmp(name, "meta") && nftnl_expr_is_set(expr, NFTNL_EXPR_META_DREG))
		load(r, expr, NFTNL_EXPR_META_DREG,
		     nftnl_expr_get_u32(expr, NFTNL_EXPR_META_KEY) == NFT_META_L4PROTO, L4PROTO);
	else if (!strcmp(name, "payload") && nftnl_expr_is_set(expr, NFTNL_EXPR_PAYLOAD_DREG))
		load(r, expr, NFTNL_EXPR_PAYLOAD_DREG, is_dport(expr), DPORT);
	else if (!strcmp(name, "lookup") && nftnl_expr_is_set(expr, NFTNL_EXPR_LOOKUP_DREG))
		load(r, expr, NFTNL_EXPR_LOOKUP_DREG, false, UNKNOWN);
	else if (!strcmp(name, "immediate"))
		load_constant(r, expr);
	else if (!strcmp(name, "cmp"))
		compare(r, expr);
	else if (!strcmp(name, "nat"))
		translate(r, expr);
	else if (!strcmp(name, "target"))
		translate_xtables(r, expr,
				  !strcmp(r->found.family, "ip6") ? NFPROTO_IPV6 : NFPROTO_IPV4);
	return 0;
}

static int take_rule(const struct nlmsghdr *message, void *data)
{
	const struct nfgenmsg *generic = mnl_nlmsg_get_payload(message);
	struct fw_attr_list attrs = fw_attrs_of_message(message);
	struct fw_translations *list = data;
	struct reading r = { 0 };
	struct nftnl_rule *rule;

	r.found.family = fw_nft_family_name(generic->nfgen_family);
	if (!r.found.family)
		return 0;
	rule = nftnl_rule_alloc();
	if (rule && nftnl_rule_nlmsg_parse(message, rule) == 0)
		nftnl_expr_foreach(rule, take_expr, &r);
	nftnl_rule_free(rule);
	if (!r.translates)
		return 0;
	r.found.table = fw_strdup(fw_attrs_text(attrs, NFTA_RULE_TABLE));
	r.found.chain = fw_strdup(fw_attrs_text(attrs, NFTA_RULE_CHAIN));
	fw_array_grow(&list->items, &list->capacity, list->count, sizeof(*list->items));
	list->items[list->count++] = r.found;
	return 0;
}

static void clear(void *data)
{
	fw_translations_free(data);
}

int fw_translations_read(struct fw_socket *sock, struct fw_translations *list, struct fw_err *err)
{
	return fw_nft_dump(sock, NFT_MSG_GETRULE, "reading the rules of other tables", take_rule,
			   clear, list, err);
}

void fw_translations_free(struct fw_translations *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		free(list->items[i].table);
		free(list->items[i].chain);
	}
	free(list->items);
	memset(list, 0, sizeof(*list));
}
