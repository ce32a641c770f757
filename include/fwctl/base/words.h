/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of words with values, and what to say when a word is none of them. */
#ifndef FWCTL_BASE_WORDS_H
#define FWCTL_BASE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/err.h"

/* Tables of these end with a row whose name is NULL. */
struct fw_word {
	const char *name;
	uint64_t value;
};

/* The row with exactly that name (upper and lower case are the same), or NULL. */
const struct fw_word *fw_word_find(const struct fw_word *words, const char *text, size_t length);

/* The name of the first row with that value, or NULL. */
const char *fw_word_name(const struct fw_word *words, uint64_t value);

/*
 * Number of edits (insert, delete, replace, swap of neighbours) between two texts; upper and lower
 * case are the same.
 */
unsigned int fw_word_distance(const char *a, size_t a_length, const char *b, size_t b_length);

/* The closest of the names, if close enough to be a slip of the finger, else NULL. */
const char *fw_word_nearest(const struct fw_word *words, const char *text, size_t length);

/* Which of several tables' names was meant by a wrong one; set the first two, and try them. */
struct fw_guess {
	const char *wrong;
	size_t length;
	const char *name; /* the closest so far that is close enough, or NULL; its end: */
	size_t name_length;
	unsigned int distance;
};

void fw_guess_try(struct fw_guess *guess, const char *name);
void fw_guess_try_n(struct fw_guess *guess, const char *name, size_t length);
void fw_guess_try_all(struct fw_guess *guess, const struct fw_word *words);

/* The hint "did you mean NAME? accepted: ACCEPTED", or its second half. Returns -1. */
int fw_guess_hint(const struct fw_guess *guess, const char *accepted, struct fw_err *err);

/* Appends the names separated by ", ". */
void fw_words_print(struct fw_buf *buf, const struct fw_word *words);

#endif
