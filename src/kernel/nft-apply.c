/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sending the transaction, and what the kernel says to it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/membarrier.h>
#include <linux/netfilter/nf_tables.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/attr.h"
#include "fwctl/kernel/nft-attrs.h"
#include "fwctl/kernel/nft.h"

/* Room for the errors of thousands of messages; each is a hundred bytes or so. */
#define ANSWER_BUFFER (1 << 20)

struct verdict {
	uint32_t first_seq;
	size_t count;  /* messages sent */
	bool acked;    /* the one message that asks for it */
	bool lost;     /* the kernel could not deliver all its answers */
	int sys;       /* of the first message that failed */
	size_t failed; /* its entry */
	char *detail;
};

/* The kernel goes on after an error and reports those of later messages, too: the first counts. */
static void take_answer(struct verdict *verdict, const struct nlmsghdr *message)
{
	struct fw_message_error error;
	size_t entry = message->nlmsg_seq - verdict->first_seq;

	if (message->nlmsg_type != NLMSG_ERROR || entry >= verdict->count ||
	    fw_message_error_read(message, &error) < 0)
		return;
	if (!error.sys) {
		verdict->acked = true;
	} else if (!verdict->sys) {
		verdict->sys = error.sys;
		verdict->failed = entry;
		verdict->detail = error.detail ? fw_strdup(error.detail) : NULL;
	}
}

static void take_answers(const struct fw_socket *sock, struct verdict *verdict, const char *bytes,
			 int left)
{
	const struct nlmsghdr *message;

	for (message = (const void *)bytes; fw_message_fits(message, left);
	     message = mnl_nlmsg_next(message, &left))
		if (message->nlmsg_pid == sock->portid)
			take_answer(verdict, message);
}

/* The kernel has worked on the batch before sendmsg() came back: all its answers are there. */
static int collect(struct fw_socket *sock, struct verdict *verdict, struct fw_err *err)
{
	char *buffer = fw_malloc(FW_SOCKET_DATAGRAM); /* as in fw_socket_request() */
	ssize_t got;

	for (;;) {
		got = fw_socket_receive(sock, buffer, FW_SOCKET_DATAGRAM, MSG_DONTWAIT, err);
		if (got > 0) {
			take_answers(sock, verdict, buffer, (int)got);
		} else if (got < 0 && err->sys == ENOBUFS) {
			verdict->lost = true;
			fw_err_free(err);
		} else {
			break;
		}
	}
	free(buffer);
	return got < 0 ? -1 : 0;
}

static bool kernel_lacks(const struct verdict *verdict, const struct fw_nft_entry *entry)
{
	if (entry->part == FW_NFT_PART_FRAME)
		return verdict->sys == EOPNOTSUPP || verdict->sys == EINVAL;
	return verdict->sys == ENOENT || verdict->sys == EOPNOTSUPP ||
	       verdict->sys == EPROTONOSUPPORT || verdict->sys == EAFNOSUPPORT;
}

static int refused(const struct fw_nft_batch *batch, const struct verdict *verdict,
		   const char *what, struct fw_err *err)
{
	const struct fw_nft_entry *entry = &batch->entries[verdict->failed];
	char *name = fw_nft_entry_name(batch, entry);
	char *asked = entry->part == FW_NFT_PART_FRAME ? fw_strdup(what)
						       : fw_format("%s: %s", what, name);

	fw_kernel_err(err, verdict->sys, asked, verdict->detail);
	if (kernel_lacks(verdict, entry)) {
		err->kind = FW_ERR_DENIED;
		fw_err_hint(err,
			    "this kernel lacks what it needs: nf_tables itself, or one of its "
			    "modules (nft_ct, nft_log, nft_reject_inet, nft_limit, nft_fib_inet, "
			    "nf_conntrack helpers)");
	}
	free(asked);
	free(name);
	return -1;
}

static int send_batch(struct fw_socket *sock, const struct fw_nft_batch *batch, size_t size,
		      const char *what, struct fw_err *err)
{
	/* The kernel counts 32 bytes of its own (netlink_sendmsg()). */
	size_t room = fw_socket_send_buffer(sock, size + 64);

	fw_socket_receive_buffer(sock, ANSWER_BUFFER);
	if (fw_socket_send(sock, batch->bytes.data, size, what, err) == 0)
		return 0;
	if (err->sys == EMSGSIZE)
		fw_err_hint(err,
			    "the ruleset takes %zu bytes in one message, and %zu are allowed here; "
			    "raise net.core.wmem_max",
			    size, room);
	return -1;
}

/* --- a transaction and its rest ------------------------------------------------------------ */

/*
 * Waits until no packet is with the rules of before: they are read under RCU, and this barrier
 * waits for a grace period of it (kernel/sched/membarrier.c). Where the kernel has none, packets
 * have the time that the next transaction takes to be made.
 */
static void wait_for_packets(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/* Returns 0 or an errno. */
static int send_both(struct fw_socket *sock, const struct fw_nft_batch *batch,
		     const struct fw_nft_batch *rest)
{
	struct fw_err err = FW_ERR_INIT;

	if (send_batch(sock, batch, batch->bytes.length, "", &err) < 0)
		return err.sys ? err.sys : EIO;
	wait_for_packets();
	/* When this one is refused, the next reading of the table tells of what is left there. */
	send_batch(sock, rest, rest->bytes.length, "", &err);
	fw_err_free(&err);
	return 0;
}

/*
 * Both from a process of their own, in a session of its own: kill -9 of this one does not come
 * between them, nor does the end of its terminal. The answers come to the socket, which is shared.
 */
static int send_with_rest(struct fw_socket *sock, const struct fw_nft_batch *batch,
			  const struct fw_nft_batch *rest, const char *what, struct fw_err *err)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		setsid();
		_exit(send_both(sock, batch, rest));
	}
	if (child < 0)
		return fw_kernel_err(err, errno, what, NULL);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return fw_kernel_err(err, errno, what, NULL);
	/* Nobody knows how far it came: as when the kernel's answer is lost. */
	if (WIFSIGNALED(status))
		return fw_kernel_err(err, ENOBUFS, what, NULL);
	return WEXITSTATUS(status) ? fw_kernel_err(err, WEXITSTATUS(status), what, NULL) : 0;
}

/* --- what became of it --------------------------------------------------------------------- */

/* `messages` of the batch are sent; `rest` may be NULL. What becomes of the rest is not asked. */
static int run_batch(struct fw_socket *sock, struct fw_nft_batch *batch, struct fw_nft_batch *rest,
		     uint32_t generation, size_t messages, const char *what, struct fw_err *err)
{
	struct verdict verdict = { .first_seq = sock->seq + 1, .count = messages };
	size_t size =
		messages < batch->count ? batch->entries[messages].offset : batch->bytes.length;
	struct fw_err own = FW_ERR_INIT;
	int result;

	fw_nft_batch_stamp(batch, generation, verdict.first_seq);
	sock->seq += (uint32_t)batch->count;
	if (rest) {
		/*
		 * To no generation: other programs may change their tables between the two. When
		 * the first was refused, the old maps are in use, and the kernel refuses this, too.
		 */
		fw_nft_batch_stamp(rest, 0, sock->seq + 1);
		sock->seq += (uint32_t)rest->count;
		result = send_with_rest(sock, batch, rest, what, &own);
	} else {
		result = send_batch(sock, batch, size, what, &own);
	}
	if (result == 0)
		result = collect(sock, &verdict, &own);
	if (result == 0 && verdict.sys)
		result = refused(batch, &verdict, what, &own);
	else if (result == 0 && !verdict.acked)
		result = fw_kernel_err(&own, ENOBUFS, what, NULL);
	free(verdict.detail);
	if (result < 0 && err)
		*err = own;
	else
		fw_err_free(&own);
	return result;
}

int fw_nft_apply(struct fw_socket *sock, struct fw_nft_batch *batch, uint32_t generation,
		 struct fw_err *err)
{
	return run_batch(sock, batch, NULL, generation, batch->count, "changing the ruleset", err);
}

int fw_nft_replace(struct fw_socket *sock, struct fw_nft_batch *batch,
		   const struct fw_nft_state *state, struct fw_err *err)
{
	struct fw_nft_batch kept, rest;
	int result;

	if (!state->present || !state->old.keep || (batch->owned && !state->persists))
		return fw_nft_apply(sock, batch, state->generation, err);
	fw_nft_batch_keep(&kept, &rest, batch, &state->old);
	result = run_batch(sock, &kept, rest.count ? &rest : NULL, state->generation, kept.count,
			   "changing the ruleset", err);
	fw_nft_batch_free(&kept);
	fw_nft_batch_free(&rest);
	return result;
}

int fw_nft_own(struct fw_socket *sock, struct fw_err *err)
{
	struct fw_nft_batch batch;
	int result;

	fw_nft_batch_build_owning(&batch);
	result = fw_nft_apply(sock, &batch, 0, err);
	fw_nft_batch_free(&batch);
	return result;
}

int fw_nft_check(struct fw_socket *sock, struct fw_nft_batch *batch, uint32_t generation,
		 struct fw_err *err)
{
	return run_batch(sock, batch, NULL, generation, batch->count - 1, "checking the ruleset",
			 err);
}
