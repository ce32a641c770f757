/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-batch.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fwctl/base/mem.h"

/* --- messages ------------------------------------------------------------------------------ */

static struct nlmsghdr *begin(struct fw_nft_batch *batch, uint16_t type, uint16_t flags,
			      uint8_t family, size_t size)
{
	char *at = fw_buf_reserve(&batch->bytes, size);
	struct nlmsghdr *message;
	struct nfgenmsg *generic;

	memset(at, 0, size);
	message = mnl_nlmsg_put_header(at);
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	generic = mnl_nlmsg_put_extra_header(message, sizeof(*generic));
	generic->nfgen_family = family;
	generic->version = NFNETLINK_V0;
	return message;
}

struct nlmsghdr *fw_nft_batch_begin(struct fw_nft_batch *batch, uint16_t type, uint16_t flags,
				    size_t size)
{
	return begin(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, NFPROTO_INET,
		     size);
}

void fw_nft_batch_commit(struct fw_nft_batch *batch, struct nlmsghdr *message,
			 enum fw_nft_part part, uint32_t index, uint32_t item)
{
	fw_array_grow(&batch->entries, &batch->capacity, batch->count, sizeof(*batch->entries));
	batch->entries[batch->count++] =
		(struct fw_nft_entry){ batch->bytes.length, (uint8_t)part, index, item };
	batch->bytes.length += MNL_ALIGN(message->nlmsg_len);
}

/* The begin carries the generation that the whole batch is bound to (since Linux 4.15). */
void fw_nft_batch_open(struct fw_nft_batch *batch, const struct fw_ruleset *ruleset)
{
	struct nlmsghdr *message;
	struct nfgenmsg *generic;

	memset(batch, 0, sizeof(*batch));
	batch->ruleset = ruleset;
	message = begin(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, FW_NFT_SMALL_MESSAGE);
	generic = mnl_nlmsg_get_payload(message);
	generic->res_id = htons(NFNL_SUBSYS_NFTABLES);
	mnl_attr_put_u32(message, NFNL_BATCH_GENID, 0);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_FRAME, 0, 0);
}

void fw_nft_batch_close(struct fw_nft_batch *batch)
{
	struct nlmsghdr *message;
	struct nfgenmsg *generic;

	/* One acknowledgement is enough: it comes only when all before it went well, too. */
	fw_nft_entry_message(batch, &batch->entries[batch->count - 1])->nlmsg_flags |= NLM_F_ACK;
	message = begin(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, FW_NFT_SMALL_MESSAGE);
	generic = mnl_nlmsg_get_payload(message);
	generic->res_id = htons(NFNL_SUBSYS_NFTABLES);
	fw_nft_batch_commit(batch, message, FW_NFT_PART_FRAME, 0, 0);
}

void fw_nft_batch_stamp(struct fw_nft_batch *batch, uint32_t generation, uint32_t seq)
{
	struct nlmsghdr *first = fw_nft_entry_message(batch, batch->entries);
	struct nlattr *attr = mnl_nlmsg_get_payload_offset(first, sizeof(struct nfgenmsg));
	uint32_t value = htonl(generation);
	size_t i;

	memcpy(mnl_attr_get_payload(attr), &value, sizeof(value));
	for (i = 0; i < batch->count; i++)
		fw_nft_entry_message(batch, &batch->entries[i])->nlmsg_seq = seq + (uint32_t)i;
}

void fw_nft_batch_free(struct fw_nft_batch *batch)
{
	fw_buf_free(&batch->bytes);
	free(batch->entries);
	memset(batch, 0, sizeof(*batch));
}

/* --- names of messages --------------------------------------------------------------------- */

static char *name_with_line(const char *what, unsigned int line, const char *comment)
{
	if (line)
		return fw_format("%s (line %u: %s)", what, line, comment);
	return *comment ? fw_format("%s (%s)", what, comment) : fw_strdup(what);
}

static char *rule_name(const struct fw_nft_chain *chain, uint32_t item)
{
	char *what = fw_format("rule %u of chain %s", item + 1, chain->name);
	char *name = name_with_line(what, chain->rules[item].line, chain->rules[item].comment);

	free(what);
	return name;
}

char *fw_nft_entry_name(const struct fw_nft_batch *batch, const struct fw_nft_entry *entry)
{
	const struct fw_ruleset *ruleset = batch->ruleset;

	switch (entry->part) {
	case FW_NFT_PART_OBJECT: return fw_format("object %s", ruleset->objects[entry->index].name);
	case FW_NFT_PART_CHAIN: return fw_format("chain %s", ruleset->chains[entry->index].name);
	case FW_NFT_PART_SET: return fw_format("set %s", ruleset->sets[entry->index].name);
	case FW_NFT_PART_ELEMS:
		return fw_format("elements of set %s", ruleset->sets[entry->index].name);
	case FW_NFT_PART_RULE: return rule_name(&ruleset->chains[entry->index], entry->item);
	default: return fw_strdup("table inet " FW_NFT_TABLE);
	}
}
