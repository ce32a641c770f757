/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/packet-head.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "fwctl/model/policy.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40

/* The first word of echo requests and replies: type, code, checksum; then the identifier. */
#define ICMP_ID 4

static uint16_t be16_at(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void read_icmp(struct fw_tuple *tuple, const uint8_t *bytes, size_t length, uint8_t request,
		      uint8_t reply)
{
	tuple->icmp_type = bytes[0];
	tuple->icmp_code = bytes[1];
	tuple->present |= 1ull << FW_TUPLE_ICMP_TYPE | 1ull << FW_TUPLE_ICMP_CODE;
	if (length < ICMP_ID + 2 || (bytes[0] != request && bytes[0] != reply))
		return;
	tuple->icmp_id = be16_at(bytes + ICMP_ID);
	tuple->present |= 1ull << FW_TUPLE_ICMP_ID;
}

static void read_layer4(struct fw_tuple *tuple, const uint8_t *bytes, size_t length)
{
	if (length < 4)
		return;
	if (fw_proto_has_ports(tuple->protonum)) {
		tuple->sport = be16_at(bytes);
		tuple->dport = be16_at(bytes + 2);
		tuple->present |= 1ull << FW_TUPLE_SPORT | 1ull << FW_TUPLE_DPORT;
	} else if (tuple->protonum == IPPROTO_ICMP) {
		read_icmp(tuple, bytes, length, 8, 0);
	} else if (tuple->protonum == IPPROTO_ICMPV6) {
		read_icmp(tuple, bytes, length, 128, 129);
	}
}

static void read_ipv4(struct fw_tuple *tuple, const uint8_t *bytes, size_t length, uint32_t *size)
{
	size_t header = (size_t)(bytes[0] & 15) * 4;

	*size = be16_at(bytes + 2);
	tuple->protonum = bytes[9];
	memcpy(tuple->src.byte, bytes + 12, 4);
	memcpy(tuple->dst.byte, bytes + 16, 4);
	/* 13 bits of offset: a fragment that is not the first. */
	if (header < IPV4_HEADER || header > length || be16_at(bytes + 6) & 0x1fff)
		return;
	read_layer4(tuple, bytes + header, length - header);
}

static bool is_extension(uint8_t next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT || next == IPPROTO_AH;
}

/* Bytes of an extension header: units of 8, of 4 in AH (RFC 4302), 8 of a fragment's. */
static size_t extension_size(uint8_t kind, const uint8_t *bytes)
{
	if (kind == IPPROTO_FRAGMENT)
		return 8;
	return kind == IPPROTO_AH ? (bytes[1] + 2u) * 4 : (bytes[1] + 1u) * 8;
}

static void read_ipv6(struct fw_tuple *tuple, const uint8_t *bytes, size_t length, uint32_t *size)
{
	uint8_t next = bytes[6];
	size_t at = IPV6_HEADER, step;
	bool later = false;

	*size = IPV6_HEADER + be16_at(bytes + 4);
	memcpy(tuple->src.byte, bytes + 8, 16);
	memcpy(tuple->dst.byte, bytes + 24, 16);
	while (is_extension(next) && at + 8 <= length) {
		later |= next == IPPROTO_FRAGMENT && be16_at(bytes + at + 2) >> 3;
		step = extension_size(next, bytes + at);
		next = bytes[at];
		at += step;
	}
	tuple->protonum = next;
	if (!later && !is_extension(next) && at < length)
		read_layer4(tuple, bytes + at, length - at);
}

int fw_packet_head_read(const struct fw_ct_decoder *decoder, const uint8_t *bytes, size_t length,
			struct fw_flow *flow, uint32_t *size)
{
	struct fw_tuple *tuple = &flow->orig;

	memset(flow, 0, sizeof(*flow));
	tuple->present = 1ull << FW_TUPLE_SRC | 1ull << FW_TUPLE_DST | 1ull << FW_TUPLE_PROTO;
	if (length >= IPV4_HEADER && bytes[0] >> 4 == 4) {
		flow->family = FW_FAMILY_IPV4;
		read_ipv4(tuple, bytes, length, size);
	} else if (length >= IPV6_HEADER && bytes[0] >> 4 == 6) {
		flow->family = FW_FAMILY_IPV6;
		read_ipv6(tuple, bytes, length, size);
	} else {
		return -1;
	}
	flow->protonum = tuple->protonum;
	flow->proto = decoder->by_number[flow->protonum];
	flow->present = 1ull << FW_FLOW_BASICS;
	return 0;
}
