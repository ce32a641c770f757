/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ending a command that would go on for ever. */
#ifndef FWCTL_CLI_STOP_H
#define FWCTL_CLI_STOP_H

#include "fwctl/base/err.h"

/*
 * A descriptor that can be read once SIGINT, SIGTERM or SIGHUP has come; they end the process no
 * longer. Of two signals the second one does end it, whichever it is: when the reader of our output
 * has stopped reading, an orderly end may never come. SIGHUP goes on being ignored when it was, as
 * by nohup(1). -1 with `err` set.
 */
int fw_stop_open(struct fw_err *err);

#endif
