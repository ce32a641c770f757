/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-owner.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fwctl/cli/privilege.h"
#include "fwctl/kernel/nft-owner.h"

bool fw_owner_is_there(const struct fw_nft_state *state, bool own)
{
	return state->owner || !(own || state->persists);
}

/* ---- the holder ------------------------------------------------------------------------------ */

/* Nothing of its parent's is kept: neither terminal, folder, lock nor pipe that somebody reads. */
static void __attribute__((noreturn)) hold(int fd)
{
	sigset_t none;

	fw_privilege_drop();
	setsid();
	sigemptyset(&none);
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_NAME, FW_NFT_HOLDER);
	if (chdir("/") < 0)
		_exit(1);
	/* The descriptors go last: the parent waits for the end of its pipe. */
	syscall(SYS_close_range, 0, fd - 1, 0);
	syscall(SYS_close_range, fd + 1, UINT_MAX, 0);
	for (;;)
		pause();
}

static int leave_holder(const struct fw_socket *socket, struct fw_err *err)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe(ready) < 0)
		return fw_err_sys(err, errno, "leaving a process that holds the table");
	child = fork();
	if (child == 0)
		hold(socket->fd);
	close(ready[1]);
	if (child < 0)
		fw_err_sys(err, errno, "leaving a process that holds the table");
	else if (read(ready[0], &byte, 1) < 0)
		child = -1;
	close(ready[0]);
	return child < 0 ? -1 : 0;
}

/* ---- replacing ------------------------------------------------------------------------------- */

int fw_owner_replace(struct fw_socket *socket, struct fw_nft_batch *batch,
		     const struct fw_nft_state *state, bool own, struct fw_err *err)
{
	if (state->owner && state->owner != socket->portid &&
	    fw_nft_holder_end(state->owner, err) < 0)
		return -1;
	if (!own && !state->persists)
		return fw_nft_replace(socket, batch, state, err);
	fw_nft_batch_own(batch);
	if (fw_nft_replace(socket, batch, state, err) < 0)
		return -1;
	return leave_holder(socket, err);
}
