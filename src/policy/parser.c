/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

const struct fw_token *fw_parser_token(const struct fw_parser *parser)
{
	return parser->at < parser->count ? &parser->tokens[parser->at] : NULL;
}

bool fw_parser_accept(struct fw_parser *parser, const char *word)
{
	const struct fw_token *token = fw_parser_token(parser);

	if (!token || !fw_token_is(token, word))
		return false;
	parser->at++;
	return true;
}

int fw_parser_mistake_in(struct fw_parser *parser, const struct fw_token *token, size_t offset,
			 size_t length, char *text)
{
	fw_token_report(parser->diags, false, parser->source->name, token, offset, length, text);
	return -1;
}

int fw_parser_mistake(struct fw_parser *parser, const struct fw_token *token, const char *format,
		      ...)
{
	const struct fw_token *last = &parser->tokens[parser->count - 1];
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = fw_strdup("out of memory");
	va_end(args);
	if (token)
		return fw_parser_mistake_in(parser, token, 0, token->length, text);
	/* Something is missing: point behind the last word, and behind its quote. */
	return fw_parser_mistake_in(parser, last, last->length + last->quoted, 0, text);
}

void fw_parser_note(struct fw_parser *parser, const struct fw_token *token, char *text)
{
	fw_token_report(parser->diags, true, parser->source->name, token, 0, token->length, text);
}

int fw_parser_expected(struct fw_parser *parser, const struct fw_token *token, const char *what,
		       const struct fw_word *words)
{
	struct fw_buf buf = { 0 };
	const char *nearest = NULL;

	if (token) {
		fw_buf_printf(&buf, "unknown %s \"%.*s\", expected ", what,
			      (int)(token->length < 60 ? token->length : 60), token->text);
		nearest = fw_word_nearest(words, token->text, token->length);
	} else {
		fw_buf_printf(&buf, "a %s is missing, expected ", what);
	}
	fw_words_print(&buf, words);
	if (nearest)
		fw_buf_printf(&buf, "; did you mean \"%s\"?", nearest);
	fw_parser_mistake(parser, token, "%s", fw_buf_text(&buf));
	fw_buf_free(&buf);
	return -1;
}

int fw_parser_word(struct fw_parser *parser, const char *what, const struct fw_word *words,
		   uint64_t *value)
{
	const struct fw_token *token = fw_parser_token(parser);
	const struct fw_word *word;

	word = token && !token->quoted ? fw_word_find(words, token->text, token->length) : NULL;
	if (!word)
		return fw_parser_expected(parser, token, what, words);
	parser->at++;
	*value = word->value;
	return 0;
}

char *fw_parser_path(const struct fw_parser *parser, const char *name, size_t length)
{
	const char *slash = strrchr(parser->source->name, '/');

	if (*name == '/' || !slash)
		return fw_strndup(name, length);
	return fw_format("%.*s%.*s", (int)(slash + 1 - parser->source->name), parser->source->name,
			 (int)length, name);
}

/* --- where settings stand ---------------------------------------------------------------- */

const struct fw_setting_place *fw_setting_find(const struct fw_policy *policy,
					       enum fw_setting setting)
{
	size_t i;

	for (i = 0; i < policy->setting_count; i++)
		if (policy->settings[i].setting == setting)
			return &policy->settings[i];
	return NULL;
}

/* Remembers where a setting stands. A policy that says it twice is unclear, so it is wrong. */
int fw_parser_setting(struct fw_parser *parser, enum fw_setting setting, const char *name,
		      bool only_once)
{
	struct fw_policy *policy = parser->policy;
	const struct fw_token *first = &parser->tokens[0];
	const struct fw_setting_place *before = fw_setting_find(policy, setting);

	if (before && only_once)
		return fw_parser_mistake(parser, first, "%s is set twice, first at %s:%u", name,
					 before->place.file, before->place.line);
	fw_array_grow(&policy->settings, &policy->setting_capacity, policy->setting_count,
		      sizeof(*policy->settings));
	policy->settings[policy->setting_count++] =
		(struct fw_setting_place){ setting,
					   fw_token_place(first, &parser->tokens[parser->count - 1],
							  parser->source->name) };
	return 0;
}
