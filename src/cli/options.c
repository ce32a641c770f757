/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"

size_t fw_option_main_name(const struct fw_option *option)
{
	return strcspn(option->names, "|");
}

bool fw_names_have(const char *names, const char *name, size_t length)
{
	size_t one;

	for (;; names += one + 1) {
		one = strcspn(names, "|");
		if (one == length && !strncmp(names, name, length))
			return true;
		if (!names[one])
			return false;
	}
}

bool fw_option_has_name(const struct fw_option *option, const char *name, size_t length)
{
	return fw_names_have(option->names, name, length);
}

static bool takes_value(const struct fw_option *option)
{
	return option->arg != NULL;
}

static bool value_is_optional(const struct fw_option *option)
{
	return option->arg && option->arg[0] == '[';
}

/* ---- finding a row ------------------------------------------------------------------------- */

struct found {
	const struct fw_option *option;
	void *values;
};

static bool find_long(const struct fw_option_group *groups, const char *name, size_t length,
		      struct found *found)
{
	const struct fw_option *option;

	for (; groups->options; groups++)
		for (option = groups->options; option->names; option++)
			if (fw_option_has_name(option, name, length)) {
				*found = (struct found){ option, groups->values };
				return true;
			}
	return false;
}

static bool find_letter(const struct fw_option_group *groups, char letter, struct found *found)
{
	const struct fw_option *option;

	for (; groups->options; groups++)
		for (option = groups->options; option->names; option++)
			if (option->letter == letter) {
				*found = (struct found){ option, groups->values };
				return true;
			}
	return false;
}

/* ---- finding one quickly ------------------------------------------------------------------- */

/* Names by their hash, each in its place or behind it; letters by their number. */
#define PLACES 256

struct place {
	const char *name;
	size_t length;
	struct found found;
};

struct fw_option_index {
	const struct fw_option_group *groups;
	struct found letters[128];
	struct place places[PLACES];
};

/* FNV-1a. */
static unsigned int hash(const char *name, size_t length)
{
	uint32_t sum = 2166136261u;

	while (length--)
		sum = (sum ^ (unsigned char)*name++) * 16777619u;
	return sum % PLACES;
}

static void add_name(struct fw_option_index *index, const char *name, size_t length,
		     const struct found *found)
{
	unsigned int at = hash(name, length), tried;

	/* One place stays free, where a search ends; there are some hundred names. */
	for (tried = 1; tried < PLACES; tried++, at = (at + 1) % PLACES)
		if (!index->places[at].name) {
			index->places[at] = (struct place){ name, length, *found };
			return;
		}
}

static void add_option(struct fw_option_index *index, const struct found *found)
{
	const char *name = found->option->names;
	unsigned char letter = (unsigned char)found->option->letter;
	size_t length;

	if (letter && letter < 128 && !index->letters[letter].option)
		index->letters[letter] = *found;
	for (;; name += length + 1) {
		length = strcspn(name, "|");
		add_name(index, name, length, found);
		if (!name[length])
			return;
	}
}

struct fw_option_index *fw_option_index_new(const struct fw_option_group *groups)
{
	struct fw_option_index *index = fw_calloc(1, sizeof(*index));
	const struct fw_option *option;
	struct found found;

	index->groups = groups;
	for (; groups->options; groups++)
		for (option = groups->options; option->names; option++) {
			found = (struct found){ option, groups->values };
			add_option(index, &found);
		}
	return index;
}

void fw_option_index_free(struct fw_option_index *index)
{
	free(index);
}

static bool look_up_long(const struct fw_option_index *index, const char *name, size_t length,
			 struct found *found)
{
	unsigned int at = hash(name, length);

	for (; index->places[at].name; at = (at + 1) % PLACES)
		if (index->places[at].length == length &&
		    !memcmp(index->places[at].name, name, length)) {
			*found = index->places[at].found;
			return true;
		}
	return false;
}

static bool look_up_letter(const struct fw_option_index *index, char letter, struct found *found)
{
	unsigned char at = (unsigned char)letter;

	if (at >= 128 || !index->letters[at].option)
		return false;
	*found = index->letters[at];
	return true;
}

static void guess_names(struct fw_guess *guess, const char *names)
{
	size_t one;

	for (;; names += one + 1) {
		one = strcspn(names, "|");
		fw_guess_try_n(guess, names, one);
		if (!names[one])
			return;
	}
}

static int unknown_long(const struct fw_option_group *groups, const char *name, size_t length,
			struct fw_err *err)
{
	struct fw_guess guess = { .wrong = name, .length = length };
	const struct fw_option *option;

	for (; groups->options; groups++)
		for (option = groups->options; option->names; option++)
			guess_names(&guess, option->names);
	fw_err_set(err, FW_ERR_MISUSE, "unknown option --%.*s", (int)length, name);
	if (guess.name)
		fw_err_hint(err, "did you mean --%.*s?", (int)guess.name_length, guess.name);
	return -1;
}

/* ---- reading ------------------------------------------------------------------------------- */

struct reader {
	const struct fw_option_group *groups;
	const struct fw_option_index *index; /* or NULL */
	char **argv;
	int argc, next; /* next: the word after the one being read */
	struct fw_err *err;
};

static int store(struct reader *reader, const struct found *found, const char *value,
		 const char *spelled, int spelled_length)
{
	if (!found->option->set(found->values, found->option, value, reader->err))
		return 0;
	if (reader->err && reader->err->kind == FW_ERR_NONE)
		reader->err->kind = FW_ERR_MISUSE;
	return fw_err_prefix(reader->err, "%.*s", spelled_length, spelled);
}

/* The value of an option whose own word holds none: the next word, if there is one to take. */
static int next_value(struct reader *reader, const struct fw_option *option, const char *spelled,
		      int spelled_length, const char **value)
{
	bool there = reader->next < reader->argc;

	*value = NULL;
	if (value_is_optional(option)) {
		if (there && reader->argv[reader->next][0] != '-')
			*value = reader->argv[reader->next++];
		return 0;
	}
	if (!there)
		return fw_err_set(reader->err, FW_ERR_MISUSE, "%.*s needs a value: %s",
				  spelled_length, spelled, option->arg);
	*value = reader->argv[reader->next++];
	return 0;
}

static int read_long(struct reader *reader, const char *word)
{
	const char *name = word + 2, *equals = name, *value = NULL;
	struct found found;
	size_t length;

	/* By hand: names are short, and a file to load has millions. */
	while (*equals && *equals != '=')
		equals++;
	length = (size_t)(equals - name);
	equals = *equals ? equals : NULL;
	if (reader->index ? !look_up_long(reader->index, name, length, &found)
			  : !find_long(reader->groups, name, length, &found))
		return unknown_long(reader->groups, name, length, reader->err);
	if (equals && !takes_value(found.option))
		return fw_err_set(reader->err, FW_ERR_MISUSE, "--%.*s takes no value", (int)length,
				  name);
	if (equals)
		value = equals + 1;
	else if (takes_value(found.option) &&
		 next_value(reader, found.option, word, (int)length + 2, &value) < 0)
		return -1;
	return store(reader, &found, value, word, (int)length + 2);
}

static int read_letters(struct reader *reader, const char *word)
{
	const char *letter, *value;
	struct found found;
	char spelled[3] = "-?";

	for (letter = word + 1; *letter; letter++) {
		spelled[1] = *letter;
		if (reader->index ? !look_up_letter(reader->index, *letter, &found)
				  : !find_letter(reader->groups, *letter, &found))
			return fw_err_set(reader->err, FW_ERR_MISUSE, "unknown option %s", spelled);
		value = NULL;
		if (takes_value(found.option) && letter[1])
			value = letter + 1;
		else if (takes_value(found.option) &&
			 next_value(reader, found.option, spelled, 2, &value) < 0)
			return -1;
		if (store(reader, &found, value, spelled, 2) < 0)
			return -1;
		if (takes_value(found.option))
			break;
	}
	return 0;
}

static int parse(struct reader *reader, bool stop_early)
{
	char **argv = reader->argv, *word;
	int arguments = 0, result;

	while (reader->next < reader->argc) {
		word = argv[reader->next];
		if (word[0] != '-' || !word[1]) {
			if (stop_early)
				break;
			argv[arguments++] = word;
			reader->next++;
			continue;
		}
		reader->next++;
		if (!strcmp(word, "--"))
			break;
		result = word[1] == '-' ? read_long(reader, word) : read_letters(reader, word);
		if (result < 0)
			return -1;
	}
	while (reader->next < reader->argc)
		argv[arguments++] = argv[reader->next++];
	/* What is left is passed on to execv(3), which counts by the end. */
	if (arguments < reader->argc)
		argv[arguments] = NULL;
	return arguments;
}

int fw_options_parse(const struct fw_option_group *groups, int argc, char **argv, bool stop_early,
		     struct fw_err *err)
{
	struct reader reader = { groups, NULL, argv, argc, 0, err };

	return parse(&reader, stop_early);
}

int fw_options_parse_indexed(const struct fw_option_index *index, int argc, char **argv,
			     struct fw_err *err)
{
	struct reader reader = { index->groups, index, argv, argc, 0, err };

	return parse(&reader, false);
}

/* ---- ready setters ------------------------------------------------------------------------- */

int fw_option_given_before(struct fw_err *err)
{
	return fw_err_set(err, FW_ERR_MISUSE, "it was given before");
}

static void *member(void *values, const struct fw_option *option)
{
	return (char *)values + option->offset;
}

int fw_set_flag(void *values, const struct fw_option *option, const char *value, struct fw_err *err)
{
	(void)value;
	(void)err;
	*(bool *)member(values, option) = true;
	return 0;
}

int fw_set_string(void *values, const struct fw_option *option, const char *value,
		  struct fw_err *err)
{
	if (!*value)
		return fw_err_set(err, FW_ERR_MISUSE, "an empty word is no %s", option->arg);
	*(const char **)member(values, option) = value;
	return 0;
}

static uint64_t limit(const struct fw_option *option)
{
	return option->max ? option->max : UINT64_MAX;
}

static int not_in_range(const struct fw_option *option, const char *value, const char *what,
			struct fw_err *err)
{
	if (option->max)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not %s between %llu and %llu", value,
				  what, (unsigned long long)option->min,
				  (unsigned long long)option->max);
	return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not %s of at least %llu", value, what,
			  (unsigned long long)option->min);
}

int fw_set_number(void *values, const struct fw_option *option, const char *value,
		  struct fw_err *err)
{
	if (fw_num_parse(value, option->min, limit(option), member(values, option)) != FW_NUM_OK)
		return not_in_range(option, value, "a number", err);
	return 0;
}

int fw_set_duration(void *values, const struct fw_option *option, const char *value,
		    struct fw_err *err)
{
	uint64_t seconds;

	if (fw_duration_parse(value, limit(option), &seconds) != FW_NUM_OK || seconds < option->min)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "'%s' is not a duration: seconds, or a number with s, m, h or d",
				  value);
	*(uint64_t *)member(values, option) = seconds;
	return 0;
}

int fw_set_word(void *values, const struct fw_option *option, const char *value, struct fw_err *err)
{
	const struct fw_word *word = fw_word_find(option->data, value, strlen(value));
	struct fw_buf accepted = { 0 };
	const char *nearest;

	if (word) {
		*(uint64_t *)member(values, option) = word->value;
		return 0;
	}
	fw_words_print(&accepted, option->data);
	fw_err_set(err, FW_ERR_MISUSE, "'%s' is none of: %s", value, fw_buf_text(&accepted));
	fw_buf_free(&accepted);
	nearest = fw_word_nearest(option->data, value, strlen(value));
	if (nearest)
		fw_err_hint(err, "did you mean %s?", nearest);
	return -1;
}

int fw_set_size(void *values, const struct fw_option *option, const char *value, struct fw_err *err)
{
	static const struct fw_word units[] = { { "K", 10 }, { "M", 20 }, { "G", 30 }, { 0 } };
	size_t length = strlen(value);
	const struct fw_word *unit = length ? fw_word_find(units, value + length - 1, 1) : NULL;
	unsigned int shift = unit ? (unsigned int)unit->value : 0;
	uint64_t number;

	if (fw_num_parse_n(value, length - (unit ? 1 : 0), 0, limit(option) >> shift, &number) !=
		    FW_NUM_OK ||
	    number << shift < option->min)
		return not_in_range(option, value, "a size in bytes (K, M, G)", err);
	*(uint64_t *)member(values, option) = number << shift;
	return 0;
}
