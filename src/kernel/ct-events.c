/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-events.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_compat.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#include "fwctl/kernel/exp-query.h"
#include "fwctl/kernel/sysctl.h"

/* The group of each kind, in the order of enum fw_event_kind. */
static const unsigned int flow_groups[] = { NF_NETLINK_CONNTRACK_NEW, NF_NETLINK_CONNTRACK_UPDATE,
					    NF_NETLINK_CONNTRACK_DESTROY };
static const unsigned int expect_groups[] = { NF_NETLINK_CONNTRACK_EXP_NEW,
					      NF_NETLINK_CONNTRACK_EXP_UPDATE,
					      NF_NETLINK_CONNTRACK_EXP_DESTROY };

static unsigned int groups_of(unsigned int kinds, const unsigned int groups[3])
{
	unsigned int kind, joined = 0;

	for (kind = FW_EVENT_NEW; kind <= FW_EVENT_DESTROY; kind++)
		if (kinds >> kind & 1)
			joined |= groups[kind];
	return joined;
}

/* NETLINK_NO_ENOBUFS, so that one full buffer does not keep the kernel from trying again. */
static int make_reliable(struct fw_socket *socket, struct fw_err *err)
{
	static const int options[] = { NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS };
	int one = 1;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (mnl_socket_setsockopt(socket->mnl, options[i], &one, sizeof(one)) < 0)
			return fw_kernel_err(err, errno, "asking for reliable events", NULL);
	return 0;
}

int fw_ct_events_open(struct fw_socket *socket, unsigned int kinds, size_t buffer, bool reliable,
		      struct fw_err *err)
{
	if (fw_socket_open(socket, groups_of(kinds, flow_groups), err) < 0)
		return -1;
	fw_socket_receive_buffer(socket, buffer);
	if (!reliable || !make_reliable(socket, err))
		return 0;
	fw_socket_close(socket);
	return -1;
}

int fw_exp_events_open(struct fw_socket *socket, unsigned int kinds, size_t buffer,
		       struct fw_err *err)
{
	if (fw_socket_open(socket, groups_of(kinds, expect_groups), err) < 0)
		return -1;
	fw_socket_receive_buffer(socket, buffer);
	return 0;
}

/* -1 when the message is of another kind. */
static int kind_of(const struct nlmsghdr *message)
{
	switch (message->nlmsg_type) {
	case NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW:
	case NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_NEW:
		return message->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL) ? FW_EVENT_NEW
									  : FW_EVENT_UPDATE;
	case NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE:
	case NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_DELETE: return FW_EVENT_DESTROY;
	default: return -1;
	}
}

static void fill_event(struct fw_event *event, int kind, const struct fw_heard *heard)
{
	memset(event, 0, sizeof(*event));
	event->present = 1ull << FW_EVENT_HAS_BASICS;
	event->kind = (uint8_t)kind;
	event->time = heard->time;
	/* The port that asked for the change; the kernel's own doing has none. */
	event->portid = heard->message->nlmsg_pid;
	if (event->portid)
		event->present |= 1ull << FW_EVENT_HAS_PORTID;
}

int fw_ct_event_read(struct fw_ct_decoder *decoder, const struct fw_heard *heard,
		     struct fw_event *event, struct fw_flow *flow)
{
	int kind = kind_of(heard->message);

	decoder->now = heard->time;
	if (kind < 0 || fw_ct_decode(decoder, heard->message, flow) < 0)
		return -1;
	fill_event(event, kind, heard);
	if (flow->present >> FW_FLOW_EVENT_TIME & 1)
		event->time = flow->event_time;
	return 0;
}

int fw_exp_event_read(struct fw_ct_decoder *decoder, const struct fw_heard *heard,
		      struct fw_event *event, struct fw_expect *expect)
{
	int kind = kind_of(heard->message);

	if (kind < 0 || fw_exp_decode(decoder, heard->message, expect) < 0)
		return -1;
	fill_event(event, kind, heard);
	return 0;
}

/* ---- whether flows send events at all -------------------------------------------------------- */

#define SETTING "nf_conntrack_events"

enum { EVENTS_OFF, EVENTS_ALWAYS, EVENTS_IF_HEARD };

uint64_t fw_ct_silent_flows(void)
{
	uint64_t events, flows;

	if (!fw_sysctl_read(SETTING, &events) || events != EVENTS_IF_HEARD ||
	    !fw_sysctl_read("nf_conntrack_count", &flows))
		return 0;
	return flows;
}

bool fw_ct_events_are_off(void)
{
	uint64_t events;

	return fw_sysctl_read(SETTING, &events) && events == EVENTS_OFF;
}

static void set_events(uint64_t events)
{
	struct fw_err ignored = FW_ERR_INIT;

	(void)fw_sysctl_write(SETTING, events, &ignored);
	fw_err_free(&ignored);
}

void fw_ct_events_force(uint64_t *before)
{
	*before = EVENTS_ALWAYS;
	if (fw_sysctl_read(SETTING, before) && *before != EVENTS_ALWAYS)
		set_events(EVENTS_ALWAYS);
}

void fw_ct_events_restore(uint64_t before)
{
	uint64_t events;

	if (before != EVENTS_ALWAYS && fw_sysctl_read(SETTING, &events) && events == EVENTS_ALWAYS)
		set_events(before);
}
