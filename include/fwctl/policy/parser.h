/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of reading a policy, and what each statement's reader does with it: taking words,
 * reporting mistakes, remembering where a setting stands. Nothing outside src/policy includes it.
 */
#ifndef FWCTL_POLICY_PARSER_H
#define FWCTL_POLICY_PARSER_H

#include "fwctl/policy/lex.h"
#include "fwctl/policy/profiles.h"
#include "fwctl/policy/read.h"
#include "fwctl/policy/text.h"

/* A policy above this is a mistake, and refused before it takes all memory. */
#define FW_POLICY_MAX_RULES 100000

/* A file that is being read, and the ones that led to it. */
struct fw_source {
	const struct fw_source *from;
	const char *name; /* owned by the policy */
	struct fw_file_id id;
	unsigned int depth;
};

/* An @NAME that waits for its set, which may stand further down. */
struct fw_set_use {
	size_t rule;
	bool to; /* at the rule's `to`, else at its `from` */
	struct fw_token token;
	const char *file;
};

struct fw_parser {
	struct fw_policy *policy;
	const struct fw_policy_options *options;
	struct fw_diags *diags;
	const struct fw_source *source;
	const struct fw_token *tokens; /* of the present statement */
	size_t count, at;
	struct fw_set_use *uses;
	size_t use_count, use_capacity;
	struct fw_buf *texts; /* of all files: tokens point into them until the end */
	size_t text_count, text_capacity;
	struct fw_profile_list profiles;
	bool profiles_loaded;
	bool stop; /* a mistake after which the rest is not worth reading */
};

/* The present token, or NULL at the end of the statement. */
const struct fw_token *fw_parser_token(const struct fw_parser *parser);

/* Whether the present token is that word; then it is stepped over. */
bool fw_parser_accept(struct fw_parser *parser, const char *word);

/* Reports a mistake at a token (NULL: behind the last one). Always returns -1. */
int fw_parser_mistake(struct fw_parser *parser, const struct fw_token *token, const char *format,
		      ...) __attribute__((format(printf, 3, 4)));

/* Takes `text` over; `offset` and `length` choose a part of the token. Returns -1. */
int fw_parser_mistake_in(struct fw_parser *parser, const struct fw_token *token, size_t offset,
			 size_t length, char *text);

/* "WHAT "word": expected a, b, c; did you mean "b"?" at a token, or what is missing. -1. */
int fw_parser_expected(struct fw_parser *parser, const struct fw_token *token, const char *what,
		       const struct fw_word *words);

/* Reads one of the words; `*value` is its value. 0 or -1 after a report. */
int fw_parser_word(struct fw_parser *parser, const char *what, const struct fw_word *words,
		   uint64_t *value);

/* A remark, which does not make the policy wrong. */
void fw_parser_note(struct fw_parser *parser, const struct fw_token *token, char *text);

/* Remembers where a setting stands; with `only_once` a second one is reported. 0 or -1. */
int fw_parser_setting(struct fw_parser *parser, enum fw_setting setting, const char *name,
		      bool only_once);

/* The first place of that setting, or NULL. */
const struct fw_setting_place *fw_setting_find(const struct fw_policy *policy,
					       enum fw_setting setting);

/* The name of a file as the file that is being read means it; the caller frees it. */
char *fw_parser_path(const struct fw_parser *parser, const char *name, size_t length);

#endif
