/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-write.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwctl/base/file.h"
#include "fwctl/base/mem.h"

char *fw_policy_file_real(const char *file)
{
	char *real = realpath(file, NULL);

	return real ? real : fw_strdup(file);
}

/* As far as this process may give a file away: that is said where it may not. */
static int keep_mode(const struct fw_cli *cli, int fd, const char *file)
{
	struct stat old;

	if (stat(file, &old) < 0)
		return errno == ENOENT ? fchmod(fd, 0644) : -1;
	if (fchown(fd, old.st_uid, old.st_gid) < 0) {
		if (errno != EPERM)
			return -1;
		fw_cli_note(cli, "%s had another owner or group, and has root's now", file);
	}
	return fchmod(fd, old.st_mode & 07777);
}

char *fw_policy_file_prepare(struct fw_cli *cli, const char *file, const struct fw_buf *text)
{
	char *path = fw_format("%s.new", file);
	int fd = -1, failed;

	if (mkdir(FWCTL_SYSCONFDIR, 0755) == 0 || errno == EEXIST)
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	failed = fd < 0 || keep_mode(cli, fd, file) < 0 ||
				 fw_file_write(fd, text->data, text->length) < 0
			 ? errno
			 : 0;
	if (fd >= 0 && close(fd) < 0 && !failed)
		failed = errno;
	if (!failed)
		return path;
	fw_err_sys(&cli->err, failed, "writing %s", path);
	if (fd >= 0)
		unlink(path);
	free(path);
	return NULL;
}

/* So that the new name outlives a power failure; as far as the file system does that. */
static void sync_folder(const char *file)
{
	char *path = fw_strdup(file);
	int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(path);
}

int fw_policy_file_replace(const char *prepared, const char *file, struct fw_err *err)
{
	if (rename(prepared, file) < 0)
		return fw_err_sys(err, errno, "renaming %s", prepared);
	sync_folder(file);
	return 0;
}
