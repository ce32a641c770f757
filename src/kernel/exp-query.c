/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attribute layout: linux/netfilter/nfnetlink_conntrack.h, ctnetlink_exp_dump_expect() in
 * net/netfilter/nf_conntrack_netlink.c. There are few expectations at a time (a helper limits
 * them), so this needs no second thread.
 */
#include "fwctl/kernel/exp-query.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>

#include "fwctl/kernel/attr.h"
#include "fwctl/kernel/ct-request.h"
#include "fwctl/kernel/socket.h"

#define ASKED "reading the expectations"

/* ---- one message ------------------------------------------------------------------------------
 */

static void store_u32(const struct nlattr *attr, uint32_t *value, enum fw_expect_bit bit,
		      struct fw_expect *expect)
{
	if (fw_attr_be32(attr, value))
		expect->present |= 1ull << bit;
}

static void store_text(const struct nlattr *attr, struct fw_bytes *bytes, enum fw_expect_bit bit,
		       struct fw_expect *expect)
{
	bytes->data = fw_attr_data(attr);
	bytes->length = strnlen(bytes->data, fw_attr_length(attr));
	if (bytes->length)
		expect->present |= 1ull << bit;
}

static void store_tuple(const struct fw_ct_decoder *decoder, const struct nlattr *attr,
			struct fw_tuple *tuple, enum fw_expect_bit bit, struct fw_expect *expect)
{
	fw_ct_decode_tuple(decoder, attr, tuple);
	expect->present |= 1ull << bit;
}

static void decode_attr(const struct fw_ct_decoder *decoder, const struct nlattr *attr,
			struct fw_expect *expect)
{
	switch (fw_attr_type(attr)) {
	case CTA_EXPECT_TUPLE: fw_ct_decode_tuple(decoder, attr, &expect->expected); break;
	case CTA_EXPECT_MASK:
		store_tuple(decoder, attr, &expect->mask, FW_EXPECT_MASK, expect);
		break;
	case CTA_EXPECT_MASTER:
		store_tuple(decoder, attr, &expect->master, FW_EXPECT_MASTER, expect);
		break;
	case CTA_EXPECT_TIMEOUT:
		store_u32(attr, &expect->timeout, FW_EXPECT_TIMEOUT, expect);
		break;
	case CTA_EXPECT_ID: store_u32(attr, &expect->id, FW_EXPECT_ID, expect); break;
	case CTA_EXPECT_CLASS: store_u32(attr, &expect->class, FW_EXPECT_CLASS, expect); break;
	case CTA_EXPECT_FLAGS:
		store_u32(attr, &expect->flags, FW_EXPECT_FLAGS, expect);
		/* The kernel always sends them; none set is none there. */
		if (!expect->flags)
			expect->present &= ~(1ull << FW_EXPECT_FLAGS);
		break;
	case CTA_EXPECT_ZONE:
		if (fw_attr_be16(attr, &expect->zone))
			expect->present |= 1ull << FW_EXPECT_ZONE;
		break;
	case CTA_EXPECT_HELP_NAME:
		store_text(attr, &expect->helper, FW_EXPECT_HELPER, expect);
		break;
	case CTA_EXPECT_FN: store_text(attr, &expect->function, FW_EXPECT_FUNCTION, expect); break;
	}
}

int fw_exp_decode(const struct fw_ct_decoder *decoder, const struct nlmsghdr *message,
		  struct fw_expect *expect)
{
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(struct nfgenmsg));
	const struct nlattr *attr;

	memset(expect, 0, sizeof(*expect));
	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(struct nfgenmsg))
		return -1;
	expect->family = ((const struct nfgenmsg *)NLMSG_DATA(message))->nfgen_family;
	while ((attr = fw_attrs_next(&attrs)))
		decode_attr(decoder, attr, expect);
	if (!(expect->expected.present >> FW_TUPLE_PROTO & 1))
		return -1;
	expect->protonum = expect->expected.protonum;
	expect->proto = decoder->by_number[expect->protonum];
	expect->present |= 1ull << FW_EXPECT_BASICS;
	return 0;
}

/* ---- the table ------------------------------------------------------------------------------- */

struct work {
	struct fw_ct_decoder decoder;
	const struct fw_filter *filter;
	fw_expect_fn *take;
	void *context;
	bool stopped;
	bool damaged; /* there was a message without an expectation in it */
};

static int work_on_expect(const struct nlmsghdr *message, void *data)
{
	struct work *work = data;
	struct fw_expect expect;

	if (fw_exp_decode(&work->decoder, message, &expect) < 0) {
		work->damaged = true;
		return 0;
	}
	if (!fw_expect_match(work->filter, &expect))
		return 0;
	if (!work->take(work->context, &expect))
		return 0;
	work->stopped = true;
	return -1;
}

int fw_exp_each(const struct fw_filter *filter, fw_expect_fn *take, void *context,
		struct fw_err *err)
{
	struct work work = { .filter = filter, .take = take, .context = context };
	char buffer[FW_CT_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request;
	struct fw_socket socket;
	bool interrupted = false;
	int result;

	fw_ct_decoder_init(&work.decoder);
	if (fw_socket_open(&socket, 0, err) < 0)
		return -1;
	request = fw_ct_dump_request(buffer, filter, FW_TABLE_EXPECT, 0, false);
	request->nlmsg_seq = ++socket.seq;
	result = fw_socket_request(&socket, request, ASKED, work_on_expect, &work, &interrupted,
				   err);
	fw_socket_close(&socket);
	if (work.stopped)
		return 0;
	/* Not what the kernel said, but that it was lost or cannot be understood. */
	if (result < 0 && err->kind == FW_ERR_FAILED && (!err->sys || err->sys == ENOBUFS))
		err->kind = FW_ERR_INCOMPLETE;
	if (result < 0)
		return -1;
	if (work.damaged)
		return fw_err_set(err, FW_ERR_INCOMPLETE,
				  ASKED ": there is one that cannot be understood");
	if (interrupted)
		return fw_err_set(err, FW_ERR_INCOMPLETE,
				  ASKED ": the table changed meanwhile; some may be missing");
	return 0;
}
