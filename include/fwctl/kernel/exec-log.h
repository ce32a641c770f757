/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs that were begun last on this machine. Who changes a flow has often ended before the
 * change is heard of, and then /proc has forgotten the name; the kernel's perf events have not: for
 * each CPU they write the latest names that processes took, the namespaces they are in, the
 * libraries they loaded and when they ended, into a ring, which costs nothing until it is read. A
 * CPU that comes later has none.
 */
#ifndef FWCTL_KERNEL_EXEC_LOG_H
#define FWCTL_KERNEL_EXEC_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_exec_log {
	struct fw_exec_ring {
		int fd;
		char *pages; /* the kernel's header, and behind it the records */
	} * rings;
	size_t count;
	size_t data_size;            /* bytes of records in each */
	char *copy;                  /* of one ring, to look through */
	struct fw_exec_users *users; /* room for those that are looked for */
};

/*
 * Begins to remember. Needs CAP_PERFMON or CAP_SYS_ADMIN, and two descriptors for each CPU; where
 * that is not permitted, or the kernel has no perf events, nothing is remembered, which is no
 * error.
 */
void fw_exec_log_open(struct fw_exec_log *log);

/* Of a log that is all zero, too. */
void fw_exec_log_close(struct fw_exec_log *log);

/*
 * The name of the process with that number, as this process counts them, whether it still runs or
 * not: if it began since the log was opened, few others have since, and it was in the network
 * namespace of this process. Privileges are not needed any more.
 */
bool fw_exec_log_find(const struct fw_exec_log *log, uint32_t pid, char name[16]);

/* One that had a library. */
struct fw_exec_user {
	uint32_t pid;
	uint64_t age; /* nanoseconds since it had loaded it, at the time that is asked for */
	bool has_ended;
};

/* Whether it may be the one that is looked for. */
typedef bool fw_exec_choice_fn(const struct fw_exec_user *user, void *data);

/*
 * The name of the program that had loaded a library, whose file's name begins with `library`, when
 * something was heard of at `time` (nanoseconds since 1970): of those that were there then, in the
 * network namespace of this process, that were begun since the log was opened, and that may be it.
 * false when there was none, or there were several of different names.
 */
bool fw_exec_log_find_user(const struct fw_exec_log *log, const char *library, uint64_t time,
			   fw_exec_choice_fn *choose, void *data, char name[16]);

#endif
