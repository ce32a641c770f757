/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timeouts that flows of a protocol get in this network namespace (nfnetlink_cttimeout,
 * default-get and default-set): the same values as the sysctls
 * net.netfilter.nf_conntrack_PROTO_timeout*, so either way of setting them shows in the other.
 */
#ifndef FWCTL_KERNEL_TIMEOUT_H
#define FWCTL_KERNEL_TIMEOUT_H

#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/socket.h"
#include "fwctl/model/proto.h"

#define FW_TIMERS_MAX 16

/* Values of a protocol's timers, in the order of proto->timers. */
struct fw_timer_values {
	uint32_t known; /* bit N: seconds[N] holds a value */
	uint32_t seconds[FW_TIMERS_MAX];
};

/*
 * Reads all timers of `proto`. -1 with `err` set; kind FW_ERR_DENIED when the kernel does not track
 * that protocol (err->sys is EOPNOTSUPP).
 */
int fw_timeouts_read(struct fw_socket *socket, const struct fw_proto *proto,
		     struct fw_timer_values *values, struct fw_err *err);

/*
 * Sets the timers that are known in `values`, leaves the others, and reads back: a value that the
 * kernel did not take over is an error. Flows that exist keep the timer they have until their next
 * packet. Kernels from 5.0 on keep one pair of timers for udp and udplite.
 */
int fw_timeouts_apply(struct fw_socket *socket, const struct fw_proto *proto,
		      const struct fw_timer_values *values, struct fw_err *err);

/* Position of `timer` in proto->timers. */
unsigned int fw_timer_index(const struct fw_proto *proto, const struct fw_timer *timer);

#endif
