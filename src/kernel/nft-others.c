/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-others.h"

#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/nft-attrs.h"
#include "fwctl/kernel/nft-dump.h"
#include "fwctl/model/ruleset.h"

const char *fw_nft_family_name(uint8_t family)
{
	switch (family) {
	case NFPROTO_IPV4: return "ip";
	case NFPROTO_IPV6: return "ip6";
	case NFPROTO_INET: return "inet";
	default: return NULL;
	}
}

/* NULL for hooks that not every packet of a host passes on its way (ingress). */
static const char *hook_name(uint64_t hook)
{
	static const char *const names[] = {
		[NF_INET_PRE_ROUTING] = "prerouting",   [NF_INET_LOCAL_IN] = "input",
		[NF_INET_FORWARD] = "forward",          [NF_INET_LOCAL_OUT] = "output",
		[NF_INET_POST_ROUTING] = "postrouting",
	};

	return hook < sizeof(names) / sizeof(names[0]) ? names[hook] : NULL;
}

/* A base chain of a family and at a hook that count; false for any other. */
static bool read_chain(const struct nlmsghdr *message, struct fw_attr_list attrs,
		       struct fw_other_chain *chain)
{
	const struct nfgenmsg *generic = mnl_nlmsg_get_payload(message);
	const struct nlattr *hook = fw_attrs_find(attrs, NFTA_CHAIN_HOOK);
	struct fw_attr_list place;

	if (!hook)
		return false;
	place = fw_attrs_nested(hook);
	chain->family = fw_nft_family_name(generic->nfgen_family);
	chain->hook = hook_name(fw_attrs_u64(place, NFTA_HOOK_HOOKNUM));
	chain->priority = (int32_t)fw_attrs_u64(place, NFTA_HOOK_PRIORITY);
	chain->drops = fw_attrs_find(attrs, NFTA_CHAIN_POLICY) &&
		       fw_attrs_u64(attrs, NFTA_CHAIN_POLICY) == NF_DROP;
	return chain->family && chain->hook;
}

static int take_chain(const struct nlmsghdr *message, void *data)
{
	struct fw_other_chains *chains = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);
	const char *table = fw_attrs_text(attrs, NFTA_CHAIN_TABLE);
	struct fw_other_chain chain;

	if (!read_chain(message, attrs, &chain) ||
	    (!strcmp(chain.family, "inet") && !strcmp(table, FW_NFT_TABLE)) ||
	    (!strcmp(fw_attrs_text(attrs, NFTA_CHAIN_TYPE), "nat") && !chain.drops))
		return 0;
	chain.table = fw_strdup(table);
	chain.name = fw_strdup(fw_attrs_text(attrs, NFTA_CHAIN_NAME));
	fw_array_grow(&chains->items, &chains->capacity, chains->count, sizeof(*chains->items));
	chains->items[chains->count++] = chain;
	return 0;
}

static void clear_chains(void *data)
{
	fw_other_chains_free(data);
}

int fw_other_chains_read(struct fw_socket *sock, struct fw_other_chains *chains, struct fw_err *err)
{
	return fw_nft_dump(sock, NFT_MSG_GETCHAIN, "reading the chains of other tables", take_chain,
			   clear_chains, chains, err);
}

void fw_other_chains_free(struct fw_other_chains *chains)
{
	size_t i;

	for (i = 0; i < chains->count; i++) {
		free(chains->items[i].table);
		free(chains->items[i].name);
	}
	free(chains->items);
	memset(chains, 0, sizeof(*chains));
}
