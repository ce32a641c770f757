/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf_event_open(2), "Overwritable ring buffer": such a ring is written backwards, so the newest
 * record is the one that the head points at, and older ones follow until what is left of the oldest
 * is no whole record.
 */
#include "fwctl/kernel/exec-log.h"

#include <limits.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/clock.h"
#include "fwctl/base/mem.h"

/*
 * Two rings of each CPU: of libraries there are many more records, and a program that maps code all
 * the time, as a compiler within it does, would drown the rest. A process that begins and ends
 * leaves some 350 bytes of names, and 700 of libraries. Of many CPUs each has less to do.
 */
#define MAX_PAGES 16
#define MIN_PAGES 8
#define ALL_PAGES 1024

/* What the kernel writes when a process takes a name, is in other namespaces than before, loads a
 * library, or ends. */
struct record {
	struct perf_event_header header;
	uint32_t pid, tid; /* when it ends: the process, and its parent */
	union {
		char comm[16]; /* or 8, padded with zeros */
		struct {
			uint64_t count;
			struct {
				uint64_t device, inode;
			} link[NR_NAMESPACES];
		} namespaces;
		struct {
			uint64_t address, length, offset;
			char path[256]; /* padded with zeros */
		} mmap;
		uint32_t ended; /* the thread */
	};
	char room[64]; /* for the time, and kinds of namespaces that are not known yet */
};

/* With the shortest name, and the time that stands last in each. */
#define MIN_RECORD (offsetof(struct record, comm) + 8 + sizeof(uint64_t))

/* What is known of one process; a time is 0 before anything is. */
struct finding {
	uint32_t pid;
	uint64_t named, moved, loaded, ended; /* when */
	char name[16];
	uint64_t net_namespace;
};

/* Processes that had a library, while they are looked for. */
#define USERS 2048

struct fw_exec_users {
	const char *library;
	uint64_t time; /* of the change */
	/* Each in the first free place from that of its number on; a free one has none. */
	struct finding list[USERS];
	unsigned int count;
};

/* Gets a record; `end`: the bytes of it in front of its time, which stands last. */
typedef void record_fn(const struct record *record, size_t end, uint64_t time, void *data);

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Of each ring, which the kernel wants to be of 2^n pages. */
static size_t data_size(size_t rings)
{
	size_t pages = MAX_PAGES;

	while (pages > MIN_PAGES && pages * rings > ALL_PAGES)
		pages /= 2;
	return pages * page_size();
}

static int open_event(int cpu, bool libraries)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TIME,
		.comm = !libraries,
		.namespaces = !libraries,
		.task = !libraries,
		.mmap = libraries,
		.sample_id_all = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.write_backward = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static void add_ring(struct fw_exec_log *log, int cpu, bool libraries)
{
	struct fw_exec_ring *ring = &log->rings[log->count];

	ring->fd = open_event(cpu, libraries);
	if (ring->fd < 0)
		return;
	/* Memory that we cannot write to is what makes the kernel overwrite the oldest. */
	ring->pages = mmap(NULL, page_size() + log->data_size, PROT_READ, MAP_SHARED, ring->fd, 0);
	if (ring->pages == MAP_FAILED)
		close(ring->fd);
	else
		log->count++;
}

/* Descriptors for what the caller is there for. */
#define OTHER_FILES 32

/* Names are welcome, and not worth an error elsewhere. */
static bool has_room_for(size_t files)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	if (limit.rlim_cur >= files + OTHER_FILES)
		return true;
	if (limit.rlim_max < files + OTHER_FILES)
		return false;
	limit.rlim_cur = files + OTHER_FILES;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

void fw_exec_log_open(struct fw_exec_log *log)
{
	long found = sysconf(_SC_NPROCESSORS_CONF);
	size_t cpus = found > 0 ? (size_t)found : 1, rings = 2 * cpus, i;

	log->count = 0;
	log->rings = fw_calloc(rings, sizeof(*log->rings));
	log->data_size = data_size(rings);
	log->copy = fw_malloc(log->data_size);
	log->users = fw_malloc(sizeof(*log->users));
	if (!has_room_for(rings))
		return;
	for (i = 0; i < rings; i++)
		add_ring(log, (int)(i / 2), i % 2);
}

void fw_exec_log_close(struct fw_exec_log *log)
{
	size_t i;

	for (i = 0; i < log->count; i++) {
		munmap(log->rings[i].pages, page_size() + log->data_size);
		close(log->rings[i].fd);
	}
	free(log->rings);
	free(log->copy);
	free(log->users);
	memset(log, 0, sizeof(*log));
}

static uint64_t head_of(const struct fw_exec_ring *ring)
{
	const struct perf_event_mmap_page *page = (const void *)ring->pages;

	return __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
}

/* Room for a record that the kernel is just writing in front of the head; the path of a library may
 * be that long. */
#define BEING_WRITTEN (2 * PATH_MAX)

/*
 * What the ring holds, the newest first, into `copy`. The kernel goes on writing meanwhile: it is
 * the oldest that it writes over. Returns the length of what is good.
 */
static size_t copy_ring(const struct fw_exec_ring *ring, size_t size, char *copy)
{
	const char *data = ring->pages + page_size();
	size_t start, lost;
	uint64_t head = head_of(ring);

	start = head & (size - 1);
	memcpy(copy, data + start, size - start);
	memcpy(copy + size - start, data, start);
	/* What was copied was read before the head is read again. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	lost = (size_t)(head - head_of(ring)) + BEING_WRITTEN;
	return lost < size ? size - lost : 0;
}

static void look_through(const char *records, size_t length, record_fn *fn, void *data)
{
	struct perf_event_header header;
	struct record record;
	uint64_t time;
	size_t at, end;

	for (at = 0; at + sizeof(header) <= length; at += header.size) {
		memcpy(&header, records + at, sizeof(header));
		/* Nothing was written here yet, or no whole record is left. */
		if (header.size < sizeof(header) || at + header.size > length)
			return;
		if (header.size < MIN_RECORD || header.size > sizeof(record))
			continue;
		memcpy(&record, records + at, header.size);
		end = header.size - sizeof(time);
		memcpy(&time, (const char *)&record + end, sizeof(time));
		fn(&record, end, time, data);
	}
}

static void each_record(const struct fw_exec_log *log, record_fn *fn, void *data)
{
	size_t i;

	for (i = 0; i < log->count; i++)
		look_through(log->copy, copy_ring(&log->rings[i], log->data_size, log->copy), fn,
			     data);
}

/* ---- what is known of a process -------------------------------------------------------------- */

/* The name of a process is that of its first thread, and it ends with that. */
static void take_record(const struct record *record, size_t end, uint64_t time, void *data)
{
	struct finding *finding = data;
	bool is_end = record->header.type == PERF_RECORD_EXIT;

	if (record->pid != finding->pid || (is_end ? record->ended : record->tid) != finding->pid)
		return;
	if (is_end && time > finding->ended) {
		finding->ended = time;
	} else if (record->header.type == PERF_RECORD_COMM && time > finding->named) {
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

/* Whether it has a name, and was in our network namespace. */
static bool is_good(const struct finding *finding)
{
	struct stat ours;

	return finding->named && finding->moved && !stat("/proc/self/ns/net", &ours) &&
	       finding->net_namespace == ours.st_ino;
}

/* A process takes a new name with each program that it becomes, on whatever CPU. */
bool fw_exec_log_find(const struct fw_exec_log *log, uint32_t pid, char name[16])
{
	struct finding finding = { .pid = pid };

	each_record(log, take_record, &finding);
	if (!is_good(&finding))
		return false;
	memcpy(name, finding.name, sizeof(finding.name));
	return true;
}

/* ---- who has a library ----------------------------------------------------------------------- */

/* So much later than it happens may a change be heard of. */
#define LATE_NS 10000000u

/* The place of that process, or a free one. There always is one: see find_users(). */
static struct finding *place_of(struct fw_exec_users *users, uint32_t pid)
{
	unsigned int place = pid % USERS;

	while (users->list[place].pid && users->list[place].pid != pid)
		place = (place + 1) % USERS;
	return &users->list[place];
}

static bool is_full(const struct fw_exec_users *users)
{
	return users->count == USERS / 2;
}

/* The path of a mapped file is the name of that library, with whatever version. */
static bool is_library(const struct record *record, size_t end, const char *library)
{
	size_t start = offsetof(struct record, mmap.path), length = strlen(library);
	const char *base = memrchr(record->mmap.path, '/', end > start ? end - start : 0);

	return base && (size_t)((const char *)record + end - base) > length + 1 &&
	       !memcmp(base + 1, library, length);
}

static void find_users(const struct record *record, size_t end, uint64_t time, void *data)
{
	struct fw_exec_users *users = data;
	struct finding *user;

	/* Processes that our pid namespace does not know have no number, or -1. */
	if (record->header.type != PERF_RECORD_MMAP || time > users->time || !record->pid ||
	    record->pid == UINT32_MAX || !is_library(record, end, users->library))
		return;
	user = place_of(users, record->pid);
	if (!user->pid) {
		if (is_full(users))
			return;
		user->pid = record->pid;
		users->count++;
	}
	if (time > user->loaded)
		user->loaded = time;
}

static void take_users_record(const struct record *record, size_t end, uint64_t time, void *data)
{
	struct finding *user = place_of(data, record->pid);

	if (user->pid)
		take_record(record, end, time, user);
}

/* Whether it was still the program that loaded the library; an older end is of another process. */
static bool was_there(const struct finding *finding, uint64_t time, struct fw_exec_user *user)
{
	user->pid = finding->pid;
	user->has_ended = finding->ended > finding->loaded;
	user->age = time - finding->loaded;
	return is_good(finding) && finding->named < finding->loaded &&
	       (!user->has_ended || finding->ended + LATE_NS >= time);
}

/* The order of what happened is by a clock that nobody sets. */
static uint64_t monotonic(uint64_t time)
{
	return time - fw_clock_read(CLOCK_REALTIME) + fw_clock_read(CLOCK_MONOTONIC);
}

bool fw_exec_log_find_user(const struct fw_exec_log *log, const char *library, uint64_t time,
			   fw_exec_choice_fn *choose, void *data, char name[16])
{
	struct fw_exec_users *users = log->users;
	const struct finding *found = NULL, *one;
	struct fw_exec_user user;
	bool differ;

	if (!log->count)
		return false;
	users->library = library;
	users->time = monotonic(time);
	users->count = 0;
	memset(users->list, 0, sizeof(users->list));
	each_record(log, find_users, users);
	each_record(log, take_users_record, users);
	/* There may be more of them than were found. */
	differ = is_full(users);
	for (one = users->list; one < users->list + USERS; one++) {
		if (!one->pid || !was_there(one, users->time, &user) || !choose(&user, data))
			continue;
		differ |= found && strcmp(found->name, one->name);
		found = one;
	}
	if (found && !differ)
		memcpy(name, found->name, sizeof(found->name));
	return found && !differ;
}
