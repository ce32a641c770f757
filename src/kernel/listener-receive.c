/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the kernel counts losses (netlink_overrun() and netlink_rcv_wake() in
 * net/netlink/af_netlink.c): the first message that does not fit makes the next read fail with
 * ENOBUFS, and from then on all are dropped and counted until the receiver has emptied the socket.
 * So what is in the socket when ENOBUFS is seen is older than the gap, and the counter is final
 * when the socket is empty. With NETLINK_NO_ENOBUFS there is the counter alone, and later messages
 * that fit are among what is in the socket.
 */
#include "fwctl/kernel/listener-receive.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/clock.h"
#include "fwctl/base/mem.h"

/* Datagrams received by one call, and room for each: an event has about 300 bytes. */
#define BATCH    64
#define DATAGRAM 8192

/* Time to let such a stream gather, so that one call brings more. */
#define RECEIVE_NAP_NS 500000

/* With less receive buffer than this the kernel cannot wait for a nap. */
#define NAP_BUFFER (4 << 20)

struct batch {
	struct mmsghdr headers[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_nl senders[BATCH];
	char *memory;
};

void fw_listener_nap(long nanoseconds)
{
	const struct timespec time = { .tv_nsec = nanoseconds };

	nanosleep(&time, NULL);
}

/* ---- into the queue -------------------------------------------------------------------------- */

static size_t record_size(size_t length)
{
	return FW_LISTENER_RECORD + (length + 7) / 8 * 8;
}

static char *put_record(char *at, uint64_t time, uint32_t source, const void *bytes, size_t length,
			uint64_t lost)
{
	const struct fw_listener_record record = { .size = (uint32_t)record_size(length),
						   .length = (uint32_t)length,
						   .time = time,
						   .lost = lost,
						   .source = source };

	memcpy(at, &record, sizeof(record));
	if (length)
		memcpy(at + FW_LISTENER_RECORD, bytes, length);
	return at + record.size;
}

/* A gap, or when nothing was lost a mark. false when nobody takes from the queue any more. */
static bool give_sign(struct fw_listener *listener, unsigned int source, uint64_t lost,
		      uint32_t mark)
{
	const struct fw_listener_record record = { .size = FW_LISTENER_RECORD,
						   .time = fw_clock_read(CLOCK_REALTIME),
						   .lost = lost,
						   .source = source,
						   .mark = mark };
	char *at = fw_queue_reserve(&listener->queue, FW_LISTENER_RECORD);

	if (!at)
		return false;
	memcpy(at, &record, sizeof(record));
	fw_queue_give(&listener->queue, FW_LISTENER_RECORD);
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
		size = is_good(batch, i) ? record_size(batch->headers[i].msg_len)
					 : FW_LISTENER_RECORD;
		if (*bytes + size > most)
			break;
		*bytes += size;
	}
	return i;
}

static bool give_batch(struct fw_listener *listener, unsigned int source, const struct batch *batch,
		       unsigned int count)
{
	uint64_t time = fw_clock_read(CLOCK_REALTIME);
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
static enum drained account(struct fw_listener *listener, unsigned int which, uint32_t mark)
{
	struct fw_listener_source *source = &listener->sources[which];
	uint32_t lost = source->overrun || source->is_silent ? new_drops(source) : 0;

	if (lost && !give_sign(listener, which, lost, 0))
		return DRAINED_FAILED;
	if (mark != source->mark_given && !give_sign(listener, which, 0, mark))
		return DRAINED_FAILED;
	source->mark_given = mark;
	return DRAINED_EMPTY;
}

/* One call. */
static enum drained drain(struct fw_listener *listener, unsigned int which, struct batch *batch)
{
	struct fw_listener_source *source = &listener->sources[which];
	/* Wanted before the socket is found empty: what was sent before that has come. */
	uint32_t mark = __atomic_load_n(&source->mark_wanted, __ATOMIC_ACQUIRE);
	unsigned int i;
	int got;

	for (i = 0; i < BATCH; i++)
		batch->headers[i].msg_hdr.msg_namelen = sizeof(batch->senders[i]);
	got = recvmmsg(source->socket->fd, batch->headers, BATCH, MSG_DONTWAIT, NULL);
	if (got > 0) {
		if (!give_batch(listener, which, batch, (unsigned int)got))
			return DRAINED_FAILED;
		return got >= FW_LISTENER_BUSY ? DRAINED_BUSY : DRAINED_MORE;
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
	uint64_t at = fw_clock_read(CLOCK_MONOTONIC), left;

	if (!end)
		return -1;
	left = at < end ? (end - at + 999999) / 1000000 : 0;
	return left > 60000 ? 60000 : (int)left;
}

/* Waits for something to read, or for a mark to be wanted; false when it is time to end. */
static bool wait_for_more(const struct fw_listener *listener, uint64_t end)
{
	struct pollfd polls[POLL_SOURCES + FW_LISTENER_SOCKETS] = {
		[POLL_STOP] = { listener->stop_fd, POLLIN, 0 },
		[POLL_WAKE] = { listener->wake_fd, POLLIN, 0 },
		/* Only that it has no reader any more, which is always told. */
		[POLL_OUTPUT] = { listener->output_fd, 0, 0 },
	};
	uint64_t times;
	unsigned int i;

	for (i = 0; i < listener->source_count; i++)
		polls[POLL_SOURCES + i] =
			(struct pollfd){ listener->sources[i].socket->fd, POLLIN, 0 };
	if (poll(polls, POLL_SOURCES + listener->source_count, milliseconds_until(end)) < 0)
		return errno == EINTR;
	if (polls[POLL_WAKE].revents && read(listener->wake_fd, &times, sizeof(times)) < 0)
		return false;
	return !polls[POLL_STOP].revents &&
	       !__atomic_load_n(&listener->is_ended, __ATOMIC_ACQUIRE) &&
	       !(polls[POLL_OUTPUT].revents & (POLLERR | POLLHUP)) &&
	       (!end || fw_clock_read(CLOCK_MONOTONIC) < end);
}

static int option_of(const struct fw_socket *sock, int level, int option)
{
	socklen_t length = sizeof(int);
	int value = 0;

	getsockopt(sock->fd, level, option, &value, &length);
	return value;
}

/* So many are enough to empty a socket that nothing fills any more. */
#define LAST_CALLS 4096

/* Also of losses that ENOBUFS has not told yet. */
static bool drain_whole(struct fw_listener *listener, struct batch *batch)
{
	unsigned int which;
	bool busy;

	for (which = 0; which < listener->source_count; which++)
		listener->sources[which].overrun = true;
	return drain_all(listener, batch, LAST_CALLS, &busy);
}

/* Events that happened before the end belong to the output, however fast more come. */
static void drain_rest(struct fw_listener *listener, struct batch *batch)
{
	struct fw_listener_source *source = listener->sources;
	bool going = drain_whole(listener, batch), flushed = false;

	for (; source < listener->sources + listener->source_count; source++)
		if (source->flush) {
			source->flush(source->socket);
			flushed = true;
		}
	if (going && flushed)
		drain_whole(listener, batch);
}

void *fw_listener_receive(void *context)
{
	struct fw_listener *listener = context;
	struct batch *batch = make_batch();
	uint64_t end =
		listener->nanoseconds ? fw_clock_read(CLOCK_MONOTONIC) + listener->nanoseconds : 0;
	bool busy = false, may_nap = true, going = true;
	struct fw_listener_source *source;
	unsigned int i;

	for (i = 0; i < listener->source_count; i++) {
		source = &listener->sources[i];
		may_nap &= option_of(source->socket, SOL_SOCKET, SO_RCVBUF) >= NAP_BUFFER;
		source->is_silent = option_of(source->socket, SOL_NETLINK, NETLINK_NO_ENOBUFS);
	}
	while (going && wait_for_more(listener, end)) {
		going = drain_all(listener, batch, 8, &busy);
		if (busy && may_nap)
			fw_listener_nap(RECEIVE_NAP_NS);
	}
	if (going)
		drain_rest(listener, batch);
	fw_queue_close(&listener->queue);
	free_batch(batch);
	return NULL;
}
