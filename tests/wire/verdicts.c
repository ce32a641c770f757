/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdicts WIRE: sends packets through the kernel of this network namespace and says what its
 * firewall did with each. On stdin a packet a line, in the words of `fwctl policy explain`; on
 * stdout accept, drop or reject, or lost when it never came to the firewall.
 *
 * The namespace is one that tests/lib/wire.bash has made: WIRE is the one at the other ends of its
 * interfaces, and a table of witnesses reports to group LOG_GROUP of the packet log what comes to
 * each hook ("P"), what passes it ("A"), answers ("R"), and the frame that is sent behind each
 * packet ("S"). All runs on one CPU, whose queue the packets and frames leave in order, so that
 * what is reported before "S" belongs to the packet. Nothing that passes goes further: no flow is
 * ever confirmed, and each packet is a new one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "fwctl/kernel/netns.h"
#include "fwctl/kernel/socket.h"
#include "fwctl/policy/packet.h"

#define LOG_GROUP   1001
#define OUT_MARK    0x77
#define SENTINEL    0xfe
#define TO_THE_HOST 9
#define PATIENCE    10000 /* ms */

/* Interface N is N + 1 in the last byte of the frame's source when it shall be left through it. */
static const char *const interfaces[] = { "eth0", "eth1", "eth2", "wlan0" };
#define INTERFACES (sizeof(interfaces) / sizeof(interfaces[0]))

struct wire {
	struct fw_socket log;
	int frames;                     /* packet socket in WIRE */
	unsigned int index[INTERFACES]; /* there */
	int out[2][INTERFACES]; /* raw sockets here, IPv4 and IPv6, each bound to an interface */
};

struct bytes {
	uint8_t data[256];
	size_t size;
};

static _Noreturn void give_up(const char *what, const struct fw_err *err)
{
	fprintf(stderr, "verdicts: %s: %s\n", what, err ? err->what : strerror(errno));
	exit(2);
}

static size_t interface_number(const char *name)
{
	size_t i;

	for (i = 0; i < INTERFACES; i++)
		if (!strcmp(interfaces[i], name))
			return i;
	give_up("no such interface on this wire", NULL);
}

/* --- a packet as bytes --------------------------------------------------------------------- */

static void put(struct bytes *to, const void *data, size_t size)
{
	memcpy(to->data + to->size, data, size);
	to->size += size;
}

static void put8(struct bytes *to, unsigned int value)
{
	to->data[to->size++] = (uint8_t)value;
}

static void put16(struct bytes *to, unsigned int value)
{
	put8(to, value >> 8);
	put8(to, value);
}

static void put32(struct bytes *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to, value);
}

static uint32_t sum(const uint8_t *data, size_t size, uint32_t value)
{
	size_t i;

	for (i = 0; i < size; i++)
		value += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	return value;
}

/* RFC 1071. */
static void set_checksum(uint8_t *at, uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	at[0] = (uint8_t)(~value >> 8);
	at[1] = (uint8_t)~value;
}

static size_t address_size(const struct fw_packet *packet)
{
	return packet->family == FW_FAMILY_IPV4 ? 4 : 16;
}

/* Of the addresses, protocol and length that the checksums of upper layers cover. */
static uint32_t pseudo_sum(const struct fw_packet *packet, size_t size)
{
	size_t bytes = address_size(packet);

	return sum(packet->src.byte, bytes, 0) + sum(packet->dst.byte, bytes, 0) +
	       (uint32_t)packet->proto + (uint32_t)size;
}

static void put_tcp(struct bytes *to, const struct fw_packet *packet)
{
	put16(to, packet->sport);
	put16(to, packet->dport);
	put32(to, 1);
	put32(to, 0);
	put16(to, 0x5002); /* SYN */
	put16(to, 1024);
	put32(to, 0);
	set_checksum(to->data + 16, sum(to->data, to->size, pseudo_sum(packet, to->size)));
}

static void put_udp(struct bytes *to, const struct fw_packet *packet)
{
	put16(to, packet->sport);
	put16(to, packet->dport);
	put16(to, 12);
	put16(to, 0);
	put32(to, 0);
	set_checksum(to->data + 6, sum(to->data, to->size, pseudo_sum(packet, to->size)));
}

static void put_icmp(struct bytes *to, const struct fw_packet *packet)
{
	put8(to, packet->icmp_type);
	put8(to, packet->icmp_code);
	put16(to, 0);
	put32(to, 0x00010001);
	/* Enough for a neighbour's solicitation. */
	put(to, packet->dst.byte, 16);
	set_checksum(to->data + 2,
		     sum(to->data, to->size,
			 packet->proto == IPPROTO_ICMPV6 ? pseudo_sum(packet, to->size) : 0));
}

/* An INIT; without its CRC, which the namespace does not check. */
static void put_sctp(struct bytes *to, const struct fw_packet *packet)
{
	put16(to, packet->sport);
	put16(to, packet->dport);
	put32(to, 0);
	put32(to, 0);
	put32(to, 0x01000014);
	put32(to, 1);
	put32(to, 1500);
	put32(to, 0x00010001);
	put32(to, 1);
}

static void put_upper(struct bytes *to, const struct fw_packet *packet)
{
	switch (packet->proto) {
	case IPPROTO_TCP: put_tcp(to, packet); break;
	case IPPROTO_UDP: put_udp(to, packet); break;
	case IPPROTO_SCTP: put_sctp(to, packet); break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6: put_icmp(to, packet); break;
	default: put32(to, 0); put32(to, 1);
	}
}

static void put_ip(struct bytes *to, const struct fw_packet *packet)
{
	struct bytes upper = { .size = 0 };
	size_t start = to->size;

	put_upper(&upper, packet);
	if (packet->family == FW_FAMILY_IPV4) {
		put16(to, 0x4500);
		put16(to, (unsigned int)(20 + upper.size));
		put32(to, 0x00010000);
		put8(to, packet->hop_limit);
		put8(to, (unsigned int)packet->proto);
		put16(to, 0);
	} else {
		put32(to, 0x60000000);
		put16(to, (unsigned int)upper.size);
		put8(to, (unsigned int)packet->proto);
		put8(to, packet->hop_limit);
	}
	put(to, packet->src.byte, address_size(packet));
	put(to, packet->dst.byte, address_size(packet));
	if (packet->family == FW_FAMILY_IPV4)
		set_checksum(to->data + start + 10, sum(to->data + start, 20, 0));
	put(to, upper.data, upper.size);
}

/* --- sending ------------------------------------------------------------------------------- */

static void send_frame(const struct wire *wire, size_t interface, uint8_t last,
		       const struct fw_packet *packet)
{
	const uint8_t ends[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, last };
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)wire->index[interface] };
	struct bytes frame = { .size = 0 };

	put(&frame, ends, sizeof(ends));
	put16(&frame, packet->family == FW_FAMILY_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	put_ip(&frame, packet);
	if (sendto(wire->frames, frame.data, frame.size, 0, (void *)&to, sizeof(to)) < 0)
		give_up("sending a frame", NULL);
}

static void send_out(const struct wire *wire, const struct fw_packet *packet)
{
	bool six = packet->family == FW_FAMILY_IPV6;
	int fd = wire->out[six][interface_number(packet->out_if)];
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct bytes bytes = { .size = 0 };

	memcpy(&to4.sin_addr, packet->dst.byte, 4);
	memcpy(&to6.sin6_addr, packet->dst.byte, 16);
	to6.sin6_scope_id = if_nametoindex(packet->out_if);
	put_ip(&bytes, packet);
	/* What the firewall blocks may come back as an error. */
	(void)sendto(fd, bytes.data, bytes.size, 0, six ? (void *)&to6 : (void *)&to4,
		     six ? sizeof(to6) : sizeof(to4));
}

static void send_packet(const struct wire *wire, const struct fw_packet *packet)
{
	struct fw_packet behind = { .family = FW_FAMILY_IPV4, .proto = 253, .hop_limit = 64 };

	if (packet->direction == FW_DIR_OUT)
		send_out(wire, packet);
	else
		send_frame(wire, interface_number(packet->in_if),
			   packet->direction == FW_DIR_IN
				   ? TO_THE_HOST
				   : (uint8_t)(interface_number(packet->out_if) + 1),
			   packet);
	behind.src.byte[0] = behind.dst.byte[0] = 192;
	behind.src.byte[3] = behind.dst.byte[3] = 1;
	send_frame(wire, 0, SENTINEL, &behind);
}

/* --- what became of it --------------------------------------------------------------------- */

struct reports {
	bool came, passed, answered, behind;
};

static void take_report(const struct nlmsghdr *message, struct reports *reports)
{
	const struct nlattr *attr;

	if (message->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
		return;
	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attr) != NFULA_PREFIX)
			continue;
		switch (*mnl_attr_get_str(attr)) {
		case 'P': reports->came = true; break;
		case 'A': reports->passed = true; break;
		case 'R': reports->answered = true; break;
		default: reports->behind = true;
		}
	}
}

static const char *verdict(struct wire *wire)
{
	char buffer[FW_SOCKET_DATAGRAM] __attribute__((aligned(8)));
	struct pollfd ready = { .fd = wire->log.fd, .events = POLLIN };
	struct reports reports = { false, false, false, false };
	const struct nlmsghdr *message;
	struct fw_err err = FW_ERR_INIT;
	ssize_t got;
	int left;

	while (!reports.behind && poll(&ready, 1, PATIENCE) > 0) {
		got = fw_socket_receive(&wire->log, buffer, sizeof(buffer), 0, &err);
		if (got < 0)
			give_up("reading the packet log", &err);
		left = (int)got;
		for (message = (const void *)buffer; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left))
			take_report(message, &reports);
	}
	if (!reports.came || !reports.behind)
		return "lost";
	return reports.passed ? "accept" : reports.answered ? "reject" : "drop";
}

/* --- beginning ----------------------------------------------------------------------------- */

static void open_frames(struct wire *wire, const char *where)
{
	struct fw_err err = FW_ERR_INIT;
	char back[64];
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	size_t i;

	snprintf(back, sizeof(back), "/proc/self/fd/%d", own);
	if (own < 0 || fw_netns_enter(where, &err) < 0)
		give_up(where, &err);
	wire->frames = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	for (i = 0; i < INTERFACES; i++)
		wire->index[i] = if_nametoindex(interfaces[i]);
	if (wire->frames < 0 || fw_netns_enter(back, &err) < 0)
		give_up("coming back", &err);
	close(own);
}

static void open_raw(struct wire *wire)
{
	const int families[] = { AF_INET, AF_INET6 }, mark = OUT_MARK;
	size_t i, j;
	int fd;

	for (i = 0; i < 2; i++)
		for (j = 0; j < INTERFACES; j++) {
			fd = socket(families[i], SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
			if (fd < 0 ||
			    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0 ||
			    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interfaces[j],
				       (socklen_t)strlen(interfaces[j])) < 0)
				give_up("a raw socket", NULL);
			wire->out[i][j] = fd;
		}
}

/* Those of mDNS and SSDP: whoever is not a member gets no such packets. */
static void join_groups(void)
{
	static const uint32_t fours[] = { 0xe00000fb, 0xeffffffa };
	struct ip_mreqn four = { .imr_ifindex = 0 };
	struct ipv6_mreq six = { .ipv6mr_interface = 0 };
	int fd4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int fd6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t i;

	inet_pton(AF_INET6, "ff02::fb", &six.ipv6mr_multiaddr);
	for (i = 0; i < 2 * INTERFACES; i++) {
		six.ipv6mr_interface = if_nametoindex(interfaces[i / 2]);
		four.imr_ifindex = (int)six.ipv6mr_interface;
		four.imr_multiaddr.s_addr = htonl(fours[i % 2]);
		if (setsockopt(fd4, IPPROTO_IP, IP_ADD_MEMBERSHIP, &four, sizeof(four)) < 0 ||
		    (i % 2 &&
		     setsockopt(fd6, IPPROTO_IPV6, IPV6_JOIN_GROUP, &six, sizeof(six)) < 0))
			give_up("joining groups", NULL);
	}
}

static void ask_log(struct wire *wire, uint16_t type, const void *value, size_t size)
{
	char buffer[256] __attribute__((aligned(8))) = { 0 };
	struct fw_err err = FW_ERR_INIT;
	struct nlmsghdr *message = fw_message_begin(
		&wire->log, buffer, NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG, 0, AF_UNSPEC);
	struct nfgenmsg *generic = mnl_nlmsg_get_payload(message);

	generic->res_id = htons(LOG_GROUP);
	mnl_attr_put(message, type, size, value);
	if (fw_socket_request(&wire->log, message, "the packet log", NULL, NULL, NULL, &err) < 0)
		give_up("listening", &err);
}

static void open_log(struct wire *wire)
{
	const struct nfulnl_msg_config_cmd bind = { NFULNL_CFG_CMD_BIND };
	const struct nfulnl_msg_config_mode mode = { .copy_mode = NFULNL_COPY_NONE };
	const uint32_t at_once = htonl(1);
	struct fw_err err = FW_ERR_INIT;

	if (fw_socket_open(&wire->log, 0, &err) < 0)
		give_up("netlink", &err);
	ask_log(wire, NFULA_CFG_CMD, &bind, sizeof(bind));
	ask_log(wire, NFULA_CFG_MODE, &mode, sizeof(mode));
	ask_log(wire, NFULA_CFG_QTHRESH, &at_once, sizeof(at_once));
}

static void stay_on_one_cpu(void)
{
	cpu_set_t cpus;
	int cpu = sched_getcpu();

	CPU_ZERO(&cpus);
	CPU_SET((size_t)(cpu < 0 ? 0 : cpu), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		give_up("staying on one CPU", NULL);
}

static void read_packet(char *line, struct fw_packet *packet)
{
	const char *words[40];
	struct fw_err err = FW_ERR_INIT;
	size_t count = 0;
	char *word;

	for (word = strtok(line, " \n"); word && count < 40; word = strtok(NULL, " \n"))
		words[count++] = word;
	if (fw_packet_parse(count, words, packet, NULL, &err) < 0)
		give_up("a packet", &err);
}

int main(int argc, char **argv)
{
	struct fw_packet packet;
	struct wire wire;
	char line[512];

	if (argc != 2) {
		fprintf(stderr, "usage: verdicts WIRE < packets > verdicts\n");
		return 2;
	}
	stay_on_one_cpu();
	open_frames(&wire, argv[1]);
	open_raw(&wire);
	join_groups();
	open_log(&wire);
	while (fgets(line, sizeof(line), stdin)) {
		read_packet(line, &packet);
		send_packet(&wire, &packet);
		puts(verdict(&wire));
	}
	fw_socket_close(&wire.log);
	return 0;
}
