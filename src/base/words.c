/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Longer texts are no slip of the finger; the bound keeps the distance rows on the stack. */
#define MAX_COMPARED 63

const struct fw_word *fw_word_find(const struct fw_word *words, const char *text, size_t length)
{
	for (; words->name; words++)
		if (strlen(words->name) == length && !strncasecmp(words->name, text, length))
			return words;
	return NULL;
}

const char *fw_word_name(const struct fw_word *words, uint64_t value)
{
	for (; words->name; words++)
		if (words->value == value)
			return words->name;
	return NULL;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

static bool is_same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

unsigned int fw_word_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned int rows[3][MAX_COMPARED + 1];
	unsigned int *before = rows[0], *above = rows[1], *row = rows[2], *spare;
	size_t i, j;

	if (a_length > MAX_COMPARED || b_length > MAX_COMPARED)
		return MAX_COMPARED;
	for (j = 0; j <= b_length; j++)
		above[j] = (unsigned int)j;
	memcpy(before, above, (b_length + 1) * sizeof(*above));
	for (i = 1; i <= a_length; i++) {
		row[0] = (unsigned int)i;
		for (j = 1; j <= b_length; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
				      above[j - 1] + !is_same_letter(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && is_same_letter(a[i - 1], b[j - 2]) &&
			    is_same_letter(a[i - 2], b[j - 1]) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b_length];
}

void fw_guess_try_n(struct fw_guess *guess, const char *name, size_t length)
{
	unsigned int distance = fw_word_distance(name, length, guess->wrong, guess->length);
	unsigned int best = guess->length < 4 ? 2 : 3;

	if (guess->name)
		best = guess->distance;
	/* Of two that are as close the one that was only not finished. */
	if (guess->name && distance == best && length > guess->length &&
	    !strncasecmp(name, guess->wrong, guess->length))
		best++;
	if (distance >= best || distance >= guess->length)
		return;
	guess->name = name;
	guess->name_length = length;
	guess->distance = distance;
}

void fw_guess_try(struct fw_guess *guess, const char *name)
{
	fw_guess_try_n(guess, name, strlen(name));
}

void fw_guess_try_all(struct fw_guess *guess, const struct fw_word *words)
{
	for (; words->name; words++)
		fw_guess_try(guess, words->name);
}

int fw_guess_hint(const struct fw_guess *guess, const char *accepted, struct fw_err *err)
{
	return fw_err_hint(err, "%s%s%saccepted: %s", guess->name ? "did you mean " : "",
			   guess->name ? guess->name : "", guess->name ? "? " : "", accepted);
}

const char *fw_word_nearest(const struct fw_word *words, const char *text, size_t length)
{
	struct fw_guess guess = { .wrong = text, .length = length };

	fw_guess_try_all(&guess, words);
	return guess.name;
}

void fw_words_print(struct fw_buf *buf, const struct fw_word *words)
{
	const struct fw_word *word;

	for (word = words; word->name; word++) {
		if (word != words)
			fw_buf_puts(buf, ", ");
		fw_buf_puts(buf, word->name);
	}
}
