/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key as bytes: for each part its type, then the number in network order, the address, or the
 * length and bytes of the text. Names are kept as text, so that what reads the same is the same: a
 * state that two protocols have, numbers that have no name.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "fwctl/model/tally.h"

#define TEXT_MAX 255

enum tag { TAG_ABSENT, TAG_NUMBER, TAG_IPV4, TAG_IPV6, TAG_TEXT };

/* ---- writing -----------------------------------------------------------------------------------
 */

static char *put_number(char *at, uint64_t number)
{
	uint64_t ordered = htobe64(number);

	*at++ = TAG_NUMBER;
	memcpy(at, &ordered, sizeof(ordered));
	return at + sizeof(ordered);
}

static char *put_text(char *at, const char *text, size_t length)
{
	if (length > TEXT_MAX)
		length = TEXT_MAX;
	*at++ = TAG_TEXT;
	*at++ = (char)length;
	memcpy(at, text, length);
	return at + length;
}

static char *put_name(char *at, const char *name)
{
	return put_text(at, name, strlen(name));
}

static char *put_addr(char *at, const struct fw_tally_part *part, const union fw_addr *addr,
		      uint8_t family)
{
	bool is_ipv4 = family == FW_FAMILY_IPV4;
	union fw_addr cut = *addr;
	size_t size = is_ipv4 ? 4 : 16;

	if ((is_ipv4 ? part->length4 : part->length6) < fw_family_bits(family))
		fw_addr_mask(&cut, is_ipv4 ? part->length4 : part->length6);
	*at++ = is_ipv4 ? TAG_IPV4 : TAG_IPV6;
	memcpy(at, &cut, size);
	return at + size;
}

static char *put_flags(char *at, uint32_t flags, const struct fw_word *words)
{
	char text[TEXT_MAX] = "";
	size_t length = 0;

	/* Every flow in the table is confirmed. */
	flags &= ~(uint32_t)FW_STATUS_CONFIRMED;
	for (; words->name; words++)
		if (flags & words->value && length + strlen(words->name) + 2 < sizeof(text))
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
						   length ? "," : "", words->name);
	return length ? put_text(at, text, length) : put_name(at, "none");
}

/* The bits of labels as numbers: "1,5". They are native 32-bit words, the lowest bit first. */
static char *put_labels(char *at, const struct fw_bytes *labels)
{
	char text[TEXT_MAX] = "";
	size_t length = 0, bit;
	uint32_t word;

	for (bit = 0; bit / 32 * 4 + 4 <= labels->length && length + 5 < sizeof(text); bit++) {
		memcpy(&word, labels->data + bit / 32 * 4, sizeof(word));
		if (word >> (bit % 32) & 1)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%zu",
						   length ? "," : "", bit);
	}
	return put_text(at, text, length);
}

static char *put_state(char *at, const struct fw_flow *flow, uint8_t state)
{
	const char *name = flow->proto->states ? fw_word_name(flow->proto->states, state) : NULL;

	return name ? put_name(at, name) : put_number(at, state);
}

static char *put_word(char *at, const struct fw_word *words, uint8_t value)
{
	const char *name = fw_word_name(words, value);

	return name ? put_name(at, name) : put_number(at, value);
}

/* A protocol without a file of its own goes by its number. */
static char *put_proto(char *at, const struct fw_flow *flow)
{
	return fw_proto_is_generic(flow->proto) ? put_number(at, flow->protonum)
						: put_name(at, flow->proto->name);
}

static char *put_part(char *at, const struct fw_tally_part *part, const struct fw_flow *flow,
		      const void *value)
{
	const struct fw_bytes *bytes = value;

	switch (part->field->type) {
	case FW_TYPE_U8: return put_number(at, *(const uint8_t *)value);
	case FW_TYPE_U16:
	case FW_TYPE_HEX16: return put_number(at, *(const uint16_t *)value);
	case FW_TYPE_U32: return put_number(at, *(const uint32_t *)value);
	case FW_TYPE_U64:
	case FW_TYPE_TIME:
	case FW_TYPE_SECONDS: return put_number(at, *(const uint64_t *)value);
	case FW_TYPE_ADDR: return put_addr(at, part, value, flow->family);
	case FW_TYPE_FAMILY: return put_name(at, fw_family_name(flow->family));
	case FW_TYPE_PROTO: return put_proto(at, flow);
	case FW_TYPE_STATE: return put_state(at, flow, *(const uint8_t *)value);
	case FW_TYPE_WORD: return put_word(at, part->field->words, *(const uint8_t *)value);
	case FW_TYPE_FLAGS: return put_flags(at, *(const uint32_t *)value, part->field->words);
	case FW_TYPE_STRING: return put_text(at, bytes->data, bytes->length);
	case FW_TYPE_LABELS: return put_labels(at, bytes);
	default: *at = TAG_ABSENT; return at + 1;
	}
}

size_t fw_tally_key_of(const struct fw_tally_key *key, const struct fw_flow *flow, char *bytes)
{
	const struct fw_tally_part *part;
	const void *record;
	char *at = bytes;

	for (part = key->parts; part < key->parts + key->count; part++) {
		record = part->where == FW_IN_FLOW   ? (const void *)flow
			 : part->where == FW_IN_ORIG ? &flow->orig
						     : &flow->reply;
		if (fw_field_present(part->field, record) || part->field->zero_absent)
			at = put_part(at, part, flow, fw_field_at(part->field, record));
		else
			*at++ = TAG_ABSENT;
	}
	return (size_t)(at - bytes);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

static const char *read_addr(const struct fw_tally_part *part, const char *at, uint8_t family,
			     struct fw_tally_value *value)
{
	size_t size = family == FW_FAMILY_IPV4 ? 4 : 16;

	value->type = FW_TALLY_ADDR;
	value->prefix.family = family;
	value->prefix.length = family == FW_FAMILY_IPV4 ? part->length4 : part->length6;
	memcpy(&value->prefix.addr, at, size);
	return at + size;
}

const char *fw_tally_value_read(const struct fw_tally_part *part, const char *bytes,
				struct fw_tally_value *value)
{
	const char *at = bytes + 1;

	memset(value, 0, sizeof(*value));
	switch ((enum tag)bytes[0]) {
	case TAG_NUMBER:
		value->type = FW_TALLY_NUMBER;
		memcpy(&value->number, at, sizeof(value->number));
		value->number = be64toh(value->number);
		return at + sizeof(value->number);
	case TAG_IPV4: return read_addr(part, at, FW_FAMILY_IPV4, value);
	case TAG_IPV6: return read_addr(part, at, FW_FAMILY_IPV6, value);
	case TAG_TEXT:
		value->type = FW_TALLY_TEXT;
		value->length = (unsigned char)*at;
		value->text = at + 1;
		return at + 1 + value->length;
	default: return at;
	}
}
