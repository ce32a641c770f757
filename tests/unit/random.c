/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/random.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Few values, so that rules overlap and packets hit them. */
static const char *const v4[] = { "10.0.0.1",    "10.0.0.2",   "10.0.0.0/24",  "10.0.1.0/24",
				  "10.0.0.0/8",  "192.0.2.1",  "192.0.2.0/25", "0.0.0.0/0",
				  "10.0.0.0/31", "224.0.0.251" };
static const char *const v6[] = { "2001:db8::1", "2001:db8::2",     "2001:db8::/64",
				  "fe80::/10",   "2001:db8:1::/48", "2001:db8::/32",
				  "ff02::fb",    "2001:db8::/127",  "::/0" };
static const char *const sets[] = { "@few", "@many", "@six", "@none" };
static const char *const ports[] = { "22",   "53", "80", "80,443",  "1:1023",  "22,53,8000:8010",
				     "5353", "67", "68", "546:547", "1:65535", "8005" };
static const char *const protos[] = { "tcp", "udp", "sctp", "icmp", "icmpv6",
				      "esp", "gre", "igmp", "tcp",  "udp" };
static const char *const interfaces[] = { "eth0", "eth1", "eth+", "wlan0", "lo" };

static const char *const header = "set few { 10.0.0.1, 192.0.2.1, 2001:db8::1 }\n"
				  "set many { 10.0.0.0/16, 198.51.100.0/24, 2001:db8:1::/48, "
				  "2001:db8::2 }\n"
				  "set six { 2001:db8::/32 }\n"
				  "set none { }\n";

static unsigned int below(uint64_t *seed, unsigned int limit)
{
	return (unsigned int)((unit_random(seed) >> 33) % limit);
}

#define PICK(seed, list) ((list)[below(seed, COUNT(list))])

static bool chance(uint64_t *seed, unsigned int percent)
{
	return below(seed, 100) < percent;
}

/* --- random policies --------------------------------------------------------------------- */

static void put_end(struct fw_buf *buf, uint64_t *seed, const char *word, int family,
		    bool with_port)
{
	fw_buf_printf(buf, " %s ", word);
	switch (chance(seed, 25) ? 0 : family) {
	case 4: fw_buf_puts(buf, PICK(seed, v4)); break;
	case 6: fw_buf_puts(buf, PICK(seed, v6)); break;
	case 1: fw_buf_puts(buf, PICK(seed, sets)); break;
	default: fw_buf_puts(buf, "any"); break;
	}
	if (with_port && chance(seed, 60))
		fw_buf_printf(buf, " port %s", PICK(seed, ports));
}

static void put_match(struct fw_buf *buf, uint64_t *seed)
{
	static const int families[] = { 0, 1, 4, 4, 4, 6, 6 };
	const char *proto = PICK(seed, protos);
	bool with_port = !strcmp(proto, "tcp") || !strcmp(proto, "udp") || !strcmp(proto, "sctp");
	int family = PICK(seed, families);

	if (chance(seed, 30)) {
		fw_buf_printf(buf, " %s/%s", PICK(seed, ports), chance(seed, 50) ? "tcp" : "udp");
		return;
	}
	if (chance(seed, 10)) {
		fw_buf_puts(buf, chance(seed, 50) ? " 53" : " 22");
		return;
	}
	/* Addresses of the other family would be refused with these. */
	if (!strcmp(proto, "icmp") || !strcmp(proto, "igmp"))
		family = family == 6 ? 4 : family;
	if (!strcmp(proto, "icmpv6"))
		family = family == 4 ? 6 : family;
	if (chance(seed, 70))
		fw_buf_printf(buf, " proto %s", proto);
	else
		with_port = false;
	put_end(buf, seed, "from", family, with_port);
	if (chance(seed, 60))
		put_end(buf, seed, "to", family, with_port);
}

static void put_rule(struct fw_buf *buf, uint64_t *seed)
{
	static const char *const actions[] = {
		"allow", "allow", "deny", "deny", "reject", "limit"
	};
	unsigned int direction = below(seed, 4);

	if (direction == 3)
		fw_buf_puts(buf, "route ");
	fw_buf_puts(buf, PICK(seed, actions));
	if (direction == 2)
		fw_buf_puts(buf, " out");
	if (direction == 1 || (direction == 3 && chance(seed, 40)))
		fw_buf_puts(buf, " in");
	if (direction == 1 || direction == 2 ? chance(seed, 30) : buf->data[buf->length - 1] == 'n')
		fw_buf_printf(buf, " on %s", PICK(seed, interfaces));
	if (direction == 3 && chance(seed, 30))
		fw_buf_printf(buf, " out on %s", PICK(seed, interfaces));
	if (chance(seed, 10))
		fw_buf_puts(buf, chance(seed, 50) ? " log" : " log-all");
	put_match(buf, seed);
	fw_buf_putc(buf, '\n');
}

static void put_settings(struct fw_buf *buf, uint64_t *seed)
{
	static const char *const verdicts[] = { "allow", "deny", "reject" };
	static const char *const levels[] = { "off", "low", "low", "medium", "high", "full" };

	fw_buf_printf(buf, "default %s incoming\ndefault %s outgoing\ndefault %s routed\n",
		      PICK(seed, verdicts), PICK(seed, verdicts), PICK(seed, verdicts));
	fw_buf_printf(buf, "logging %s\n", PICK(seed, levels));
	fw_buf_printf(buf, "ping %s\nmdns %s\ndhcp %s\n", chance(seed, 70) ? "on" : "off",
		      chance(seed, 70) ? "on" : "off", chance(seed, 70) ? "on" : "off");
	if (chance(seed, 10))
		fw_buf_puts(buf, "stamp mark 0xffff00\n");
}

void random_policy_text(uint64_t *seed, struct fw_buf *text)
{
	unsigned int rules = below(seed, chance(seed, 10) ? 60 : 12);

	put_settings(text, seed);
	fw_buf_puts(text, header);
	while (rules--)
		put_rule(text, seed);
}

/* --- random packets ---------------------------------------------------------------------- */

static void random_address(uint64_t *seed, struct fw_packet *packet, union fw_addr *addr)
{
	struct fw_prefix prefix;
	unsigned int bits;

	fw_prefix_parse(packet->family == FW_FAMILY_IPV4 ? PICK(seed, v4) : PICK(seed, v6), &prefix,
			NULL);
	*addr = prefix.addr;
	bits = fw_family_bits(packet->family);
	if (prefix.length < bits && chance(seed, 70))
		addr->byte[bits / 8 - 1] |= (uint8_t)below(seed, 4);
	if (chance(seed, 10))
		addr->byte[1] ^= (uint8_t)below(seed, 256);
}

static uint16_t random_port(uint64_t *seed)
{
	static const uint16_t some[] = { 22,   53,   80,   443,  67,   68,   546,  547,
					 5353, 1023, 1024, 8000, 8005, 8010, 8011, 65535 };

	return chance(seed, 90) ? PICK(seed, some) : (uint16_t)below(seed, 65536);
}

static void random_icmp(uint64_t *seed, struct fw_packet *packet)
{
	static const uint8_t types[] = { 8, 0, 3, 128, 129, 130, 133, 134, 135, 136, 137, 143, 1 };
	static const uint8_t limits[] = { 1, 64, 255, 255 };

	packet->icmp_type = PICK(seed, types);
	packet->icmp_code = (uint8_t)below(seed, 3);
	packet->hop_limit = PICK(seed, limits);
}

struct fw_packet random_packet(uint64_t *seed)
{
	static const int some_protos[] = { IPPROTO_TCP,  IPPROTO_TCP,    IPPROTO_UDP,  IPPROTO_UDP,
					   IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_SCTP, IPPROTO_ESP,
					   IPPROTO_GRE,  IPPROTO_IGMP };
	static const char *const names[] = { "eth0", "eth1", "eth2", "wlan0", "lo" };
	static const uint32_t states[] = { FW_CT_STATE_NEW,         FW_CT_STATE_NEW,
					   FW_CT_STATE_NEW,         FW_CT_STATE_NEW,
					   FW_CT_STATE_NEW,         FW_CT_STATE_NEW,
					   FW_CT_STATE_UNTRACKED,   FW_CT_STATE_INVALID,
					   FW_CT_STATE_ESTABLISHED, FW_CT_STATE_RELATED };
	struct fw_packet packet = { .direction = (enum fw_direction)below(seed, FW_DIRS),
				    .family = chance(seed, 50) ? FW_FAMILY_IPV4 : FW_FAMILY_IPV6,
				    .hop_limit = 64 };

	packet.proto = PICK(seed, some_protos);
	packet.state = PICK(seed, states);
	if (packet.direction != FW_DIR_OUT)
		snprintf(packet.in_if, sizeof(packet.in_if), "%s", PICK(seed, names));
	if (packet.direction != FW_DIR_IN)
		snprintf(packet.out_if, sizeof(packet.out_if), "%s", PICK(seed, names));
	random_address(seed, &packet, &packet.src);
	random_address(seed, &packet, &packet.dst);
	if (fw_proto_has_ports(packet.proto)) {
		packet.sport = random_port(seed);
		packet.dport = random_port(seed);
	}
	random_icmp(seed, &packet);
	return packet;
}
