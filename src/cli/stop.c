/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The one thing that a handler needs; handlers have no argument. */
static int stop_fd = -1;

static void stop(int signal_number)
{
	const uint64_t one = 1;
	int saved = errno;

	(void)signal_number;
	/* It cannot fail: the counter is far from its end. SA_RESETHAND lets the next signal kill.
	 */
	if (write(stop_fd, &one, sizeof(one)) < 0)
		errno = saved;
	errno = saved;
}

int fw_stop_open(struct fw_err *err)
{
	/* Calls that wait go on: the descriptor tells those who can end in good order. */
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART | SA_RESETHAND };

	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		return fw_err_sys(err, errno, "an event descriptor");
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return stop_fd;
}
