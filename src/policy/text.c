/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP 65536

static const char *kind_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a named pipe";
	if (S_ISSOCK(mode))
		return "a socket";
	return "a device";
}

static int check_kind(int fd, struct fw_file_id *id, struct fw_err *err)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return fw_err_sys(err, errno, "cannot look at it");
	if (!S_ISREG(info.st_mode))
		return fw_err_set(err, FW_ERR_FAILED, "is %s, a file of text is needed%s",
				  kind_of(info.st_mode),
				  S_ISFIFO(info.st_mode) ? "; - is standard input" : "");
	if (id)
		*id = (struct fw_file_id){ info.st_dev, info.st_ino };
	return 0;
}

int fw_text_read_open(int fd, struct fw_buf *buf, struct fw_err *err)
{
	size_t before = buf->length;
	ssize_t got;

	for (;;) {
		got = read(fd, fw_buf_reserve(buf, STEP), STEP);
		if (!got)
			return 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fw_err_sys(err, errno, "cannot read it");
		buf->length += (size_t)got;
		if (buf->length - before > FW_TEXT_MAX)
			return fw_err_set(err, FW_ERR_FAILED, "is larger than %u MiB",
					  FW_TEXT_MAX >> 20);
	}
}

int fw_text_read(const char *path, struct fw_buf *buf, struct fw_file_id *id, struct fw_err *err)
{
	int fd, result;

	/* O_NONBLOCK: a named pipe without a writer would wait here for ever. */
	do {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return fw_err_sys(err, errno, "cannot open it");
	result = check_kind(fd, id, err);
	if (!result)
		result = fw_text_read_open(fd, buf, err);
	close(fd);
	return result;
}
