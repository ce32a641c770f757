/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The readers of statements and their parts. Nothing outside src/policy includes it. */
#ifndef FWCTL_POLICY_PARSE_H
#define FWCTL_POLICY_PARSE_H

#include "fwctl/policy/parser.h"

/* Statements; parser->at is behind the first word. 0 or -1 after a report. */
int fw_parse_rule(struct fw_parser *parser);
int fw_parse_set(struct fw_parser *parser);
int fw_parse_timeout(struct fw_parser *parser);
int fw_parse_default(struct fw_parser *parser);
int fw_parse_logging(struct fw_parser *parser);
int fw_parse_ping(struct fw_parser *parser);
int fw_parse_mdns(struct fw_parser *parser);
int fw_parse_dhcp(struct fw_parser *parser);
int fw_parse_profiles(struct fw_parser *parser);
int fw_parse_stamp(struct fw_parser *parser);

/* NAME or number; `*proto` is IPPROTO_* or FW_PROTO_ANY for "any". 0 or -1 after a report. */
int fw_parse_proto(struct fw_parser *parser, const struct fw_token *token, size_t offset,
		   size_t length, int *proto);

/* A duration that the kernel's timers can hold. 0 or -1 after a report. */
int fw_parse_seconds(struct fw_parser *parser, const struct fw_token *token, uint32_t *seconds);

/* The timer of that name; lists the protocol's timers when it is none. NULL after a report. */
const struct fw_timer *fw_parse_timer(struct fw_parser *parser, const struct fw_proto *proto,
				      const struct fw_token *token);

/* PORTS[/PROTO][|…] of `token` into the endpoint's services. `proto` is what the statement
 * says elsewhere, or FW_PROTO_ANY. 0 or -1 after a report. */
int fw_parse_ports(struct fw_parser *parser, const struct fw_token *token, int proto,
		   struct fw_endpoint *end);

/* The services of an application profile into the endpoint. 0 or -1 after a report. */
int fw_parse_profile(struct fw_parser *parser, const struct fw_token *token,
		     struct fw_endpoint *end);

/* Whether there is a profile of that name. */
bool fw_parser_has_profile(struct fw_parser *parser, const struct fw_token *token);

#endif
