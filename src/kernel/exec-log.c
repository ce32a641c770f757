/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf_event_open(2), "Overwritable ring buffer": such a ring is written backwards, so the newest
 * record is the one that the head points at, and older ones follow until what is left of the oldest
 * is no whole record.
 */
#include "fwctl/kernel/exec-log.h"

#include <linux/perf_event.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fwctl/base/mem.h"

/* A record has some 40 bytes: these hold more than four hundred of each CPU. */
#define DATA_PAGES 4

/* What the kernel writes when a process takes a name. */
struct comm_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	/* The name, padded with zeros to 8 or 16 bytes, and behind it a time of 8. */
	char comm[16];
	char room[8];
};

#define MIN_RECORD (offsetof(struct comm_record, comm) + 8 + sizeof(uint64_t))

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t data_size(void)
{
	return DATA_PAGES * page_size();
}

static int open_event(int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TIME,
		.comm = 1,
		.sample_id_all = 1,
		.write_backward = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static void add_ring(struct fw_exec_log *log, int cpu)
{
	struct fw_exec_ring *ring = &log->rings[log->count];

	ring->fd = open_event(cpu);
	if (ring->fd < 0)
		return;
	/* Memory that we cannot write to is what makes the kernel overwrite the oldest. */
	ring->pages = mmap(NULL, page_size() + data_size(), PROT_READ, MAP_SHARED, ring->fd, 0);
	if (ring->pages == MAP_FAILED)
		close(ring->fd);
	else
		log->count++;
}

void fw_exec_log_open(struct fw_exec_log *log)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF), cpu;

	log->count = 0;
	log->rings = fw_calloc(cpus > 0 ? (size_t)cpus : 1, sizeof(*log->rings));
	for (cpu = 0; cpu < cpus; cpu++)
		add_ring(log, (int)cpu);
}

void fw_exec_log_close(struct fw_exec_log *log)
{
	size_t i;

	for (i = 0; i < log->count; i++) {
		munmap(log->rings[i].pages, page_size() + data_size());
		close(log->rings[i].fd);
	}
	free(log->rings);
	memset(log, 0, sizeof(*log));
}

/* Bytes of the ring, which begins again where it ends. */
static void copy_out(const struct fw_exec_ring *ring, uint64_t at, void *to, size_t length)
{
	const char *data = ring->pages + page_size();
	size_t size = data_size(), start = at & (size - 1);
	size_t first = length < size - start ? length : size - start;

	memcpy(to, data + start, first);
	memcpy((char *)to + first, data, length - first);
}

/* The newest record of the first thread of that process; the kernel writes nothing meanwhile. */
static bool find_in(const struct fw_exec_ring *ring, uint32_t pid, struct comm_record *found)
{
	const struct perf_event_mmap_page *page = (const void *)ring->pages;
	uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	struct perf_event_header header;
	size_t done;

	for (done = 0; done + sizeof(header) <= data_size(); done += header.size) {
		copy_out(ring, head + done, &header, sizeof(header));
		/* Nothing was written here yet, or no whole record is left. */
		if (header.size < sizeof(header) || done + header.size > data_size())
			return false;
		if (header.type != PERF_RECORD_COMM || header.size > sizeof(*found) ||
		    header.size < MIN_RECORD)
			continue;
		memset(found, 0, sizeof(*found));
		copy_out(ring, head + done, found, header.size);
		if (found->pid == pid && found->tid == pid)
			return true;
	}
	return false;
}

/* The time of the record, and behind the end of the name nothing. */
static uint64_t cut_time(struct comm_record *record)
{
	size_t at = record->header.size - sizeof(uint64_t);
	uint64_t time;

	memcpy(&time, (char *)record + at, sizeof(time));
	memset((char *)record + at, 0, sizeof(time));
	return time;
}

/* A process takes a new name with each program that it becomes, on whatever CPU. */
bool fw_exec_log_find(const struct fw_exec_log *log, uint32_t pid, char name[16])
{
	struct comm_record record;
	uint64_t newest = 0, time;
	bool found;
	size_t i;

	for (i = 0; i < log->count; i++) {
		ioctl(log->rings[i].fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 1);
		found = find_in(&log->rings[i], pid, &record);
		ioctl(log->rings[i].fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 0);
		time = found ? cut_time(&record) : 0;
		if (time <= newest)
			continue;
		newest = time;
		memcpy(name, record.comm, 15);
		name[15] = '\0';
	}
	return newest;
}
