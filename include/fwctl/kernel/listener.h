/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listening to what the kernel sends unasked. One thread does nothing but empty the sockets into a
 * queue, so that the kernel need not drop messages while the caller's thread decodes, formats and
 * waits for its own reader. What the kernel had to drop all the same is counted exactly.
 */
#ifndef FWCTL_KERNEL_LISTENER_H
#define FWCTL_KERNEL_LISTENER_H

#include <linux/netlink.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/queue.h"
#include "fwctl/kernel/socket.h"

#define FW_LISTENER_SOCKETS 3

/* The smallest queue: what holds four datagrams of the largest kind, and more. */
#define FW_LISTENER_QUEUE_MIN 65536

struct fw_listener_source {
	struct fw_socket *socket; /* the caller's */
	/* Makes the kernel send now what it holds back for the socket, at the end; NULL: it holds
	 * nothing back. Called by the thread. */
	void (*flush)(struct fw_socket *socket);
	uint32_t drops;       /* messages that the kernel has dropped, as counted by it */
	bool overrun;         /* it says that there are new ones */
	bool is_silent;       /* it never says so, so it is asked: NETLINK_NO_ENOBUFS */
	uint32_t mark_wanted; /* the number of the latest; the caller's thread counts it up */
	uint32_t mark_given;  /* likewise; of the receiver's thread */
};

struct fw_listener {
	/* The caller fills this, with fw_listener_add() and by hand, before it starts. */
	struct fw_listener_source sources[FW_LISTENER_SOCKETS];
	unsigned int source_count;
	size_t queue_size;    /* bytes, FW_LISTENER_QUEUE_MIN at least */
	uint64_t nanoseconds; /* ends after so long; 0: no limit */
	int stop_fd;          /* ends when this can be read; -1: none */
	int output_fd;        /* ends when this is a pipe that nobody reads any more; -1: none */

	/* Its own: */
	struct fw_queue queue;
	pthread_t thread;
	int wake_fd;               /* wakes the thread, to give a mark or to end */
	bool is_ended;             /* set atomically */
	struct fw_err receive_err; /* of the thread; looked at after it has ended */
	size_t run_length;         /* of the bytes taken from the queue */
	size_t run_done;           /* how many of them were handed on */
	size_t run_released;
	const char *run;
	struct nlmsghdr *message; /* the next one of the datagram, and the bytes left of it */
	int message_left;
	unsigned int busy; /* messages since the queue was empty last */
};

/* What was heard: a message, or when there is none a loss, or when nothing was lost a mark. */
struct fw_heard {
	unsigned int source;            /* which socket, in the order of adding */
	uint64_t time;                  /* nanoseconds since 1970, when it was received */
	const struct nlmsghdr *message; /* good until the next call; or NULL */
	uint64_t lost;                  /* so many messages were dropped here */
	uint32_t mark;                  /* the number of a mark */
};

/* Adds a socket that has joined its groups already, and its `flush` or NULL; returns its number as
 * a source. */
unsigned int fw_listener_add(struct fw_listener *listener, struct fw_socket *socket,
			     void (*flush)(struct fw_socket *socket));

/* -1 with `err` set. End with fw_listener_stop() after success only. */
int fw_listener_start(struct fw_listener *listener, struct fw_err *err);

enum fw_listener_next {
	FW_LISTENER_HEARD,
	FW_LISTENER_PAUSE, /* nothing came within the wait */
	FW_LISTENER_END,   /* and nothing will */
};

/*
 * The next message. Waits up to `wait_ms` milliseconds, -1: until there is one; with 0 a stream
 * that never rests is let gather for some milliseconds first.
 */
enum fw_listener_next fw_listener_next(struct fw_listener *listener, struct fw_heard *heard,
				       int wait_ms);

/*
 * Asks for a mark in the stream of one source: it stands behind all messages that the kernel sent
 * to that socket before this call, and may stand further behind. Returns its number; a mark stands
 * for those that were asked for earlier, too.
 */
uint32_t fw_listener_mark(struct fw_listener *listener, unsigned int source);

/* Ends the thread. -1 with `err` set when receiving had failed. */
int fw_listener_stop(struct fw_listener *listener, struct fw_err *err);

#endif
