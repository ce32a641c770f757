/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-session.h"

#include <netinet/in.h>
#include <string.h>

#include "fwctl/cli/packet-way.h"
#include "fwctl/policy/explain.h"

/* What the client would send to come in again. Its port is another one each time, so a line about
 * the one that it has now would say nothing: 0 stands for any. */
static void begin_packet(struct fw_packet *packet, const struct fw_connection *connection)
{
	memset(packet, 0, sizeof(*packet));
	packet->family = connection->family;
	packet->proto = IPPROTO_TCP;
	packet->src = connection->addr[FW_END_CLIENT];
	packet->dst = connection->addr[FW_END_SERVER];
	packet->dport = connection->port[FW_END_SERVER];
	packet->hop_limit = 64;
	packet->state = FW_CT_STATE_NEW;
}

static int refuse(const struct fw_policy *policy, const struct fw_packet *packet,
		  const struct fw_explanation *explanation, struct fw_err *err)
{
	char client[FW_PREFIX_MAX_TEXT];
	struct fw_buf why = { 0 };

	fw_decider_print(&why, policy, packet, explanation);
	fw_err_set(err, FW_ERR_FAILED,
		   "this would lock you out: your ssh session comes from %s to port %u, and the "
		   "new policy lets no such connection in again (%s); nothing was changed",
		   fw_addr_print(&packet->src, packet->family, client), packet->dport,
		   fw_buf_text(&why));
	fw_buf_free(&why);
	return fw_err_hint(err, "'apply --confirm 60s' tries it and goes back by itself; --force "
				"applies it all the same");
}

static int check(struct fw_ways *ways, const struct fw_policy *policy,
		 const struct fw_connection *connection, struct fw_err *err)
{
	struct fw_explanation explanation;
	struct fw_packet packet;

	begin_packet(&packet, connection);
	if (fw_way_find(ways, &packet, err) < 0)
		return -1;
	if (packet.direction != FW_DIR_IN)
		return 0;
	fw_policy_decide(policy, &packet, &explanation);
	if (fw_explanation_admits(&explanation))
		return 0;
	return refuse(policy, &packet, &explanation, err);
}

int fw_policy_check_session(const struct fw_policy *policy, const struct fw_ssh_session *session,
			    struct fw_err *err)
{
	struct fw_ways ways;
	int result = 0;
	size_t i;

	if (!session->count)
		return 0;
	if (fw_ways_open(&ways, err) < 0)
		return -1;
	for (i = 0; i < session->count && result == 0; i++)
		if (session->connections[i].served)
			result = check(&ways, policy, &session->connections[i], err);
	fw_ways_close(&ways);
	return result;
}
