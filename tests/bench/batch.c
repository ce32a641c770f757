/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-batch make POLICY > FILE: the transaction that installs the policy, as the bytes that go to
 * the kernel. bench-batch send FILE: sends them, and waits for the kernel's answer: what an apply
 * costs that neither reads a policy, compiles it, nor looks at what was there before.
 */
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fwctl/cli/policy-files.h"
#include "fwctl/kernel/nft.h"
#include "fwctl/policy/compile.h"
#include "fwctl/policy/text.h"

static int make(const char *path)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy = fw_policy_read(path, &fw_policy_reading, &diags);
	struct fw_ruleset *ruleset;
	struct fw_nft_batch batch;
	bool written;

	fw_diags_free(&diags);
	if (!policy)
		return -1;
	ruleset = fw_policy_compile(policy);
	fw_nft_batch_build(&batch, ruleset);
	fw_nft_batch_stamp(&batch, 0, 1);
	written = fwrite(batch.bytes.data, 1, batch.bytes.length, stdout) == batch.bytes.length &&
		  !fflush(stdout);
	fw_nft_batch_free(&batch);
	fw_ruleset_free(ruleset);
	fw_policy_free(policy);
	return written ? 0 : -1;
}

/* The kernel has worked on all of it when the send returns, and says what became of it. */
static int send_bytes(struct mnl_socket *socket, const struct fw_buf *bytes)
{
	char answer[8192] __attribute__((aligned(8))) = { 0 };
	const struct nlmsghdr *message = (const void *)answer;
	const struct nlmsgerr *error;
	int size = (int)bytes->length;

	(void)setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_SNDBUFFORCE, &size,
			 sizeof(size));
	if (mnl_socket_sendto(socket, bytes->data, bytes->length) < 0 ||
	    mnl_socket_recvfrom(socket, answer, sizeof(answer)) < 0)
		return -1;
	error = mnl_nlmsg_get_payload(message);
	return message->nlmsg_type == NLMSG_ERROR && !error->error ? 0 : -1;
}

static int send_file(const char *path)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_NETFILTER);
	struct fw_err err = FW_ERR_INIT;
	struct fw_buf bytes = { 0 };
	int result = -1;

	if (socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    fw_text_read(path, &bytes, NULL, &err) == 0)
		result = send_bytes(socket, &bytes);
	fw_buf_free(&bytes);
	fw_err_free(&err);
	if (socket)
		mnl_socket_close(socket);
	return result;
}

int main(int argc, char **argv)
{
	int result;

	if (argc == 3 && !strcmp(argv[1], "make"))
		result = make(argv[2]);
	else if (argc == 3 && !strcmp(argv[1], "send"))
		result = send_file(argv[2]);
	else
		return fprintf(stderr, "usage: bench-batch make POLICY | send FILE\n"), 2;
	if (result < 0)
		fprintf(stderr, "bench-batch: %s %s failed\n", argv[1], argv[2]);
	return result < 0;
}
