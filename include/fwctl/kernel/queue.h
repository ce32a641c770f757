/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded queue of bytes between one thread that receives and one that works. What is given is
 * contiguous when it is taken. Memory that was used in a time of need goes back to the system when
 * the queue has run empty.
 */
#ifndef FWCTL_KERNEL_QUEUE_H
#define FWCTL_KERNEL_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct fw_queue {
	char *memory;
	size_t size;
	size_t head, tail; /* given up to here, released up to here */
	size_t end;        /* when wrapped: where the bytes in front of the wrap end */
	bool wrapped;      /* head has passed the end of the memory, tail has not */
	size_t used;       /* the highest head since memory was given back */
	bool closed, abandoned;
	bool worker_waits, receiver_waits;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/* `size` in bytes. -1 with errno set when there is no memory for it. */
int fw_queue_init(struct fw_queue *queue, size_t size);
void fw_queue_free(struct fw_queue *queue);

/*
 * Receiver: room for `size` bytes (at most a quarter of the queue), waiting for it; NULL when the
 * worker has abandoned the queue.
 */
char *fw_queue_reserve(struct fw_queue *queue, size_t size);

/* Receiver: hands over the first `size` bytes of the room reserved last. */
void fw_queue_give(struct fw_queue *queue, size_t size);

/* Receiver: no more will come. */
void fw_queue_close(struct fw_queue *queue);

/*
 * Worker: the oldest bytes and how many there are in one piece; waits up to `wait_ms` milliseconds,
 * -1: until some come. NULL when none came: then `*closed` says whether there will be more.
 */
const char *fw_queue_take(struct fw_queue *queue, size_t *length, int wait_ms, bool *closed);

/* Worker: is done with the first `length` of the bytes taken. */
void fw_queue_release(struct fw_queue *queue, size_t length);

/* Worker: wants no more. */
void fw_queue_abandon(struct fw_queue *queue);

#endif
