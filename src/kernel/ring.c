/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ring.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

void fw_ring_init(struct fw_ring *ring, unsigned int slots, size_t slot_size)
{
	memset(ring, 0, sizeof(*ring));
	for (ring->slots = 2; ring->slots < slots;)
		ring->slots *= 2;
	ring->slot_size = slot_size;
	/* Untouched slots cost no memory. */
	ring->memory = fw_realloc_array(NULL, ring->slots, slot_size);
	ring->lengths = fw_calloc(ring->slots, sizeof(*ring->lengths));
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->changed, NULL);
}

void fw_ring_free(struct fw_ring *ring)
{
	free(ring->memory);
	free(ring->lengths);
	pthread_cond_destroy(&ring->changed);
	pthread_mutex_destroy(&ring->lock);
}

char *fw_ring_slot(struct fw_ring *ring)
{
	char *slot = NULL;

	pthread_mutex_lock(&ring->lock);
	ring->receiver_waits = true;
	while (ring->head - ring->tail == ring->slots && !ring->abandoned)
		pthread_cond_wait(&ring->changed, &ring->lock);
	ring->receiver_waits = false;
	if (!ring->abandoned)
		slot = ring->memory + (ring->head % ring->slots) * ring->slot_size;
	pthread_mutex_unlock(&ring->lock);
	return slot;
}

void fw_ring_give(struct fw_ring *ring, size_t length)
{
	bool wake;

	pthread_mutex_lock(&ring->lock);
	ring->lengths[ring->head % ring->slots] = length;
	ring->head++;
	wake = ring->worker_waits;
	pthread_mutex_unlock(&ring->lock);
	if (wake)
		pthread_cond_signal(&ring->changed);
}

void fw_ring_close(struct fw_ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->closed = true;
	pthread_mutex_unlock(&ring->lock);
	pthread_cond_signal(&ring->changed);
}

char *fw_ring_take(struct fw_ring *ring, size_t *length)
{
	char *slot = NULL;

	pthread_mutex_lock(&ring->lock);
	ring->worker_waits = true;
	while (ring->head == ring->tail && !ring->closed)
		pthread_cond_wait(&ring->changed, &ring->lock);
	ring->worker_waits = false;
	if (ring->head != ring->tail) {
		slot = ring->memory + (ring->tail % ring->slots) * ring->slot_size;
		*length = ring->lengths[ring->tail % ring->slots];
	}
	pthread_mutex_unlock(&ring->lock);
	return slot;
}

void fw_ring_release(struct fw_ring *ring)
{
	bool wake;

	pthread_mutex_lock(&ring->lock);
	ring->tail++;
	wake = ring->receiver_waits;
	pthread_mutex_unlock(&ring->lock);
	if (wake)
		pthread_cond_signal(&ring->changed);
}

void fw_ring_abandon(struct fw_ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->abandoned = true;
	pthread_mutex_unlock(&ring->lock);
	pthread_cond_signal(&ring->changed);
}
