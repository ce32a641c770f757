/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of the suite: found beside the dispatcher (build tree) or in libexec. */
#ifndef FWCTL_CLI_PROGRAMS_H
#define FWCTL_CLI_PROGRAMS_H

#include "fwctl/base/err.h"

/* Prints the commands that are there, each with its one-line description, to stdout. */
void fw_programs_print(void);

/*
 * Replaces the process by fwctl-NAME with argv (argv[0] is NAME). Returns only when it fails: -1,
 * misuse when there is no such command.
 */
int fw_program_exec(const char *name, char **argv, struct fw_err *err);

#endif
