/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/attr.h"

/* Older headers lack what newer kernels have; the numbers are ABI. */
#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

/* --- opening ------------------------------------------------------------------------------- */

/* Standard files may be closed; then this socket would become one of them. */
static struct mnl_socket *open_above_standard_files(int bus)
{
	struct mnl_socket *mnl = mnl_socket_open2(bus, SOCK_CLOEXEC), *high;
	int fd;

	if (!mnl || mnl_socket_get_fd(mnl) > STDERR_FILENO)
		return mnl;
	fd = fcntl(mnl_socket_get_fd(mnl), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	high = fd < 0 ? NULL : mnl_socket_fdopen(fd);
	mnl_socket_close(mnl);
	return high;
}

static int open_failed(int bus, struct fw_err *err)
{
	if (bus == NETLINK_NETFILTER && (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT)) {
		fw_err_set(err, FW_ERR_DENIED, "this kernel has no netfilter netlink");
		fw_err_hint(err, "it needs the module nfnetlink (CONFIG_NETFILTER_NETLINK)");
		return -1;
	}
	return fw_err_sys(err, errno, "opening a netlink socket");
}

static void set_options(struct mnl_socket *mnl)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	int one = 1;
	size_t i;

	/* A kernel without one of them answers ENOPROTOOPT and works as it always did. */
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		(void)mnl_socket_setsockopt(mnl, options[i], &one, sizeof(one));
}

/*
 * The kernel has answered when sendto() comes back, and goes on with a dump before recvmsg() does:
 * what is not there by now never comes, and is not waited for for ever. Events come when they do.
 */
static void limit_wait(struct mnl_socket *mnl)
{
	const struct timeval longest = { .tv_sec = FW_SOCKET_WAIT };

	(void)setsockopt(mnl_socket_get_fd(mnl), SOL_SOCKET, SO_RCVTIMEO, &longest,
			 sizeof(longest));
}

static int open_bus(struct fw_socket *sock, int bus, unsigned int groups, struct fw_err *err)
{
	memset(sock, 0, sizeof(*sock));
	sock->mnl = open_above_standard_files(bus);
	if (!sock->mnl)
		return open_failed(bus, err);
	set_options(sock->mnl);
	if (!groups)
		limit_wait(sock->mnl);
	if (mnl_socket_bind(sock->mnl, groups, MNL_SOCKET_AUTOPID) < 0) {
		fw_kernel_err(err, errno, "binding a netlink socket", NULL);
		mnl_socket_close(sock->mnl);
		return -1;
	}
	sock->fd = mnl_socket_get_fd(sock->mnl);
	sock->portid = mnl_socket_get_portid(sock->mnl);
	return 0;
}

int fw_socket_open(struct fw_socket *sock, unsigned int groups, struct fw_err *err)
{
	return open_bus(sock, NETLINK_NETFILTER, groups, err);
}

int fw_socket_open_bus(struct fw_socket *sock, int bus, struct fw_err *err)
{
	return open_bus(sock, bus, 0, err);
}

void fw_socket_close(struct fw_socket *sock)
{
	if (sock->mnl)
		mnl_socket_close(sock->mnl);
	memset(sock, 0, sizeof(*sock));
}

static size_t set_buffer(int fd, size_t bytes, int force, int polite, int name)
{
	int value = bytes > INT32_MAX / 2 ? INT32_MAX / 2 : (int)bytes;
	socklen_t length = sizeof(value);

	if (setsockopt(fd, SOL_SOCKET, force, &value, sizeof(value)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, polite, &value, sizeof(value));
	if (getsockopt(fd, SOL_SOCKET, name, &value, &length) < 0)
		return 0;
	return (size_t)value / 2;
}

size_t fw_socket_receive_buffer(struct fw_socket *sock, size_t bytes)
{
	return set_buffer(sock->fd, bytes, SO_RCVBUFFORCE, SO_RCVBUF, SO_RCVBUF);
}

size_t fw_socket_send_buffer(struct fw_socket *sock, size_t bytes)
{
	return set_buffer(sock->fd, bytes, SO_SNDBUFFORCE, SO_SNDBUF, SO_SNDBUF);
}

/* --- errors -------------------------------------------------------------------------------- */

static void add_hint(struct fw_err *err, int sys)
{
	switch (sys) {
	case EPERM:
	case EACCES:
		fw_err_hint(err, "run it as root, or with CAP_NET_ADMIN in the network namespace");
		break;
	case EOPNOTSUPP:
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
		err->kind = FW_ERR_DENIED;
		fw_err_hint(err, "this kernel lacks it: a module is missing, or it is too old");
		break;
	case ENOBUFS:
		fw_err_hint(err, "the kernel's answers did not fit the receive buffer; "
				 "raise net.core.rmem_max");
		break;
	case ERESTART:
		fw_err_hint(err, "another program changes nftables all the time; try again");
		break;
	default: break;
	}
}

int fw_kernel_err(struct fw_err *err, int sys, const char *what, const char *detail)
{
	if (!err)
		return -1;
	if (detail && *detail)
		fw_err_set(err, sys == EPERM || sys == EACCES ? FW_ERR_DENIED : FW_ERR_FAILED,
			   "%s: %s (the kernel says: %s)", what, strerror(sys), detail);
	else
		fw_err_sys(err, sys, "%s", what);
	err->sys = sys;
	add_hint(err, sys);
	return -1;
}

static int malformed(struct fw_err *err, const char *what)
{
	fw_err_set(err, FW_ERR_FAILED, "%s: the kernel's answer is cut short or malformed", what);
	return -1;
}

/* The attributes behind `offset` bytes of payload. */
static void read_extended_ack(const struct nlmsghdr *message, size_t offset,
			      struct fw_message_error *error)
{
	const struct nlattr *attr;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || mnl_nlmsg_get_payload_len(message) < offset)
		return;
	mnl_attr_for_each(attr, message, offset)
	{
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			error->detail = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS &&
			 mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			error->offset = mnl_attr_get_u32(attr);
	}
}

int fw_message_error_read(const struct nlmsghdr *message, struct fw_message_error *error)
{
	const struct nlmsgerr *body = mnl_nlmsg_get_payload(message);
	size_t size = mnl_nlmsg_get_payload_len(message), tail = sizeof(int);

	memset(error, 0, sizeof(*error));
	/* Old kernels end some dumps without an error code. */
	if (message->nlmsg_type == NLMSG_DONE && size < sizeof(int))
		return 0;
	if (size < (message->nlmsg_type == NLMSG_DONE ? sizeof(int) : sizeof(*body)))
		return -1;
	if (message->nlmsg_type == NLMSG_ERROR) {
		tail = sizeof(*body);
		/* The refused request is echoed in full unless acknowledgements are capped. */
		if (body->error && !(message->nlmsg_flags & NLM_F_CAPPED))
			tail += MNL_ALIGN(body->msg.nlmsg_len) - sizeof(body->msg);
	}
	if (body->error < -4095 || body->error > 4095)
		return -1;
	error->sys = body->error < 0 ? -body->error : body->error;
	read_extended_ack(message, tail, error);
	return 0;
}

/* --- sending and receiving ----------------------------------------------------------------- */

struct nlmsghdr *fw_message_begin(struct fw_socket *sock, void *buffer, uint16_t type,
				  uint16_t flags, uint8_t family)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *generic;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = ++sock->seq;
	generic = mnl_nlmsg_put_extra_header(message, sizeof(*generic));
	generic->nfgen_family = family;
	generic->version = NFNETLINK_V0;
	return message;
}

int fw_socket_send(struct fw_socket *sock, const void *messages, size_t size, const char *what,
		   struct fw_err *err)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t sent;

	do {
		sent = sendto(sock->fd, messages, size, 0, (const struct sockaddr *)&kernel,
			      sizeof(kernel));
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return fw_kernel_err(err, errno, what, NULL);
	if ((size_t)sent != size)
		return fw_err_set(err, FW_ERR_FAILED, "%s: only %zd of %zu bytes were sent", what,
				  sent, size);
	return 0;
}

static int no_answer(struct fw_err *err)
{
	return fw_err_set(err, FW_ERR_FAILED, "the kernel's answer did not come in %d seconds",
			  FW_SOCKET_WAIT);
}

ssize_t fw_socket_receive(struct fw_socket *sock, void *buffer, size_t size, int flags,
			  struct fw_err *err)
{
	struct sockaddr_nl sender = { 0 };
	struct iovec part = { .iov_base = buffer, .iov_len = size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t got;

	for (;;) {
		header.msg_name = &sender;
		header.msg_namelen = sizeof(sender);
		header.msg_flags = 0;
		got = recvmsg(sock->fd, &header, flags);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return flags & MSG_DONTWAIT ? 0 : no_answer(err);
		if (got < 0)
			return fw_kernel_err(err, errno, "receiving from the kernel", NULL);
		/* Any process may send to our port; only the kernel's port is 0. */
		if (header.msg_namelen != sizeof(sender) || sender.nl_pid != 0)
			continue;
		if (header.msg_flags & MSG_TRUNC)
			return fw_err_set(err, FW_ERR_FAILED,
					  "a message of the kernel is longer than %zu bytes", size);
		if (got == 0)
			return fw_err_set(err, FW_ERR_FAILED, "the kernel sent an empty message");
		return got;
	}
}

/* --- answers ------------------------------------------------------------------------------- */

/* An NLMSG_ERROR or NLMSG_DONE: 1 when all is well, else -1. */
static int read_end(const struct nlmsghdr *message, const struct fw_answer *answer,
		    struct fw_err *err)
{
	struct fw_message_error error;

	if (fw_message_error_read(message, &error) < 0)
		return malformed(err, answer->what);
	if (error.sys)
		return fw_kernel_err(err, error.sys, answer->what, error.detail);
	return 1;
}

static int read_one(const struct nlmsghdr *message, struct fw_answer *answer, struct fw_err *err)
{
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE)
		return read_end(message, answer, err);
	if (message->nlmsg_type == NLMSG_OVERRUN)
		return fw_kernel_err(err, ENOBUFS, answer->what, NULL);
	if (message->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct nfgenmsg))
		return malformed(err, answer->what);
	return answer->fn ? answer->fn(message, answer->data) : 0;
}

int fw_answer_read(const struct fw_socket *sock, const void *bytes, size_t size,
		   struct fw_answer *answer, struct fw_err *err)
{
	const struct nlmsghdr *message = bytes;
	int left = (int)size, result;

	while (fw_message_fits(message, left)) {
		if (message->nlmsg_seq == answer->seq && message->nlmsg_pid == sock->portid) {
			result = read_one(message, answer, err);
			if (result)
				return result;
		}
		message = mnl_nlmsg_next(message, &left);
	}
	return left > 0 ? malformed(err, answer->what) : 0;
}

/* Reads answers until the request is done. */
static int receive_answers(struct fw_socket *sock, struct fw_answer *answer, char *buffer,
			   struct fw_err *err)
{
	ssize_t got;
	int result;

	do {
		got = fw_socket_receive(sock, buffer, FW_SOCKET_DATAGRAM, 0, err);
		if (got < 0)
			return fw_err_prefix(err, "%s", answer->what);
		result = fw_answer_read(sock, buffer, (size_t)got, answer, err);
	} while (result == 0);
	return result < 0 ? -1 : 0;
}

int fw_socket_request(struct fw_socket *sock, struct nlmsghdr *message, const char *what,
		      fw_message_fn *fn, void *data, bool *interrupted, struct fw_err *err)
{
	struct fw_answer answer = { message->nlmsg_seq, what, fn, data, false };
	char *buffer; /* not on the stack, of which there may be little (ulimit -s) */
	int result;

	if ((message->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		message->nlmsg_flags |= NLM_F_ACK;
	if (fw_socket_send(sock, message, message->nlmsg_len, what, err) < 0)
		return -1;
	buffer = fw_malloc(FW_SOCKET_DATAGRAM);
	result = receive_answers(sock, &answer, buffer, err);
	free(buffer);
	if (interrupted)
		*interrupted = answer.interrupted;
	return result;
}
