/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a file to its statements, and through those to other files; what holds for all of them. */
#include "fwctl/policy/parse.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/policy/print.h"

#define MAX_INCLUDE_DEPTH 16

/* --- include ----------------------------------------------------------------------------- */

static void parse_source(struct fw_parser *parser, const char *text, size_t length);

static const char *add_file_name(struct fw_policy *policy, const char *name)
{
	fw_array_grow(&policy->files, &policy->file_capacity, policy->file_count,
		      sizeof(*policy->files));
	return policy->files[policy->file_count++] = fw_strdup(name);
}

static struct fw_buf *add_text(struct fw_parser *parser)
{
	fw_array_grow(&parser->texts, &parser->text_capacity, parser->text_count,
		      sizeof(*parser->texts));
	parser->texts[parser->text_count] = (struct fw_buf){ 0 };
	return &parser->texts[parser->text_count++];
}

static bool is_being_read(const struct fw_source *source, struct fw_file_id id)
{
	for (; source; source = source->from)
		if (source->id.dev == id.dev && source->id.ino == id.ino)
			return true;
	return false;
}

static int include(struct fw_parser *parser, const struct fw_token *token, const char *path)
{
	struct fw_source source = { .from = parser->source, .depth = parser->source->depth + 1 };
	struct fw_err err = FW_ERR_INIT;
	struct fw_buf text;

	if (source.depth > MAX_INCLUDE_DEPTH)
		return fw_parser_mistake(parser, token, "files include each other %d levels deep",
					 MAX_INCLUDE_DEPTH);
	if (fw_text_read(path, add_text(parser), &source.id, &err) < 0) {
		fw_parser_mistake(parser, token, "%s: %s", path, err.what);
		fw_err_free(&err);
		return -1;
	}
	if (is_being_read(parser->source, source.id))
		return fw_parser_mistake(parser, token, "%s includes itself", path);
	source.name = add_file_name(parser->policy, path);
	parser->source = &source;
	text = parser->texts[parser->text_count - 1];
	parse_source(parser, text.data, text.length);
	parser->source = source.from;
	return 0;
}

static int parse_include(struct fw_parser *parser)
{
	const struct fw_token *token = fw_parser_token(parser);
	struct fw_parser outer;
	char *path;
	int result;

	if (!token || !token->length)
		return fw_parser_mistake(parser, token,
					 "a file name is missing, as in include \"other.conf\"");
	parser->at++;
	fw_parser_setting(parser, FW_SET_INCLUDE, "include", false);
	path = fw_parser_path(parser, token->text, token->length);
	outer = *parser;
	result = include(parser, token, path);
	parser->tokens = outer.tokens;
	parser->count = outer.count;
	parser->at = outer.at;
	free(path);
	return result;
}

static int parse_set(struct fw_parser *parser)
{
	if (fw_parser_setting(parser, FW_SET_SET, "set", false) < 0)
		return -1;
	return fw_parse_set(parser);
}

static int parse_timeout(struct fw_parser *parser)
{
	if (fw_parser_setting(parser, FW_SET_TIMEOUT, "timeout", false) < 0)
		return -1;
	return fw_parse_timeout(parser);
}

/* --- statements -------------------------------------------------------------------------- */

static const struct {
	const char *word;
	int (*parse)(struct fw_parser *parser);
} statements[] = {
	{ "default", fw_parse_default }, { "logging", fw_parse_logging },
	{ "ping", fw_parse_ping },       { "mdns", fw_parse_mdns },
	{ "dhcp", fw_parse_dhcp },       { "profiles", fw_parse_profiles },
	{ "stamp", fw_parse_stamp },     { "set", parse_set },
	{ "timeout", parse_timeout },    { "include", parse_include },
	{ "route", fw_parse_rule },      { "allow", fw_parse_rule },
	{ "deny", fw_parse_rule },       { "reject", fw_parse_rule },
	{ "limit", fw_parse_rule },
};

#define STATEMENTS (sizeof(statements) / sizeof(statements[0]))

static int unknown_statement(struct fw_parser *parser)
{
	struct fw_word words[STATEMENTS + 1] = { 0 };
	size_t i;

	/* The list for the message: rules first, as most statements are rules. */
	for (i = 0; i < STATEMENTS; i++)
		words[i].name = statements[(i + 10) % STATEMENTS].word;
	if (fw_token_is(&parser->tokens[0], "ufw"))
		return fw_parser_mistake(parser, &parser->tokens[0],
					 "a rule is written without the word \"ufw\" in front");
	return fw_parser_expected(parser, &parser->tokens[0], "statement", words);
}

static void parse_statement(struct fw_parser *parser)
{
	const struct fw_token *extra;
	size_t i;

	parser->at = 0;
	for (i = 0; i < STATEMENTS; i++)
		if (fw_parser_accept(parser, statements[i].word))
			break;
	if (i == STATEMENTS) {
		unknown_statement(parser);
		return;
	}
	if (statements[i].parse(parser) < 0)
		return;
	extra = fw_parser_token(parser);
	if (extra)
		fw_parser_mistake(parser, extra,
				  "\"%.*s\" is too much here, the statement is "
				  "complete before it",
				  (int)(extra->length < 60 ? extra->length : 60), extra->text);
}

static bool has_nul(struct fw_parser *parser, const char *text, size_t length)
{
	const char *nul = length ? memchr(text, '\0', length) : NULL, *at, *line = text;
	unsigned int number = 1;

	if (!nul)
		return false;
	for (at = text; (at = memchr(at, '\n', (size_t)(nul - at))); line = ++at)
		number++;
	fw_diag_add(parser->diags, false, parser->source->name, number,
		    (unsigned int)(nul - line) + 1, 1, NULL, 0,
		    fw_strdup("a NUL byte, a policy is plain text"));
	return true;
}

static void parse_source(struct fw_parser *parser, const char *text, size_t length)
{
	struct fw_lexer lexer;

	if (has_nul(parser, text, length))
		return;
	fw_lexer_init(&lexer, parser->source->name, text, length, parser->diags);
	while (!parser->stop && fw_lexer_next(&lexer)) {
		parser->tokens = lexer.tokens;
		parser->count = lexer.count;
		parse_statement(parser);
	}
	fw_lexer_free(&lexer);
}

/* --- names of sets ----------------------------------------------------------------------- */

static const char *nearest_set(const struct fw_policy *policy, const struct fw_token *token)
{
	struct fw_word *words = fw_calloc(policy->set_count + 1, sizeof(*words));
	const char *nearest;
	size_t i;

	for (i = 0; i < policy->set_count; i++)
		words[i].name = policy->sets[i].name;
	nearest = fw_word_nearest(words, token->text + 1, token->length - 1);
	free(words);
	return nearest;
}

static void resolve_set(struct fw_parser *parser, const struct fw_set_use *use)
{
	struct fw_policy *policy = parser->policy;
	struct fw_rule *rule = &policy->rules[use->rule];
	const char *name = use->token.text + 1, *nearest;
	size_t length = use->token.length - 1, i;
	struct fw_buf buf = { 0 };

	for (i = 0; i < policy->set_count; i++) {
		if (strlen(policy->sets[i].name) == length &&
		    !memcmp(policy->sets[i].name, name, length)) {
			(use->to ? &rule->to : &rule->from)->set = (uint32_t)i;
			return;
		}
	}
	fw_buf_printf(&buf, "there is no set \"%.*s\"", (int)(length < 60 ? length : 60), name);
	nearest = nearest_set(policy, &use->token);
	if (nearest)
		fw_buf_printf(&buf, "; did you mean \"@%s\"?", nearest);
	else
		fw_buf_printf(&buf, ", a line \"set %.*s { … }\" makes it",
			      (int)(length < 60 ? length : 60), name);
	fw_token_report(parser->diags, false, use->file, &use->token, 0, use->token.length,
			fw_buf_take(&buf));
}

/* --- the whole policy -------------------------------------------------------------------- */

/* A line that does not fit into the mask would be stamped as another one. */
static void check_stamp(struct fw_parser *parser)
{
	const struct fw_policy *policy = parser->policy;
	const struct fw_setting_place *stamp = fw_setting_find(policy, FW_SET_STAMP);
	unsigned int last = policy->rule_count ? policy->rules[policy->rule_count - 1].line : 0;

	if (stamp && policy->stamp && last > policy->stamp >> __builtin_ctz(policy->stamp))
		fw_diag_add(parser->diags, false, stamp->place.file, stamp->place.line, 0, 0, NULL,
			    0,
			    fw_format("the mask has room for line numbers up to %u, the policy has "
				      "%u",
				      policy->stamp >> __builtin_ctz(policy->stamp), last));
}

static struct fw_policy *finish(struct fw_parser *parser)
{
	struct fw_policy *policy = parser->policy;
	size_t i;

	for (i = 0; i < parser->use_count; i++)
		resolve_set(parser, &parser->uses[i]);
	for (i = 0; i < parser->text_count; i++)
		fw_buf_free(&parser->texts[i]);
	free(parser->texts);
	free(parser->uses);
	fw_profiles_free(&parser->profiles);
	fw_policy_number(policy);
	check_stamp(parser);
	if (parser->diags->errors) {
		fw_policy_free(policy);
		return NULL;
	}
	return policy;
}

static struct fw_policy *parse_all(const char *name, struct fw_file_id id, const char *text,
				   size_t length, const struct fw_policy_options *options,
				   struct fw_diags *diags)
{
	struct fw_parser parser = { .policy = fw_policy_new(), .options = options, .diags = diags };
	struct fw_source source = { .id = id };

	source.name = add_file_name(parser.policy, name);
	parser.source = &source;
	parse_source(&parser, text, length);
	return finish(&parser);
}

struct fw_policy *fw_policy_parse(const char *name, const char *text, size_t length,
				  const struct fw_policy_options *options, struct fw_diags *diags)
{
	return parse_all(name, (struct fw_file_id){ 0, 0 }, text ? text : "", length, options,
			 diags);
}

struct fw_policy *fw_policy_read(const char *path, const struct fw_policy_options *options,
				 struct fw_diags *diags)
{
	struct fw_err err = FW_ERR_INIT;
	struct fw_policy *policy = NULL;
	struct fw_buf text = { 0 };
	struct fw_file_id id;

	if (fw_text_read(path, &text, &id, &err) < 0)
		fw_diag_add(diags, false, path, 0, 0, 0, NULL, 0, fw_strdup(err.what));
	else
		policy = parse_all(path, id, fw_buf_text(&text), text.length, options, diags);
	fw_err_free(&err);
	fw_buf_free(&text);
	return policy;
}
