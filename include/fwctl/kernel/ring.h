/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded ring of buffers between one thread that receives and one that works on what came. The
 * receiver fills a slot in place; nothing is copied. When the worker stalls, the ring fills and
 * the receiver waits, or finds out that it would have to.
 */
#ifndef FWCTL_KERNEL_RING_H
#define FWCTL_KERNEL_RING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_ring {
	char *memory;
	size_t *lengths;
	size_t slot_size;
	unsigned int slots;
	unsigned int head, tail; /* slots given and taken so far; modulo 2^32 */
	bool closed;             /* the receiver has given its last slot */
	bool abandoned;          /* the worker wants no more */
	bool worker_waits, receiver_waits;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/* `slots` is rounded up to a power of two. */
void fw_ring_init(struct fw_ring *ring, unsigned int slots, size_t slot_size);
void fw_ring_free(struct fw_ring *ring);

/* Receiver: the next free slot, waiting for one. NULL when the worker has abandoned the ring. */
char *fw_ring_slot(struct fw_ring *ring);

/* Receiver: hands over the slot that fw_ring_slot() returned, with `length` bytes in it. */
void fw_ring_give(struct fw_ring *ring, size_t length);

/* Receiver: no more will come. */
void fw_ring_close(struct fw_ring *ring);

/*
 * Worker: the oldest slot that was given, waiting for one; NULL when the ring is closed and empty.
 * It stays the worker's until fw_ring_release().
 */
char *fw_ring_take(struct fw_ring *ring, size_t *length);
void fw_ring_release(struct fw_ring *ring);

/* Worker: wants no more; a receiver that waits for a slot is woken. */
void fw_ring_abandon(struct fw_ring *ring);

#endif
