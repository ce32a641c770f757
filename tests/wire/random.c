/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random SEED COUNT: a random policy into the file policy.conf of this folder, COUNT random packets
 * into the file packets, one a line in the words of `fwctl policy explain`, and what the evaluator
 * says of each into the file wanted: accept, drop, reject, blocked (which of the two the wire
 * cannot tell) or limit (accepted or rejected). The same SEED makes the same files.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/num.h"
#include "fwctl/policy/explain.h"
#include "fwctl/policy/read.h"
#include "tests/unit/random.h"

static const struct fw_policy_options options = { fw_protos, NULL };

/* --- packets that a wire can carry --------------------------------------------------------- */

/* The state in which the kernel's tracking sees a packet that belongs to no flow. */
static uint32_t tracked_as(const struct fw_packet *packet)
{
	unsigned int type = packet->icmp_type;

	if (packet->proto == IPPROTO_ICMP)
		return type == 8 ? FW_CT_STATE_NEW : FW_CT_STATE_INVALID;
	if (packet->proto != IPPROTO_ICMPV6 || type == 128)
		return FW_CT_STATE_NEW;
	/* nf_conntrack_proto_icmpv6.c: neighbours, routers and MLD are not tracked. */
	return (type >= 130 && type <= 136) || type == 143 ? FW_CT_STATE_UNTRACKED
							   : FW_CT_STATE_INVALID;
}

static bool is_multicast(const struct fw_packet *packet)
{
	return packet->dst.byte[0] >= 0xe0 &&
	       (packet->family == FW_FAMILY_IPV4 || packet->dst.byte[0] == 0xff);
}

/* Groups that the receiver has joined. */
static bool is_joined(const struct fw_packet *packet)
{
	static const uint8_t four[] = { 224, 0, 0, 251 };
	static const uint8_t six[16] = { 0xff, 2, [15] = 0xfb };

	if (packet->direction != FW_DIR_IN)
		return false;
	return packet->family == FW_FAMILY_IPV4 ? !memcmp(packet->dst.byte, four, 4)
						: !memcmp(packet->dst.byte, six, 16);
}

/* Addresses of no host, of this host, or of one link are stopped before they see a firewall. */
static bool is_routable(const struct fw_packet *packet, const union fw_addr *addr)
{
	uint8_t first = addr->byte[0];

	if (packet->family == FW_FAMILY_IPV4)
		return first != 0 && first != 127 && first < 224;
	return first == 0x20;
}

static bool can_be_sent(const struct fw_packet *packet)
{
	bool four = packet->family == FW_FAMILY_IPV4;

	if (!strcmp(packet->in_if, "lo") || !strcmp(packet->out_if, "lo"))
		return false;
	if (packet->proto == (four ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return false;
	return is_routable(packet, &packet->src) &&
	       (is_routable(packet, &packet->dst) || is_joined(packet)) &&
	       memcmp(packet->src.byte, packet->dst.byte, 16) != 0;
}

static struct fw_packet packet_for_wire(uint64_t *state)
{
	struct fw_packet packet;

	do {
		packet = random_packet(state);
		packet.state = tracked_as(&packet);
		if (packet.direction == FW_DIR_ROUTED)
			packet.hop_limit = 64;
	} while (!can_be_sent(&packet));
	return packet;
}

/* --- what is to become of them ------------------------------------------------------------- */

/* Whether the answer of a reject can be told on this wire, where no address is the host's own. */
static bool answers(const struct fw_packet *packet)
{
	return packet->proto == IPPROTO_TCP && packet->direction != FW_DIR_OUT &&
	       !is_multicast(packet);
}

static const char *wanted(const struct fw_policy *policy, const struct fw_packet *packet)
{
	struct fw_explanation explanation;
	enum fw_action action;

	fw_policy_explain(policy, packet, &explanation);
	action = explanation.action;
	fw_explanation_free(&explanation);
	switch (action) {
	case FW_ACTION_DENY: return "drop";
	case FW_ACTION_REJECT: return answers(packet) ? "reject" : "blocked";
	case FW_ACTION_LIMIT: return answers(packet) ? "limit" : "limit-blocked";
	default: return "accept";
	}
}

/* --- the files ----------------------------------------------------------------------------- */

static void write_file(const char *name, const struct fw_buf *text)
{
	FILE *file = fopen(name, "we");

	if (!file || fwrite(text->data, 1, text->length, file) != text->length || fclose(file)) {
		perror(name);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct fw_buf text = { 0 }, packets = { 0 }, outcomes = { 0 };
	struct fw_diags diags = { 0 };
	struct fw_policy *policy;
	uint64_t seed, count, state;

	if (argc != 3 || fw_num_parse(argv[1], 0, UINT64_MAX, &seed) != FW_NUM_OK ||
	    fw_num_parse(argv[2], 1, 1000000, &count) != FW_NUM_OK) {
		fprintf(stderr, "usage: random SEED COUNT\n");
		return 2;
	}
	state = random_begin(seed);
	random_policy_text(&state, &text);
	policy = fw_policy_parse("random", text.data, text.length, &options, &diags);
	if (!policy)
		return 1;
	while (count--) {
		struct fw_packet packet = packet_for_wire(&state);

		fw_packet_print(&packets, &packet);
		fw_buf_putc(&packets, '\n');
		fw_buf_printf(&outcomes, "%s\n", wanted(policy, &packet));
	}
	write_file("policy.conf", &text);
	write_file("packets", &packets);
	write_file("wanted", &outcomes);
	fw_diags_free(&diags);
	fw_policy_free(policy);
	fw_buf_free(&text);
	fw_buf_free(&packets);
	fw_buf_free(&outcomes);
	return 0;
}
