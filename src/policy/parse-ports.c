/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Protocols, ports, services and profiles: the words that say what a rule is about. */
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/policy/parse.h"

/* A piece of a token, which messages point at. */
struct piece {
	const struct fw_token *token;
	size_t offset, length;
};

static const char *text_of(struct piece piece)
{
	return piece.token->text + piece.offset;
}

/* The piece in front of the first `separator` and, in `*rest`, what is behind it; false when there
 * is no separator: then the piece is all of it. */
static bool split(struct piece whole, char separator, struct piece *head, struct piece *rest)
{
	const char *at = memchr(text_of(whole), separator, whole.length);

	*head = whole;
	*rest = whole;
	if (!at)
		return false;
	head->length = (size_t)(at - text_of(whole));
	rest->offset += head->length + 1;
	rest->length -= head->length + 1;
	return true;
}

static int wrong(struct fw_parser *parser, struct piece piece, char *text)
{
	return fw_parser_mistake_in(parser, piece.token, piece.offset, piece.length, text);
}

int fw_parse_proto(struct fw_parser *parser, const struct fw_token *token, size_t offset,
		   size_t length, int *proto)
{
	const struct fw_word *word = fw_word_find(fw_policy_protos, token->text + offset, length);
	struct fw_buf buf = { 0 };
	const char *nearest;
	uint64_t number;

	if (word) {
		*proto = (int)word->value;
		return 0;
	}
	if (length == 3 && !strncasecmp(token->text + offset, "any", 3)) {
		*proto = FW_PROTO_ANY;
		return 0;
	}
	if (fw_num_parse_n(token->text + offset, length, 1, 255, &number) == FW_NUM_OK) {
		*proto = (int)number;
		return 0;
	}
	fw_buf_printf(&buf, "unknown protocol \"%.*s\", expected ",
		      (int)(length < 60 ? length : 60), token->text + offset);
	fw_words_print(&buf, fw_policy_protos);
	fw_buf_puts(&buf, ", any or a number from 1 to 255");
	nearest = fw_word_nearest(fw_policy_protos, token->text + offset, length);
	if (nearest)
		fw_buf_printf(&buf, "; did you mean \"%s\"?", nearest);
	return fw_parser_mistake_in(parser, token, offset, length, fw_buf_take(&buf));
}

/* --- services ---------------------------------------------------------------------------- */

/* For systems without /etc/services; the numbers are IANA's. */
static const struct {
	const char *name;
	uint16_t port;
	bool tcp, udp;
} well_known[] = {
	{ "ftp", 21, true, false },         { "ssh", 22, true, false },
	{ "telnet", 23, true, false },      { "smtp", 25, true, false },
	{ "domain", 53, true, true },       { "tftp", 69, false, true },
	{ "http", 80, true, false },        { "kerberos", 88, true, true },
	{ "pop3", 110, true, false },       { "ntp", 123, false, true },
	{ "imap2", 143, true, false },      { "snmp", 161, true, true },
	{ "ldap", 389, true, true },        { "https", 443, true, true },
	{ "submission", 587, true, false }, { "ldaps", 636, true, true },
	{ "imaps", 993, true, false },      { "pop3s", 995, true, false },
	{ "openvpn", 1194, true, true },    { "nfs", 2049, true, true },
	{ "mysql", 3306, true, false },     { "postgresql", 5432, true, false },
	{ "mdns", 5353, false, true },
};

static uint16_t built_in_port(const char *name, const char *proto)
{
	size_t i;

	for (i = 0; i < sizeof(well_known) / sizeof(well_known[0]); i++)
		if (!strcmp(well_known[i].name, name) &&
		    (strcmp(proto, "tcp") ? well_known[i].udp : well_known[i].tcp))
			return well_known[i].port;
	return 0;
}

/* The port of that service over that protocol, or 0. */
static uint16_t service_port(const char *name, const char *proto)
{
	const struct servent *entry = getservbyname(name, proto);
	bool simple = !strcmp(proto, "tcp") || !strcmp(proto, "udp");

	if (entry)
		return ntohs((uint16_t)entry->s_port);
	return simple ? built_in_port(name, proto) : 0;
}

static int no_service(struct fw_parser *parser, struct piece piece, const char *name,
		      const char *proto)
{
	struct fw_word words[sizeof(well_known) / sizeof(well_known[0]) + 1] = { 0 };
	const char *nearest;
	size_t i;

	for (i = 0; i < sizeof(well_known) / sizeof(well_known[0]); i++)
		words[i].name = well_known[i].name;
	nearest = fw_word_nearest(words, name, strlen(name));
	return wrong(parser, piece,
		     fw_format("\"%s\" is no port from 1 to 65535, no service%s%s%s%s%s%s", name,
			       proto ? " of " : "", proto ? proto : "",
			       proto ? "" : " and no application profile",
			       nearest && strcmp(nearest, name) ? "; did you mean \"" : "",
			       nearest && strcmp(nearest, name) ? nearest : "",
			       nearest && strcmp(nearest, name) ? "\"?" : ""));
}

/* A service by name. Without a protocol it may be one of tcp, udp or, with the same number, both;
 * `*proto` then says which. */
static int parse_service(struct fw_parser *parser, struct piece piece, int *proto,
			 struct fw_port_range *range)
{
	char *name = fw_strndup(text_of(piece), piece.length < 60 ? piece.length : 60);
	const char *proto_name = fw_word_name(fw_policy_protos, (uint64_t)(unsigned int)*proto);
	uint16_t tcp, udp;
	int result = 0;

	if (*proto != FW_PROTO_ANY) {
		tcp = proto_name ? service_port(name, proto_name) : 0;
	} else {
		tcp = service_port(name, "tcp");
		udp = service_port(name, "udp");
		if (tcp != udp)
			*proto = tcp ? IPPROTO_TCP : IPPROTO_UDP;
		tcp = tcp ? tcp : udp;
	}
	if (!tcp)
		result = no_service(parser, piece, name, proto_name);
	*range = (struct fw_port_range){ tcp, tcp };
	free(name);
	return result;
}

/* --- ports ------------------------------------------------------------------------------- */

static bool is_number(struct piece piece)
{
	return piece.length && strchr("0123456789+-", *text_of(piece)) != NULL;
}

/* As other tools write it. */
static bool is_dashed_range(struct piece piece)
{
	const char *dash = memchr(text_of(piece), '-', piece.length);

	return dash && dash != text_of(piece) && dash != text_of(piece) + piece.length - 1;
}

static int parse_number(struct fw_parser *parser, struct piece piece, uint16_t *port)
{
	uint64_t value;

	if (fw_num_parse_n(text_of(piece), piece.length, 1, 65535, &value) != FW_NUM_OK)
		return wrong(parser, piece,
			     fw_format("\"%.*s\" is no port from 1 to 65535%s",
				       (int)(piece.length < 60 ? piece.length : 60), text_of(piece),
				       is_dashed_range(piece) ? "; a range is FROM:TO" : ""));
	*port = (uint16_t)value;
	return 0;
}

static int parse_range(struct fw_parser *parser, struct piece piece, int *proto,
		       struct fw_port_range *range)
{
	struct piece low, high;

	if (!split(piece, ':', &low, &high)) {
		if (!is_number(piece))
			return parse_service(parser, piece, proto, range);
		if (parse_number(parser, piece, &range->low) < 0)
			return -1;
		range->high = range->low;
		return 0;
	}
	if (parse_number(parser, low, &range->low) < 0 ||
	    parse_number(parser, high, &range->high) < 0)
		return -1;
	if (range->low > range->high)
		return wrong(parser, piece,
			     fw_format("the range ends before it begins, expected %u:%u",
				       range->high, range->low));
	return 0;
}

static struct fw_service *add_service(struct fw_endpoint *end, int proto)
{
	end->services =
		fw_realloc_array(end->services, end->service_count + 1, sizeof(*end->services));
	end->services[end->service_count] = (struct fw_service){ .proto = proto };
	return &end->services[end->service_count++];
}

static void add_range(struct fw_service *service, struct fw_port_range range)
{
	service->ranges =
		fw_realloc_array(service->ranges, service->count + 1, sizeof(*service->ranges));
	service->ranges[service->count++] = range;
}

/* A,B,C without a protocol behind it. */
static int parse_list(struct fw_parser *parser, struct piece piece, int proto,
		      struct fw_endpoint *end)
{
	struct fw_service *service = add_service(end, proto);
	struct piece rest = piece, item;
	struct fw_port_range range;
	bool more;

	if (proto == FW_PROTO_ANY && (memchr(text_of(piece), ',', piece.length) ||
				      memchr(text_of(piece), ':', piece.length)))
		return wrong(parser, piece,
			     fw_format("a list or range of ports needs a protocol, as %.*s/tcp",
				       (int)(piece.length < 60 ? piece.length : 60),
				       text_of(piece)));
	do {
		more = split(rest, ',', &item, &rest);
		if (!item.length)
			return wrong(parser, piece, fw_strdup("a port is missing in the list"));
		if (parse_range(parser, item, &service->proto, &range) < 0)
			return -1;
		add_range(service, range);
	} while (more);
	return 0;
}

/* PORTS or PORTS/PROTO. */
static int parse_ports_proto(struct fw_parser *parser, struct piece piece, int proto,
			     struct fw_endpoint *end)
{
	struct piece ports, name;
	int own;

	if (!split(piece, '/', &ports, &name))
		return parse_list(parser, piece, proto, end);
	if (fw_parse_proto(parser, name.token, name.offset, name.length, &own) < 0)
		return -1;
	if (own != FW_PROTO_ANY && !fw_proto_has_ports(own))
		return wrong(parser, name,
			     fw_format("%.*s has no ports, write proto %.*s", (int)name.length,
				       text_of(name), (int)name.length, text_of(name)));
	if (proto != FW_PROTO_ANY && own != proto)
		return wrong(parser, name,
			     fw_strdup("the statement says another protocol already"));
	return parse_list(parser, ports, own, end);
}

int fw_parse_ports(struct fw_parser *parser, const struct fw_token *token, int proto,
		   struct fw_endpoint *end)
{
	struct piece rest = { token, 0, token->length }, part;
	bool more;

	do {
		more = split(rest, '|', &part, &rest);
		if (!part.length)
			return fw_parser_mistake(parser, token, "a port is missing");
		if (parse_ports_proto(parser, part, proto, end) < 0)
			return -1;
	} while (more);
	return 0;
}

/* --- profiles ---------------------------------------------------------------------------- */

static const struct fw_profile *find_profile(struct fw_parser *parser, const struct fw_token *token)
{
	if (!parser->profiles_loaded)
		fw_profiles_load(&parser->profiles, parser->options->profile_dirs);
	parser->profiles_loaded = true;
	return fw_profile_find(&parser->profiles, token->text, token->length);
}

bool fw_parser_has_profile(struct fw_parser *parser, const struct fw_token *token)
{
	return find_profile(parser, token) != NULL;
}

/* The ports of a profile, as if they stood in the policy; mistakes in them are found by a parser
 * of their own and told at the profile's name. */
static int parse_profile_ports(struct fw_parser *parser, const struct fw_token *token,
			       const struct fw_profile *profile, struct fw_endpoint *end)
{
	struct fw_token ports = { .text = profile->ports,
				  .length = strlen(profile->ports),
				  .line_start = profile->ports,
				  .text_end = profile->ports + strlen(profile->ports),
				  .line = 1 };
	struct fw_diags diags = { 0 };
	struct fw_parser inner = *parser;
	int result;

	inner.diags = &diags;
	inner.tokens = &ports;
	inner.count = 1;
	result = fw_parse_ports(&inner, &ports, FW_PROTO_ANY, end);
	if (result < 0)
		fw_parser_mistake(parser, token, "the profile in %s has wrong ports \"%.60s\": %s",
				  profile->file, profile->ports,
				  diags.count ? diags.items[0].text : "");
	fw_diags_free(&diags);
	return result;
}

int fw_parse_profile(struct fw_parser *parser, const struct fw_token *token,
		     struct fw_endpoint *end)
{
	const struct fw_profile *profile = find_profile(parser, token);
	const char *nearest;

	if (!profile) {
		nearest = fw_profile_nearest(&parser->profiles, token->text, token->length);
		return fw_parser_mistake(parser, token,
					 "there is no application profile \"%.*s\"%s%s%s",
					 (int)(token->length < 60 ? token->length : 60),
					 token->text, nearest ? "; did you mean \"" : "",
					 nearest ? nearest : "", nearest ? "\"?" : "");
	}
	end->profile = fw_strdup(profile->name);
	return parse_profile_ports(parser, token, profile, end);
}
