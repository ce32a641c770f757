/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal of `fwctl top`. Its module is the only one that knows ncurses. */
#ifndef FWCTL_CLI_TOP_TERMINAL_H
#define FWCTL_CLI_TOP_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "fwctl/cli/top.h"

struct fw_top_terminal {
	void *screen; /* of ncurses */
	int signals;  /* a descriptor that tells of SIGINT, SIGTERM and SIGHUP */
	bool colour;
};

/* -1 with `err` set: stdin and stdout are no terminal, or an unknown one. Release with
 * fw_top_terminal_close() in any case. */
int fw_top_terminal_open(struct fw_top_terminal *terminal, bool colour, struct fw_err *err);
void fw_top_terminal_close(struct fw_top_terminal *terminal);

void fw_top_terminal_draw(const struct fw_top_terminal *terminal, struct fw_top *top);

#define FW_TOP_NO_KEY  (-1)
#define FW_TOP_RESIZED (-2)
#define FW_TOP_ENDED   (-3)

/*
 * Waits for a key for so many milliseconds, -1: however long. A character, an enum fw_top_key, or
 * one of those above: FW_TOP_ENDED, from then on, when a signal or the end of the terminal ends it.
 */
int fw_top_terminal_key(const struct fw_top_terminal *terminal, int milliseconds);

/* Shows a text on the last line and waits for any key, which it returns. */
int fw_top_terminal_tell(const struct fw_top_terminal *terminal, const char *text);

#endif
