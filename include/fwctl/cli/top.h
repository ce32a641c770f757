/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live screen without the terminal: what is read and heard, what keys do, and the screen as
 * lines of text. Only cli/top-terminal.h's module knows ncurses.
 */
#ifndef FWCTL_CLI_TOP_H
#define FWCTL_CLI_TOP_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/cli/stats.h"
#include "fwctl/cli/top-flows.h"
#include "fwctl/kernel/ct-decode.h"
#include "fwctl/kernel/listener.h"

#define FW_TOP_HISTORY 240
#define FW_TOP_TYPED   256

/* One reading of the table. */
struct fw_top_reading {
	uint64_t time;            /* nanoseconds since 1970 */
	uint64_t clock;           /* nanoseconds of a clock that is never set */
	struct fw_census census;  /* of the flows that match the filter */
	struct fw_tally tally;    /* its packets and bytes are those since the reading before */
	struct fw_growth traffic; /* what all of them carried since the reading before */
	bool counted, stamped;    /* some flow has counters; a time when it began */
};

/* What is asked more often, because it costs nothing: no flow is read for it. */
struct fw_top_pulse {
	uint64_t time, clock;
	struct fw_table_stats table;
	uint64_t began, ended, lost; /* events that were heard so far */
};

/* The stream of events, where there is one. */
struct fw_top_events {
	bool open;
	struct fw_socket socket;
	struct fw_listener listener;
	struct fw_ct_decoder decoder;
	uint64_t began, ended, lost;
};

/* Start with all zero but the first group; release with fw_top_free(). */
struct fw_top {
	const struct fw_filter *filter; /* borrowed; the one that is in force */
	const char *filter_text;        /* as it was typed, or NULL: borrowed */
	struct fw_tally_key key;
	const char *key_text;
	uint64_t interval; /* seconds */
	bool flows_view;   /* flows, not groups of them */
	struct fw_top_flows flows;

	uint64_t order; /* of groups, enum fw_tally_order */
	bool frozen, help, details;
	bool typing;              /* keys go into `typed`, which the last line shows */
	char typed[FW_TOP_TYPED]; /* a filter */
	char notice[200];         /* said on the last line until a key is pressed */
	unsigned int page;        /* lines that had room at the last drawing */
	struct fw_buf policy;     /* what the policy says of the flow whose details are shown */
	struct fw_top_reading *now, *before; /* before is NULL until there were two of one kind */
	struct fw_top_pulse pulse, last;     /* last.clock is 0 until there were two */
	struct fw_meter meter;
	struct fw_top_events events;
	uint64_t cost;      /* nanoseconds of processor time that the last reading took */
	uint64_t read_due;  /* when the table is to be read again; the same clock */
	uint64_t pulse_due; /* and when the cheap things */
	uint16_t history[FW_TOP_HISTORY]; /* fill in tenths of a percent, the oldest first */
	unsigned int history_count;
};

/* Begins to listen. That there are no events to be had is no error. */
void fw_top_start(struct fw_top *top);

/* Takes in what was heard. Whether a flow that is shown has changed. */
bool fw_top_hear(struct fw_top *top);

/*
 * Reads the table anew. What was `now` becomes `before` when it is comparable: fw_top_forget()
 * says that it is not, after the key or the filter has changed. -1 with `err` set.
 */
int fw_top_read(struct fw_top *top, struct fw_err *err);
void fw_top_forget(struct fw_top *top);

/*
 * Does what is due: hears events, asks for the cheap figures each interval, reads the table no
 * more often than a seventh of one processor's time is enough for. 1 when the screen has changed,
 * 0 when not, -1 with `err` set.
 */
int fw_top_step(struct fw_top *top, struct fw_err *err);

/* Milliseconds until there is something to do; -1: nothing before a key is pressed. */
int fw_top_wait(const struct fw_top *top);

/* ---- keys --------------------------------------------------------------------------------------
 */

/* Keys that are no characters. */
enum fw_top_key {
	FW_TOP_KEY_UP = 0x1000,
	FW_TOP_KEY_DOWN,
	FW_TOP_KEY_PAGE_UP,
	FW_TOP_KEY_PAGE_DOWN,
	FW_TOP_KEY_HOME,
	FW_TOP_KEY_END,
};

/* What a key does. */
enum fw_top_action {
	FW_TOP_NOTHING,
	FW_TOP_DRAW,   /* the screen has changed */
	FW_TOP_READ,   /* and needs figures that it does not have yet */
	FW_TOP_FILTER, /* `typed` is a filter to use */
	FW_TOP_KILL,   /* wants the selected flow deleted, if the user says so again */
	FW_TOP_QUIT,
};
enum fw_top_action fw_top_press(struct fw_top *top, int key);

/* Says it on the last line, until a key is pressed. */
void fw_top_say(struct fw_top *top, const char *text);

/* Deletes the selected flow, and says what came of it in the notice. */
void fw_top_kill(struct fw_top *top);

/* ---- the screen --------------------------------------------------------------------------------
 */

/*
 * The screen as `height` lines, each ended by a line feed and at most `width` bytes long; printable
 * ASCII only but for what escapes leave. The first is the title, the last says which keys there
 * are. Returns the number of the line that is selected, 0 for none.
 */
unsigned int fw_top_draw(struct fw_top *top, unsigned int width, unsigned int height,
			 struct fw_buf *out);

/* How the last line begins while a filter is typed. */
#define FW_TOP_PROMPT "filter: "

/* Lines before the headings of the list, and these: for the terminal's colours. */
#define FW_TOP_LINE_HISTORY  5
#define FW_TOP_LINE_HEADINGS 6

/* Finds out what the policy says of the selected flow, for the details. */
void fw_top_details_open(struct fw_top *top);

/* All that is known of the selected flow, in lines. */
void fw_top_details_put(const struct fw_top *top, struct fw_buf *out);

/*
 * Reads the filter options in `text`, separated by blanks, into an empty filter. Words in the
 * filter may point into `text`. -1 with `err` set.
 */
int fw_top_parse_filter(struct fw_filter *filter, char *text, struct fw_err *err);

/* Releases what `top` holds, not the struct itself nor the filter. */
void fw_top_free(struct fw_top *top);

#endif
