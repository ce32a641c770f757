/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command as data, and the main() that all programs share. A program is its option rows, a run
 * function and one of these.
 */
#ifndef FWCTL_CLI_COMMAND_H
#define FWCTL_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "fwctl/base/err.h"
#include "fwctl/cli/options.h"

struct fw_cli;
struct fw_filter;
struct fw_filter_source;

struct fw_command {
	const char *name;      /* "list"; in messages it stands behind "fwctl " */
	const char *summary;   /* one line for the list of commands, without a full stop */
	const char *elsewhere; /* what other tools call it: "enable|reload", for hints; or NULL */
	const char *usage;     /* what follows the name in the usage line: "[FILTER] [-o FORMAT]" */
	const char *details;   /* more lines of help, or NULL */
	void (*help_more)(void); /* prints still more of it, or NULL */
	/* Whether errors are to be JSON, for a command whose -o is not fw_set_output; or NULL. */
	bool (*wants_json)(const void *values);
	const struct fw_option *options; /* or NULL */
	size_t values_size;              /* of the struct that the options fill; starts as zeros */
	/* Rows that are made at run time, and fill the same struct; the caller frees them. Or NULL.
	 */
	struct fw_option *(*more_options)(void);
	/* &fw_filter_source (cli/filter-options.h) adds the filter options; or NULL. A pointer, so
	 * that programs without a filter do not load what it needs. */
	const struct fw_filter_source *filter_source;
	bool stop_early;        /* options end at the first argument */
	int min_args, max_args; /* number of arguments; max_args -1: any */
	/*
	 * Does the work after everything is parsed. Returns the exit status, or -1 with cli->err
	 * set; fw_main() then prints the error and exits with its kind.
	 */
	int (*run)(struct fw_cli *cli);
	/* Says cli->err otherwise than fw_cli_report(), and returns the exit status; or NULL. */
	int (*report)(const struct fw_cli *cli);
	/* Commands of this command (`policy apply`), ends with a row whose name is NULL; or NULL.
	 * Then run, if there is one, is for the command without a further word. */
	const struct fw_command *verbs;
};

/* What a run function gets. */
struct fw_cli {
	const struct fw_command *command;
	char *name; /* "fwctl policy apply": how messages begin */
	void *values;
	struct fw_filter *filter; /* what the filter options said; empty without them */
	int argc;                 /* the arguments, options taken out */
	char **argv;
	bool asks_json; /* -o json is somewhere on the command line, read that far or not */
	bool done;      /* what was asked for is done: only its output can still go wrong */
	struct fw_err err;
};

/* The whole life of a program: parse, run, report, exit status. */
int fw_main(const struct fw_command *command, int argc, char **argv);

/* Prints help for `command` to stdout. `name` is "fwctl list". */
void fw_help_print(const struct fw_command *command, const char *name);

/* One long option a line with its argument: what completion and tests read. */
void fw_help_print_options(const struct fw_command *command);

/* Whether errors are for a program to read: -o json is given. */
bool fw_cli_wants_json(const struct fw_cli *cli);

/*
 * Prints `cli->err` to stderr, as text or (with -o json, see cli/output.h) as a JSON object, and
 * returns its exit status.
 */
int fw_cli_report(const struct fw_cli *cli);

/*
 * Flushes stdout. Returns `status`; when writing failed: 0 for a closed pipe, which ends quietly,
 * else -1 with cli->err set.
 */
int fw_cli_finish(struct fw_cli *cli, int status);

/* A sentence for people on stderr: "NAME: TEXT\n". */
void fw_cli_note(const struct fw_cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
