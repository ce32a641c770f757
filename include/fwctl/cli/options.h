/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option rows. One row makes the parsing, the help text, the completion and the test that the
 * manual page names it. Rows fill a struct of the command's own ("values") through setters.
 */
#ifndef FWCTL_CLI_OPTIONS_H
#define FWCTL_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/base/words.h"

struct fw_option;

/* Stores `value` (NULL when the option takes none or it was left out) into `values`. 0 or -1. */
typedef int fw_option_set(void *values, const struct fw_option *option, const char *value,
			  struct fw_err *err);

struct fw_option {
	const char *names; /* long names without dashes: "orig-src|src", the main one first */
	char letter;       /* short name, or 0 */
	const char *arg;  /* what it takes: NULL nothing, "[ADDR]" may be left out, else required */
	const char *help; /* one line */
	fw_option_set *set;
	size_t offset;     /* for the ready setters: where in `values` */
	uint64_t min, max; /* for fw_set_number and fw_set_duration; max 0: no limit */
	const void *data;  /* for fw_set_word: const struct fw_word *; else the setter's own */
};

/* Rows that fill the same struct; tables end with a row whose `names` is NULL. */
struct fw_option_group {
	const char *title; /* heading in the help, or NULL */
	const struct fw_option *options;
	void *values;
};

/* Ready setters; the type of the member at `offset` is named. */
fw_option_set fw_set_flag;     /* bool: becomes true */
fw_option_set fw_set_string;   /* const char *: points into argv */
fw_option_set fw_set_number;   /* uint64_t in [min, max] */
fw_option_set fw_set_duration; /* uint64_t seconds in [min, max] */
fw_option_set fw_set_word;     /* uint64_t: value of the word in `data` */
fw_option_set fw_set_size;     /* uint64_t bytes: a number with an optional K, M or G (1024) */

/*
 * Reads argv[0..argc) (without the program's name). Options and arguments may be mixed; `--` ends
 * the options; with `stop_early` the first argument does too. `--name=value`, `--name value`,
 * `-xvalue`, `-x value` and bundled letters are understood; abbreviated names are not. Arguments
 * are moved to the front of argv in their order, and their number is returned; -1 with `err`
 * (misuse) set when something is wrong. `groups` ends with an entry whose `options` is NULL.
 */
int fw_options_parse(const struct fw_option_group *groups, int argc, char **argv, bool stop_early,
		     struct fw_err *err);

/*
 * For command lines that come by the thousand: finds options without walking the rows. Made from
 * groups that outlive it.
 */
struct fw_option_index;
struct fw_option_index *fw_option_index_new(const struct fw_option_group *groups);
void fw_option_index_free(struct fw_option_index *index);

/* As fw_options_parse(), with the groups of the index. */
int fw_options_parse_indexed(const struct fw_option_index *index, int argc, char **argv,
			     struct fw_err *err);

/* For setters of what can be given once: misuse. Returns -1. */
int fw_option_given_before(struct fw_err *err);

/* Whether `name` (`length` bytes) is one of the names in "a|b|c". */
bool fw_names_have(const char *names, const char *name, size_t length);
bool fw_option_has_name(const struct fw_option *option, const char *name, size_t length);

/* Length of the first of the names. */
size_t fw_option_main_name(const struct fw_option *option);

#endif
