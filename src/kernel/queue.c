/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/queue.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* So much memory is kept when the queue has run empty. */
#define KEPT (1024 * 1024)

int fw_queue_init(struct fw_queue *queue, size_t size)
{
	pthread_condattr_t clock;

	memset(queue, 0, sizeof(*queue));
	/* Pages that are not used cost nothing. */
	queue->memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (queue->memory == MAP_FAILED)
		return -1;
	queue->size = size;
	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->changed, &clock);
	pthread_condattr_destroy(&clock);
	return 0;
}

void fw_queue_free(struct fw_queue *queue)
{
	munmap(queue->memory, queue->size);
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->lock);
}

/* ---- receiver -------------------------------------------------------------------------------- */

static bool is_empty(const struct fw_queue *queue)
{
	return !queue->wrapped && queue->head == queue->tail;
}

/* An empty queue starts at the front again, so that a quiet stream stays in a few pages. */
static void rewind_empty(struct fw_queue *queue)
{
	queue->head = queue->tail = 0;
	if (queue->used > KEPT) {
		madvise(queue->memory + KEPT, queue->size - KEPT, MADV_DONTNEED);
		queue->used = 0;
	}
}

/* Whether `size` contiguous bytes are free at head; may move head to the front. */
static bool make_room(struct fw_queue *queue, size_t size)
{
	if (is_empty(queue))
		rewind_empty(queue);
	if (queue->wrapped)
		return queue->tail - queue->head >= size;
	if (queue->size - queue->head >= size)
		return true;
	if (queue->tail < size)
		return false;
	queue->end = queue->head;
	queue->head = 0;
	queue->wrapped = true;
	return true;
}

char *fw_queue_reserve(struct fw_queue *queue, size_t size)
{
	char *room;

	pthread_mutex_lock(&queue->lock);
	while (!queue->abandoned && !make_room(queue, size)) {
		queue->receiver_waits = true;
		pthread_cond_wait(&queue->changed, &queue->lock);
	}
	queue->receiver_waits = false;
	room = queue->abandoned ? NULL : queue->memory + queue->head;
	pthread_mutex_unlock(&queue->lock);
	return room;
}

void fw_queue_give(struct fw_queue *queue, size_t size)
{
	bool wake;

	pthread_mutex_lock(&queue->lock);
	queue->head += size;
	if (queue->head > queue->used)
		queue->used = queue->head;
	wake = queue->worker_waits;
	pthread_mutex_unlock(&queue->lock);
	if (wake)
		pthread_cond_signal(&queue->changed);
}

void fw_queue_close(struct fw_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	pthread_mutex_unlock(&queue->lock);
	pthread_cond_signal(&queue->changed);
}

/* ---- worker ---------------------------------------------------------------------------------- */

static struct timespec after(int milliseconds)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += milliseconds / 1000;
	at.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

static void wait_for_bytes(struct fw_queue *queue, int wait_ms)
{
	struct timespec until = after(wait_ms < 0 ? 0 : wait_ms);
	int failed = 0;

	queue->worker_waits = true;
	while (is_empty(queue) && !queue->closed && !failed)
		failed = wait_ms < 0
				 ? pthread_cond_wait(&queue->changed, &queue->lock)
				 : pthread_cond_timedwait(&queue->changed, &queue->lock, &until);
	queue->worker_waits = false;
}

const char *fw_queue_take(struct fw_queue *queue, size_t *length, int wait_ms, bool *closed)
{
	const char *bytes = NULL;

	pthread_mutex_lock(&queue->lock);
	if (wait_ms && is_empty(queue))
		wait_for_bytes(queue, wait_ms);
	*closed = queue->closed;
	if (!is_empty(queue)) {
		bytes = queue->memory + queue->tail;
		*length = (queue->wrapped ? queue->end : queue->head) - queue->tail;
	}
	pthread_mutex_unlock(&queue->lock);
	return bytes;
}

void fw_queue_release(struct fw_queue *queue, size_t length)
{
	bool wake;

	pthread_mutex_lock(&queue->lock);
	queue->tail += length;
	if (queue->wrapped && queue->tail == queue->end) {
		queue->tail = 0;
		queue->wrapped = false;
	}
	wake = queue->receiver_waits;
	pthread_mutex_unlock(&queue->lock);
	if (wake)
		pthread_cond_signal(&queue->changed);
}

void fw_queue_abandon(struct fw_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->abandoned = true;
	pthread_mutex_unlock(&queue->lock);
	pthread_cond_signal(&queue->changed);
}
