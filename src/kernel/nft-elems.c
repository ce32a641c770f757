/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Set elements to netlink. There may be hundreds of thousands, so they are written with libmnl
 * straight into the batch.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "fwctl/kernel/nft-build.h"

/* NFTNL_UDATA_SET_ELEM_COMMENT and its length byte, text and NUL. */
#define COMMENT_TYPE 0

/* One element is below 600 bytes: two keys of 64, a comment of 130, a chain's name of 128. */
#define ELEM_MAX 1024
#define KEY_MAX  64
/* The list is one attribute, whose length has 16 bits. */
#define LIST_MAX (60 * 1024)

static void put_key(struct nlmsghdr *message, uint16_t type, const uint8_t *key, size_t size)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);

	mnl_attr_put(message, NFTA_DATA_VALUE, size, key);
	mnl_attr_nest_end(message, nest);
}

static int32_t verdict_code(enum fw_verdict_code code)
{
	switch (code) {
	case FW_VERDICT_ACCEPT: return NF_ACCEPT;
	case FW_VERDICT_RETURN: return NFT_RETURN;
	case FW_VERDICT_JUMP: return NFT_JUMP;
	case FW_VERDICT_GOTO: return NFT_GOTO;
	default: return NF_DROP;
	}
}

static void put_verdict(struct nlmsghdr *message, const struct fw_ruleset *ruleset,
			const struct fw_verdict *verdict)
{
	struct nlattr *data = mnl_attr_nest_start(message, NFTA_SET_ELEM_DATA);
	struct nlattr *nest = mnl_attr_nest_start(message, NFTA_DATA_VERDICT);

	mnl_attr_put_u32(message, NFTA_VERDICT_CODE, htonl((uint32_t)verdict_code(verdict->code)));
	if (verdict->code == FW_VERDICT_JUMP || verdict->code == FW_VERDICT_GOTO)
		mnl_attr_put_strz(message, NFTA_VERDICT_CHAIN,
				  ruleset->chains[verdict->chain].name);
	mnl_attr_nest_end(message, nest);
	mnl_attr_nest_end(message, data);
}

static void put_comment(struct nlmsghdr *message, const char *comment)
{
	uint8_t udata[2 + FW_NFT_COMMENT_MAX + 1];
	size_t length = strlen(comment) + 1;

	udata[0] = COMMENT_TYPE;
	udata[1] = (uint8_t)length;
	memcpy(udata + 2, comment, length);
	mnl_attr_put(message, NFTA_SET_ELEM_USERDATA, 2 + length, udata);
}

/* Zeros; the comparison with the kernel's table puts the counts of the old element there. */
static void put_counter(struct nlmsghdr *message)
{
	struct nlattr *expr = mnl_attr_nest_start(message, NFTA_SET_ELEM_EXPR), *data;

	mnl_attr_put_strz(message, NFTA_EXPR_NAME, "counter");
	data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	mnl_attr_put_u64(message, NFTA_COUNTER_BYTES, 0);
	mnl_attr_put_u64(message, NFTA_COUNTER_PACKETS, 0);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, expr);
}

static void put_elem(struct nlmsghdr *message, const struct fw_ruleset *ruleset,
		     const struct fw_nft_set *set, const struct fw_nft_elem *elem, size_t size)
{
	struct nlattr *nest = mnl_attr_nest_start(message, NFTA_LIST_ELEM);

	put_key(message, NFTA_SET_ELEM_KEY, elem->key, size);
	if (set->interval && set->keys.count > 1)
		put_key(message, NFTA_SET_ELEM_KEY_END, elem->end ? elem->end : elem->key, size);
	if (set->verdict_map)
		put_verdict(message, ruleset, &elem->verdict);
	if (elem->timeout)
		mnl_attr_put_u64(message, NFTA_SET_ELEM_TIMEOUT, htobe64(elem->timeout));
	if (elem->comment && *elem->comment)
		put_comment(message, elem->comment);
	if (set->counters)
		put_counter(message);
	mnl_attr_nest_end(message, nest);
}

/* Adds one to a number in network order; false when it was the highest. */
static bool successor(uint8_t *key, size_t size)
{
	while (size-- > 0)
		if (++key[size])
			return true;
	return false;
}

/*
 * An interval of one key is two elements of the kernel's tree: its first key, and the first key
 * behind it with the flag of an end. The highest key has no key behind it, and needs none.
 */
static void put_interval_end(struct nlmsghdr *message, const struct fw_nft_set *set,
			     const struct fw_nft_elem *elem, size_t size)
{
	size_t width = fw_nft_keys[set->keys.part[0].key].width;
	uint8_t key[KEY_MAX] = { 0 };
	struct nlattr *nest;

	memcpy(key, elem->end ? elem->end : elem->key, size);
	if (!successor(key, width))
		return;
	nest = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	put_key(message, NFTA_SET_ELEM_KEY, key, size);
	mnl_attr_put_u32(message, NFTA_SET_ELEM_FLAGS, htonl(NFT_SET_ELEM_INTERVAL_END));
	mnl_attr_nest_end(message, nest);
}

/* One message of as many elements as fit; returns the first that did not. */
static size_t add_list(struct fw_nft_batch *batch, uint32_t index, size_t from)
{
	const struct fw_nft_set *set = &batch->ruleset->sets[index];
	struct nlmsghdr *message = fw_nft_batch_begin(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
						      LIST_MAX + 2 * ELEM_MAX);
	size_t size = fw_nft_concat_size(&set->keys), i;
	struct nlattr *list;

	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, FW_NFT_TABLE);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, set->name);
	list = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (i = from; i < set->count && message->nlmsg_len < LIST_MAX; i++) {
		put_elem(message, batch->ruleset, set, &set->elems[i], size);
		if (set->interval && set->keys.count == 1)
			put_interval_end(message, set, &set->elems[i], size);
	}
	mnl_attr_nest_end(message, list);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_ELEMS, index, (uint32_t)from);
	return i;
}

void fw_nft_elems_build(struct fw_nft_batch *batch, uint32_t index)
{
	size_t i = 0;

	while (i < batch->ruleset->sets[index].count)
		i = add_list(batch, index, i);
}
