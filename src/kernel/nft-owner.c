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
	struct fw_bytes name = fw_peer_name(&peers, portid);

	fw_err_set(err, FW_ERR_DENIED, "table inet " FW_NFT_TABLE " is owned by %s%.*s%s",
		   name.length ? "'" : "a process that cannot be found", (int)name.length,
		   name.data, name.length ? "'" : "");
	return fw_err_hint(err, "the kernel lets nobody else change it while that process runs");
}

/* A file descriptor of the process cannot come to mean another one, as its number can. */
static int end_process(int pid, struct fw_err *err)
{
	struct pollfd gone = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	int result = -1;

	if (gone.fd < 0)
		return errno == ESRCH ? 0 : fw_err_sys(err, errno, "looking at process %d", pid);
	if (syscall(SYS_pidfd_send_signal, gone.fd, SIGTERM, NULL, 0) < 0 && errno != ESRCH)
		fw_err_sys(err, errno, "ending process %d, which holds the table", pid);
	else if (poll(&gone, 1, PATIENCE_MS) != 1)
		fw_err_set(err, FW_ERR_FAILED, "process %d, which holds the table, does not end",
			   pid);
	else
		result = 0;
	close(gone.fd);
	return result;
}

int fw_nft_holder_end(uint32_t portid, struct fw_err *err)
{
	char name[16];
	int pid = fw_peer_find(portid, name);

	if (!pid || strcmp(name, FW_NFT_HOLDER) != 0)
		return owned_by_another(portid, err);
	return end_process(pid, err);
}
