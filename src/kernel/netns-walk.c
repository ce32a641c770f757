/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/netns-walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"

struct space {
	ino_t inode;
	char *name, *path;
};

struct spaces {
	struct space *items;
	size_t count, capacity;
};

static bool have(const struct spaces *spaces, ino_t inode)
{
	size_t i;

	for (i = 0; i < spaces->count; i++)
		if (spaces->items[i].inode == inode)
			return true;
	return false;
}

/* Notes the namespace at `path`, which it takes over. -1: it is not to be seen (errno). */
static int add(struct spaces *spaces, const char *name, char *path)
{
	struct stat status;
	int failed = stat(path, &status) < 0 ? errno : 0;

	if (failed || have(spaces, status.st_ino)) {
		free(path);
		errno = failed;
		return failed ? -1 : 0;
	}
	fw_array_grow(&spaces->items, &spaces->capacity, spaces->count, sizeof(*spaces->items));
	spaces->items[spaces->count++] = (struct space){ status.st_ino, fw_strdup(name), path };
	return 0;
}

/* A file whose mount is gone is an ordinary empty file. */
static bool is_namespace(const char *path)
{
	struct statfs status;

	return !statfs(path, &status) && status.f_type == NSFS_MAGIC;
}

static void add_named(struct spaces *spaces)
{
	struct dirent **entries = NULL;
	int count = scandir("/run/netns", &entries, NULL, alphasort), i;
	char *path;

	for (i = 0; i < count; i++) {
		path = fw_format("/run/netns/%s", entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && is_namespace(path))
			(void)add(spaces, entries[i]->d_name, path);
		else
			free(path);
		free(entries[i]);
	}
	free(entries);
}

static int is_process(const struct dirent *entry)
{
	uint64_t pid;

	return fw_num_parse(entry->d_name, 1, INT32_MAX, &pid) == FW_NUM_OK;
}

/* "9" before "10". */
static int by_number(const struct dirent **a, const struct dirent **b)
{
	size_t left = strlen((*a)->d_name), right = strlen((*b)->d_name);

	if (left != right)
		return left < right ? -1 : 1;
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* What the walk is for. */
struct walk {
	fw_netns_fn *fn;
	fw_netns_missed_fn *missed;
	void *context;
};

/* `hidden` processes, `first` among them, that may not be looked at. */
static void tell_hidden(const struct walk *walk, unsigned int hidden, const char *first, int reason)
{
	struct fw_err why = FW_ERR_INIT;

	if (hidden == 1)
		fw_err_sys(&why, reason, "the network namespace of process %s", first);
	else if (hidden)
		fw_err_sys(&why, reason, "the network namespaces of %u processes, %s among them",
			   hidden, first);
	if (hidden)
		walk->missed(walk->context, &why);
	fw_err_free(&why);
}

/* A process that ends meanwhile is gone; one that may not be looked at is a namespace missed. */
static int add_of_processes(struct spaces *spaces, const struct walk *walk, struct fw_err *err)
{
	struct dirent **entries = NULL;
	int count = scandir("/proc", &entries, is_process, by_number), i, reason = 0;
	unsigned int hidden = 0;
	char first[16] = "", *path;

	if (count < 0)
		return fw_err_sys(err, errno, "reading /proc");
	for (i = 0; i < count; i++) {
		path = fw_format("/proc/%s/ns/net", entries[i]->d_name);
		if (add(spaces, entries[i]->d_name, path) < 0 &&
		    (errno == EACCES || errno == EPERM) && !hidden++) {
			reason = errno;
			memcpy(first, entries[i]->d_name,
			       strnlen(entries[i]->d_name, sizeof(first) - 1));
		}
		free(entries[i]);
	}
	free(entries);
	tell_hidden(walk, hidden, first, reason);
	return 0;
}

static int enter(int fd, const char *name, struct fw_err *err)
{
	if (!setns(fd, CLONE_NEWNET))
		return 0;
	fw_err_sys(err, errno, "entering the network namespace '%s'", name);
	return err && err->kind == FW_ERR_DENIED
		       ? fw_err_hint(err, "run it as root, or with CAP_SYS_ADMIN")
		       : -1;
}

static int visit(const struct space *space, const struct walk *walk, struct fw_err *err)
{
	int fd = open(space->path, O_RDONLY | O_CLOEXEC), result;
	struct fw_err why = FW_ERR_INIT;
	struct stat status;

	/* The process may have gone, and another one have its number by now. */
	if (fd < 0 || fstat(fd, &status) < 0 || status.st_ino != space->inode) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	result = enter(fd, space->name, &why);
	close(fd);
	if (!result)
		return walk->fn(walk->context, space->name, err);
	walk->missed(walk->context, &why);
	fw_err_free(&why);
	return 0;
}

int fw_netns_each(fw_netns_fn *fn, fw_netns_missed_fn *missed, void *context, struct fw_err *err)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), result;
	const struct walk walk = { fn, missed, context };
	struct spaces spaces = { 0 };
	size_t i;

	if (home < 0)
		return fw_err_sys(err, errno, "/proc/self/ns/net");
	add_named(&spaces);
	result = add_of_processes(&spaces, &walk, err);
	for (i = 0; i < spaces.count; i++) {
		if (!result)
			result = visit(&spaces.items[i], &walk, err);
		free(spaces.items[i].name);
		free(spaces.items[i].path);
	}
	free(spaces.items);
	if (enter(home, "where it began", result ? NULL : err) < 0)
		result = -1;
	close(home);
	return result;
}
