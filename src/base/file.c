/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/file.h"

#include <errno.h>
#include <unistd.h>

int fw_file_write(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size) {
		ssize_t put = write(fd, at, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		size -= (size_t)put;
	}
	return fsync(fd);
}
