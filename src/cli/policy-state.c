/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/file.h"
#include "fwctl/base/mem.h"
#include "fwctl/kernel/netns.h"

#define LOCK_TRIES    600
#define LOCK_PAUSE_NS 50000000

/* --- the folder ---------------------------------------------------------------------------- */

static bool is_writable(const char *path)
{
	return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0;
}

static char *base_path(void)
{
	const char *chosen = getenv("FWCTL_STATE_DIR"), *own = getenv("XDG_RUNTIME_DIR");

	if (chosen && *chosen)
		return fw_strdup(chosen);
	if (is_writable("/run/fwctl") || is_writable("/run") || !own || !*own)
		return fw_strdup("/run/fwctl");
	return fw_format("%s/fwctl", own);
}

static int make_folder(const char *path, struct fw_err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	fw_err_sys(err, errno, "making the folder %s", path);
	return fw_err_hint(err,
			   "what is applied is kept there; FWCTL_STATE_DIR names another place");
}

/* Of which state->path is the path. */
static int open_folder(struct fw_state *state, bool change, struct fw_err *err)
{
	if (change && make_folder(state->path, err) < 0)
		return -1;
	state->fd = open(state->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (state->fd < 0 && (change || errno != ENOENT))
		return fw_err_sys(err, errno, "opening the folder %s", state->path);
	return 0;
}

/* The kernel lets go of the lock when its holder dies, so a leftover file locks nobody out. */
static int take_lock(struct fw_state *state, struct fw_err *err)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	int tries;

	state->lock = openat(state->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (state->lock < 0)
		return fw_err_sys(err, errno, "opening %s/lock", state->path);
	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (flock(state->lock, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fw_err_sys(err, errno, "locking %s/lock", state->path);
		nanosleep(&pause, NULL);
	}
	fw_err_set(err, FW_ERR_FAILED, "another fwctl has been changing the policy for %d seconds",
		   LOCK_TRIES / 20);
	return fw_err_hint(err, "'fuser %s/lock' shows which", state->path);
}

static int open_path(struct fw_state *state, char *path, bool change, struct fw_err *err)
{
	int result;

	*state = (struct fw_state){ .path = path, .fd = -1, .lock = -1 };
	result = open_folder(state, change, err);
	if (result == 0 && change)
		result = take_lock(state, err);
	if (result < 0)
		fw_state_close(state);
	return result;
}

int fw_state_open(struct fw_state *state, bool change, struct fw_err *err)
{
	char *base = base_path(), *path = NULL;
	uint64_t inode;
	int result = fw_netns_inode(&inode, err);

	if (result == 0 && change)
		result = make_folder(base, err);
	if (result == 0)
		path = fw_format("%s/%llu", base, (unsigned long long)inode);
	free(base);
	if (path)
		return open_path(state, path, change, err);
	*state = (struct fw_state){ .fd = -1, .lock = -1 };
	return -1;
}

int fw_state_open_lasting(struct fw_state *state, bool change, struct fw_err *err)
{
	return open_path(state, fw_strdup("/var/lib/fwctl"), change, err);
}

void fw_state_close(struct fw_state *state)
{
	if (state->lock >= 0)
		close(state->lock);
	if (state->fd >= 0)
		close(state->fd);
	free(state->path);
	*state = (struct fw_state){ .fd = -1, .lock = -1 };
}

/* --- files --------------------------------------------------------------------------------- */

static int read_all(int fd, struct fw_buf *buf)
{
	ssize_t got;

	do {
		char *room = fw_buf_reserve(buf, 65536);

		got = read(fd, room, 65536);
		if (got > 0)
			buf->length += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got < 0 ? -1 : 0;
}

int fw_state_read(const struct fw_state *state, const char *name, struct fw_buf *buf,
		  struct fw_err *err)
{
	int fd, result;

	if (state->fd < 0)
		return 1;
	fd = openat(state->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 1 : fw_err_sys(err, errno, "%s/%s", state->path, name);
	result = read_all(fd, buf);
	if (result < 0)
		fw_err_sys(err, errno, "reading %s/%s", state->path, name);
	close(fd);
	return result;
}

int fw_state_write(const struct fw_state *state, const char *name, const void *bytes, size_t size,
		   struct fw_err *err)
{
	int fd = openat(state->fd, "new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			0600);
	int failed;

	if (fd < 0)
		return fw_err_sys(err, errno, "writing %s/new", state->path);
	failed = fw_file_write(fd, bytes, size) < 0 ? errno : 0;
	if (close(fd) < 0 && !failed)
		failed = errno;
	if (!failed && (renameat(state->fd, "new", state->fd, name) < 0 || fsync(state->fd) < 0))
		failed = errno;
	if (!failed)
		return 0;
	unlinkat(state->fd, "new", 0);
	return fw_err_sys(err, failed, "writing %s/%s", state->path, name);
}

void fw_state_remove(const struct fw_state *state, const char *name)
{
	if (state->fd >= 0)
		unlinkat(state->fd, name, 0);
}

void fw_state_forget_policies(const struct fw_state *state, const char *keep)
{
	const size_t prefix = strlen(FW_STATE_POLICY);
	struct dirent *entry;
	DIR *folder;

	folder = state->fd < 0 ? NULL : opendir(state->path);
	while (folder && (entry = readdir(folder)))
		if (!strncmp(entry->d_name, FW_STATE_POLICY, prefix) &&
		    (!keep || strcmp(entry->d_name + prefix, keep) != 0))
			unlinkat(state->fd, entry->d_name, 0);
	if (folder)
		closedir(folder);
}

void fw_state_keep_previous(const struct fw_state *state, const char *digest)
{
	char *name = fw_format(FW_STATE_POLICY "%s", digest);

	(void)renameat(state->fd, name, state->fd, FW_STATE_PREVIOUS);
	free(name);
}
