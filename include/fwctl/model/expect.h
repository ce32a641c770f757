/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An expectation: a flow that a helper (ftp, sip) has announced and that belongs to a flow that is
 * there already, its master. Plain data, as a flow.
 */
#ifndef FWCTL_MODEL_EXPECT_H
#define FWCTL_MODEL_EXPECT_H

#include "fwctl/model/filter.h"
#include "fwctl/model/flow.h"

/* Bits of fw_expect.present. */
enum fw_expect_bit {
	FW_EXPECT_BASICS, /* family, proto, protonum, expected: always there */
	FW_EXPECT_MASK,
	FW_EXPECT_MASTER,
	FW_EXPECT_TIMEOUT,
	FW_EXPECT_ZONE,
	FW_EXPECT_FLAGS,
	FW_EXPECT_CLASS,
	FW_EXPECT_HELPER,
	FW_EXPECT_FUNCTION,
	FW_EXPECT_ID,
	FW_EXPECT_NETNS,
};

struct fw_expect {
	uint64_t present; /* 1 << enum fw_expect_bit */
	const struct fw_proto *proto;
	uint8_t family, protonum;
	uint16_t zone;
	uint32_t timeout; /* seconds left */
	uint32_t id, flags, class;
	/* A flow is the expected one when it equals `expected` in the bits of `mask`. */
	struct fw_tuple expected, mask, master;
	struct fw_bytes helper, function, netns;
};

/* The kernel's NF_CT_EXPECT_* bits (linux/netfilter/nf_conntrack_common.h). */
extern const struct fw_word fw_expect_flag_words[];

enum fw_expect_field {
	FW_EXPECT_FIELD_FAMILY,
	FW_EXPECT_FIELD_PROTO,
	FW_EXPECT_FIELD_PROTONUM,
	FW_EXPECT_FIELD_TIMEOUT,
	FW_EXPECT_FIELD_EXPECTED,
	FW_EXPECT_FIELD_MASK,
	FW_EXPECT_FIELD_MASTER,
	FW_EXPECT_FIELD_ZONE,
	FW_EXPECT_FIELD_FLAGS,
	FW_EXPECT_FIELD_CLASS,
	FW_EXPECT_FIELD_HELPER,
	FW_EXPECT_FIELD_FUNCTION,
	FW_EXPECT_FIELD_ID,
	FW_EXPECT_FIELD_NETNS,
	FW_EXPECT_FIELDS,
};
extern const struct fw_field fw_expect_fields[FW_EXPECT_FIELDS + 1];

/*
 * The condition of the filter that no expectation can be asked for, because it is about something
 * that only flows have (their replies, status, mark, counters); NULL when there is none.
 */
const struct fw_cond *fw_expect_unfit(const struct fw_filter *filter);

/* Whether the expected flow, as far as it is known, matches. */
bool fw_expect_match(const struct fw_filter *filter, const struct fw_expect *expect);

#endif
