/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a file of flows into the connection table. */
#ifndef FWCTL_CLI_LOAD_H
#define FWCTL_CLI_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/cli/command.h"

struct fw_load {
	const char *name; /* of the file, for messages */
	int fd;
	bool strict;  /* the first bad line ends it */
	bool dry_run; /* read only */
	/* What came of it: */
	uint64_t done; /* lines that were understood, and done if they were to be */
	uint64_t bad;
	bool has_filters; /* there were lines with one */
	uint64_t chosen;  /* flows that those have updated or deleted */
};

/*
 * Reads and writes to the end, says of each bad line on stderr which it is and why, and goes on
 * unless `strict`. -1 with cli->err set when it could not go on: the file could not be read, or
 * the table not be written.
 */
int fw_load_run(struct fw_load *load, struct fw_cli *cli);

#endif
