/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `set NAME { … }` and `set NAME file "…"`. */
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/policy/parse.h"

#define NAME_MAX_LENGTH 48

static bool is_name(const char *text, size_t length)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char others[] = "0123456789-";
	size_t i;

	if (!length || length > NAME_MAX_LENGTH || !memchr(letters, *text, sizeof(letters) - 1))
		return false;
	for (i = 1; i < length; i++)
		if (!memchr(letters, text[i], sizeof(letters) - 1) &&
		    !memchr(others, text[i], sizeof(others) - 1))
			return false;
	return true;
}

static void add_prefix(struct fw_policy_set *set, const struct fw_prefix *prefix)
{
	fw_array_grow(&set->prefixes, &set->capacity, set->count, sizeof(*set->prefixes));
	set->prefixes[set->count++] = *prefix;
}

static char *no_address(const char *text, size_t length)
{
	return fw_format("\"%.*s\" is no address, expected an address as 198.51.100.7, "
			 "2001:db8::1 or a prefix as 203.0.113.0/24",
			 (int)(length < 60 ? length : 60), text);
}

/* Sorted, and without those that another one covers: then a search looks at one prefix only, and
 * the kernel's sets get no overlapping elements. */
static void tidy(struct fw_policy_set *set)
{
	size_t i, kept = 0;

	if (!set->count)
		return;
	qsort(set->prefixes, set->count, sizeof(*set->prefixes), fw_prefix_compare);
	for (i = 1; i < set->count; i++)
		if (!fw_prefix_covers(&set->prefixes[kept], &set->prefixes[i]))
			set->prefixes[++kept] = set->prefixes[i];
	set->count = kept + 1;
}

/* One word of a list may hold several addresses: "a,b" or "a,". */
static int read_word(struct fw_parser *parser, const struct fw_token *token,
		     struct fw_policy_set *set)
{
	size_t at = 0, end;
	struct fw_prefix prefix;
	const char *comma;
	int result = 0;

	for (; at < token->length; at = end + 1) {
		comma = memchr(token->text + at, ',', token->length - at);
		end = comma ? (size_t)(comma - token->text) : token->length;
		if (end == at)
			continue;
		if (fw_prefix_parse_n(token->text + at, end - at, &prefix, NULL) == 0)
			add_prefix(set, &prefix);
		else
			result = fw_parser_mistake_in(parser, token, at, end - at,
						      no_address(token->text + at, end - at));
	}
	return result;
}

static int read_list(struct fw_parser *parser, struct fw_policy_set *set)
{
	const struct fw_token *token;
	int result = 0;

	while ((token = fw_parser_token(parser)) && !fw_token_is(token, "}")) {
		if (read_word(parser, token, set) < 0)
			result = -1;
		parser->at++;
	}
	if (!token)
		return fw_parser_mistake(parser, NULL,
					 "a } is missing, a list goes on in the next line only "
					 "behind a backslash");
	parser->at++;
	return result;
}

/* The text of one line without its comment and blanks. */
static void strip(const char **text, size_t *length)
{
	const char *hash = memchr(*text, '#', *length);

	if (hash)
		*length = (size_t)(hash - *text);
	while (*length && strchr(" \t", **text)) {
		++*text;
		--*length;
	}
	while (*length && strchr(" \t\r", (*text)[*length - 1]))
		--*length;
}

static int read_file_line(struct fw_parser *parser, const char *path, unsigned int number,
			  const char *line, size_t length, struct fw_policy_set *set)
{
	struct fw_token token = { .text = line,
				  .length = length,
				  .line_start = line,
				  .text_end = line + length,
				  .line = number };
	struct fw_prefix prefix;

	strip(&token.text, &token.length);
	if (!token.length)
		return 0;
	if (memchr(token.text, '\0', token.length)) {
		fw_diag_add(parser->diags, false, path, number, 0, 0, NULL, 0,
			    fw_strdup("a NUL byte, a list of addresses is plain text"));
		return -1;
	}
	if (fw_prefix_parse_n(token.text, token.length, &prefix, NULL) < 0) {
		fw_token_report(parser->diags, false, path, &token, 0, token.length,
				no_address(token.text, token.length));
		return -1;
	}
	add_prefix(set, &prefix);
	return 0;
}

static int read_file(struct fw_parser *parser, const struct fw_token *name,
		     struct fw_policy_set *set)
{
	struct fw_err err = FW_ERR_INIT;
	struct fw_buf text = { 0 };
	unsigned int number = 1;
	const char *at, *end, *newline;
	int result = fw_text_read(set->file, &text, NULL, &err);

	if (result < 0)
		fw_parser_mistake(parser, name, "%s: %s", set->file, err.what);
	at = fw_buf_text(&text);
	end = at + text.length;
	for (; !result && at < end; at = newline + 1, number++) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			newline = end;
		if (read_file_line(parser, set->file, number, at, (size_t)(newline - at), set) <
			    0 &&
		    parser->diags->errors > FW_DIAGS_MAX)
			result = -1;
	}
	fw_err_free(&err);
	fw_buf_free(&text);
	return result;
}

/* The full name: the canonical text is read elsewhere than beside this file. */
static void make_absolute(struct fw_policy_set *set)
{
	char *path = realpath(set->file, NULL);

	if (!path)
		return;
	free(set->file);
	set->file = path;
}

static int read_addresses(struct fw_parser *parser, struct fw_policy_set *set)
{
	const struct fw_token *token;

	if (fw_parser_accept(parser, "{"))
		return read_list(parser, set);
	token = fw_parser_token(parser);
	if (!fw_parser_accept(parser, "file"))
		return fw_parser_mistake(parser, token,
					 "expected the addresses as { A, B } or file \"NAME\"");
	token = fw_parser_token(parser);
	if (!token || !token->length)
		return fw_parser_mistake(parser, token, "a file name is missing");
	parser->at++;
	set->file = fw_parser_path(parser, token->text, token->length);
	if (read_file(parser, token, set) < 0)
		return -1;
	make_absolute(set);
	return 0;
}

int fw_parse_set(struct fw_parser *parser)
{
	const struct fw_token *name = fw_parser_token(parser);
	struct fw_policy *policy = parser->policy;
	struct fw_policy_set *set;
	size_t i;
	int result;

	if (!name || name->quoted || !is_name(name->text, name->length))
		return fw_parser_mistake(parser, name,
					 "expected a name of at most %d letters, digits, _ and -, "
					 "beginning with a letter",
					 NAME_MAX_LENGTH);
	for (i = 0; i < policy->set_count; i++)
		if (strlen(policy->sets[i].name) == name->length &&
		    !memcmp(policy->sets[i].name, name->text, name->length))
			return fw_parser_mistake(parser, name,
						 "set \"%s\" is there already, at %s:%u",
						 policy->sets[i].name, policy->sets[i].place.file,
						 policy->sets[i].place.line);
	parser->at++;
	fw_array_grow(&policy->sets, &policy->set_capacity, policy->set_count,
		      sizeof(*policy->sets));
	set = &policy->sets[policy->set_count++];
	*set = (struct fw_policy_set){ .name = fw_strndup(name->text, name->length) };
	set->place = fw_token_place(&parser->tokens[0], &parser->tokens[parser->count - 1],
				    parser->source->name);
	result = read_addresses(parser, set);
	tidy(set);
	return result;
}
