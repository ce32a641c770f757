/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The headers of a packet as it is on the wire. */
#ifndef FWCTL_KERNEL_PACKET_HEAD_H
#define FWCTL_KERNEL_PACKET_HEAD_H

#include <stddef.h>
#include <stdint.h>

#include "fwctl/kernel/ct-decode.h"
#include "fwctl/model/flow.h"

/*
 * Reads what `length` bytes from the layer 3 header on say: family, protocol, and the original
 * tuple of a flow that would begin with the packet, as far as the bytes reach; of fragments behind
 * the first there are no ports. `*size` is that of the whole packet. -1 when it is neither IPv4
 * (RFC 791) nor IPv6 (RFC 8200).
 */
int fw_packet_head_read(const struct fw_ct_decoder *decoder, const uint8_t *bytes, size_t length,
			struct fw_flow *flow, uint32_t *size);

#endif
