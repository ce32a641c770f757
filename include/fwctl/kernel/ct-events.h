/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells of flows and expectations as it happens. */
#ifndef FWCTL_KERNEL_CT_EVENTS_H
#define FWCTL_KERNEL_CT_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/ct-decode.h"
#include "fwctl/kernel/listener.h"
#include "fwctl/kernel/socket.h"
#include "fwctl/model/event.h"
#include "fwctl/model/expect.h"
#include "fwctl/model/flow.h"

/*
 * Opens a socket that gets the events of `kinds` (1 << enum fw_event_kind: new, update, destroy),
 * with a receive buffer of `buffer` bytes if that is permitted. `reliable` asks the kernel to keep
 * the end of a flow until it could be told: such flows count against the table's limit meanwhile.
 */
int fw_ct_events_open(struct fw_socket *socket, unsigned int kinds, size_t buffer, bool reliable,
		      struct fw_err *err);

/* The same for the events of expectations, of which the kernel never keeps one. */
int fw_exp_events_open(struct fw_socket *socket, unsigned int kinds, size_t buffer,
		       struct fw_err *err);

/*
 * Reads one message of the first socket: what happened, and to which flow, which points into the
 * message. The event's time is the kernel's own when it tells it (nf_conntrack_timestamp=1).
 * -1 when it is no event of a flow.
 */
int fw_ct_event_read(struct fw_ct_decoder *decoder, const struct fw_heard *heard,
		     struct fw_event *event, struct fw_flow *flow);

/* The same for one message of the socket of expectations. */
int fw_exp_event_read(struct fw_ct_decoder *decoder, const struct fw_heard *heard,
		      struct fw_event *event, struct fw_expect *expect);

/*
 * How many flows there are that will send no events, because they were made when nobody listened
 * (nf_conntrack_events=2). To be called before listening. 0 also when it cannot be known.
 */
uint64_t fw_ct_silent_flows(void);

/* Whether new flows will send no events either, whoever listens (nf_conntrack_events=0). */
bool fw_ct_events_are_off(void);

/*
 * Lets every new flow send events (nf_conntrack_events=1) until fw_ct_events_restore() with what it
 * has put into `before`. Where the setting cannot be written, it stays.
 */
void fw_ct_events_force(uint64_t *before);

/* Nothing when the setting is another one by now. */
void fw_ct_events_restore(uint64_t before);

#endif
