/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/nft-owner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fwctl/kernel/nft.h"
#include "fwctl/kernel/peers.h"

/* It only sleeps, so it ends at once. */
#define PATIENCE_MS 5000

/* Of a process with more privileges only the name can be found out. */
static int owned_by_another(uint32_t portid, struct fw_err *err)
{
	struct fw_peers peers = { .next = 0 };
	bool is_guess;
	struct fw_bytes name = fw_peer_name(&peers, portid, 0, &is_guess);

	fw_err_set(err, FW_ERR_DENIED, "table inet " FW_NFT_TABLE " is owned by %s%.*s%s",
		   name.length ? "'" : "a process that cannot be found", (int)name.length,
		   name.data, name.length ? "'" : "");
	return fw_err_hint(err, "the kernel lets nobody else change it while that process runs");
}

static int wait_until_gone(int process)
{
	struct pollfd gone = { .fd = process, .events = POLLIN };
	int result;

	do {
		result = poll(&gone, 1, PATIENCE_MS);
	} while (result < 0 && errno == EINTR);
	return result == 1 ? 0 : -1;
}

/* `process` is a file descriptor: it cannot come to mean another one, as a number can. */
static int end_process(int process, int pid, struct fw_err *err)
{
	if (syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0) < 0 && errno != ESRCH)
		return fw_err_sys(err, errno, "ending process %d, which holds the table", pid);
	if (wait_until_gone(process) < 0)
		return fw_err_set(err, FW_ERR_FAILED,
				  "process %d, which holds the table, does not end", pid);
	return 0;
}

int fw_nft_holder_end(uint32_t portid, struct fw_err *err)
{
	char name[16];
	int pid = fw_peer_find(portid, name), process, result;

	if (!pid)
		return owned_by_another(portid, err);
	process = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process < 0)
		return errno == ESRCH ? 0 : fw_err_sys(err, errno, "looking at process %d", pid);
	/* Looked for once more, now that the number cannot be given to another. */
	if (fw_peer_find(portid, name) != pid || strcmp(name, FW_NFT_HOLDER) != 0)
		result = owned_by_another(portid, err);
	else
		result = end_process(process, pid, err);
	close(process);
	return result;
}
