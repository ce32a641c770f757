/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a ctnetlink message to a flow: the hot path of list, watch, flush and stats. */
#ifndef FWCTL_KERNEL_CT_DECODE_H
#define FWCTL_KERNEL_CT_DECODE_H

#include <linux/netlink.h>
#include <stdint.h>

#include "fwctl/model/flow.h"

struct fw_ct_decoder {
	const struct fw_proto *by_number[256];
	uint32_t stamp; /* as of struct fw_filter; 0 after fw_ct_decoder_init() */
	uint64_t now; /* nanoseconds since 1970: what ages are counted to */
};

/* Fills the table of protocols from fw_protos and sets `now` to this moment. */
void fw_ct_decoder_init(struct fw_ct_decoder *decoder);

/*
 * Reads one IPCTNL_MSG_CT_* message. Unknown attributes and ones of a wrong length are skipped. -1
 * when the message is no flow: shorter than its header, no original tuple or no protocol in it.
 * `flow` points into the message.
 */
int fw_ct_decode(const struct fw_ct_decoder *decoder, const struct nlmsghdr *message,
		 struct fw_flow *flow);

/* One tuple from its nested attribute (CTA_TUPLE_ORIG and the like); also for expectations. */
void fw_ct_decode_tuple(const struct fw_ct_decoder *decoder, const struct nlattr *nest,
			struct fw_tuple *tuple);

#endif
