/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/lex.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fwctl/base/mem.h"

void fw_lexer_init(struct fw_lexer *lexer, const char *file, const char *text, size_t length,
		   struct fw_diags *diags)
{
	*lexer = (struct fw_lexer){
		.file = file,
		.at = text,
		.end = text + length,
		.line_start = text,
		.line = 1,
		.diags = diags,
	};
}

void fw_lexer_free(struct fw_lexer *lexer)
{
	free(lexer->tokens);
	lexer->tokens = NULL;
}

bool fw_token_is(const struct fw_token *token, const char *word)
{
	return !token->quoted && strlen(word) == token->length &&
	       !strncasecmp(token->text, word, token->length);
}

static unsigned int characters(const char *from, const char *to)
{
	unsigned int count = 0;
	size_t step;

	for (; from < to; count++) {
		step = fw_utf8_length(from, (size_t)(to - from));
		from += step ? step : 1;
	}
	return count;
}

struct fw_place fw_token_place(const struct fw_token *token, const struct fw_token *last,
			       const char *file)
{
	return (struct fw_place){
		.file = file,
		.line = token->line,
		.column = characters(token->line_start, token->text) + 1,
		.length = characters(token->text, token->text + token->length),
		.last_line = last ? last->line : token->line,
	};
}

void fw_token_report(struct fw_diags *diags, bool note, const char *file,
		     const struct fw_token *token, size_t offset, size_t length, char *text)
{
	const char *at = token->text + offset, *end;

	end = memchr(token->line_start, '\n', (size_t)(token->text_end - token->line_start));
	if (!end)
		end = token->text_end;
	if (end > token->line_start && end[-1] == '\r')
		end--;
	fw_diag_add(diags, note, file, token->line, characters(token->line_start, at) + 1,
		    length ? characters(at, at + length) : 1, token->line_start,
		    (size_t)(end - token->line_start), text);
}

static void newline(struct fw_lexer *lexer)
{
	lexer->at++;
	lexer->line++;
	lexer->line_start = lexer->at;
}

static void skip_line(struct fw_lexer *lexer)
{
	const char *end = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));

	lexer->at = end ? end : lexer->end;
}

/* Files from elsewhere end their lines with CR LF; a CR anywhere else is no blank. */
static bool at_line_end(const struct fw_lexer *lexer, const char *at)
{
	return at == lexer->end || *at == '\n' ||
	       (*at == '\r' && (at + 1 == lexer->end || at[1] == '\n'));
}

static bool at_continuation(const struct fw_lexer *lexer)
{
	return *lexer->at == '\\' && lexer->at + 1 < lexer->end &&
	       at_line_end(lexer, lexer->at + 1);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool mistake(struct fw_lexer *lexer, const char *at, size_t length, char *text)
{
	struct fw_token token = { .text = at,
				  .length = length,
				  .line_start = lexer->line_start,
				  .text_end = lexer->end,
				  .line = lexer->line };

	fw_token_report(lexer->diags, false, lexer->file, &token, 0, length, text);
	return false;
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static void add_token(struct fw_lexer *lexer, const char *text, size_t length, bool quoted)
{
	fw_array_grow(&lexer->tokens, &lexer->capacity, lexer->count, sizeof(*lexer->tokens));
	lexer->tokens[lexer->count++] = (struct fw_token){
		.text = text,
		.length = length,
		.line_start = lexer->line_start,
		.text_end = lexer->end,
		.line = lexer->line,
		.quoted = quoted,
	};
}

static bool check_character(struct fw_lexer *lexer)
{
	size_t step;

	if (is_control(*lexer->at))
		return mistake(lexer, lexer->at, 1,
			       fw_format("control character 0x%02x, a policy is plain text",
					 (unsigned char)*lexer->at));
	step = fw_utf8_length(lexer->at, (size_t)(lexer->end - lexer->at));
	if (!step)
		return mistake(lexer, lexer->at, 1,
			       fw_format("byte 0x%02x is no UTF-8, a policy is UTF-8 text",
					 (unsigned char)*lexer->at));
	lexer->at += step;
	return true;
}

static bool quoted_word(struct fw_lexer *lexer)
{
	const char *open = lexer->at++;

	while (lexer->at < lexer->end && *lexer->at != *open) {
		if (at_line_end(lexer, lexer->at))
			break;
		if (!check_character(lexer))
			return false;
	}
	if (lexer->at == lexer->end || *lexer->at != *open)
		return mistake(lexer, open, 1,
			       fw_format("this quote is not closed on its line, put a %c behind "
					 "the text",
					 *open));
	add_token(lexer, open + 1, (size_t)(lexer->at - open - 1), true);
	lexer->at++;
	return true;
}

static bool plain_word(struct fw_lexer *lexer)
{
	const char *begin = lexer->at;

	if (*begin == '{' || *begin == '}') {
		lexer->at++;
	} else {
		while (!at_line_end(lexer, lexer->at) && !is_blank(*lexer->at) &&
		       *lexer->at != '{' && *lexer->at != '}' && !at_continuation(lexer))
			if (!check_character(lexer))
				return false;
	}
	add_token(lexer, begin, (size_t)(lexer->at - begin), false);
	return true;
}

/* Blanks, continued lines, comments; then lexer->at is at a word or at the end of the line. */
static void skip_blanks(struct fw_lexer *lexer)
{
	while (lexer->at < lexer->end) {
		if (is_blank(*lexer->at)) {
			lexer->at++;
		} else if (at_continuation(lexer)) {
			lexer->at++;
			if (*lexer->at == '\r')
				lexer->at++;
			if (lexer->at < lexer->end)
				newline(lexer);
		} else {
			break;
		}
	}
	if (lexer->at < lexer->end && *lexer->at == '#')
		skip_line(lexer);
	if (lexer->at < lexer->end && *lexer->at == '\r' && at_line_end(lexer, lexer->at))
		lexer->at++;
}

/* One line with its continuations; false when it has a broken word. */
static bool read_statement(struct fw_lexer *lexer)
{
	bool good = true;

	lexer->count = 0;
	for (;;) {
		skip_blanks(lexer);
		if (lexer->at == lexer->end || *lexer->at == '\n')
			break;
		good = *lexer->at == '"' || *lexer->at == '\'' ? quoted_word(lexer)
							       : plain_word(lexer);
		if (!good) {
			skip_line(lexer);
			break;
		}
	}
	if (lexer->at < lexer->end)
		newline(lexer);
	return good;
}

bool fw_lexer_next(struct fw_lexer *lexer)
{
	while (lexer->at < lexer->end)
		if (read_statement(lexer) && lexer->count)
			return true;
	return false;
}
