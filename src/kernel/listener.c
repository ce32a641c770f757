/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the kernel counts losses (netlink_overrun() and netlink_rcv_wake() in
 * net/netlink/af_netlink.c): the first message that does not fit makes the next read fail with
 * ENOBUFS, and from then on all are dropped and counted until the receiver has emptied the socket.
 * So what is in the socket when ENOBUFS is seen is older than the gap, and the counter is final
 * when the socket is empty.
 */
#include "fwctl/kernel/listener.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/attr.h"

/* Datagrams received by one call, and room for each: an event has about 300 bytes. */
#define BATCH    64
#define DATAGRAM 8192

/* A batch so large is the sign of a stream that will not rest. */
#define BUSY_BATCH 16

/* Time to let such a stream gather, so that one call brings more: for receiving, for working. */
#define RECEIVE_NAP_NS 500000
#define WORK_NAP_NS    5000000

/* With less receive buffer than this the kernel cannot wait for a nap. */
#define NAP_BUFFER (4 << 20)

#define NSEC_PER_SEC 1000000000ull

/* What stands in the queue before each datagram. */
struct record {
	uint32_t size; /* with this and the padding to 8 bytes behind */
	uint32_t length;
	uint64_t time;
	uint64_t lost; /* then there is no datagram */
	uint32_t source;
};

#define RECORD_SIZE ((sizeof(struct record) + 7) / 8 * 8)

struct batch {
	struct mmsghdr headers[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_nl senders[BATCH];
	char *memory;
};

static uint64_t now(clockid_t clock)
{
	struct timespec at;

	clock_gettime(clock, &at);
	return (uint64_t)at.tv_sec * NSEC_PER_SEC + (uint64_t)at.tv_nsec;
}

static void nap(long nanoseconds)
{
	const struct timespec time = { .tv_nsec = nanoseconds };

	nanosleep(&time, NULL);
}

/* ---- into the queue -------------------------------------------------------------------------- */

static size_t record_size(size_t length)
{
	return RECORD_SIZE + (length + 7) / 8 * 8;
}

static char *put_record(char *at, uint64_t time, uint32_t source, const void *bytes, size_t length,
			uint64_t lost)
{
	struct record record = { (uint32_t)record_size(length), (uint32_t)length, time, lost,
				 source };

	memcpy(at, &record, sizeof(record));
	if (length)
		memcpy(at + RECORD_SIZE, bytes, length);
	return at + record.size;
}

/* A gap, or a mark when nothing was lost. false when nobody takes from the queue any more. */
static bool give_gap(struct fw_listener *listener, unsigned int source, uint64_t lost)
{
	char *at = fw_queue_reserve(&listener->queue, RECORD_SIZE);

	if (!at)
		return false;
	put_record(at, now(CLOCK_REALTIME), source, NULL, 0, lost);
	fw_queue_give(&listener->queue, RECORD_SIZE);
	return true;
}

/* Any process may send to our port; only the kernel's port is 0. */
static bool is_good(const struct batch *batch, unsigned int i)
{
	return batch->senders[i].nl_pid == 0 && !(batch->headers[i].msg_hdr.msg_flags & MSG_TRUNC);
}

/* How many datagrams from `first` fit a quarter of the queue together, and their bytes in it. */
static unsigned int measure(const struct fw_listener *listener, const struct batch *batch,
			    unsigned int first, unsigned int count, size_t *bytes)
{
	size_t most = listener->queue.size / 4, size;
	unsigned int i;

	*bytes = 0;
	for (i = first; i < count; i++) {
		size = is_good(batch, i) ? record_size(batch->headers[i].msg_len) : RECORD_SIZE;
		if (*bytes + size > most)
			break;
		*bytes += size;
	}
	return i;
}

static bool give_batch(struct fw_listener *listener, unsigned int source, const struct batch *batch,
		       unsigned int count)
{
	uint64_t time = now(CLOCK_REALTIME);
	unsigned int i = 0, last;
	size_t bytes;
	char *start, *at;

	while (i < count) {
		last = measure(listener, batch, i, count, &bytes);
		start = at = fw_queue_reserve(&listener->queue, bytes);
		if (!at)
			return false;
		for (; i < last; i++) {
			if (is_good(batch, i))
				at = put_record(at, time, source, batch->parts[i].iov_base,
						batch->headers[i].msg_len, 0);
			else if (batch->senders[i].nl_pid == 0)
				at = put_record(at, time, source, NULL, 0, 1);
		}
		fw_queue_give(&listener->queue, (size_t)(at - start));
	}
	return true;
}

/* ---- receiving ------------------------------------------------------------------------------- */

static struct batch *make_batch(void)
{
	struct batch *batch = fw_calloc(1, sizeof(*batch));
	unsigned int i;

	batch->memory = fw_realloc_array(NULL, BATCH, DATAGRAM);
	for (i = 0; i < BATCH; i++) {
		batch->parts[i] = (struct iovec){ batch->memory + i * DATAGRAM, DATAGRAM };
		batch->headers[i].msg_hdr.msg_iov = &batch->parts[i];
		batch->headers[i].msg_hdr.msg_iovlen = 1;
		batch->headers[i].msg_hdr.msg_name = &batch->senders[i];
	}
	return batch;
}

static void free_batch(struct batch *batch)
{
	free(batch->memory);
	free(batch);
}

/* New drops since the last time, by the socket's own counter. */
static uint32_t new_drops(struct fw_listener_source *source)
{
	uint32_t memory[SK_MEMINFO_VARS] = { 0 }, lost;
	socklen_t length = sizeof(memory);

	source->overrun = false;
	if (getsockopt(source->socket->fd, SOL_SOCKET, SO_MEMINFO, memory, &length) < 0)
		return 0;
	lost = memory[SK_MEMINFO_DROPS] - source->drops;
	source->drops = memory[SK_MEMINFO_DROPS];
	return lost;
}

enum drained { DRAINED_EMPTY, DRAINED_MORE, DRAINED_BUSY, DRAINED_FAILED };

/* The socket is empty: whatever was lost, was lost here. */
static enum drained account(struct fw_listener *listener, unsigned int which, bool mark)
{
	uint32_t lost;

	if (mark) {
		__atomic_store_n(&listener->sources[which].mark_wanted, false, __ATOMIC_RELAXED);
		if (!give_gap(listener, which, 0))
			return DRAINED_FAILED;
	}
	if (!listener->sources[which].overrun)
		return DRAINED_EMPTY;
	lost = new_drops(&listener->sources[which]);
	return !lost || give_gap(listener, which, lost) ? DRAINED_EMPTY : DRAINED_FAILED;
}

/* One call. */
static enum drained drain(struct fw_listener *listener, unsigned int which, struct batch *batch)
{
	struct fw_listener_source *source = &listener->sources[which];
	/* Wanted before the socket is found empty: what was sent before that has come. */
	bool mark = __atomic_load_n(&source->mark_wanted, __ATOMIC_ACQUIRE);
	unsigned int i;
	int got;

	for (i = 0; i < BATCH; i++)
		batch->headers[i].msg_hdr.msg_namelen = sizeof(batch->senders[i]);
	got = recvmmsg(source->socket->fd, batch->headers, BATCH, MSG_DONTWAIT, NULL);
	if (got > 0) {
		if (!give_batch(listener, which, batch, (unsigned int)got))
			return DRAINED_FAILED;
		return got >= BUSY_BATCH ? DRAINED_BUSY : DRAINED_MORE;
	}
	if (got < 0 && errno == ENOBUFS) {
		source->overrun = true;
		return DRAINED_MORE;
	}
	if (got < 0 && errno == EINTR)
		return DRAINED_MORE;
	if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
		fw_kernel_err(&listener->receive_err, errno, "receiving events", NULL);
		return DRAINED_FAILED;
	}
	return account(listener, which, mark);
}

/* Empties all sockets once, for at most `limit` calls each. false: it is over. */
static bool drain_all(struct fw_listener *listener, struct batch *batch, unsigned int limit,
		      bool *busy)
{
	enum drained drained;
	unsigned int which, calls;

	*busy = false;
	for (which = 0; which < listener->source_count; which++)
		for (calls = 0; calls < limit; calls++) {
			drained = drain(listener, which, batch);
			*busy |= drained == DRAINED_BUSY;
			if (drained == DRAINED_FAILED)
				return false;
			if (drained == DRAINED_EMPTY)
				break;
		}
	return true;
}

/* ---- the thread ------------------------------------------------------------------------------ */

enum { POLL_STOP, POLL_WAKE, POLL_OUTPUT, POLL_SOURCES };

static int milliseconds_until(uint64_t end)
{
	uint64_t at = now(CLOCK_MONOTONIC), left;

	if (!end)
		return -1;
	left = at < end ? (end - at + 999999) / 1000000 : 0;
	return left > 60000 ? 60000 : (int)left;
}

/* Waits for something to read; false when it is time to end. */
static bool wait_for_more(const struct fw_listener *listener, uint64_t end)
{
	struct pollfd polls[POLL_SOURCES + FW_LISTENER_SOCKETS] = {
		[POLL_STOP] = { listener->stop_fd, POLLIN, 0 },
		[POLL_WAKE] = { listener->wake_fd, POLLIN, 0 },
		/* Only that it has no reader any more, which is always told. */
		[POLL_OUTPUT] = { listener->output_fd, 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < listener->source_count; i++)
		polls[POLL_SOURCES + i] =
			(struct pollfd){ listener->sources[i].socket->fd, POLLIN, 0 };
	if (poll(polls, POLL_SOURCES + listener->source_count, milliseconds_until(end)) < 0)
		return errno == EINTR;
	return !polls[POLL_STOP].revents && !polls[POLL_WAKE].revents &&
	       !(polls[POLL_OUTPUT].revents & (POLLERR | POLLHUP)) &&
	       (!end || now(CLOCK_MONOTONIC) < end);
}

static int receive_buffer(const struct fw_socket *sock)
{
	socklen_t length = sizeof(int);
	int bytes = 0;

	getsockopt(sock->fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length);
	return bytes;
}

/* Events that happened before the end belong to the output, however fast more come. */
#define LAST_CALLS 4096

static void *receive(void *context)
{
	struct fw_listener *listener = context;
	struct batch *batch = make_batch();
	uint64_t end = listener->nanoseconds ? now(CLOCK_MONOTONIC) + listener->nanoseconds : 0;
	bool busy = false, may_nap = true, going = true;
	unsigned int i;

	for (i = 0; i < listener->source_count; i++)
		may_nap &= receive_buffer(listener->sources[i].socket) >= NAP_BUFFER;
	while (going && wait_for_more(listener, end)) {
		going = drain_all(listener, batch, 8, &busy);
		if (busy && may_nap)
			nap(RECEIVE_NAP_NS);
	}
	for (i = 0; going && i < listener->source_count; i++)
		listener->sources[i].overrun = true;
	if (going)
		drain_all(listener, batch, LAST_CALLS, &busy);
	fw_queue_close(&listener->queue);
	free_batch(batch);
	return NULL;
}

unsigned int fw_listener_add(struct fw_listener *listener, struct fw_socket *socket)
{
	listener->sources[listener->source_count].socket = socket;
	return listener->source_count++;
}

static int start_thread(struct fw_listener *listener, struct fw_err *err)
{
	sigset_t all, before;
	int failed;

	/* Signals are for the main thread: a mask is inherited when a thread begins. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&listener->thread, NULL, receive, listener);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? fw_err_sys(err, failed, "starting a thread") : 0;
}

int fw_listener_start(struct fw_listener *listener, struct fw_err *err)
{
	size_t size = listener->queue_size;

	if (fw_queue_init(&listener->queue, size) < 0)
		return fw_err_sys(err, errno, "a queue of %zu bytes", size);
	listener->wake_fd = eventfd(0, EFD_CLOEXEC);
	if (listener->wake_fd < 0)
		fw_err_sys(err, errno, "an event descriptor");
	else if (!start_thread(listener, err))
		return 0;
	else
		close(listener->wake_fd);
	fw_queue_free(&listener->queue);
	return -1;
}

int fw_listener_stop(struct fw_listener *listener, struct fw_err *err)
{
	uint64_t one = 1;
	int result = 0;

	fw_queue_abandon(&listener->queue);
	while (write(listener->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(listener->thread, NULL);
	if (listener->receive_err.kind != FW_ERR_NONE) {
		result = fw_err_set(err, listener->receive_err.kind, "%s",
				    listener->receive_err.what);
		if (listener->receive_err.hint)
			fw_err_hint(err, "%s", listener->receive_err.hint);
	}
	fw_err_free(&listener->receive_err);
	close(listener->wake_fd);
	fw_queue_free(&listener->queue);
	return result;
}

/* ---- the worker's side ----------------------------------------------------------------------- */

/* So much is released at once, so that the receiver gets room while the worker works. */
#define RELEASE 65536

static void release(struct fw_listener *listener, size_t least)
{
	size_t length = listener->run_done - listener->run_released;

	if (!length || length < least)
		return;
	fw_queue_release(&listener->queue, length);
	listener->run_released += length;
}

static enum fw_listener_next take_run(struct fw_listener *listener, int wait_ms)
{
	bool closed;

	release(listener, 0);
	listener->run_done = listener->run_released = listener->run_length = 0;
	listener->run = fw_queue_take(&listener->queue, &listener->run_length, 0, &closed);
	if (listener->run)
		return FW_LISTENER_HEARD;
	if (listener->busy >= BUSY_BATCH && !closed)
		nap(WORK_NAP_NS);
	listener->busy = 0;
	listener->run = fw_queue_take(&listener->queue, &listener->run_length, wait_ms, &closed);
	if (listener->run)
		return FW_LISTENER_HEARD;
	return closed ? FW_LISTENER_END : FW_LISTENER_PAUSE;
}

static void read_record(struct fw_listener *listener, struct fw_heard *heard)
{
	const char *at = listener->run + listener->run_done;
	struct record record;

	memcpy(&record, at, sizeof(record));
	*heard = (struct fw_heard){ .source = record.source,
				    .time = record.time,
				    .lost = record.lost };
	listener->run_done += record.size;
	listener->message = (void *)(uintptr_t)(at + RECORD_SIZE);
	listener->message_left = (int)record.length;
}

static bool next_message(struct fw_listener *listener, struct fw_heard *heard)
{
	if (!fw_message_fits(listener->message, listener->message_left))
		return false;
	heard->message = listener->message;
	listener->message = mnl_nlmsg_next(listener->message, &listener->message_left);
	listener->busy++;
	return true;
}

void fw_listener_mark(struct fw_listener *listener, unsigned int source)
{
	__atomic_store_n(&listener->sources[source].mark_wanted, true, __ATOMIC_RELEASE);
}

enum fw_listener_next fw_listener_next(struct fw_listener *listener, struct fw_heard *heard,
				       int wait_ms)
{
	enum fw_listener_next next;

	/* More messages of the same datagram: `heard` is as it was left. */
	if (listener->message_left > 0 && next_message(listener, heard))
		return FW_LISTENER_HEARD;
	for (;;) {
		release(listener, RELEASE);
		if (listener->run_done == listener->run_length) {
			next = take_run(listener, wait_ms);
			if (next != FW_LISTENER_HEARD)
				return next;
		}
		read_record(listener, heard);
		if (!listener->message_left || next_message(listener, heard))
			return FW_LISTENER_HEARD;
	}
}
