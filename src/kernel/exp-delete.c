/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/exp-delete.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "fwctl/kernel/ct-encode.h"

int fw_exp_delete(struct fw_socket *socket, const struct fw_expect *expect, struct fw_err *err)
{
	char buffer[FW_CT_IDENTITY_SIZE] __attribute__((aligned(8))) = { 0 };
	struct fw_err failure = FW_ERR_INIT;
	struct nlmsghdr *message;
	int result = 1;

	message = fw_message_begin(socket, buffer,
				   NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_DELETE, 0,
				   expect->family);
	fw_ct_put_tuple(message, CTA_EXPECT_TUPLE, &expect->expected, expect->proto,
			expect->family);
	if (expect->present >> FW_EXPECT_ZONE & 1)
		mnl_attr_put_u16(message, CTA_EXPECT_ZONE, htons(expect->zone));
	if (expect->present >> FW_EXPECT_ID & 1)
		mnl_attr_put_u32(message, CTA_EXPECT_ID, htonl(expect->id));
	if (fw_socket_request(socket, message, "deleting an expectation", NULL, NULL, NULL,
			      &failure) < 0) {
		result = failure.sys == ENOENT ? 0 : -1;
		if (result < 0) {
			*err = failure;
			return -1;
		}
	}
	fw_err_free(&failure);
	return result;
}
