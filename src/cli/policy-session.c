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

static int refuse(const struct fw_packet *packet, const char *why, struct fw_err *err)
{
	char client[FW_PREFIX_MAX_TEXT];

	fw_err_set(err, FW_ERR_FAILED,
		   "this would lock you out: your ssh session comes from %s to port %u, and the "
		   "new policy lets no such connection in again (%s); nothing was changed",
		   fw_addr_print(&packet->src, packet->family, client), packet->dport, why);
	return fw_err_hint(err, "'apply --confirm 60s' tries it and goes back by itself; --force "
				"applies it all the same");
}

/*
 * Whether a connection that is let in comes to nothing because that timer is 0: its flow is
 * forgotten before it is open. One that is open is forgotten, too, but the next packet of either
 * side begins it anew, where packets may go out.
 */
static bool is_needed(const struct fw_policy *policy, const struct fw_timer *timer)
{
	const char *name = timer->name;

	if (!strcmp(name, "syn_sent") || !strcmp(name, "retrans"))
		return true;
	return policy->defaults[FW_DIR_OUT] != FW_ACTION_ALLOW &&
	       (!strcmp(name, "established") || !strcmp(name, "unacknowledged"));
}

static bool has_timer(const struct fw_rule *rule, const struct fw_timer *timer)
{
	size_t i;

	for (i = 0; rule && i < rule->timer_count; i++)
		if (rule->timers[i].timer == timer)
			return true;
	return false;
}

/* The rule's own timers come before those of the namespace. */
static const struct fw_timer *find_forgetting(const struct fw_policy *policy,
					      const struct fw_rule *rule)
{
	const struct fw_policy_timeout *timeout;
	size_t i;

	for (i = 0; rule && i < rule->timer_count; i++)
		if (!rule->timers[i].seconds && is_needed(policy, rule->timers[i].timer))
			return rule->timers[i].timer;
	for (i = 0; i < policy->timeout_count; i++) {
		timeout = &policy->timeouts[i];
		if (timeout->proto->number == IPPROTO_TCP && !timeout->seconds &&
		    is_needed(policy, timeout->timer) && !has_timer(rule, timeout->timer))
			return timeout->timer;
	}
	return NULL;
}

static int check_decision(const struct fw_policy *policy, const struct fw_packet *packet,
			  const struct fw_explanation *explanation, struct fw_err *err)
{
	const struct fw_timer *timer;
	struct fw_buf why = { 0 };
	int result = 0;

	timer = find_forgetting(policy, explanation->rule);
	if (!fw_explanation_admits(explanation))
		fw_decider_print(&why, policy, packet, explanation);
	else if (timer)
		fw_buf_printf(&why, "its timeout tcp %s is 0", timer->name);
	if (why.length)
		result = refuse(packet, fw_buf_text(&why), err);
	fw_buf_free(&why);
	return result;
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
	return check_decision(policy, &packet, &explanation, err);
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
