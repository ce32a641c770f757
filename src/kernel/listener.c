/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/listener.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fwctl/kernel/attr.h"
#include "fwctl/kernel/listener-receive.h"

/* Time to let a stream gather that will not rest, before it is worked on. */
#define WORK_NAP_NS 5000000

/* ---- beginning and end ----------------------------------------------------------------------- */

unsigned int fw_listener_add(struct fw_listener *listener, struct fw_socket *socket,
			     void (*flush)(struct fw_socket *socket))
{
	listener->sources[listener->source_count].socket = socket;
	listener->sources[listener->source_count].flush = flush;
	return listener->source_count++;
}

static int start_thread(struct fw_listener *listener, struct fw_err *err)
{
	sigset_t all, before;
	int failed;

	/* Signals are for the main thread: a mask is inherited when a thread begins. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&listener->thread, NULL, fw_listener_receive, listener);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? fw_err_sys(err, failed, "starting a thread") : 0;
}

int fw_listener_start(struct fw_listener *listener, struct fw_err *err)
{
	size_t size = listener->queue_size;

	if (fw_queue_init(&listener->queue, size) < 0)
		return fw_err_sys(err, errno, "a queue of %zu bytes", size);
	listener->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (listener->wake_fd < 0)
		fw_err_sys(err, errno, "an event descriptor");
	else if (!start_thread(listener, err))
		return 0;
	else
		close(listener->wake_fd);
	fw_queue_free(&listener->queue);
	return -1;
}

static void wake(const struct fw_listener *listener)
{
	uint64_t one = 1;

	while (write(listener->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

int fw_listener_stop(struct fw_listener *listener, struct fw_err *err)
{
	int result = 0;

	fw_queue_abandon(&listener->queue);
	__atomic_store_n(&listener->is_ended, true, __ATOMIC_RELEASE);
	wake(listener);
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
	if (listener->busy >= FW_LISTENER_BUSY && !closed)
		fw_listener_nap(WORK_NAP_NS);
	listener->busy = 0;
	listener->run = fw_queue_take(&listener->queue, &listener->run_length, wait_ms, &closed);
	if (listener->run)
		return FW_LISTENER_HEARD;
	return closed ? FW_LISTENER_END : FW_LISTENER_PAUSE;
}

static void read_record(struct fw_listener *listener, struct fw_heard *heard)
{
	const char *at = listener->run + listener->run_done;
	struct fw_listener_record record;

	memcpy(&record, at, sizeof(record));
	*heard = (struct fw_heard){ .source = record.source,
				    .time = record.time,
				    .lost = record.lost,
				    .mark = record.mark };
	listener->run_done += record.size;
	listener->message = (void *)(uintptr_t)(at + FW_LISTENER_RECORD);
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

uint32_t fw_listener_mark(struct fw_listener *listener, unsigned int source)
{
	uint32_t mark = listener->sources[source].mark_wanted + 1;

	__atomic_store_n(&listener->sources[source].mark_wanted, mark, __ATOMIC_RELEASE);
	wake(listener);
	return mark;
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
