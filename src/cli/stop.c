/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The one thing that a handler needs; handlers have no argument. */
static int stop_fd = -1;

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static void stop(int signal_number)
{
	const uint64_t one = 1;
	struct sigaction action;
	int saved = errno;
	size_t i;

	(void)signal_number;
	/* The next one kills, whichever it is; one that is ignored goes on being so. */
	for (i = 0; i < SIGNALS; i++)
		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler == stop)
			signal(signals[i], SIG_DFL);
	/* It cannot fail: the counter is far from its end. */
	if (write(stop_fd, &one, sizeof(one)) < 0)
		errno = saved;
	errno = saved;
}

/* nohup(1) has SIGHUP ignored for a program that shall outlive its terminal. */
static bool is_nohup(void)
{
	struct sigaction action;

	return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int fw_stop_open(struct fw_err *err)
{
	/* Calls that wait go on: the descriptor tells those who can end in good order. */
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART };
	size_t i;

	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		return fw_err_sys(err, errno, "an event descriptor");
	/* Of two that come at once the second waits until the first has made it deadly. */
	sigemptyset(&action.sa_mask);
	for (i = 0; i < SIGNALS; i++)
		sigaddset(&action.sa_mask, signals[i]);
	for (i = 0; i < SIGNALS; i++)
		if (signals[i] != SIGHUP || !is_nohup())
			sigaction(signals[i], &action, NULL);
	return stop_fd;
}
