/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"

static int open_sysctl(const char *name, int flags)
{
	char *path = fw_format("/proc/sys/net/netfilter/%s", name);
	int fd = open(path, flags | O_CLOEXEC), saved = errno;

	free(path);
	errno = saved;
	return fd;
}

bool fw_sysctl_read(const char *name, uint64_t *value)
{
	int fd = open_sysctl(name, O_RDONLY);
	char text[32];
	ssize_t length;

	if (fd < 0)
		return false;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0)
		return false;
	text[length] = '\0';
	return fw_num_parse_n(text, strcspn(text, "\n"), 0, UINT64_MAX, value) == FW_NUM_OK;
}

static int write_failed(const char *name, int sys, struct fw_err *err)
{
	fw_err_sys(err, sys, "setting net.netfilter.%s", name);
	if (sys == ENOENT) {
		err->kind = FW_ERR_DENIED;
		return fw_err_hint(err, "this kernel lacks it, or does not track connections");
	}
	if (sys == EPERM || sys == EACCES || sys == EROFS) {
		err->kind = FW_ERR_DENIED;
		return fw_err_hint(err, "run it as root of the network namespace, where /proc/sys "
					"may be written");
	}
	return -1;
}

int fw_sysctl_write(const char *name, uint64_t value, struct fw_err *err)
{
	int fd = open_sysctl(name, O_WRONLY), failed = 0;
	char text[32];
	int length = snprintf(text, sizeof(text), "%" PRIu64 "\n", value);

	if (fd < 0)
		return write_failed(name, errno, err);
	if (write(fd, text, (size_t)length) != length)
		failed = errno ? errno : EIO;
	close(fd);
	return failed ? write_failed(name, failed, err) : 0;
}
