/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policy text to statements of words. Words are separated by blanks; "…" and '…' are one word
 * without escapes; { and } stand alone; # begins a comment where a word could begin; a backslash
 * at the end of a line continues it.
 */
#ifndef FWCTL_POLICY_LEX_H
#define FWCTL_POLICY_LEX_H

#include "fwctl/model/policy.h"
#include "fwctl/policy/diag.h"

/* One word; it points into the text, and a quoted one is without its quotes. */
struct fw_token {
	const char *text;
	size_t length;
	const char *line_start; /* where its line begins in the text */
	const char *text_end;   /* where the whole text ends */
	unsigned int line;
	bool quoted;
};

struct fw_lexer {
	const char *file;
	const char *at, *end;
	const char *line_start;
	unsigned int line;
	struct fw_diags *diags;
	struct fw_token *tokens; /* of the present statement */
	size_t count, capacity;
};

/* `text` must outlive all tokens. Release with fw_lexer_free(). */
void fw_lexer_init(struct fw_lexer *lexer, const char *file, const char *text, size_t length,
		   struct fw_diags *diags);
void fw_lexer_free(struct fw_lexer *lexer);

/* Reads the next statement that has words; false at the end. Lines with broken words are reported
 * and skipped. */
bool fw_lexer_next(struct fw_lexer *lexer);

/* Whether the token is that word (any case) and not quoted. */
bool fw_token_is(const struct fw_token *token, const char *word);

/* Where in the file the token is; `last` (may be NULL) is the last token of what is meant. */
struct fw_place fw_token_place(const struct fw_token *token, const struct fw_token *last,
			       const char *file);

/* Reports `length` bytes from byte `offset` of the token as a mistake or a note; takes `text`
 * over. */
void fw_token_report(struct fw_diags *diags, bool note, const char *file,
		     const struct fw_token *token, size_t offset, size_t length, char *text);

#endif
