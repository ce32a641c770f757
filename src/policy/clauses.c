/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/clauses.h"

static const char *const clause_words[] = { "in",   "out", "on",      "log",    "log-all", "proto",
					    "from", "to",  "timeout", "helper", "comment" };

static bool is_clause_word(const struct fw_token *token)
{
	size_t i;

	for (i = 0; i < sizeof(clause_words) / sizeof(clause_words[0]); i++)
		if (fw_token_is(token, clause_words[i]))
			return true;
	return false;
}

/* --- sorting the words ------------------------------------------------------------------- */

/* The word behind a clause word. Clause words are no values: "from to 1.2.3.4" lacks one. */
static int take_value(struct fw_parser *parser, const struct fw_token *clause,
		      const struct fw_token **value, const char *what)
{
	const struct fw_token *token = fw_parser_token(parser);

	if (*value)
		return fw_parser_mistake(parser, clause, "\"%.*s\" is there twice",
					 (int)clause->length, clause->text);
	if (!token || (is_clause_word(token) && !token->quoted))
		return fw_parser_mistake(parser, token, "%s is missing behind \"%.*s\"", what,
					 (int)clause->length, clause->text);
	parser->at++;
	*value = token;
	return 0;
}

static int take_end(struct fw_parser *parser, const struct fw_token *clause,
		    struct fw_end_clause *end)
{
	const struct fw_token *word;

	if (take_value(parser, clause, &end->addr, "an address, a prefix, @SET or any") < 0)
		return -1;
	word = fw_parser_token(parser);
	if (fw_parser_accept(parser, "port"))
		return take_value(parser, word, &end->ports, "a port, list, range or service");
	if (fw_parser_accept(parser, "app"))
		return take_value(parser, word, &end->profile, "an application profile");
	return 0;
}

static int take_direction(struct fw_parser *parser, const struct fw_token *clause,
			  const struct fw_token **word, const struct fw_token **name)
{
	const struct fw_token *on;

	if (*word)
		return fw_parser_mistake(parser, clause, "\"%.*s\" is there twice",
					 (int)clause->length, clause->text);
	*word = clause;
	on = fw_parser_token(parser);
	if (!fw_parser_accept(parser, "on"))
		return 0;
	return take_value(parser, on, name, "an interface");
}

static void take_timers(struct fw_parser *parser, struct fw_clauses *clauses)
{
	while (fw_parser_token(parser) && !is_clause_word(fw_parser_token(parser))) {
		clauses->timeout_count++;
		parser->at++;
	}
}

static int take_log(struct fw_parser *parser, struct fw_rule *rule, const struct fw_token *clause,
		    enum fw_rule_log log)
{
	if (rule->log != FW_RULE_LOG_NONE)
		return fw_parser_mistake(parser, clause, "log is there twice");
	rule->log = log;
	return 0;
}

/* 1: no clause begins here. */
static int take_clause(struct fw_parser *parser, struct fw_rule *rule, struct fw_clauses *clauses)
{
	const struct fw_token *clause = fw_parser_token(parser);

	if (fw_parser_accept(parser, "in"))
		return take_direction(parser, clause, &clauses->in, &clauses->in_if);
	if (fw_parser_accept(parser, "out"))
		return take_direction(parser, clause, &clauses->out, &clauses->out_if);
	if (fw_parser_accept(parser, "log"))
		return take_log(parser, rule, clause, FW_RULE_LOG_NEW);
	if (fw_parser_accept(parser, "log-all"))
		return take_log(parser, rule, clause, FW_RULE_LOG_ALL);
	if (fw_parser_accept(parser, "proto"))
		return take_value(parser, clause, &clauses->proto, "a protocol");
	if (fw_parser_accept(parser, "from"))
		return take_end(parser, clause, &clauses->from);
	if (fw_parser_accept(parser, "to"))
		return take_end(parser, clause, &clauses->to);
	if (fw_parser_accept(parser, "helper"))
		return take_value(parser, clause, &clauses->helper, "a helper");
	if (fw_parser_accept(parser, "comment"))
		return take_value(parser, clause, &clauses->comment, "a text");
	if (!clauses->timeout && fw_parser_accept(parser, "timeout")) {
		clauses->timeout = clause;
		take_timers(parser, clauses);
		return 0;
	}
	return 1;
}

static int misplaced(struct fw_parser *parser, const struct fw_token *token)
{
	static const struct fw_word words[] = {
		{ "in", 0 },     { "out", 0 },     { "log", 0 }, { "log-all", 0 },
		{ "proto", 0 },  { "from", 0 },    { "to", 0 },  { "timeout", 0 },
		{ "helper", 0 }, { "comment", 0 }, { 0 }
	};

	if (fw_token_is(token, "on"))
		return fw_parser_mistake(parser, token,
					 "\"on\" stands behind in or out, as in on eth0");
	if (fw_token_is(token, "port") || fw_token_is(token, "app"))
		return fw_parser_mistake(
			parser, token, "\"%.*s\" stands behind an address, as to any %.*s …",
			(int)token->length, token->text, (int)token->length, token->text);
	return fw_parser_expected(parser, token, "word", words);
}

int fw_clauses_sort(struct fw_parser *parser, struct fw_rule *rule, struct fw_clauses *clauses)
{
	const struct fw_token *token;
	int result;

	while ((token = fw_parser_token(parser))) {
		result = take_clause(parser, rule, clauses);
		if (result < 0)
			return -1;
		if (!result)
			continue;
		if (clauses->simple || clauses->from.addr || clauses->to.addr || clauses->proto ||
		    fw_token_is(token, "on") || fw_token_is(token, "port") ||
		    fw_token_is(token, "app"))
			return misplaced(parser, token);
		clauses->simple = token;
		parser->at++;
	}
	if (clauses->simple && (clauses->from.addr || clauses->to.addr || clauses->proto))
		return fw_parser_mistake(
			parser, clauses->simple,
			"with proto, from or to a port is written \"to any port "
			"%.*s\"",
			(int)(clauses->simple->length < 60 ? clauses->simple->length : 60),
			clauses->simple->text);
	return 0;
}
