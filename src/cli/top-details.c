/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that is known of one flow: what the kernel says, what was heard of it, what the policy says.
 */
#include <inttypes.h>
#include <time.h>

#include "fwctl/cli/packet-way.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/top.h"
#include "fwctl/format/value.h"
#include "fwctl/policy/explain.h"

/* ---- the policy --------------------------------------------------------------------------------
 */

/* The packet that began the flow, by the ways that its addresses have now. */
static int make_packet(const struct fw_flow *flow, struct fw_packet *packet, struct fw_err *err)
{
	struct fw_ways ways;
	int result;

	fw_packet_begin(packet, flow);
	if (fw_ways_open(&ways, err) < 0)
		return -1;
	result = fw_way_find(&ways, packet, err);
	fw_ways_close(&ways);
	return result;
}

static void put_answer(struct fw_buf *out, const struct fw_policy *policy,
		       const struct fw_packet *packet)
{
	struct fw_explanation explanation;

	fw_policy_explain(policy, packet, &explanation);
	fw_buf_printf(out, "%s by ", fw_word_name(fw_action_words, explanation.action));
	fw_decider_print(out, policy, packet, &explanation);
	fw_explanation_free(&explanation);
	fw_buf_puts(out, "\n          asked: ");
	fw_packet_print(out, packet);
}

void fw_top_details_open(struct fw_top *top)
{
	const struct fw_top_flow *row = fw_top_flows_selected(&top->flows);
	struct fw_err err = FW_ERR_INIT;
	struct fw_current current = { 0 };
	struct fw_packet packet;

	top->policy.length = 0;
	if (!row)
		return;
	/* Privileges are kept: flows may still be deleted. */
	if (make_packet(&row->flow, &packet, &err) < 0 || fw_current_look(&current, &err) < 0)
		fw_buf_puts(&top->policy, err.what ? err.what : "not known");
	else if (!current.policy)
		fw_buf_puts(&top->policy, "none is in force");
	else
		put_answer(&top->policy, current.policy, &packet);
	fw_current_free(&current);
	fw_err_free(&err);
}

/* ---- the flow ----------------------------------------------------------------------------------
 */

static void put_direction(struct fw_buf *out, const char *name, const struct fw_flow *flow,
			  const struct fw_tuple *tuple)
{
	fw_buf_printf(out, "%-10s", name);
	fw_top_put_end(out, flow, tuple, false);
	fw_buf_puts(out, " > ");
	fw_top_put_end(out, flow, tuple, true);
	if (tuple->present >> FW_TUPLE_PACKETS & 1)
		fw_buf_printf(out, "  %" PRIu64 " packets, %" PRIu64 " bytes", tuple->packets,
			      tuple->bytes);
	fw_buf_putc(out, '\n');
}

static void put_status(struct fw_buf *out, uint32_t status)
{
	const struct fw_word *word;
	const char *separator = "";

	status &= FW_SHOWN_STATUS;
	fw_buf_printf(out, "status    %s", status ? "" : "unreplied");
	for (word = fw_status_words; word->name; word++)
		if (status & word->value) {
			fw_buf_printf(out, "%s%s", separator, word->name);
			separator = ", ";
		}
	fw_buf_putc(out, '\n');
}

static void put_marks(struct fw_buf *out, const struct fw_flow *flow)
{
	fw_buf_printf(out, "kernel    mark %" PRIu32 ", zone %u, id %" PRIu32, flow->mark,
		      flow->zone, flow->id);
	if (fw_flow_has(flow, FW_FLOW_HELPER)) {
		fw_buf_puts(out, ", helper ");
		fw_buf_escaped(out, flow->helper.data, flow->helper.length);
	}
	fw_buf_putc(out, '\n');
}

static void put_speed(struct fw_buf *out, const struct fw_top_flow *row)
{
	if (!(row->flow.orig.present >> FW_TUPLE_PACKETS & 1))
		return;
	fw_buf_puts(out, "carries   ");
	fw_top_put_short(out, row->packet_rate);
	fw_buf_puts(out, " packets/s, ");
	fw_top_put_short(out, row->byte_rate);
	fw_buf_puts(out, " bytes/s\n");
}

/* ---- its life ----------------------------------------------------------------------------------
 */

static void put_time(struct fw_buf *out, uint64_t nanoseconds)
{
	time_t seconds = (time_t)(nanoseconds / 1000000000);
	char text[16] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fw_buf_printf(out, "%s.%03u", text, (unsigned int)(nanoseconds / 1000000 % 1000));
}

static void put_change(struct fw_buf *out, const struct fw_flow *flow,
		       const struct fw_top_change *change)
{
	const char *state = change->has_state && flow->proto->states
				    ? fw_word_name(flow->proto->states, change->state)
				    : NULL;

	put_time(out, change->time);
	if (change->kind == FW_EVENT_NEW)
		fw_buf_puts(out, "  began");
	else if (change->kind == FW_EVENT_DESTROY)
		fw_buf_puts(out, "  ended");
	else
		fw_buf_printf(out, "%s%s", change->replied ? "  was answered" : "",
			      change->assured ? "  became assured" : "");
	if (state)
		fw_buf_printf(out, "  %s", state);
	if (change->kind == FW_EVENT_UPDATE && !state && !change->replied && !change->assured)
		fw_buf_puts(out, "  changed");
	fw_buf_putc(out, '\n');
}

static void put_life(struct fw_buf *out, const struct fw_top_flow *row)
{
	unsigned int i;

	fw_buf_puts(out, "life      ");
	if (fw_flow_has(&row->flow, FW_FLOW_START)) {
		put_time(out, row->flow.start);
		fw_buf_printf(out, "  began, %" PRIu64 " s ago\n", row->flow.age);
	} else {
		fw_buf_puts(out,
			    "when it began is kept from 'fwctl stats --enable timestamps' on\n");
	}
	for (i = 0; i < row->changes; i++) {
		if (row->life[i].kind == FW_EVENT_NEW && fw_flow_has(&row->flow, FW_FLOW_START))
			continue;
		fw_buf_puts(out, "          ");
		put_change(out, &row->flow, &row->life[i]);
	}
	fw_buf_printf(out, "          %s", row->ended ? "it has ended\n" : "");
	if (!row->ended)
		fw_buf_printf(out, "ends in %" PRIu32 " s, unless a packet comes\n",
			      row->flow.timeout);
}

void fw_top_details_put(const struct fw_top *top, struct fw_buf *out)
{
	const struct fw_top_flow *row = fw_top_flows_selected(&top->flows);
	const struct fw_flow *flow;
	const char *state;

	if (!row) {
		fw_buf_puts(out, "no flow is selected\n");
		return;
	}
	flow = &row->flow;
	state = fw_flow_state(flow);
	fw_buf_puts(out, "flow      ");
	fw_top_put_name(out, flow);
	fw_buf_printf(out, "  %s\n", state ? state : "");
	put_direction(out, "original", flow, &flow->orig);
	put_direction(out, "reply", flow, &flow->reply);
	put_status(out, flow->status);
	put_marks(out, flow);
	put_speed(out, row);
	fw_buf_puts(out, "policy    ");
	fw_buf_put(out, top->policy.data, top->policy.length);
	fw_buf_putc(out, '\n');
	put_life(out, row);
}
