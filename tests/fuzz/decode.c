/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the kernel, one behind the other, through both decoders and the formats. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>

#include <linux/netlink.h>

#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-decode.h"
#include "fwctl/kernel/exp-query.h"
#include "fwctl/model/proto.h"

static void show(const struct fw_format *format, enum fw_record kind, const void *record)
{
	const struct fw_sink_setup setup = { .format = format,
					     .kind = kind,
					     .flags = format->flags,
					     .fd = -1,
					     .protos = fw_protos };
	struct fw_sink sink;

	if (!fw_sink_init(&sink, &setup, NULL)) {
		if (kind == FW_RECORD_FLOW)
			fw_sink_flow(&sink, record);
		else
			fw_sink_expect(&sink, record);
		fw_sink_finish(&sink);
	}
	fw_sink_free(&sink);
}

static void try_message(const struct fw_ct_decoder *decoder, const struct nlmsghdr *message)
{
	const struct fw_format *const *format;
	struct fw_expect expect;
	struct fw_flow flow;
	bool is_flow = !fw_ct_decode(decoder, message, &flow);
	bool is_expect = !fw_exp_decode(decoder, message, &expect);

	for (format = fw_formats; *format; format++) {
		if (is_flow)
			show(*format, FW_RECORD_FLOW, &flow);
		if (is_expect)
			show(*format, FW_RECORD_EXPECT, &expect);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fw_ct_decoder decoder;
	struct nlmsghdr *message;
	uint32_t length;

	fw_ct_decoder_init(&decoder);
	for (; size >= NLMSG_HDRLEN; data += length, size -= length) {
		memcpy(&length, data, sizeof(length));
		/* As the socket layer does it: what is longer than there is, is not looked at. */
		if (length < NLMSG_HDRLEN || length > size)
			length = (uint32_t)size;
		message = malloc(length);
		memcpy(message, data, length);
		message->nlmsg_len = length;
		try_message(&decoder, message);
		free(message);
		length = NLMSG_ALIGN(length) < size ? NLMSG_ALIGN(length) : (uint32_t)size;
	}
	return 0;
}

FUZZ_MAIN("flows.dump", "expects.dump", "record.bats")
