/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-owner.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fwctl/cli/privilege.h"
#include "fwctl/kernel/nft-owner.h"

bool fw_owner_is_there(const struct fw_nft_state *state, bool own)
{
	return state->owner || !(own || state->persists);
}

/* ---- the holder ------------------------------------------------------------------------------ */

#define LEAVING "leaving a process that holds the table"

/* Begun before the table is committed, because that cannot be taken back when beginning it fails.
 */
struct holder {
	pid_t pid;
	int leash; /* a byte from it says that it is ready, a byte to it that it stays */
};

static bool close_others(int a, int b)
{
	unsigned int low = (unsigned int)(a < b ? a : b), high = (unsigned int)(a < b ? b : a);

	/* Both are above the standard files. */
	return syscall(SYS_close_range, 0, low - 1, 0) == 0 &&
	       (low + 1 == high || syscall(SYS_close_range, low + 1, high - 1, 0) == 0) &&
	       syscall(SYS_close_range, high + 1, UINT_MAX, 0) == 0;
}

/* Nothing of its parent's is kept: neither terminal, folder, lock nor pipe that somebody reads. */
static void __attribute__((noreturn)) hold(int fd, int leash)
{
	sigset_t none;
	char byte = 0;

	fw_privilege_drop();
	setsid();
	sigemptyset(&none);
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_NAME, FW_NFT_HOLDER);
	if (chdir("/") < 0 || !close_others(fd, leash) || write(leash, &byte, 1) != 1 ||
	    read(leash, &byte, 1) != 1)
		_exit(1);
	close(leash);
	for (;;)
		pause();
}

static int holder_begin(struct holder *holder, const struct fw_socket *socket, struct fw_err *err)
{
	int pair[2];
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fw_err_sys(err, errno, LEAVING);
	holder->leash = pair[0];
	holder->pid = fork();
	if (holder->pid == 0) {
		close(pair[0]);
		hold(socket->fd, pair[1]);
	}
	if (holder->pid < 0)
		fw_err_sys(err, errno, LEAVING);
	close(pair[1]);
	if (holder->pid > 0 && read(pair[0], &byte, 1) == 1)
		return 0;
	if (holder->pid > 0) {
		waitpid(holder->pid, NULL, 0);
		fw_err_set(err, FW_ERR_FAILED, LEAVING ": it ended at once");
	}
	close(pair[0]);
	return -1;
}

/* It stays, or it is over. */
static void holder_finish(struct holder *holder, bool stays)
{
	char byte = 0;

	if (stays)
		(void)!write(holder->leash, &byte, 1);
	close(holder->leash);
	if (!stays)
		waitpid(holder->pid, NULL, 0);
}

/* ---- replacing ------------------------------------------------------------------------------- */

int fw_owner_release(const struct fw_socket *socket, const struct fw_nft_state *state,
		     struct fw_err *err)
{
	if (!state->owner || state->owner == socket->portid)
		return 0;
	return fw_nft_holder_end(state->owner, err);
}

/* 1: the kernel has refused the batch, but the old table is owned again. */
static int replace_owned(struct fw_socket *socket, struct fw_nft_batch *batch,
			 const struct fw_nft_state *state, struct fw_err *err)
{
	if (fw_owner_release(socket, state, err) < 0)
		return -1;
	fw_nft_batch_own(batch);
	if (fw_nft_replace(socket, batch, state, err) == 0)
		return 0;
	/* With these two the caller tries again. */
	if (!state->owner || err->sys == ERESTART || err->sys == ENOBUFS)
		return -1;
	return fw_nft_own(socket, NULL) == 0 ? 1 : -1;
}

int fw_owner_replace(struct fw_socket *socket, struct fw_nft_batch *batch,
		     const struct fw_nft_state *state, bool own, struct fw_err *err)
{
	struct holder holder = { .leash = -1 };
	int result;

	if (!own && !state->persists)
		return fw_owner_release(socket, state, err) < 0
			       ? -1
			       : fw_nft_replace(socket, batch, state, err);
	if (holder_begin(&holder, socket, err) < 0)
		return -1;
	result = replace_owned(socket, batch, state, err);
	holder_finish(&holder, result >= 0);
	return result ? -1 : 0;
}
