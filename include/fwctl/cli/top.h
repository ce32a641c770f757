/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live screen without the terminal: what is read, what keys do, and the screen as lines of
 * text. Only src/fwctl-top.c knows ncurses.
 */
#ifndef FWCTL_CLI_TOP_H
#define FWCTL_CLI_TOP_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/cli/stats.h"

#define FW_TOP_HISTORY 240

/* One reading of the table. */
struct fw_top_reading {
	struct fw_stats_sample sample;
	struct fw_tally tally;
};

struct fw_top {
	const struct fw_filter *filter; /* borrowed; the one that is in force */
	const char *filter_text;        /* as it was typed, or NULL: borrowed */
	struct fw_tally_key key;
	const char *key_text;
	uint64_t order; /* enum fw_tally_order */
	bool frozen, help;
	struct fw_top_reading *now, *before; /* before is NULL until there were two of one kind */
	uint64_t cost;                       /* nanoseconds that the last reading took */
	uint16_t history[FW_TOP_HISTORY];    /* fill in tenths of a percent, the oldest first */
	unsigned int history_count;
};

/*
 * Reads the table anew. What was `now` becomes `before` when it is comparable: fw_top_forget()
 * says that it is not, after the key or the filter has changed. -1 with `err` set.
 */
int fw_top_read(struct fw_top *top, struct fw_err *err);
void fw_top_forget(struct fw_top *top);

/* What a key does. */
enum fw_top_action {
	FW_TOP_NOTHING,
	FW_TOP_DRAW, /* the screen has changed */
	FW_TOP_READ, /* and needs figures that it does not have yet */
	FW_TOP_ASK,  /* wants a new filter */
	FW_TOP_QUIT,
};
enum fw_top_action fw_top_press(struct fw_top *top, int key);

/*
 * The screen as `height` lines, each ended by a line feed and at most `width` bytes long; printable
 * ASCII only but for what escapes leave. The first is the title, the last says which keys there
 * are.
 */
void fw_top_draw(const struct fw_top *top, unsigned int width, unsigned int height,
		 struct fw_buf *out);

/* How long to wait before the next reading, in milliseconds: `seconds`, or longer, so that reading
 * takes no more than a fifth of the time. */
uint64_t fw_top_pause(const struct fw_top *top, uint64_t seconds);

/*
 * Reads the filter options in `text`, separated by blanks, into an empty filter. Words in the
 * filter may point into `text`. -1 with `err` set.
 */
int fw_top_parse_filter(struct fw_filter *filter, char *text, struct fw_err *err);

/* Releases what `top` holds, not the struct itself nor the filter. */
void fw_top_free(struct fw_top *top);

#endif
