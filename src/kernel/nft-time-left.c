/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long elements with a timeout still live. */
#include <errno.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fwctl/kernel/nft-attrs.h"
#include "fwctl/kernel/nft.h"

static int take_elems(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr, *elem;
	uint64_t *longest = data;

	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attr) != NFTA_SET_ELEM_LIST_ELEMENTS)
			continue;
		mnl_attr_for_each_nested(elem, attr)
		{
			uint64_t left =
				fw_attrs_u64(fw_attrs_nested(elem), NFTA_SET_ELEM_EXPIRATION);

			*longest = left > *longest ? left : *longest;
		}
	}
	return 0;
}

int fw_nft_time_left(struct fw_socket *sock, const char *set, uint64_t *milliseconds,
		     struct fw_err *err)
{
	char buffer[512] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *message =
		fw_message_begin(sock, buffer, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSETELEM,
				 NLM_F_DUMP, NFPROTO_INET);
	struct fw_err own = FW_ERR_INIT;
	int result;

	*milliseconds = 0;
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, FW_NFT_TABLE);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, set);
	result = fw_socket_request(sock, message, "reading how long the trial lasts", take_elems,
				   milliseconds, NULL, &own);
	if (result < 0 && own.sys == ENOENT)
		result = 0;
	if (result < 0 && err)
		*err = own;
	else
		fw_err_free(&own);
	return result;
}
