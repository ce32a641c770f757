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
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fwctl/base/mem.h"

/* A process that begins leaves some 200 bytes: these hold about a hundred and fifty of each CPU. */
#define DATA_PAGES 8

/* What the kernel writes when a process takes a name, or is in other namespaces than before. */
struct record {
	struct perf_event_header header;
	uint32_t pid, tid;
	union {
		char comm[16]; /* or 8, padded with zeros */
		struct {
			uint64_t count;
			struct {
				uint64_t device, inode;
			} link[NR_NAMESPACES];
		} namespaces;
	};
	char room[64]; /* for the time, and kinds of namespaces that are not known yet */
};

/* With the shortest name, and the time that stands last in each. */
#define MIN_RECORD (offsetof(struct record, comm) + 8 + sizeof(uint64_t))

/* What is known of one process; a time is 0 before anything is. */
struct finding {
	uint32_t pid;
	uint64_t named, moved; /* when */
	char name[16];
	uint64_t net_namespace;
};

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
		.namespaces = 1,
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
	log->copy = fw_malloc(data_size());
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
	free(log->copy);
	memset(log, 0, sizeof(*log));
}

static uint64_t head_of(const struct fw_exec_ring *ring)
{
	const struct perf_event_mmap_page *page = (const void *)ring->pages;

	return __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
}

/* Room for a record that the kernel is just writing in front of the head. */
#define BEING_WRITTEN 1024

/*
 * What the ring holds, the newest first, into `copy`. The kernel goes on writing meanwhile: it is
 * the oldest that it writes over. Returns the length of what is good.
 */
static size_t copy_ring(const struct fw_exec_ring *ring, char *copy)
{
	const char *data = ring->pages + page_size();
	size_t size = data_size(), start, lost;
	uint64_t head = head_of(ring);

	start = head & (size - 1);
	memcpy(copy, data + start, size - start);
	memcpy(copy + size - start, data, start);
	lost = (size_t)(head - head_of(ring)) + BEING_WRITTEN;
	return lost < size ? size - lost : 0;
}

/* The name of a process is that of its first thread. */
static void take_record(const struct record *record, struct finding *finding)
{
	uint64_t time;
	size_t end = record->header.size - sizeof(time);

	if (record->pid != finding->pid || record->tid != finding->pid)
		return;
	memcpy(&time, (const char *)record + end, sizeof(time));
	if (record->header.type == PERF_RECORD_COMM && time > finding->named) {
		end -= offsetof(struct record, comm);
		memset(finding->name, 0, sizeof(finding->name));
		memcpy(finding->name, record->comm, end < 15 ? end : 15);
		finding->named = time;
	} else if (record->header.type == PERF_RECORD_NAMESPACES && time > finding->moved &&
		   end >= offsetof(struct record, namespaces.link[NET_NS_INDEX + 1])) {
		finding->net_namespace = record->namespaces.link[NET_NS_INDEX].inode;
		finding->moved = time;
	}
}

static void look_through(const char *records, size_t length, struct finding *finding)
{
	struct perf_event_header header;
	struct record record;
	size_t at;

	for (at = 0; at + sizeof(header) <= length; at += header.size) {
		memcpy(&header, records + at, sizeof(header));
		/* Nothing was written here yet, or no whole record is left. */
		if (header.size < sizeof(header) || at + header.size > length)
			return;
		if (header.size < MIN_RECORD || header.size > sizeof(record))
			continue;
		memcpy(&record, records + at, header.size);
		take_record(&record, finding);
	}
}

/* 0 when it cannot be told. */
static uint64_t our_net_namespace(void)
{
	struct stat ours;

	return stat("/proc/self/ns/net", &ours) < 0 ? 0 : ours.st_ino;
}

/* A process takes a new name with each program that it becomes, on whatever CPU. */
bool fw_exec_log_find(const struct fw_exec_log *log, uint32_t pid, char name[16])
{
	struct finding finding = { .pid = pid };
	size_t i;

	for (i = 0; i < log->count; i++)
		look_through(log->copy, copy_ring(&log->rings[i], log->copy), &finding);
	if (!finding.named || !finding.moved || finding.net_namespace != our_net_namespace())
		return false;
	memcpy(name, finding.name, sizeof(finding.name));
	return true;
}
