/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-dump.h"

#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define READINGS 10

int fw_nft_dump(struct fw_socket *sock, uint16_t type, const char *doing, fw_message_fn *take,
		void (*clear)(void *data), void *data, struct fw_err *err)
{
	char buffer[512] __attribute__((aligned(8)));
	struct nlmsghdr *message;
	int tries = READINGS, result;
	bool interrupted = false;

	do {
		clear(data);
		memset(buffer, 0, sizeof(buffer));
		message = fw_message_begin(sock, buffer, NFNL_SUBSYS_NFTABLES << 8 | type,
					   NLM_F_DUMP, NFPROTO_UNSPEC);
		result = fw_socket_request(sock, message, doing, take, data, &interrupted, err);
	} while (!result && interrupted && --tries);
	if (result < 0 || !interrupted)
		return result;
	fw_err_set(err, FW_ERR_INCOMPLETE, "%s: others changed them each time", doing);
	return fw_err_hint(err, "run it again");
}
