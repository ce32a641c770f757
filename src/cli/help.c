/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help is made from the option rows; it opens no socket and needs no privilege. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/filter-options.h"

#define HELP_COLUMN 34
#define HELP_WIDTH  80

/* "  -s, --orig-src, --src ADDR[/PREFIX]" */
static void print_names(struct fw_buf *line, const struct fw_option *option)
{
	const char *name;

	if (option->letter)
		fw_buf_printf(line, "  -%c, --", option->letter);
	else
		fw_buf_puts(line, "      --");
	for (name = option->names; *name; name++) {
		if (*name == '|')
			fw_buf_puts(line, ", --");
		else
			fw_buf_putc(line, *name);
	}
	if (option->arg)
		fw_buf_printf(line, " %s", option->arg);
}

/* The help of a tuple's field has "%s" where the direction belongs. The caller frees the text. */
static char *help_text(const struct fw_option *option)
{
	const char *mark = strstr(option->help, "%s");
	const char *direction = option->min == FW_IN_REPLY ? "reply" : "original";

	if (!mark)
		return fw_strdup(option->help);
	return fw_format("%.*s%s%s", (int)(mark - option->help), option->help, direction, mark + 2);
}

/* Up to the next blank that is not between brackets: "[--limit N]" stays in one line. */
static size_t unit_length(const char *text)
{
	size_t length;
	int depth = 0;

	for (length = 0; text[length] && (text[length] != ' ' || depth > 0); length++)
		depth += (text[length] == '[') - (text[length] == ']');
	return length;
}

/*
 * Prints `text`, of which `used` columns of the line are taken already, in lines that fit a
 * terminal of HELP_WIDTH; all but the first begin in `column`.
 */
static void print_wrapped(const char *text, size_t used, int column)
{
	bool first = true;
	size_t unit;

	for (; *text; text += unit, text += *text == ' ') {
		unit = unit_length(text);
		if (!first && used + 1 + unit > HELP_WIDTH) {
			printf("\n%*s", column, "");
			used = (size_t)column;
			first = true;
		}
		printf("%s%.*s", first ? "" : " ", (int)unit, text);
		used += unit + !first;
		first = false;
	}
	printf("\n");
}

static void print_option(const struct fw_option *option)
{
	struct fw_buf line = { 0 };
	char *help = help_text(option);

	print_names(&line, option);
	if (line.length >= HELP_COLUMN)
		printf("%s\n%*s", fw_buf_text(&line), HELP_COLUMN, "");
	else
		printf("%-*s", HELP_COLUMN, fw_buf_text(&line));
	print_wrapped(help, HELP_COLUMN, HELP_COLUMN);
	free(help);
	fw_buf_free(&line);
}

static void print_options(const struct fw_option *options, const char *title)
{
	if (!options || !options->names)
		return;
	printf("\n%s:\n", title);
	for (; options->names; options++)
		print_option(options);
}

static void print_verbs(const struct fw_command *verb)
{
	if (!verb)
		return;
	printf("\nCommands:\n");
	for (; verb->name; verb++)
		printf("  %-12s %s\n", verb->name, verb->summary);
}

static void print_made_options(struct fw_option *(*make)(void), const char *title)
{
	struct fw_option *options = make();

	print_options(options, title);
	free(options);
}

void fw_help_print(const struct fw_command *command, const char *name)
{
	int head = printf("Usage: %s ", name);

	print_wrapped(command->usage, (size_t)head, head);
	printf("%s.\n", command->summary);
	print_verbs(command->verbs);
	print_options(command->options, "Options");
	if (command->more_options)
		print_made_options(command->more_options, "What it shall have");
	if (command->filter_source)
		print_made_options(command->filter_source->options,
				   "Filter (conditions that must all hold)");
	printf("\nCommon:\n%-*sshow this help\n%-*sshow the version\n", HELP_COLUMN, "  -h, --help",
	       HELP_COLUMN, "  -V, --version");
	if (command->details)
		printf("\n%s", command->details);
	if (command->help_more)
		command->help_more();
}

static void print_names_plain(const struct fw_option *options)
{
	const char *name, *end;

	for (; options && options->names; options++)
		for (name = options->names;; name = end + 1) {
			end = name + strcspn(name, "|");
			printf("--%.*s%s%s\n", (int)(end - name), name, options->arg ? " " : "",
			       options->arg ? options->arg : "");
			if (!*end)
				break;
		}
}

static void print_made_names(struct fw_option *(*make)(void))
{
	struct fw_option *options = make();

	print_names_plain(options);
	free(options);
}

void fw_help_print_options(const struct fw_command *command)
{
	const struct fw_command *verb;

	for (verb = command->verbs; verb && verb->name; verb++)
		printf("%s\n", verb->name);
	print_names_plain(command->options);
	if (command->more_options)
		print_made_names(command->more_options);
	if (command->filter_source)
		print_made_names(command->filter_source->options);
}
