/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "fwctl/base/mem.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/format/formats.h"
#include "fwctl/format/json-text.h"
#include "fwctl/model/filter.h"

/* What is asked for beside the command's own options. */
struct common {
	bool help, version, summary, list_options;
};

static const struct fw_option common_options[] = {
	{ .names = "help",
	  .letter = 'h',
	  .help = "show this help",
	  .set = fw_set_flag,
	  .offset = offsetof(struct common, help) },
	{ .names = "version",
	  .letter = 'V',
	  .help = "show the version",
	  .set = fw_set_flag,
	  .offset = offsetof(struct common, version) },
	/* For the dispatcher's list of commands, and for completion and tests. */
	{ .names = "summary",
	  .help = "",
	  .set = fw_set_flag,
	  .offset = offsetof(struct common, summary) },
	{ .names = "list-options",
	  .help = "",
	  .set = fw_set_flag,
	  .offset = offsetof(struct common, list_options) },
	{ 0 },
};

/*
 * A file opened later must not become stdin, stdout or stderr, or records would be written into a
 * netlink socket. Standard files that are closed get a /dev/null that refuses the very use, so
 * that writing to a closed stdout stays an error.
 */
static void open_standard_files(void)
{
	int fd;

	for (;;) {
		fd = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
		if (fd < 0 || fd > STDERR_FILENO)
			break;
	}
	if (fd >= 0)
		close(fd);
}

void fw_cli_note(const struct fw_cli *cli, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", cli->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void json_member(struct fw_buf *buf, const char *key, const char *text)
{
	fw_buf_printf(buf, "%s\"%s\":", buf->length > 1 ? "," : "", key);
	fw_json_string(buf, text, strlen(text));
}

/* "json", also among other words: "json,id" is wrong, and yet who says it reads JSON. */
static bool names_json(const char *list)
{
	size_t length;

	for (; list; list = list[length] ? list + length + 1 : NULL) {
		length = strcspn(list, ",");
		if (length == 4 && !strncmp(list, "json", 4))
			return true;
	}
	return false;
}

/* What is wrong may stand before -o json, and be the dispatcher's, which has no such option. */
static bool asks_json(char *const *words)
{
	for (; *words && strcmp(*words, "--"); words++) {
		if (!strcmp(*words, "-o") || !strcmp(*words, "--output")) {
			if (names_json(words[1]))
				return true;
		} else if ((!strncmp(*words, "-o", 2) && names_json(*words + 2)) ||
			   (!strncmp(*words, "--output=", 9) && names_json(*words + 9))) {
			return true;
		}
	}
	return false;
}

bool fw_cli_wants_json(const struct fw_cli *cli)
{
	const struct fw_option *option = cli->command->options;
	const struct fw_output *output;

	if (cli->asks_json)
		return true;
	if (cli->command->wants_json)
		return cli->values && cli->command->wants_json(cli->values);
	for (; option && option->names; option++) {
		output = (const void *)((const char *)cli->values + option->offset);
		if ((option->set == fw_set_output || option->set == fw_set_text_or_json) &&
		    cli->values)
			return output->format == &fw_format_json;
	}
	return false;
}

static void print_error(struct fw_buf *buf, const struct fw_cli *cli)
{
	const char *what = cli->err.what ? cli->err.what : "unknown error";

	if (fw_cli_wants_json(cli)) {
		fw_buf_putc(buf, '{');
		json_member(buf, "error", what);
		if (cli->err.hint)
			json_member(buf, "hint", cli->err.hint);
		fw_buf_puts(buf, "}\n");
		return;
	}
	/* Words from argv or the kernel may be in it; they must not steer the terminal. */
	fw_buf_printf(buf, "%s: ", cli->name);
	fw_buf_escaped_lines(buf, what);
	fw_buf_putc(buf, '\n');
	if (cli->err.hint) {
		fw_buf_puts(buf, "  ");
		fw_buf_escaped_lines(buf, cli->err.hint);
		fw_buf_putc(buf, '\n');
	}
}

int fw_cli_report(const struct fw_cli *cli)
{
	struct fw_buf buf = { 0 };

	print_error(&buf, cli);
	fwrite(buf.data, 1, buf.length, stderr);
	fw_buf_free(&buf);
	return cli->err.kind == FW_ERR_NONE ? FW_ERR_FAILED : (int)cli->err.kind;
}

int fw_cli_finish(struct fw_cli *cli, int status)
{
	int failed = fflush(stdout) || ferror(stdout);

	if (!failed || errno == EPIPE)
		return failed ? 0 : status;
	return fw_err_sys(&cli->err, errno, "%s",
			  cli->done ? "it was done, but the output could not be written"
				    : "writing the output");
}

/* ---- parsing ------------------------------------------------------------------------------- */

static const struct fw_command *find_verb(const struct fw_command *verbs, const char *name)
{
	for (; verbs && verbs->name; verbs++)
		if (!strcmp(verbs->name, name))
			return verbs;
	return NULL;
}

static int unknown_verb(struct fw_cli *cli, const char *name)
{
	struct fw_guess guess = { .wrong = name, .length = strlen(name) };
	const struct fw_command *verb, *same = NULL;
	struct fw_buf accepted = { 0 };

	for (verb = cli->command->verbs; verb->name; verb++) {
		fw_buf_printf(&accepted, "%s%s", accepted.length ? ", " : "", verb->name);
		fw_guess_try(&guess, verb->name);
		if (verb->elsewhere && fw_names_have(verb->elsewhere, name, strlen(name)))
			same = verb;
	}
	if (name[0])
		fw_err_set(&cli->err, FW_ERR_MISUSE, "unknown command '%s'; there are: %s", name,
			   fw_buf_text(&accepted));
	else
		fw_err_set(&cli->err, FW_ERR_MISUSE, "a command is needed: %s",
			   fw_buf_text(&accepted));
	fw_buf_free(&accepted);
	if (same)
		fw_err_hint(&cli->err, "what is '%s' elsewhere is '%s' here", name, same->name);
	else if (guess.name)
		fw_err_hint(&cli->err, "did you mean %s?", guess.name);
	return -1;
}

static int check_arguments(struct fw_cli *cli)
{
	const struct fw_command *command = cli->command;

	if (cli->argc < command->min_args)
		return fw_err_set(&cli->err, FW_ERR_MISUSE, "something is missing: usage: %s %s",
				  cli->name, command->usage);
	if (command->max_args >= 0 && cli->argc > command->max_args) {
		fw_err_set(&cli->err, FW_ERR_MISUSE, "unexpected word '%s'",
			   cli->argv[command->max_args]);
		return fw_err_hint(&cli->err, "usage: %s %s", cli->name, command->usage);
	}
	return 0;
}

static int parse(struct fw_cli *cli, struct common *common, int argc, char **argv)
{
	const struct fw_command *command = cli->command;
	const struct fw_filter_source *source = command->filter_source;
	struct fw_option *filter_options = source ? source->options() : NULL;
	struct fw_option *more_options = command->more_options ? command->more_options() : NULL;
	static const struct fw_option no_options[] = { { 0 } };
	struct fw_filter_reader reader = { .filter = cli->filter };
	const struct fw_option_group groups[] = {
		{ NULL, command->options ? command->options : no_options, cli->values },
		{ NULL, common_options, common },
		{ NULL, more_options ? more_options : no_options, cli->values },
		{ NULL, filter_options, &reader },
		{ 0 },
	};

	cli->argv = argv;
	cli->argc = fw_options_parse(groups, argc, argv, command->stop_early, &cli->err);
	free(filter_options);
	free(more_options);
	if (cli->argc < 0)
		return -1;
	if (common->help || common->version || common->summary || common->list_options)
		return 0;
	if (source && source->finish(&reader, &cli->err) < 0)
		return -1;
	return check_arguments(cli);
}

static int answer_common(const struct fw_cli *cli, const struct common *common)
{
	if (common->help)
		fw_help_print(cli->command, cli->name);
	else if (common->version)
		printf("fwctl %s\n", PACKAGE_VERSION);
	else if (common->summary)
		printf("%s\n", cli->command->summary);
	else
		fw_help_print_options(cli->command);
	return 0;
}

/* `policy apply …`: the first word names the verb, which takes over. Returns words consumed. */
static int enter_verb(struct fw_cli *cli, int argc, char **argv)
{
	const struct fw_command *verb;
	char *name;

	if (!cli->command->verbs || (argc > 0 && argv[0][0] == '-'))
		return 0;
	if (argc == 0)
		return cli->command->run ? 0 : unknown_verb(cli, "");
	verb = find_verb(cli->command->verbs, argv[0]);
	if (!verb)
		return unknown_verb(cli, argv[0]);
	name = fw_format("%s %s", cli->name, verb->name);
	free(cli->name);
	cli->name = name;
	cli->command = verb;
	return 1;
}

/* The dispatcher's option, where scripts for other tools have it. */
static void hint_netns(struct fw_cli *cli, char *const *words)
{
	for (; cli->command->name[0] && *words && strcmp(*words, "--"); words++)
		if (!strncmp(*words, "--netns", 7) && (!(*words)[7] || (*words)[7] == '='))
			fw_err_hint(&cli->err, "--netns stands before the command: "
					       "fwctl --netns NAME|PID|PATH COMMAND");
}

static int prepare(struct fw_cli *cli)
{
	const struct fw_filter_source *source = cli->command->filter_source;

	return source ? source->prepare(cli->filter, &cli->err) : 0;
}

static int run(struct fw_cli *cli, int argc, char **argv)
{
	struct common common = { 0 };
	int words = enter_verb(cli, argc, argv), status;

	if (words < 0)
		return -1;
	cli->values = fw_calloc(1, cli->command->values_size);
	cli->filter = fw_calloc(1, sizeof(*cli->filter));
	if (parse(cli, &common, argc - words, argv + words) < 0) {
		hint_netns(cli, argv + words);
		return -1;
	}
	if (common.help || common.version || common.summary || common.list_options)
		status = answer_common(cli, &common);
	else if (prepare(cli) < 0)
		return -1;
	else if (cli->command->run)
		status = cli->command->run(cli);
	else
		return unknown_verb(cli, "");
	return status < 0 ? -1 : fw_cli_finish(cli, status);
}

int fw_main(const struct fw_command *command, int argc, char **argv)
{
	struct fw_cli cli = { .command = command, .asks_json = argc > 0 && asks_json(argv + 1) };
	int status;

	open_standard_files();
	/* Writing to a closed pipe, or past the limit of a file's size, shall be an error that is
	 * looked at, not the end in the middle. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	cli.name = command->name[0] ? fw_format("fwctl %s", command->name) : fw_strdup("fwctl");
	status = run(&cli, argc - (argc > 0), argv + (argc > 0));
	if (status < 0)
		status = command->report ? command->report(&cli) : fw_cli_report(&cli);
	fw_filter_free(cli.filter);
	free(cli.filter);
	free(cli.values);
	free(cli.name);
	fw_err_free(&cli.err);
	return status;
}
