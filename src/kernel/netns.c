/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"

static int open_path(char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), saved = errno;

	free(path);
	errno = saved;
	return fd;
}

static int open_name(const char *name)
{
	int fd = open_path(fw_format("/run/netns/%s", name));

	return fd < 0 && errno == ENOENT ? open_path(fw_format("/var/run/netns/%s", name)) : fd;
}

static int open_namespace(const char *where)
{
	uint64_t pid;

	if (strchr(where, '/'))
		return open_path(fw_strdup(where));
	if (fw_num_parse(where, 1, INT32_MAX, &pid) == FW_NUM_OK)
		return open_path(fw_format("/proc/%llu/ns/net", (unsigned long long)pid));
	/* "." and ".." would be directories, not names. */
	if (where[0] == '.') {
		errno = ENOENT;
		return -1;
	}
	return open_name(where);
}

int fw_netns_enter(const char *where, struct fw_err *err)
{
	int fd = open_namespace(where), failed;

	if (fd < 0) {
		fw_err_sys(err, errno, "network namespace '%s'", where);
		return fw_err_hint(err, "give a name that 'ip netns list' shows, the number of a "
					"process, or a path like /proc/1/ns/net");
	}
	failed = setns(fd, CLONE_NEWNET) < 0 ? errno : 0;
	close(fd);
	if (failed == EINVAL || failed == EBADF)
		return fw_err_set(err, FW_ERR_FAILED, "'%s' is not a network namespace", where);
	if (!failed)
		return 0;
	fw_err_sys(err, failed, "entering the network namespace '%s'", where);
	if (failed == EPERM)
		fw_err_hint(err, "run it as root, or with CAP_SYS_ADMIN");
	return -1;
}

int fw_netns_inode(uint64_t *inode, struct fw_err *err)
{
	struct stat status;

	if (stat("/proc/self/ns/net", &status) < 0)
		return fw_err_sys(err, errno, "/proc/self/ns/net");
	*inode = status.st_ino;
	return 0;
}
