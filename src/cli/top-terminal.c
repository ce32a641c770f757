/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/top-terminal.h"

#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* ---- beginning and end -------------------------------------------------------------------------
 */

static void block_signals(struct fw_top_terminal *terminal)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	terminal->signals = signalfd(-1, &ends, SFD_CLOEXEC);
}

static void set_modes(void)
{
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
}

/* A terminal that can only write line after line ("dumb") has no use for a screen. */
static bool can_place_cursor(void)
{
	const char *sequence = tigetstr("cup");

	return sequence && sequence != (const char *)-1;
}

int fw_top_terminal_open(struct fw_top_terminal *terminal, bool colour, struct fw_err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fw_err_set(err, FW_ERR_FAILED, "this needs a terminal");
		return fw_err_hint(err, "'fwctl stats --interval' goes to files and pipes");
	}
	terminal->screen = newterm(NULL, stdout, stdin);
	if (!terminal->screen)
		return fw_err_set(err, FW_ERR_FAILED, "the terminal '%s' is not known",
				  getenv("TERM") ? getenv("TERM") : "");
	if (!can_place_cursor()) {
		endwin();
		delscreen(terminal->screen);
		terminal->screen = NULL;
		fw_err_set(err, FW_ERR_FAILED, "the terminal '%s' has no screen to draw on",
			   getenv("TERM"));
		return fw_err_hint(err, "'fwctl stats --interval' needs none");
	}
	block_signals(terminal);
	set_modes();
	terminal->colour = colour && has_colors();
	if (terminal->colour) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_GREEN, -1);
	}
	return 0;
}

void fw_top_terminal_close(struct fw_top_terminal *terminal)
{
	if (!terminal->screen)
		return;
	endwin();
	delscreen(terminal->screen);
	close(terminal->signals);
}

/* ---- showing -----------------------------------------------------------------------------------
 */

/* Behind what is being typed, or nowhere. */
static void place_cursor(const struct fw_top *top, int height, int width)
{
	int column = (int)(strlen(FW_TOP_PROMPT) + strlen(top->typed));

	curs_set(top->typing);
	if (top->typing)
		move(height - 1, column < width ? column : width - 1);
}

void fw_top_terminal_draw(const struct fw_top_terminal *terminal, struct fw_top *top)
{
	int height = getmaxy(stdscr), width = getmaxx(stdscr), line, selected;
	struct fw_buf out = { 0 };
	const char *at;
	size_t length;

	selected = (int)fw_top_draw(top, (unsigned int)width, (unsigned int)height, &out);
	erase();
	at = fw_buf_text(&out);
	for (line = 0; line < height; line++, at += length + 1) {
		length = strcspn(at, "\n");
		attrset(line == 0 || line == FW_TOP_LINE_HEADINGS || line == height - 1 ? A_BOLD
											: A_NORMAL);
		if (selected && line == selected)
			attrset(A_REVERSE);
		if (terminal->colour && (line == 1 || line == FW_TOP_LINE_HISTORY))
			attron(COLOR_PAIR(1));
		mvaddnstr(line, 0, at, (int)length);
		if (selected && line == selected)
			mvchgat(line, 0, -1, A_REVERSE, 0, NULL);
	}
	place_cursor(top, height, width);
	refresh();
	fw_buf_free(&out);
}

static void say(const char *text)
{
	move(getmaxy(stdscr) - 1, 0);
	clrtoeol();
	attrset(A_BOLD);
	addnstr(text, getmaxx(stdscr) - 1);
	refresh();
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static int translate(int key)
{
	switch (key) {
	case ERR: return FW_TOP_NO_KEY;
	case KEY_RESIZE: return FW_TOP_RESIZED;
	case KEY_UP: return FW_TOP_KEY_UP;
	case KEY_DOWN: return FW_TOP_KEY_DOWN;
	case KEY_PPAGE: return FW_TOP_KEY_PAGE_UP;
	case KEY_NPAGE: return FW_TOP_KEY_PAGE_DOWN;
	case KEY_HOME: return FW_TOP_KEY_HOME;
	case KEY_END: return FW_TOP_KEY_END;
	case KEY_ENTER: return '\n';
	case KEY_BACKSPACE: return '\b';
	default: return key > 0xff ? FW_TOP_NO_KEY : key;
	}
}

int fw_top_terminal_key(const struct fw_top_terminal *terminal, int milliseconds)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				{ .fd = terminal->signals, .events = POLLIN } };
	int key = getch();

	if (key != ERR)
		return translate(key);
	poll(fds, 2, milliseconds);
	if (fds[1].revents || fds[0].revents & (POLLHUP | POLLERR))
		return FW_TOP_ENDED;
	return translate(getch());
}

int fw_top_terminal_tell(const struct fw_top_terminal *terminal, const char *text)
{
	int key;

	say(text);
	do
		key = fw_top_terminal_key(terminal, -1);
	while (key == FW_TOP_NO_KEY);
	return key;
}
