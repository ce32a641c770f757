/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/packet.h"

#include <netinet/in.h>
#include <string.h>

#include "fwctl/base/num.h"

static const struct fw_word directions[] = {
	{ "in", FW_DIR_IN }, { "out", FW_DIR_OUT }, { "routed", FW_DIR_ROUTED }, { 0 }
};

static const struct fw_word states[] = { { "new", FW_CT_STATE_NEW },
					 { "established", FW_CT_STATE_ESTABLISHED },
					 { "related", FW_CT_STATE_RELATED },
					 { "invalid", FW_CT_STATE_INVALID },
					 { "untracked", FW_CT_STATE_UNTRACKED },
					 { 0 } };

/* What was given, so that the rest gets sensible values, or is asked for. */
struct given {
	bool from, to, from_port, to_port, type, state, hop_limit;
};

static int unknown(struct fw_err *err, const char *what, const char *text,
		   const struct fw_word *words)
{
	const char *nearest = fw_word_nearest(words, text, strlen(text));
	struct fw_buf list = { 0 };

	fw_words_print(&list, words);
	fw_err_set(err, FW_ERR_MISUSE, "\"%.60s\" is no %s, expected %s", text, what,
		   fw_buf_text(&list));
	fw_buf_free(&list);
	if (nearest)
		fw_err_hint(err, "did you mean \"%s\"?", nearest);
	return -1;
}

static int parse_word(const char *text, const char *what, const struct fw_word *words,
		      uint64_t *value, struct fw_err *err)
{
	const struct fw_word *word = fw_word_find(words, text, strlen(text));

	if (!word)
		return unknown(err, what, text, words);
	*value = word->value;
	return 0;
}

static int parse_proto(const char *text, struct fw_packet *packet, struct fw_err *err)
{
	const struct fw_word *word = fw_word_find(fw_policy_protos, text, strlen(text));
	uint64_t number;

	if (word)
		packet->proto = (int)word->value;
	else if (fw_num_parse(text, 0, 255, &number) == FW_NUM_OK)
		packet->proto = (int)number;
	else
		return unknown(err, "protocol or number from 0 to 255", text, fw_policy_protos);
	return 0;
}

static int parse_port(const char *text, uint16_t *port, struct fw_err *err)
{
	uint64_t number;

	if (fw_num_parse(text, 0, 65535, &number) != FW_NUM_OK)
		return fw_err_set(err, FW_ERR_MISUSE, "\"%.60s\" is no port from 0 to 65535", text);
	*port = (uint16_t)number;
	return 0;
}

static int no_end(const char *text, struct fw_err *err)
{
	return fw_err_set(err, FW_ERR_MISUSE,
			  "\"%.60s\" is no address, expected ADDR, ADDR:PORT or [ADDR]:PORT", text);
}

/* ADDR, ADDR:PORT or [ADDR]:PORT; a plain IPv6 address has colons of its own. */
static int parse_end(const char *text, struct fw_packet *packet, union fw_addr *addr,
		     uint16_t *port, bool *has_port, struct fw_err *err)
{
	bool brackets = *text == '[';
	const char *begin = text + brackets;
	const char *end = begin + strcspn(begin, brackets ? "]" : ":");
	const char *rest = brackets && *end ? end + 1 : end;
	uint8_t family;

	if (brackets && !*end)
		return no_end(text, err);
	if (!brackets && strchr(text, ':') != strrchr(text, ':'))
		rest = end = text + strlen(text);
	if (fw_addr_parse_n(begin, (size_t)(end - begin), addr, &family) < 0 ||
	    (*rest && *rest != ':'))
		return no_end(text, err);
	if (*rest && parse_port(rest + 1, port, err) < 0)
		return -1;
	*has_port = *rest != '\0';
	if (packet->family != FW_FAMILY_ANY && packet->family != family)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "one address is IPv4 and the other one is IPv6");
	packet->family = family;
	return 0;
}

static int parse_interface(const char *text, char name[16], struct fw_err *err)
{
	if (!*text || strlen(text) > 15)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "\"%.60s\" is no name of an interface, they have 1 to 15 bytes",
				  text);
	memcpy(name, text, strlen(text) + 1);
	return 0;
}

static int parse_byte(const char *text, uint8_t *value, struct fw_err *err)
{
	uint64_t number;

	if (fw_num_parse(text, 0, 255, &number) != FW_NUM_OK)
		return fw_err_set(err, FW_ERR_MISUSE, "\"%.60s\" is no number from 0 to 255", text);
	*value = (uint8_t)number;
	return 0;
}

static int parse_clause(const char *word, const char *value, struct fw_packet *packet,
			struct given *given, struct fw_err *err)
{
	static const struct fw_word clauses[] = { { "from", 0 }, { "to", 1 },    { "on", 2 },
						  { "in", 3 },   { "out", 4 },   { "type", 5 },
						  { "code", 6 }, { "state", 7 }, { "ttl", 8 },
						  { 0 } };
	uint64_t clause = 0, state = 0;

	if (parse_word(word, "word here", clauses, &clause, err) < 0)
		return -1;
	if (!value)
		return fw_err_set(err, FW_ERR_MISUSE, "a value is missing behind \"%s\"", word);
	switch (clause) {
	case 0:
		given->from = true;
		return parse_end(value, packet, &packet->src, &packet->sport, &given->from_port,
				 err);
	case 1:
		given->to = true;
		return parse_end(value, packet, &packet->dst, &packet->dport, &given->to_port, err);
	case 2:
		return parse_interface(
			value, packet->direction == FW_DIR_OUT ? packet->out_if : packet->in_if,
			err);
	case 3: return parse_interface(value, packet->in_if, err);
	case 4: return parse_interface(value, packet->out_if, err);
	case 5: given->type = true; return parse_byte(value, &packet->icmp_type, err);
	case 6: return parse_byte(value, &packet->icmp_code, err);
	case 7:
		given->state = true;
		if (parse_word(value, "state", states, &state, err) < 0)
			return -1;
		packet->state = (uint32_t)state;
		return 0;
	default: given->hop_limit = true; return parse_byte(value, &packet->hop_limit, err);
	}
}

static bool is_discovery(const struct fw_packet *packet)
{
	return packet->proto == IPPROTO_ICMPV6 && packet->icmp_type >= 133 &&
	       packet->icmp_type <= 137;
}

static bool is_mld(const struct fw_packet *packet)
{
	return packet->proto == IPPROTO_ICMPV6 &&
	       ((packet->icmp_type >= 130 && packet->icmp_type <= 132) || packet->icmp_type == 143);
}

static const char *missing_end(const struct fw_packet *packet, const struct given *given)
{
	bool ports = fw_proto_has_ports(packet->proto);

	if (!given->from)
		return ports ? "from ADDR or from ADDR:PORT" : "from ADDR";
	if (!given->to || (ports && !given->to_port))
		return ports ? "to ADDR:PORT" : "to ADDR";
	return NULL;
}

static void fill_rest(struct fw_packet *packet, const struct given *given)
{
	if (packet->family == FW_FAMILY_ANY)
		packet->family = packet->proto == IPPROTO_ICMPV6 ? FW_FAMILY_IPV6 : FW_FAMILY_IPV4;
	if (!given->type)
		packet->icmp_type = packet->proto == IPPROTO_ICMPV6 ? 128 : 8;
	if (!given->state)
		packet->state = is_discovery(packet) ? FW_CT_STATE_UNTRACKED : FW_CT_STATE_NEW;
	if (!given->hop_limit)
		packet->hop_limit = is_discovery(packet) ? 255 : is_mld(packet) ? 1 : 64;
}

int fw_packet_parse(size_t count, const char *const *words, struct fw_packet *packet,
		    const char **missing, struct fw_err *err)
{
	struct given given = { 0 };
	uint64_t direction = 0;
	size_t i;

	memset(packet, 0, sizeof(*packet));
	if (count < 2)
		return fw_err_set(err, FW_ERR_MISUSE,
				  "a packet is a direction and a protocol at least, as in tcp from "
				  "198.51.100.7:40000 to 192.0.2.1:22 on eth0");
	if (parse_word(words[0], "direction", directions, &direction, err) < 0)
		return -1;
	packet->direction = (enum fw_direction)direction;
	if (parse_proto(words[1], packet, err) < 0)
		return -1;
	for (i = 2; i < count; i += 2)
		if (parse_clause(words[i], i + 1 < count ? words[i + 1] : NULL, packet, &given,
				 err) < 0)
			return -1;
	if (missing)
		*missing = missing_end(packet, &given);
	fill_rest(packet, &given);
	return 0;
}

static void print_end(struct fw_buf *buf, const struct fw_packet *packet, const char *word,
		      const union fw_addr *addr, uint16_t port)
{
	bool ports = fw_proto_has_ports(packet->proto);
	bool brackets = ports && packet->family == FW_FAMILY_IPV6;
	char text[FW_PREFIX_MAX_TEXT];

	fw_buf_printf(buf, " %s %s%s%s", word, brackets ? "[" : "",
		      fw_addr_print(addr, packet->family, text), brackets ? "]" : "");
	if (ports)
		fw_buf_printf(buf, ":%u", port);
}

void fw_packet_print(struct fw_buf *buf, const struct fw_packet *packet)
{
	const char *proto = fw_word_name(fw_policy_protos, (uint64_t)(unsigned int)packet->proto);

	fw_buf_printf(buf, "%s ", fw_word_name(directions, packet->direction));
	if (proto)
		fw_buf_puts(buf, proto);
	else
		fw_buf_printf(buf, "%d", packet->proto);
	print_end(buf, packet, "from", &packet->src, packet->sport);
	print_end(buf, packet, "to", &packet->dst, packet->dport);
	if (*packet->in_if)
		fw_buf_printf(buf, " in %s", packet->in_if);
	if (*packet->out_if)
		fw_buf_printf(buf, " out %s", packet->out_if);
	if (packet->proto == IPPROTO_ICMP || packet->proto == IPPROTO_ICMPV6)
		fw_buf_printf(buf, " type %u code %u", packet->icmp_type, packet->icmp_code);
	fw_buf_printf(buf, " state %s ttl %u", fw_word_name(states, packet->state),
		      packet->hop_limit);
}
