/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements of one setting each. */
#include <stdlib.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/policy/parse.h"

int fw_parse_default(struct fw_parser *parser)
{
	static const struct fw_word verdicts[] = { { "allow", FW_ACTION_ALLOW },
						   { "deny", FW_ACTION_DENY },
						   { "reject", FW_ACTION_REJECT },
						   { 0 } };
	uint64_t action, direction = FW_DIR_IN;
	char *name;
	int result;

	if (fw_parser_word(parser, "verdict", verdicts, &action) < 0)
		return -1;
	/* ufw takes "default deny" for the incoming one. */
	if (fw_parser_token(parser) &&
	    fw_parser_word(parser, "direction", fw_direction_words, &direction) < 0)
		return -1;
	name = fw_format("default of %s packets", fw_word_name(fw_direction_words, direction));
	result = fw_parser_setting(parser, FW_SET_DEFAULT_IN + (enum fw_setting)direction, name,
				   true);
	free(name);
	parser->policy->defaults[direction] = (enum fw_action)action;
	return result;
}

int fw_parse_logging(struct fw_parser *parser)
{
	uint64_t level;

	if (fw_parser_word(parser, "logging level", fw_logging_words, &level) < 0)
		return -1;
	parser->policy->logging = (enum fw_logging)level;
	return fw_parser_setting(parser, FW_SET_LOGGING, "logging", true);
}

static int parse_switch(struct fw_parser *parser, enum fw_setting setting, const char *name,
			bool *where)
{
	uint64_t on;

	if (fw_parser_word(parser, "switch", fw_onoff_words, &on) < 0)
		return -1;
	*where = on;
	return fw_parser_setting(parser, setting, name, true);
}

int fw_parse_ping(struct fw_parser *parser)
{
	return parse_switch(parser, FW_SET_PING, "ping", &parser->policy->ping);
}

int fw_parse_mdns(struct fw_parser *parser)
{
	return parse_switch(parser, FW_SET_MDNS, "mdns", &parser->policy->mdns);
}

int fw_parse_dhcp(struct fw_parser *parser)
{
	return parse_switch(parser, FW_SET_DHCP, "dhcp", &parser->policy->dhcp);
}

int fw_parse_profiles(struct fw_parser *parser)
{
	uint64_t what;

	if (fw_parser_word(parser, "word", fw_profiles_words, &what) < 0)
		return -1;
	parser->policy->profiles = (enum fw_profiles)what;
	return fw_parser_setting(parser, FW_SET_PROFILES, "profiles", true);
}

/* Line numbers are shifted to the lowest bit of the mask, so its bits must be neighbours. */
static bool is_run_of_ones(uint64_t mask)
{
	uint64_t low = mask & -mask;

	return mask && !((mask + low) & mask);
}

int fw_parse_stamp(struct fw_parser *parser)
{
	const struct fw_token *token;
	uint64_t mask;

	if (!fw_parser_accept(parser, "mark"))
		return fw_parser_mistake(parser, fw_parser_token(parser),
					 "expected: stamp mark MASK, as in stamp mark 0xffff0000");
	token = fw_parser_token(parser);
	if (!token)
		return fw_parser_mistake(parser, NULL,
					 "a mask is missing, as in stamp mark 0xffff0000");
	if (fw_num_parse_n(token->text, token->length, 1, UINT32_MAX, &mask) != FW_NUM_OK ||
	    !is_run_of_ones(mask))
		return fw_parser_mistake(parser, token,
					 "a mask is a number up to 0xffffffff whose one bits are "
					 "neighbours, as 0xffff0000");
	parser->at++;
	parser->policy->stamp = (uint32_t)mask;
	return fw_parser_setting(parser, FW_SET_STAMP, "stamp", true);
}
