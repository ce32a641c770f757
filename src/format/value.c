/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/format/value.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "fwctl/base/digits.h"
#include "fwctl/format/labels.h"

void fw_value_time(struct fw_buf *out, uint64_t nanoseconds)
{
	time_t seconds = (time_t)(nanoseconds / 1000000000);
	char text[32];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	fw_buf_printf(out, "%s.%09uZ", text, (unsigned int)(nanoseconds % 1000000000));
}

void fw_value_duration(struct fw_buf *out, uint64_t nanoseconds)
{
	fw_buf_printf(out, "%" PRIu64 ".%06" PRIu64, nanoseconds / 1000000000,
		      nanoseconds / 1000 % 1000000);
}

static void put_addr(struct fw_buf *out, const struct fw_sink *sink, const void *at)
{
	char *end = fw_buf_reserve(out, FW_IPV6_MAX_TEXT);

	end = sink->family == FW_FAMILY_IPV4 ? fw_put_ipv4(end, at) : fw_put_ipv6(end, at);
	out->length = (size_t)(end - out->data);
}

static uint32_t shown_flags(const struct fw_field *row)
{
	return row->words == fw_status_words ? FW_SHOWN_STATUS : UINT32_MAX;
}

static void put_flags(struct fw_buf *out, const struct fw_word *words, uint32_t flags)
{
	const char *comma = "";

	for (; words->name; words++) {
		if (!(flags & words->value))
			continue;
		fw_buf_puts(out, comma);
		fw_buf_puts(out, words->name);
		comma = ",";
	}
}

static void put_labels(struct fw_buf *out, const struct fw_sink *sink,
		       const struct fw_bytes *labels)
{
	struct fw_label_walk walk = { .labels = labels };
	const char *comma = "", *name;
	char number[4];

	for (; fw_label_next(&walk); comma = ",") {
		fw_buf_puts(out, comma);
		name = fw_sink_label(sink, walk.bit, number);
		fw_buf_escaped(out, name, strlen(name));
	}
}

static void put_word(struct fw_buf *out, const struct fw_word *words, uint8_t value)
{
	const char *name = words ? fw_word_name(words, value) : NULL;

	if (name)
		fw_buf_puts(out, name);
	else
		fw_buf_u64(out, value);
}

void fw_value_put(struct fw_buf *out, const struct fw_sink *sink, const struct fw_field *row,
		  const void *at)
{
	const struct fw_bytes *bytes = at;

	switch (row->type) {
	case FW_TYPE_U8: fw_buf_u64(out, *(const uint8_t *)at); break;
	case FW_TYPE_HEX16:
	case FW_TYPE_U16: fw_buf_u64(out, *(const uint16_t *)at); break;
	case FW_TYPE_U32: fw_buf_u64(out, *(const uint32_t *)at); break;
	case FW_TYPE_U64:
	case FW_TYPE_SECONDS: fw_buf_u64(out, *(const uint64_t *)at); break;
	case FW_TYPE_DURATION: fw_value_duration(out, *(const uint64_t *)at); break;
	case FW_TYPE_ADDR: put_addr(out, sink, at); break;
	case FW_TYPE_FAMILY: fw_buf_puts(out, fw_family_name(sink->family)); break;
	case FW_TYPE_PROTO: fw_buf_puts(out, fw_proto_shown(sink->proto)); break;
	case FW_TYPE_STATE: put_word(out, sink->proto->states, *(const uint8_t *)at); break;
	case FW_TYPE_WORD: put_word(out, row->words, *(const uint8_t *)at); break;
	case FW_TYPE_FLAGS:
		put_flags(out, row->words, *(const uint32_t *)at & shown_flags(row));
		break;
	case FW_TYPE_STRING: fw_buf_escaped(out, bytes->data, bytes->length); break;
	case FW_TYPE_LABELS: put_labels(out, sink, bytes); break;
	case FW_TYPE_TIME: fw_value_time(out, *(const uint64_t *)at); break;
	case FW_TYPE_TUPLE: break;
	}
}
