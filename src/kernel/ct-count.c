/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-count.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "fwctl/kernel/attr.h"
#include "fwctl/kernel/ct-request.h"
#include "fwctl/kernel/socket.h"

#define ASKED "asking for the number of flows"

static int take_stats(const struct nlmsghdr *message, void *data)
{
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(struct nfgenmsg));
	const struct nlattr *attr;
	uint32_t entries;

	while ((attr = fw_attrs_next(&attrs)))
		if (fw_attr_type(attr) == CTA_STATS_GLOBAL_ENTRIES && fw_attr_be32(attr, &entries))
			*(uint64_t *)data = entries;
	return 0;
}

int fw_ct_count_by(struct fw_socket *socket, const char *what, uint64_t *count, struct fw_err *err)
{
	char buffer[FW_CT_REQUEST_SIZE] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *message = fw_message_begin(
		socket, buffer, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS, 0, 0);

	return fw_socket_request(socket, message, what, take_stats, count, NULL, err);
}

int fw_ct_count(uint64_t *count, struct fw_err *err)
{
	uint64_t answer = UINT64_MAX;
	struct fw_socket socket;
	int result;

	if (fw_socket_open(&socket, 0, err) < 0)
		return -1;
	result = fw_ct_count_by(&socket, ASKED, &answer, err);
	fw_socket_close(&socket);
	if (result < 0)
		return -1;
	if (answer == UINT64_MAX)
		return fw_err_set(err, FW_ERR_FAILED, ASKED ": the kernel's answer has none");
	*count = answer;
	return 0;
}
