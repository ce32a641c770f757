/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/timeout.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include "fwctl/base/addr.h"
#include "fwctl/base/mem.h"

/* The kernel knows the timeout of all other protocols under this number (IPPROTO_RAW). */
#define GENERIC_NUMBER 255

unsigned int fw_timer_index(const struct fw_proto *proto, const struct fw_timer *timer)
{
	return (unsigned int)(timer - proto->timers);
}

static struct nlmsghdr *begin(struct fw_socket *sock, void *buffer, uint16_t type,
			      const struct fw_proto *proto)
{
	struct nlmsghdr *message = fw_message_begin(
		sock, buffer, (uint16_t)(NFNL_SUBSYS_CTNETLINK_TIMEOUT << 8 | type), 0, AF_UNSPEC);
	uint16_t family = proto->family == FW_FAMILY_IPV6 ? AF_INET6 : AF_INET;

	mnl_attr_put_u16(message, CTA_TIMEOUT_L3PROTO, htons(family));
	mnl_attr_put_u8(message, CTA_TIMEOUT_L4PROTO,
			fw_proto_is_generic(proto) ? GENERIC_NUMBER : proto->number);
	return message;
}

/* --- reading ------------------------------------------------------------------------------- */

struct reading {
	const struct fw_proto *proto;
	struct fw_timer_values *values;
};

static void take_value(const struct reading *reading, const struct nlattr *attr)
{
	const struct fw_timer *timer = reading->proto->timers;
	unsigned int i;

	for (i = 0; timer[i].name; i++)
		if (timer[i].attr == mnl_attr_get_type(attr) &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0) {
			reading->values->seconds[i] = ntohl(mnl_attr_get_u32(attr));
			reading->values->known |= 1u << i;
		}
}

static int take_message(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr, *inner;

	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attr) != CTA_TIMEOUT_DATA)
			continue;
		mnl_attr_for_each_nested(inner, attr) take_value(data, inner);
	}
	return 0;
}

static int request_failed(struct fw_err *err, const struct fw_proto *proto)
{
	switch (err ? err->sys : 0) {
	case EOPNOTSUPP:
		fw_err_set(err, FW_ERR_DENIED,
			   "this kernel does not track %s, so it has no timeouts", proto->name);
		err->sys = EOPNOTSUPP;
		break;
	case EINVAL:
		/* What nfnetlink answers for a subsystem that it cannot find. */
		fw_err_hint(err, "timeouts need the kernel module nfnetlink_cttimeout "
				 "(CONFIG_NF_CT_NETLINK_TIMEOUT)");
		err->kind = FW_ERR_DENIED;
		break;
	default: break;
	}
	return -1;
}

int fw_timeouts_read(struct fw_socket *sock, const struct fw_proto *proto,
		     struct fw_timer_values *values, struct fw_err *err)
{
	char buffer[256] __attribute__((aligned(8))) = { 0 };
	struct reading reading = { proto, values };
	char *what = fw_format("reading the timeouts of %s", proto->name);
	int result;

	memset(values, 0, sizeof(*values));
	result = fw_socket_request(sock, begin(sock, buffer, IPCTNL_MSG_TIMEOUT_DEFAULT_GET, proto),
				   what, take_message, &reading, NULL, err);
	free(what);
	return result < 0 ? request_failed(err, proto) : 0;
}

/* --- setting ------------------------------------------------------------------------------- */

static int send_values(struct fw_socket *sock, const struct fw_proto *proto,
		       const struct fw_timer_values *values, struct fw_err *err)
{
	char buffer[512] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *message = begin(sock, buffer, IPCTNL_MSG_TIMEOUT_DEFAULT_SET, proto);
	struct nlattr *nest = mnl_attr_nest_start(message, CTA_TIMEOUT_DATA);
	char *what = fw_format("setting the timeouts of %s", proto->name);
	unsigned int i;
	int result;

	for (i = 0; proto->timers[i].name; i++)
		if (values->known & 1u << i)
			mnl_attr_put_u32(message, proto->timers[i].attr, htonl(values->seconds[i]));
	mnl_attr_nest_end(message, nest);
	result = fw_socket_request(sock, message, what, NULL, NULL, NULL, err);
	free(what);
	return result < 0 ? request_failed(err, proto) : 0;
}

/* The position of the first timer that `now` has otherwise than `wanted`, or -1. */
static int first_difference(const struct fw_proto *proto, const struct fw_timer_values *wanted,
			    const struct fw_timer_values *now)
{
	unsigned int i;

	for (i = 0; proto->timers[i].name; i++)
		if (wanted->known & 1u << i &&
		    (!(now->known & 1u << i) || now->seconds[i] != wanted->seconds[i]))
			return (int)i;
	return -1;
}

int fw_timeouts_apply(struct fw_socket *sock, const struct fw_proto *proto,
		      const struct fw_timer_values *values, struct fw_err *err)
{
	struct fw_timer_values before, now;
	const char *name;
	int wrong;

	if (fw_timeouts_read(sock, proto, &before, err) < 0 ||
	    send_values(sock, proto, values, err) < 0 ||
	    fw_timeouts_read(sock, proto, &now, err) < 0)
		return -1;
	wrong = first_difference(proto, values, &now);
	if (wrong < 0)
		return 0;
	/* It counts in ticks of 32 bits, and wraps without a word. */
	send_values(sock, proto, &before, NULL);
	name = proto->timers[wrong].name;
	return fw_err_set(err, FW_ERR_FAILED, "timeout %s %s%s%u: the kernel would keep %u seconds",
			  proto->name, name, *name ? " " : "", values->seconds[wrong],
			  now.seconds[wrong]);
}
