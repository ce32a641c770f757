/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply --revoke: the flow table, and the evaluator behind explain. */
#include "fwctl/cli/policy-revoke.h"

#include <netinet/in.h>
#include <string.h>

#include "fwctl/cli/packet-way.h"
#include "fwctl/kernel/ct-delete.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/tcp-close.h"
#include "fwctl/policy/explain.h"

/* A table that was resized meanwhile is read again: what is ended already is not there any more. */
#define TRIES 5

/* Helpers that expect flows of flows that were expected: SIP does, and no deeper. */
#define MASTERS_MAX 4

struct revoke {
	const struct fw_policy *policy;
	struct fw_ways ways;
	struct fw_ct_deleter deleter;
	struct fw_socket closer;
	bool has_closer;
	struct fw_err *err;
};

/* --- what the policy says of a flow ---------------------------------------------------------- */

/* 1 or 0; -1 with the error set. */
static int lets_begin(struct revoke *revoke, const struct fw_flow *flow, struct fw_packet *packet)
{
	struct fw_explanation explanation;

	fw_packet_begin(packet, flow);
	if (fw_way_find(&revoke->ways, packet, revoke->err) < 0)
		return -1;
	fw_policy_decide(revoke->policy, packet, &explanation);
	return fw_explanation_admits(&explanation);
}

/* --- the flow that it belongs to ------------------------------------------------------------- */

static int take_master(void *context, const struct fw_flow *flow)
{
	*(struct fw_flow *)context = *flow;
	return 1;
}

/* 1, or 0 when that flow is gone; -1 with the error set. */
static int find_master(struct revoke *revoke, const struct fw_flow *flow, struct fw_flow *master)
{
	struct fw_flow like = {
		.present = flow->present & 1ull << FW_FLOW_ZONE,
		.family = flow->family,
		.proto = fw_proto_by_number(fw_protos, flow->master.protonum),
		.orig = flow->master,
		.zone = flow->zone,
	};

	memset(master, 0, sizeof(*master));
	if (!(flow->present >> FW_FLOW_MASTER & 1) || !fw_proto_has_ports(flow->master.protonum))
		return 0;
	if (fw_ct_find(&like, take_master, master, revoke->err) < 0)
		return -1;
	return master->present != 0;
}

/* The same as lets_begin(), and related flows with those that they are related to. */
static int admits(struct revoke *revoke, const struct fw_flow *flow, struct fw_packet *packet)
{
	struct fw_flow current = *flow, master;
	struct fw_packet of_master;
	int result = lets_begin(revoke, flow, packet), found, depth;

	for (depth = 0; !result && current.status & FW_STATUS_EXPECTED && depth < MASTERS_MAX;
	     depth++) {
		found = find_master(revoke, &current, &master);
		if (found <= 0)
			return found;
		result = lets_begin(revoke, &master, &of_master);
		current = master;
	}
	return result;
}

/* --- ending it ------------------------------------------------------------------------------- */

/* Whether one was closed counts nothing: the flow is deleted all the same. */
static void close_socket(struct revoke *revoke, const struct fw_flow *flow,
			 const struct fw_packet *packet)
{
	struct fw_err ignored = FW_ERR_INIT;
	bool in = packet->direction == FW_DIR_IN;
	struct fw_tcp_ends ends = {
		.family = flow->family,
		.local = in ? flow->reply.src : flow->orig.src,
		.local_port = in ? flow->reply.sport : flow->orig.sport,
		.remote = in ? flow->reply.dst : flow->orig.dst,
		.remote_port = in ? flow->reply.dport : flow->orig.dport,
		.device = in ? packet->in_if : packet->out_if,
	};

	if (!revoke->has_closer || flow->protonum != IPPROTO_TCP ||
	    packet->direction == FW_DIR_ROUTED)
		return;
	(void)fw_tcp_close(&revoke->closer, &ends, &ignored);
	fw_err_free(&ignored);
}

static int take(void *context, const struct fw_flow *flow)
{
	struct revoke *revoke = context;
	struct fw_packet packet;
	int result = admits(revoke, flow, &packet);

	if (result)
		return result > 0 ? 0 : -1;
	/* First, so that the reset still belongs to a flow and gets out. */
	close_socket(revoke, flow, &packet);
	return fw_ct_delete(&revoke->deleter, flow, revoke->err);
}

static int read_flows(struct revoke *revoke)
{
	const struct fw_filter everything = { 0 };
	const struct fw_ct_query query = { .filter = &everything };
	int tries, result = -1;

	for (tries = 0; tries < TRIES && result < 0; tries++) {
		if (revoke->err->kind != FW_ERR_NONE && revoke->err->kind != FW_ERR_INCOMPLETE)
			break;
		fw_err_free(revoke->err);
		result = fw_ct_each(&query, take, revoke, revoke->err);
		if (fw_ct_deleter_finish(&revoke->deleter, revoke->err) < 0 ||
		    revoke->deleter.failed)
			result = -1;
	}
	/* An error in the middle ends the reading, which knows of no error then. */
	return revoke->err->kind == FW_ERR_NONE ? result : -1;
}

int fw_policy_revoke(const struct fw_policy *policy, uint64_t *count, struct fw_err *err)
{
	struct revoke revoke = { .policy = policy, .err = err };
	struct fw_err ignored = FW_ERR_INIT;
	int result;

	*count = 0;
	if (fw_ways_open(&revoke.ways, err) < 0)
		return -1;
	result = fw_ct_deleter_open(&revoke.deleter, NULL, NULL, NULL, err);
	if (result == 0) {
		revoke.has_closer = fw_tcp_closer_open(&revoke.closer, &ignored) == 0;
		result = read_flows(&revoke);
		*count = revoke.deleter.count;
		fw_socket_close(&revoke.closer);
		fw_ct_deleter_close(&revoke.deleter);
		fw_err_free(&ignored);
	}
	fw_ways_close(&revoke.ways);
	return result;
}
