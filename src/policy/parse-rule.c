/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules: the clauses of a statement get their meaning. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/policy/clauses.h"

#define IFNAME_MAX 15 /* IFNAMSIZ without the NUL */

/* --- what the clauses mean --------------------------------------------------------------- */

static int set_interface(struct fw_parser *parser, const struct fw_token *token, char **name)
{
	size_t i;

	if (!token)
		return 0;
	if (!token->length || (token->length == 1 && *token->text == '+'))
		return fw_parser_mistake(parser, token,
					 "a name of an interface is missing, leave out \"on\" for "
					 "all of them");
	if (token->length > IFNAME_MAX + (token->text[token->length - 1] == '+'))
		return fw_parser_mistake(parser, token, "names of interfaces have at most %d bytes",
					 IFNAME_MAX);
	/* dev_valid_name() in the kernel's net/core/dev.c. */
	for (i = 0; i < token->length; i++)
		if (strchr("/: \t", token->text[i]))
			return fw_parser_mistake(parser, token, "no interface has '%c' in its name",
						 token->text[i]);
	*name = fw_strndup(token->text, token->length);
	return 0;
}

static int set_directions(struct fw_parser *parser, struct fw_rule *rule,
			  const struct fw_clauses *clauses, bool routed)
{
	if (routed)
		rule->direction = FW_DIR_ROUTED;
	else if (clauses->in && clauses->out)
		return fw_parser_mistake(parser, clauses->out,
					 "a rule is for in or for out, what passes through is "
					 "\"route %.*s in on … out on …\"",
					 (int)parser->tokens[0].length, parser->tokens[0].text);
	else
		rule->direction = clauses->out ? FW_DIR_OUT : FW_DIR_IN;
	if (set_interface(parser, clauses->in_if, &rule->in_if) < 0)
		return -1;
	return set_interface(parser, clauses->out_if, &rule->out_if);
}

static void use_set(struct fw_parser *parser, const struct fw_token *token, bool to)
{
	fw_array_grow(&parser->uses, &parser->use_capacity, parser->use_count,
		      sizeof(*parser->uses));
	parser->uses[parser->use_count++] = (struct fw_set_use){
		.rule = parser->policy->rule_count,
		.to = to,
		.token = *token,
		.file = parser->source->name,
	};
}

static int set_address(struct fw_parser *parser, const struct fw_token *token,
		       struct fw_endpoint *end, bool to)
{
	bool had_host_bits;
	char *text;

	if (!token || fw_token_is(token, "any"))
		return 0;
	if (token->length > 1 && *token->text == '@') {
		end->kind = FW_END_SET;
		use_set(parser, token, to);
		return 0;
	}
	if (fw_prefix_parse_n(token->text, token->length, &end->prefix, &had_host_bits) < 0)
		return fw_parser_mistake(parser, token,
					 "\"%.*s\" is no address, expected any, an address, a "
					 "prefix as 192.0.2.0/24 or @SET",
					 (int)(token->length < 60 ? token->length : 60),
					 token->text);
	end->kind = FW_END_PREFIX;
	if (had_host_bits) {
		char plain[FW_PREFIX_MAX_TEXT];

		text = fw_format("the address has bits behind its prefix, %s is meant",
				 fw_prefix_print(&end->prefix, plain));
		fw_parser_note(parser, token, text);
	}
	return 0;
}

static int set_end(struct fw_parser *parser, const struct fw_rule *rule,
		   const struct fw_end_clause *clause, struct fw_endpoint *end, bool to)
{
	int result = set_address(parser, clause->addr, end, to);

	if (clause->profile && fw_parse_profile(parser, clause->profile, end) < 0)
		return -1;
	if (!clause->ports)
		return result;
	if (rule->proto != FW_PROTO_ANY && !fw_proto_has_ports(rule->proto))
		return fw_parser_mistake(parser, clause->ports,
					 "the rule's protocol has no ports, only tcp, udp, "
					 "udplite, sctp and dccp have");
	return fw_parse_ports(parser, clause->ports, rule->proto, end) < 0 ? -1 : result;
}

/* A quoted word is a profile; of others a service comes first, as with ufw. */
static int set_simple(struct fw_parser *parser, const struct fw_token *token,
		      struct fw_endpoint *end)
{
	struct fw_diags *diags = parser->diags, ignored = { 0 };
	struct fw_endpoint trial = { 0 };
	struct fw_rule scratch = { 0 };
	int result;

	if (!token)
		return 0;
	if (token->quoted)
		return fw_parse_profile(parser, token, end);
	if (!fw_parser_has_profile(parser, token))
		return fw_parse_ports(parser, token, FW_PROTO_ANY, end);
	parser->diags = &ignored;
	result = fw_parse_ports(parser, token, FW_PROTO_ANY, &trial);
	parser->diags = diags;
	fw_diags_free(&ignored);
	if (!result) {
		*end = trial;
		return 0;
	}
	scratch.to = trial;
	fw_rule_free(&scratch);
	return fw_parse_profile(parser, token, end);
}

/* --- protocol ---------------------------------------------------------------------------- */

/* Of several services (of a profile) only those of the rule's protocol can match. */
static void keep_proto(struct fw_endpoint *end, int proto)
{
	size_t i, kept = 0;

	for (i = 0; i < end->service_count; i++) {
		struct fw_service *service = &end->services[i];

		if (service->proto == proto || service->proto == FW_PROTO_ANY) {
			service->proto = proto;
			end->services[kept++] = *service;
		} else {
			free(service->ranges);
		}
	}
	end->service_count = kept;
}

/* When only one protocol is possible, the rule says so, wherever it was written. */
static int settle_proto(struct fw_parser *parser, struct fw_rule *rule)
{
	struct fw_endpoint *ends[] = { &rule->from, &rule->to };
	bool had[2];
	size_t i;

	for (i = 0; i < 2; i++) {
		had[i] = ends[i]->service_count;
		if (rule->proto == FW_PROTO_ANY && ends[i]->service_count == 1)
			rule->proto = ends[i]->services[0].proto;
	}
	if (rule->proto == FW_PROTO_ANY)
		return 0;
	for (i = 0; i < 2; i++) {
		keep_proto(ends[i], rule->proto);
		if (had[i] && !ends[i]->service_count)
			return fw_parser_mistake(parser, &parser->tokens[0],
						 "the two ports of this rule are of different "
						 "protocols, no packet has both");
	}
	return 0;
}

/* A profile brings its own protocols; proto beside it chooses among them. */
static int check_profile_proto(struct fw_parser *parser, const struct fw_rule *rule,
			       const struct fw_token *proto)
{
	const struct fw_endpoint *ends[] = { &rule->from, &rule->to };
	size_t i;

	for (i = 0; i < 2 && proto; i++)
		if (ends[i]->profile)
			return fw_parser_mistake(parser, proto,
						 "an application profile says its protocols "
						 "itself, leave out proto");
	return 0;
}

static int check_families(struct fw_parser *parser, const struct fw_rule *rule,
			  const struct fw_clauses *clauses)
{
	uint8_t family = fw_proto_family(rule->proto);
	const struct fw_endpoint *ends[] = { &rule->from, &rule->to };
	const struct fw_token *words[] = { clauses->from.addr, clauses->to.addr };
	size_t i;

	for (i = 0; i < 2; i++) {
		if (ends[i]->kind != FW_END_PREFIX)
			continue;
		if (family != FW_FAMILY_ANY && family != ends[i]->prefix.family)
			return fw_parser_mistake(parser, words[i],
						 "an %s address, where the rest of the rule is "
						 "%s: no packet is both",
						 family == FW_FAMILY_IPV4 ? "IPv6" : "IPv4",
						 family == FW_FAMILY_IPV4 ? "IPv4" : "IPv6");
		family = ends[i]->prefix.family;
	}
	return 0;
}

/* --- timeout and helper ------------------------------------------------------------------ */

static void add_timer(struct fw_rule *rule, const struct fw_timer *timer, uint32_t seconds)
{
	rule->timers = fw_realloc_array(rule->timers, rule->timer_count + 1, sizeof(*rule->timers));
	rule->timers[rule->timer_count++] = (struct fw_rule_timer){ timer, seconds };
}

static int one_timer(struct fw_parser *parser, struct fw_rule *rule, const struct fw_proto *proto,
		     const struct fw_token *words, size_t count, size_t *used)
{
	const struct fw_timer *timer = proto->timers;
	uint32_t seconds;
	size_t i;

	*used = *timer->name ? 2 : 1;
	if (*timer->name) {
		timer = fw_parse_timer(parser, proto, words);
		if (!timer)
			return -1;
	}
	if (count < *used)
		return fw_parser_mistake(parser, &words[count - 1],
					 "a duration is missing behind it, as 30s");
	if (fw_parse_seconds(parser, &words[*used - 1], &seconds) < 0)
		return -1;
	for (i = 0; i < rule->timer_count; i++)
		if (rule->timers[i].timer == timer)
			return fw_parser_mistake(parser, words, "this timer is there twice");
	add_timer(rule, timer, seconds);
	return 0;
}

static int set_timers(struct fw_parser *parser, struct fw_rule *rule,
		      const struct fw_clauses *clauses)
{
	const struct fw_proto *proto;
	size_t at, used;

	if (!clauses->timeout)
		return 0;
	if (!clauses->timeout_count)
		return fw_parser_mistake(parser, clauses->timeout,
					 "a timer is missing behind \"timeout\"");
	if (rule->proto == FW_PROTO_ANY)
		return fw_parser_mistake(parser, clauses->timeout,
					 "a timeout needs one protocol in the rule, whose timers "
					 "it names");
	proto = fw_proto_by_number(parser->options->protos, (uint8_t)rule->proto);
	if (fw_proto_is_generic(proto))
		return fw_parser_mistake(parser, clauses->timeout,
					 "the kernel has no timers for this protocol alone, a line "
					 "\"timeout generic …\" sets those of all such protocols");
	for (at = 0; at < clauses->timeout_count; at += used)
		if (one_timer(parser, rule, proto, clauses->timeout + 1 + at,
			      clauses->timeout_count - at, &used) < 0)
			return -1;
	return 0;
}

/* The kernel's helpers (net/netfilter/nf_conntrack_*.c) and the protocol that each listens to. */
static const struct fw_word helper_words[] = {
	{ "amanda", IPPROTO_UDP },     { "ftp", IPPROTO_TCP },  { "irc", IPPROTO_TCP },
	{ "netbios-ns", IPPROTO_UDP }, { "pptp", IPPROTO_TCP }, { "Q.931", IPPROTO_TCP },
	{ "RAS", IPPROTO_UDP },        { "sane", IPPROTO_TCP }, { "sip", IPPROTO_UDP },
	{ "snmp", IPPROTO_UDP },       { "tftp", IPPROTO_UDP }, { 0 },
};

static int set_helper(struct fw_parser *parser, struct fw_rule *rule, const struct fw_token *token)
{
	const struct fw_word *word;

	if (!token)
		return 0;
	word = fw_word_find(helper_words, token->text, token->length);
	if (!word)
		return fw_parser_expected(parser, token, "helper", helper_words);
	if (rule->proto == FW_PROTO_ANY)
		return fw_parser_mistake(parser, token,
					 "a helper needs the protocol in the rule, %s is for %s",
					 word->name, fw_word_name(fw_policy_protos, word->value));
	/* sip is one helper over two protocols. */
	if (rule->proto != (int)word->value &&
	    !(rule->proto == IPPROTO_TCP && !strcmp(word->name, "sip")))
		return fw_parser_mistake(parser, token, "helper %s is for %s only", word->name,
					 fw_word_name(fw_policy_protos, word->value));
	rule->helper = fw_strdup(word->name);
	return 0;
}

/* Only what is admitted has a flow to which these could belong. */
static int check_admits(struct fw_parser *parser, const struct fw_rule *rule,
			const struct fw_clauses *clauses)
{
	const struct fw_token *token = clauses->timeout ? clauses->timeout : clauses->helper;

	if (!token || rule->action == FW_ACTION_ALLOW || rule->action == FW_ACTION_LIMIT)
		return 0;
	return fw_parser_mistake(parser, token,
				 "timeout and helper belong to allow and limit, a %s rule has no "
				 "flows",
				 fw_word_name(fw_action_words, rule->action));
}

/* --- the whole rule ---------------------------------------------------------------------- */

/* The quotes have no escapes, so a comment with both kinds could not be written down again. */
static int set_comment(struct fw_parser *parser, struct fw_rule *rule, const struct fw_token *token)
{
	if (!token)
		return 0;
	if (memchr(token->text, '"', token->length) && memchr(token->text, '\'', token->length))
		return fw_parser_mistake(parser, token, "a comment has \" or ' in it, not both");
	rule->comment = fw_strndup(token->text, token->length);
	return 0;
}

/* All of them are tried, so that one run finds all mistakes. */
static int give_meaning(struct fw_parser *parser, struct fw_rule *rule,
			const struct fw_clauses *clauses, bool routed)
{
	int result = set_directions(parser, rule, clauses, routed);

	if (clauses->proto &&
	    fw_parse_proto(parser, clauses->proto, 0, clauses->proto->length, &rule->proto) < 0)
		return -1;
	if (set_simple(parser, clauses->simple, &rule->to) < 0)
		result = -1;
	if (set_end(parser, rule, &clauses->from, &rule->from, false) < 0)
		result = -1;
	if (set_end(parser, rule, &clauses->to, &rule->to, true) < 0)
		result = -1;
	if (set_comment(parser, rule, clauses->comment) < 0 || result < 0)
		return -1;
	if (check_profile_proto(parser, rule, clauses->proto) < 0 ||
	    settle_proto(parser, rule) < 0 || check_families(parser, rule, clauses) < 0)
		return -1;
	if (set_timers(parser, rule, clauses) < 0)
		result = -1;
	if (set_helper(parser, rule, clauses->helper) < 0 ||
	    check_admits(parser, rule, clauses) < 0)
		result = -1;
	return result;
}

/* "deny in" alone would cut everything: who means it writes from any. */
static int check_says_something(struct fw_parser *parser, const struct fw_clauses *clauses)
{
	if (clauses->simple || clauses->proto || clauses->from.addr || clauses->to.addr ||
	    clauses->in_if || clauses->out_if)
		return 0;
	return fw_parser_mistake(parser, NULL,
				 "which packets? expected a port, a service, an application "
				 "profile, on IF, proto, from or to; all are \"from any\"");
}

static int check_count(struct fw_parser *parser)
{
	if (parser->policy->rule_count < FW_POLICY_MAX_RULES)
		return 0;
	parser->stop = true;
	return fw_parser_mistake(parser, &parser->tokens[0],
				 "a policy has at most %d rules, many addresses go into a set",
				 FW_POLICY_MAX_RULES);
}

static int parse_into(struct fw_parser *parser, struct fw_rule *rule, bool routed)
{
	struct fw_clauses clauses = { 0 };

	if (fw_clauses_sort(parser, rule, &clauses) < 0 ||
	    check_says_something(parser, &clauses) < 0 || check_count(parser) < 0)
		return -1;
	return give_meaning(parser, rule, &clauses, routed);
}

int fw_parse_rule(struct fw_parser *parser)
{
	const struct fw_token *first = &parser->tokens[0];
	struct fw_policy *policy = parser->policy;
	struct fw_rule rule = { .proto = FW_PROTO_ANY };
	size_t uses = parser->use_count;
	uint64_t action;
	bool routed = fw_token_is(first, "route");

	parser->at = routed;
	if (fw_parser_word(parser, "action", fw_action_words, &action) < 0)
		return -1;
	rule.action = (enum fw_action)action;
	rule.place =
		fw_token_place(first, &parser->tokens[parser->count - 1], parser->source->name);
	if (parse_into(parser, &rule, routed) < 0) {
		fw_rule_free(&rule);
		parser->use_count = uses;
		return -1;
	}
	fw_array_grow(&policy->rules, &policy->rule_capacity, policy->rule_count,
		      sizeof(*policy->rules));
	policy->rules[policy->rule_count++] = rule;
	return 0;
}
