/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ruleset to messages: the table and what is in it, but for elements and expressions. */
#include "fwctl/kernel/nft-build.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "fwctl/kernel/nft-attrs.h"

/* --- the table ----------------------------------------------------------------------------- */

/* Whether the table is there or not, after these two it is not. */
static void add_clearing(struct fw_nft_batch *batch)
{
	static const struct {
		uint16_t type, flags;
	} steps[] = { { NFT_MSG_NEWTABLE, NLM_F_CREATE }, { NFT_MSG_DELTABLE, 0 } };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct nlmsghdr *message = fw_nft_batch_begin(batch, steps[i].type, steps[i].flags,
							      FW_NFT_SMALL_MESSAGE);

		mnl_attr_put_strz(message, NFTA_TABLE_NAME, FW_NFT_TABLE);
		fw_nft_batch_commit(batch, message, FW_NFT_PART_FRAME, 0, 0);
	}
}

static void add_table(struct fw_nft_batch *batch)
{
	struct nlmsghdr *message =
		fw_nft_batch_begin(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, FW_NFT_SMALL_MESSAGE);
	struct nftnl_table *table = nftnl_table_alloc();

	nftnl_table_set_str(table, NFTNL_TABLE_NAME, FW_NFT_TABLE);
	/* Said although it is the default: the comparison sees a table that was put to sleep. */
	nftnl_table_set_u32(table, NFTNL_TABLE_FLAGS, 0);
	nftnl_table_nlmsg_build_payload(message, table);
	nftnl_table_free(table);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_TABLE, 0, 0);
}

static void own_entry(struct fw_nft_batch *batch, size_t entry)
{
	struct nlmsghdr *message = fw_nft_entry_message(batch, &batch->entries[entry]);
	struct nlattr *flags = fw_attrs_find(fw_attrs_of_message(message), NFTA_TABLE_FLAGS);
	uint32_t value = htonl(FW_NFT_TABLE_OWNED | FW_NFT_TABLE_PERSISTS);

	memcpy(mnl_attr_get_payload(flags), &value, sizeof(value));
	batch->owned = true;
}

void fw_nft_batch_own(struct fw_nft_batch *batch)
{
	own_entry(batch, FW_NFT_ENTRY_TABLE);
}

void fw_nft_batch_build_owning(struct fw_nft_batch *batch)
{
	fw_nft_batch_open(batch, NULL);
	add_table(batch);
	own_entry(batch, batch->count - 1);
	fw_nft_batch_close(batch);
}

/* --- objects ------------------------------------------------------------------------------- */

/* Only the named timers: libnftnl would send the others as well, as zeros. */
static void put_timeouts(struct nlmsghdr *message, const struct fw_nft_object *object)
{
	struct nlattr *nest;
	size_t i;

	mnl_attr_put_u16(message, NFTA_CT_TIMEOUT_L3PROTO, htons(NFPROTO_INET));
	mnl_attr_put_u8(message, NFTA_CT_TIMEOUT_L4PROTO, object->l4proto);
	nest = mnl_attr_nest_start(message, NFTA_CT_TIMEOUT_DATA);
	for (i = 0; i < object->timer_count; i++)
		mnl_attr_put_u32(message, object->timers[i].attr, htonl(object->timers[i].seconds));
	mnl_attr_nest_end(message, nest);
}

static void put_helper(struct nlmsghdr *message, const struct fw_nft_object *object)
{
	mnl_attr_put_strz(message, NFTA_CT_HELPER_NAME, object->helper);
	mnl_attr_put_u16(message, NFTA_CT_HELPER_L3PROTO, htons(NFPROTO_INET));
	mnl_attr_put_u8(message, NFTA_CT_HELPER_L4PROTO, object->l4proto);
}

static void add_object(struct fw_nft_batch *batch, uint32_t index)
{
	const struct fw_nft_object *object = &batch->ruleset->objects[index];
	struct nlmsghdr *message =
		fw_nft_batch_begin(batch, NFT_MSG_NEWOBJ, NLM_F_CREATE, FW_NFT_SMALL_MESSAGE);
	bool timeout = object->type == FW_NFT_CT_TIMEOUT;
	struct nlattr *nest;

	mnl_attr_put_strz(message, NFTA_OBJ_TABLE, FW_NFT_TABLE);
	mnl_attr_put_strz(message, NFTA_OBJ_NAME, object->name);
	mnl_attr_put_u32(message, NFTA_OBJ_TYPE,
			 htonl(timeout ? NFT_OBJECT_CT_TIMEOUT : NFT_OBJECT_CT_HELPER));
	nest = mnl_attr_nest_start(message, NFTA_OBJ_DATA);
	if (timeout)
		put_timeouts(message, object);
	else
		put_helper(message, object);
	mnl_attr_nest_end(message, nest);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_OBJECT, index, 0);
}

/* --- chains -------------------------------------------------------------------------------- */

static uint32_t hook_number(enum fw_hook hook)
{
	switch (hook) {
	case FW_HOOK_INPUT: return NF_INET_LOCAL_IN;
	case FW_HOOK_FORWARD: return NF_INET_FORWARD;
	case FW_HOOK_OUTPUT: return NF_INET_LOCAL_OUT;
	case FW_HOOK_POSTROUTING: return NF_INET_POST_ROUTING;
	default: return NF_INET_PRE_ROUTING;
	}
}

static void add_chain(struct fw_nft_batch *batch, uint32_t index)
{
	const struct fw_nft_chain *from = &batch->ruleset->chains[index];
	struct nlmsghdr *message =
		fw_nft_batch_begin(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, FW_NFT_SMALL_MESSAGE);
	struct nftnl_chain *chain = nftnl_chain_alloc();

	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, FW_NFT_TABLE);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, from->name);
	if (from->hook != FW_HOOK_NONE) {
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, hook_number(from->hook));
		nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, from->priority);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY,
				    from->policy == FW_VERDICT_ACCEPT ? NF_ACCEPT : NF_DROP);
	}
	nftnl_chain_nlmsg_build_payload(message, chain);
	nftnl_chain_free(chain);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_CHAIN, index, 0);
}

/* The digest is this chain's comment, where nft(8) shows it; nothing jumps there. */
static void add_digest(struct fw_nft_batch *batch)
{
	struct nlmsghdr *message =
		fw_nft_batch_begin(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, FW_NFT_SMALL_MESSAGE);
	struct nftnl_udata_buf *udata = nftnl_udata_buf_alloc(256);

	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, FW_NFT_TABLE);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, FW_NFT_DIGEST_CHAIN);
	if (udata) {
		nftnl_udata_put_strz(udata, NFTNL_UDATA_CHAIN_COMMENT, batch->ruleset->digest);
		mnl_attr_put(message, NFTA_CHAIN_USERDATA, nftnl_udata_buf_len(udata),
			     nftnl_udata_buf_data(udata));
		nftnl_udata_buf_free(udata);
	}
	fw_nft_batch_commit(batch, message, FW_NFT_PART_FRAME, 0, 0);
}

/* --- sets ---------------------------------------------------------------------------------- */

/* libnftables' number of a concatenated type: six bits a part, the first part highest. */
static uint32_t key_type(const struct fw_nft_concat *keys)
{
	uint32_t type = 0;
	unsigned int i;

	for (i = 0; i < keys->count; i++)
		type = type << 6 | fw_nft_keys[keys->part[i].key].type_id;
	return type;
}

static uint32_t set_flags(const struct fw_nft_set *set)
{
	uint32_t flags = 0;

	flags |= set->verdict_map ? NFT_SET_MAP : 0;
	flags |= set->interval ? NFT_SET_INTERVAL : 0;
	flags |= set->interval && set->keys.count > 1 ? NFT_SET_CONCAT : 0;
	flags |= set->dynamic ? NFT_SET_EVAL : 0;
	flags |= set->timeouts ? NFT_SET_TIMEOUT : 0;
	return flags;
}

/*
 * What nft(8) keeps beside a set to print its elements: the byte order of its key, a number of
 * libnftables' enum byteorder. A concatenation has none of its own.
 */
static void set_udata(struct nftnl_set *set, const struct fw_nft_set *from)
{
	enum { HOST_ENDIAN = 1, BIG_ENDIAN_ = 2 };
	struct nftnl_udata_buf *udata = nftnl_udata_buf_alloc(256);
	uint32_t order = 0;

	if (!udata)
		return;
	if (from->keys.count == 1)
		order = fw_nft_keys[from->keys.part[0].key].network_order ? BIG_ENDIAN_
									  : HOST_ENDIAN;
	nftnl_udata_put_u32(udata, NFTNL_UDATA_SET_KEYBYTEORDER, order);
	nftnl_set_set_data(set, NFTNL_SET_USERDATA, nftnl_udata_buf_data(udata),
			   nftnl_udata_buf_len(udata));
	nftnl_udata_buf_free(udata);
}

/* A size that is known lets the kernel choose a hash table that never has to grow. */
static uint32_t set_size(const struct fw_nft_set *set)
{
	if (set->dynamic)
		return set->size;
	return set->interval || set->timeouts ? 0 : (uint32_t)set->count;
}

static void set_field_lengths(struct nftnl_set *set, const struct fw_nft_set *from)
{
	uint8_t lengths[FW_NFT_PARTS_MAX];
	unsigned int i;

	if (!from->interval || from->keys.count < 2)
		return;
	for (i = 0; i < from->keys.count; i++)
		lengths[i] = fw_nft_keys[from->keys.part[i].key].width;
	nftnl_set_set_data(set, NFTNL_SET_DESC_CONCAT, lengths, from->keys.count);
}

static void add_set(struct fw_nft_batch *batch, uint32_t index)
{
	const struct fw_nft_set *from = &batch->ruleset->sets[index];
	struct nlmsghdr *message =
		fw_nft_batch_begin(batch, NFT_MSG_NEWSET, NLM_F_CREATE, FW_NFT_SMALL_MESSAGE);
	struct nftnl_set *set = nftnl_set_alloc();

	nftnl_set_set_str(set, NFTNL_SET_TABLE, FW_NFT_TABLE);
	nftnl_set_set_str(set, NFTNL_SET_NAME, from->name);
	nftnl_set_set_u32(set, NFTNL_SET_ID, index + 1);
	nftnl_set_set_u32(set, NFTNL_SET_FLAGS, set_flags(from));
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, key_type(&from->keys));
	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, (uint32_t)fw_nft_concat_size(&from->keys));
	if (from->verdict_map)
		nftnl_set_set_u32(set, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
	if (from->timeout)
		nftnl_set_set_u64(set, NFTNL_SET_TIMEOUT, from->timeout);
	if (set_size(from))
		nftnl_set_set_u32(set, NFTNL_SET_DESC_SIZE, set_size(from));
	set_field_lengths(set, from);
	if (from->counters)
		nftnl_set_add_expr(set, nftnl_expr_alloc("counter"));
	set_udata(set, from);
	nftnl_set_nlmsg_build_payload(message, set);
	nftnl_set_free(set);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_SET, index, 0);
}

/* --- rules --------------------------------------------------------------------------------- */

static void set_rule_comment(struct nftnl_rule *rule, const char *comment)
{
	struct nftnl_udata_buf *udata;

	if (!*comment)
		return;
	udata = nftnl_udata_buf_alloc(256);
	if (!udata)
		return;
	nftnl_udata_put_strz(udata, NFTNL_UDATA_RULE_COMMENT, comment);
	nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(udata),
			    nftnl_udata_buf_len(udata));
	nftnl_udata_buf_free(udata);
}

static void add_rule(struct fw_nft_batch *batch, uint32_t chain, uint32_t item)
{
	const struct fw_nft_chain *from = &batch->ruleset->chains[chain];
	struct nlmsghdr *message = fw_nft_batch_begin(
		batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, FW_NFT_SMALL_MESSAGE);
	struct nftnl_rule *rule = nftnl_rule_alloc();

	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, FW_NFT_TABLE);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, from->name);
	fw_nft_exprs_build(rule, batch->ruleset, &from->rules[item]);
	set_rule_comment(rule, from->rules[item].comment);
	nftnl_rule_nlmsg_build_payload(message, rule);
	nftnl_rule_free(rule);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_RULE, chain, item);
}

/* --- the whole ----------------------------------------------------------------------------- */

/* What is referred to comes first: elements name chains, rules name chains, sets and objects. */
static void add_ruleset(struct fw_nft_batch *batch)
{
	const struct fw_ruleset *ruleset = batch->ruleset;
	uint32_t i, item;

	add_table(batch);
	for (i = 0; i < ruleset->object_count; i++)
		add_object(batch, i);
	/* Base chains first: so the table reads the same whether they were kept or not. */
	for (i = 0; i < ruleset->chain_count; i++)
		if (ruleset->chains[i].hook != FW_HOOK_NONE)
			add_chain(batch, i);
	add_digest(batch);
	for (i = 0; i < ruleset->chain_count; i++)
		if (ruleset->chains[i].hook == FW_HOOK_NONE)
			add_chain(batch, i);
	for (i = 0; i < ruleset->set_count; i++)
		add_set(batch, i);
	for (i = 0; i < ruleset->set_count; i++)
		fw_nft_elems_build(batch, i);
	for (i = 0; i < ruleset->chain_count; i++)
		for (item = 0; item < ruleset->chains[i].count; item++)
			add_rule(batch, i, item);
}

void fw_nft_batch_build(struct fw_nft_batch *batch, const struct fw_ruleset *ruleset)
{
	fw_nft_batch_open(batch, ruleset);
	add_clearing(batch);
	add_ruleset(batch);
	fw_nft_batch_close(batch);
}

void fw_nft_batch_build_removal(struct fw_nft_batch *batch)
{
	fw_nft_batch_open(batch, NULL);
	add_clearing(batch);
	fw_nft_batch_close(batch);
}
