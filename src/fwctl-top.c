/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl top: who fills the connection table, live. The terminal; what is on it is cli/top.h's. */
#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/top.h"

struct values {
	struct fw_tally_key by;
	const char *by_text;
	uint64_t interval;
	uint64_t color; /* enum fw_colour */
};

/* The key is needed as text too: the title shows it. */
static int set_by(void *context, const struct fw_option *option, const char *value,
		  struct fw_err *err)
{
	struct values *values = context;

	values->by_text = value;
	return fw_stats_set_by(context, option, value, err);
}

#define AT(member) .offset = offsetof(struct values, member)

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "by", .arg = "KEY[,KEY...]", .set = set_by, AT(by),
	  .help = "count by this field at first (src), as stats --by" },
	{ .names = "interval", .arg = "DURATION", .set = fw_set_duration, AT(interval), .min = 1,
	  .max = 86400, .help = "read the table that often (2s), or as often as a fifth of the "
				"time is enough for" },
	{ .names = "color", .arg = "auto|always|never", .set = fw_set_word, AT(color),
	  .data = fw_colour_words, .help = "colours; auto: unless NO_COLOR is set" },
	{ 0 },
};
/* clang-format on */

/* The terminal, and what ends the program in an orderly way. */
struct terminal {
	SCREEN *screen;
	int signals; /* a descriptor that tells of SIGINT, SIGTERM and SIGHUP */
	bool colour;
};

static int open_terminal(struct terminal *terminal, bool colour, struct fw_err *err)
{
	sigset_t ends;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fw_err_set(err, FW_ERR_FAILED, "this needs a terminal");
		return fw_err_hint(err, "'fwctl stats --interval' goes to files and pipes");
	}
	terminal->screen = newterm(NULL, stdout, stdin);
	if (!terminal->screen)
		return fw_err_set(err, FW_ERR_FAILED, "the terminal '%s' is not known",
				  getenv("TERM") ? getenv("TERM") : "");
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	terminal->signals = signalfd(-1, &ends, SFD_CLOEXEC);
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	terminal->colour = colour && has_colors();
	if (terminal->colour) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_GREEN, -1);
	}
	return 0;
}

static void close_terminal(struct terminal *terminal)
{
	if (!terminal->screen)
		return;
	endwin();
	delscreen(terminal->screen);
	close(terminal->signals);
}

static void draw(const struct terminal *terminal, const struct fw_top *top)
{
	int height = getmaxy(stdscr), width = getmaxx(stdscr), line;
	struct fw_buf out = { 0 };
	const char *at;
	size_t length;

	fw_top_draw(top, (unsigned int)width, (unsigned int)height, &out);
	erase();
	at = fw_buf_text(&out);
	for (line = 0; line < height; line++, at += length + 1) {
		length = strcspn(at, "\n");
		attrset(line == 0 || line == 5 || line == height - 1 ? A_BOLD : A_NORMAL);
		if (terminal->colour && (line == 1 || line == 4))
			attron(COLOR_PAIR(1));
		mvaddnstr(line, 0, at, (int)length);
	}
	refresh();
	fw_buf_free(&out);
}

/* ---- a filter that is typed --------------------------------------------------------------------
 */

/* The filters that were typed last: one in force, and the texts its words point into. */
struct typed {
	struct fw_filter filter;
	char words[256], text[256];
};

static void say(const char *text)
{
	move(getmaxy(stdscr) - 1, 0);
	clrtoeol();
	attrset(A_BOLD);
	addnstr(text, getmaxx(stdscr) - 1);
	refresh();
}

static void ask_filter(struct fw_top *top, struct typed *typed, const struct fw_filter *first)
{
	struct fw_err err = FW_ERR_INIT;
	struct fw_filter filter = { 0 };
	char text[sizeof(typed->text)] = "", words[sizeof(typed->words)];

	say("filter: ");
	nodelay(stdscr, FALSE);
	echo();
	curs_set(1);
	getnstr(text, (int)sizeof(text) - 1);
	curs_set(0);
	noecho();
	memcpy(words, text, sizeof(words));
	if (fw_top_parse_filter(&filter, words, &err) < 0) {
		say(err.what);
		getch();
		fw_filter_free(&filter);
	} else {
		fw_top_forget(top);
		fw_filter_free(&typed->filter);
		typed->filter = filter;
		memcpy(typed->text, text, sizeof(text));
		top->filter_text = typed->text;
		top->filter = filter.count ? &typed->filter : first;
	}
	nodelay(stdscr, TRUE);
	fw_err_free(&err);
}

/* ---- the loop ----------------------------------------------------------------------------------
 */

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits for a key until `due` (milliseconds; UINT64_MAX: however long). ERR: none came; 'q' when
 * a signal or the end of the terminal ends it. */
static int wait_key(const struct terminal *terminal, uint64_t due)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				{ .fd = terminal->signals, .events = POLLIN } };
	uint64_t now = now_ms();
	int key = getch();

	if (key != ERR)
		return key;
	if (due == UINT64_MAX)
		poll(fds, 2, -1);
	else if (due > now)
		poll(fds, 2, (int)(due - now));
	if (fds[1].revents || fds[0].revents & (POLLHUP | POLLERR))
		return 'q';
	return getch();
}

static int loop(struct fw_cli *cli, const struct terminal *terminal, struct fw_top *top,
		struct typed *typed, uint64_t interval)
{
	enum fw_top_action action = FW_TOP_READ;
	uint64_t due = 0;
	int key;

	while (action != FW_TOP_QUIT) {
		if (action == FW_TOP_ASK) {
			ask_filter(top, typed, cli->filter);
			action = top->now ? FW_TOP_DRAW : FW_TOP_READ;
		}
		if (action == FW_TOP_READ) {
			if (fw_top_read(top, &cli->err) < 0)
				return -1;
			due = now_ms() + fw_top_pause(top, interval);
		}
		if (action != FW_TOP_NOTHING)
			draw(terminal, top);
		key = wait_key(terminal, top->frozen ? UINT64_MAX : due);
		if (key != ERR && key != KEY_RESIZE)
			action = fw_top_press(top, key);
		else if (key == KEY_RESIZE)
			action = FW_TOP_DRAW;
		else
			action = !top->frozen && now_ms() >= due ? FW_TOP_READ : FW_TOP_NOTHING;
	}
	return 0;
}

static int run(struct fw_cli *cli)
{
	static const struct fw_option by = { .arg = "KEY" };
	const struct values *values = cli->values;
	struct fw_top top = { .filter = cli->filter,
			      .key = values->by,
			      .key_text = values->by_text };
	struct terminal terminal = { .signals = -1 };
	struct typed typed = { 0 };
	int status;

	if (!top.key_text) {
		top.key_text = "src";
		fw_stats_set_by(&top.key, &by, top.key_text, NULL);
	}
	status = open_terminal(&terminal, fw_output_wants_colour(values->color), &cli->err);
	if (!status)
		status =
			loop(cli, &terminal, &top, &typed, values->interval ? values->interval : 2);
	close_terminal(&terminal);
	fw_top_free(&top);
	fw_filter_free(&typed.filter);
	return status;
}

static const struct fw_command command = {
	.name = "top",
	.summary = "Watch who fills the connection table, live",
	.usage = "[FILTER] [--by KEY] [--interval DURATION]",
	.options = options,
	.values_size = sizeof(struct values),
	.filter_source = &fw_filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
