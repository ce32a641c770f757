/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `timeout PROTO NAME DURATION …` and what rules' own timeouts share with it. */
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/policy/parse.h"

/* The kernel keeps timers as 32 bits of jiffies and compares them with sign; at 1000 a second
 * (CONFIG_HZ) that is 24 days. */
#define MAX_SECONDS (INT32_MAX / 1000)

int fw_parse_seconds(struct fw_parser *parser, const struct fw_token *token, uint32_t *seconds)
{
	uint64_t value;

	if (!token)
		return fw_parser_mistake(parser, NULL,
					 "a duration is missing, as 30, 30s, 2m, 1h or 5d");
	if (token->length && *token->text == '-')
		return fw_parser_mistake(parser, token,
					 "a duration is not negative, 0 ends flows at once");
	switch (fw_duration_parse_n(token->text, token->length, MAX_SECONDS, &value)) {
	case FW_NUM_OK: *seconds = (uint32_t)value; return 0;
	case FW_NUM_RANGE:
		return fw_parser_mistake(parser, token,
					 "longer than the kernel's timers, at most "
					 "24 days");
	default:
		return fw_parser_mistake(parser, token,
					 "\"%.*s\" is no duration, expected seconds or 30s, 2m, "
					 "1h, 5d",
					 (int)(token->length < 60 ? token->length : 60),
					 token->text);
	}
}

/* The protocols, or the timers of one protocol, as words. The caller frees the table. */
static struct fw_word *timer_words(const struct fw_timer *timers)
{
	size_t count = 0, i;
	struct fw_word *words;

	while (timers[count].name)
		count++;
	words = fw_calloc(count + 1, sizeof(*words));
	for (i = 0; i < count; i++)
		words[i] = (struct fw_word){ timers[i].name, i };
	return words;
}

static struct fw_word *proto_words(const struct fw_proto *const *protos)
{
	size_t count = 0, words_count = 0, i;
	struct fw_word *words;

	while (protos[count])
		count++;
	words = fw_calloc(count + 1, sizeof(*words));
	for (i = 0; i < count; i++)
		if (protos[i]->timers)
			words[words_count++] = (struct fw_word){ protos[i]->name, i };
	return words;
}

const struct fw_timer *fw_parse_timer(struct fw_parser *parser, const struct fw_proto *proto,
				      const struct fw_token *token)
{
	struct fw_word *words = timer_words(proto->timers);
	const struct fw_timer *timer = NULL;
	const struct fw_word *word;
	char *what;

	word = token ? fw_word_find(words, token->text, token->length) : NULL;
	if (word) {
		timer = &proto->timers[word->value];
	} else {
		what = fw_format("timer of %s", proto->name);
		fw_parser_expected(parser, token, what, words);
		free(what);
	}
	free(words);
	return timer;
}

static int add_timeout(struct fw_parser *parser, const struct fw_proto *proto,
		       const struct fw_timer *timer, uint32_t seconds)
{
	struct fw_policy *policy = parser->policy;
	size_t i;

	for (i = 0; i < policy->timeout_count; i++)
		if (policy->timeouts[i].timer == timer)
			return fw_parser_mistake(parser, &parser->tokens[0],
						 "timeout %s%s%s is set twice", proto->name,
						 *timer->name ? " " : "", timer->name);
	fw_array_grow(&policy->timeouts, &policy->timeout_capacity, policy->timeout_count,
		      sizeof(*policy->timeouts));
	policy->timeouts[policy->timeout_count++] =
		(struct fw_policy_timeout){ proto, timer, seconds };
	return 0;
}

static int read_timer(struct fw_parser *parser, const struct fw_proto *proto)
{
	const struct fw_timer *timer = proto->timers;
	uint32_t seconds;

	if (*timer->name) {
		timer = fw_parse_timer(parser, proto, fw_parser_token(parser));
		if (!timer)
			return -1;
		parser->at++;
	}
	if (fw_parse_seconds(parser, fw_parser_token(parser), &seconds) < 0)
		return -1;
	parser->at++;
	return add_timeout(parser, proto, timer, seconds);
}

int fw_parse_timeout(struct fw_parser *parser)
{
	struct fw_word *words = proto_words(parser->options->protos);
	const struct fw_proto *proto;
	uint64_t index;
	int result = fw_parser_word(parser, "protocol with timers", words, &index);

	free(words);
	if (result < 0)
		return -1;
	proto = parser->options->protos[index];
	do {
		if (read_timer(parser, proto) < 0)
			return -1;
	} while (*proto->timers->name && fw_parser_token(parser));
	return 0;
}
