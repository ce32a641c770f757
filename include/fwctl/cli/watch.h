/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stream of events, from the kernel to a sink. */
#ifndef FWCTL_CLI_WATCH_H
#define FWCTL_CLI_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/cli/command.h"
#include "fwctl/format/sink.h"

/* What is asked for; zero is not a default of all of it. */
struct fw_watch_options {
	bool flows, expects, denied, policy; /* what to watch */
	unsigned int kinds;                  /* 1 << enum fw_event_kind, of those to show */
	uint64_t count;                      /* ends after so many events; 0: no limit */
	uint64_t seconds;                    /* ends after so long; 0: no limit */
	uint64_t queue;                      /* bytes that wait for our reader at most */
	uint64_t buffer;                     /* bytes of each socket's receive buffer */
	uint64_t cover;        /* seconds between readings of the table for silent flows; 0: none */
	bool resync, reliable; /* see fwctl-watch(8) */
	bool changes;          /* says of an update what it changed */
	bool lifecycle;        /* phases instead of events */
	bool quiet;            /* no notes */
};

/*
 * Shows the events that pass cli->filter until a signal, a limit or the end of the output's
 * reader. `*shown` is their number, gaps not counted. Returns the exit status, or -1 with cli->err
 * set. sink->write_error is left to the caller.
 */
int fw_watch_run(struct fw_cli *cli, const struct fw_watch_options *options, struct fw_sink *sink,
		 uint64_t *shown);

#endif
