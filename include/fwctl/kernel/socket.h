/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one place that sends to and receives from the kernel: a netlink socket of the
 * NETLINK_NETFILTER family with its port, its sequence counter and its answers checked.
 *
 * What the kernel answers becomes a struct fw_err: what was asked in the caller's words, the text
 * of the errno, the kernel's own message (extended acknowledgement) when there is one, and what to
 * try. err->sys keeps the errno, so that a caller can treat ENOENT or EEXIST as an answer.
 */
#ifndef FWCTL_KERNEL_SOCKET_H
#define FWCTL_KERNEL_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fwctl/base/err.h"

struct mnl_socket;
struct nlmsghdr;

/* Room for any one datagram of a dump: the kernel fills at most 32 KiB (netlink_dump()). */
#define FW_SOCKET_DATAGRAM 65536

/* Seconds after which an answer that has not come will not come. */
#define FW_SOCKET_WAIT 2

struct fw_socket {
	struct mnl_socket *mnl;
	int fd;          /* never 0, 1 or 2 */
	uint32_t portid; /* that the kernel gave this socket */
	uint32_t seq;    /* of the request made last */
};

/*
 * Opens and binds. `groups` is the mask of multicast groups to join (NF_NETLINK_*), 0 for a socket
 * of requests. Extended acknowledgements, capped ones, and strict checking are switched on where
 * the kernel has them. -1 with `err` set; release with fw_socket_close() after success only.
 */
int fw_socket_open(struct fw_socket *socket, unsigned int groups, struct fw_err *err);
void fw_socket_close(struct fw_socket *socket);

/* The same for requests on another bus of netlink: NETLINK_ROUTE, NETLINK_SOCK_DIAG. Their messages
 * have headers of their own; fw_message_begin() is not for them. */
int fw_socket_open_bus(struct fw_socket *socket, int bus, struct fw_err *err);

/*
 * Asks for a receive or send buffer of `bytes`, past the system's limit where that is permitted
 * (CAP_NET_ADMIN in the first user namespace). Returns the bytes that there are now, which may be
 * fewer; the kernel counts its own overhead twice (socket(7)), and that is taken out here.
 */
size_t fw_socket_receive_buffer(struct fw_socket *socket, size_t bytes);
size_t fw_socket_send_buffer(struct fw_socket *socket, size_t bytes);

/*
 * Begins a message at `buffer`: netlink header with the next sequence number and `flags` (with
 * NLM_F_REQUEST added), and the nfnetlink header. `type` is NFNL_SUBSYS_* << 8 | message type,
 * `family` an AF_* or NFPROTO_*. The caller adds attributes with libmnl.
 */
struct nlmsghdr *fw_message_begin(struct fw_socket *socket, void *buffer, uint16_t type,
				  uint16_t flags, uint8_t family);

/* Sends `size` bytes of messages in one datagram. `what` is what to call it in an error. */
int fw_socket_send(struct fw_socket *socket, const void *messages, size_t size, const char *what,
		   struct fw_err *err);

/*
 * One datagram from the kernel into `buffer`; those of other senders (port id not 0) are thrown
 * away. Waits, a socket of requests FW_SOCKET_WAIT at most, unless `flags` has MSG_DONTWAIT: then 0
 * says that there is none. Returns its bytes, or -1 with `err` set: none that came, a datagram that
 * does not fit, or ENOBUFS (err->sys) when the kernel had to drop messages to this socket.
 */
ssize_t fw_socket_receive(struct fw_socket *socket, void *buffer, size_t size, int flags,
			  struct fw_err *err);

/* Gets each message of an answer. 0, or -1 when it has set its own error: no more is read then. */
typedef int fw_message_fn(const struct nlmsghdr *message, void *data);

struct fw_answer {
	uint32_t seq;      /* of the request that is being answered */
	const char *what;  /* of that request, for errors */
	fw_message_fn *fn; /* or NULL */
	void *data;
	bool interrupted; /* out: the dump was not consistent (NLM_F_DUMP_INTR) */
};

/*
 * Reads the messages of one received datagram. Messages that belong to other requests are skipped.
 * Returns 1 at the end of the answer (done, or acknowledged), 0 when more is to come, -1 with `err`
 * set: the kernel's error, a message that is cut short, or fn gave up (it may have set `err`, which
 * is left alone).
 */
int fw_answer_read(const struct fw_socket *socket, const void *bytes, size_t size,
		   struct fw_answer *answer, struct fw_err *err);

/*
 * Sends the message that fw_message_begin() began and reads its whole answer: a dump when it has
 * NLM_F_DUMP, else whatever comes before the acknowledgement, which is asked for here. An
 * interrupted dump is reported in `interrupted` (may be NULL), not as an error.
 */
int fw_socket_request(struct fw_socket *socket, struct nlmsghdr *message, const char *what,
		      fw_message_fn *fn, void *data, bool *interrupted, struct fw_err *err);

/* Sets `err` for an errno that the kernel answered; `detail` is its own message, or NULL. */
int fw_kernel_err(struct fw_err *err, int sys, const char *what, const char *detail);

/* The error that an NLMSG_ERROR or NLMSG_DONE message carries. */
struct fw_message_error {
	int sys;            /* errno, 0 is an acknowledgement */
	const char *detail; /* the kernel's message, or NULL; points into the netlink message */
	uint32_t offset;    /* of the attribute that it is about, in the request; 0 = not given */
};

/* -1 when `message` is too short to be one. */
int fw_message_error_read(const struct nlmsghdr *message, struct fw_message_error *error);

#endif
