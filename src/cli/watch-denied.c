/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The feed of blocked packets. Rules of the policy offer them to the packet log with their line;
 * what that line says is read from the policy in force, anew whenever the ruleset changed.
 */
#include <linux/netfilter.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/clock.h"
#include "fwctl/base/mem.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/watch-feeds.h"
#include "fwctl/kernel/nflog.h"
#include "fwctl/kernel/packet-head.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/statements.h"
#include "fwctl/policy/print.h"

struct denied {
	struct fw_current current; /* the policy in force, if it is known */
	struct fw_current before;  /* the one that was until `changed`, for packets from then */
	uint64_t changed;          /* nanoseconds since 1970 */
	bool is_read;
	bool is_known;      /* reading it went well: then there is none if there is none */
	uint32_t rulesets;  /* watch->rulesets when it was read */
	struct fw_buf rule; /* the text of one */
	int name_fd;        /* any socket of IPv4: names of interfaces are asked for there */
	char in[IFNAMSIZ], out[IFNAMSIZ];
	struct fw_nflog_gaps gaps;
	uint64_t tell_at; /* when to tell of the rest if no packet comes: monotonic nanoseconds */
};

/* ---- what the line says ---------------------------------------------------------------------- */

static void read_policy(struct fw_watch *watch, struct denied *denied)
{
	struct fw_err ignored = FW_ERR_INIT;

	if (denied->is_read && denied->rulesets == watch->rulesets)
		return;
	fw_current_free(&denied->before);
	denied->before = denied->current;
	memset(&denied->current, 0, sizeof(denied->current));
	denied->changed = watch->ruleset_changed;
	watch->ruleset_changed = 0;
	denied->is_read = true;
	denied->rulesets = watch->rulesets;
	/* Without it packets are shown all the same, with the number of their line only. */
	denied->is_known = fw_current_look(&denied->current, &ignored) == 0;
	fw_err_free(&ignored);
}

static bool is_word(const struct fw_bytes *bytes, const char *word)
{
	return bytes->length == strlen(word) && !memcmp(bytes->data, word, bytes->length);
}

/* The rule of that line, if it blocks packets for that reason. */
static const struct fw_rule *find_rule(const struct fw_policy *policy, unsigned int line,
				       const struct fw_bytes *reason)
{
	const struct fw_rule *rule = policy ? policy->rules : NULL;

	for (; policy && rule < policy->rules + policy->rule_count; rule++)
		if (rule->line == line &&
		    is_word(reason, fw_word_name(fw_action_words, rule->action)))
			return rule;
	return NULL;
}

static enum fw_direction direction_of(uint8_t hook)
{
	if (hook == NF_INET_FORWARD)
		return FW_DIR_ROUTED;
	return hook == NF_INET_LOCAL_OUT || hook == NF_INET_POST_ROUTING ? FW_DIR_OUT : FW_DIR_IN;
}

/*
 * The policy that blocked the packet. That it is another one now is heard of a moment after it was:
 * in that moment a line that cannot be it tells.
 */
static const struct fw_policy *policy_of(const struct denied *denied, unsigned int line,
					 const struct fw_event *event)
{
	bool is_before = event->time < denied->changed;
	const struct fw_policy *first = is_before ? denied->before.policy : denied->current.policy,
			       *second = is_before ? denied->current.policy : denied->before.policy;

	if (line && !find_rule(first, line, &event->reason) &&
	    find_rule(second, line, &event->reason))
		return second;
	return first;
}

/* "default deny incoming", a rule as it stands in the policy, or "invalid packets". */
static void print_rule(struct denied *denied, unsigned int line, const struct fw_event *event,
		       uint8_t hook)
{
	const struct fw_policy *policy = policy_of(denied, line, event);
	const struct fw_bytes *reason = &event->reason;
	const struct fw_rule *rule = line ? find_rule(policy, line, reason) : NULL;
	enum fw_direction direction = direction_of(hook);

	denied->rule.length = 0;
	if (rule)
		fw_rule_print(&denied->rule, policy, rule, 0);
	else if (is_word(reason, "invalid"))
		fw_buf_puts(&denied->rule, "invalid packets");
	else if (policy && is_word(reason, "default"))
		fw_buf_printf(&denied->rule, "default %s %s",
			      fw_word_name(fw_action_words, policy->defaults[direction]),
			      fw_word_name(fw_direction_words, direction));
}

/* ---- one packet ------------------------------------------------------------------------------ */

static void put_text(struct fw_event *event, enum fw_event_bit bit, struct fw_bytes *at,
		     const char *text, size_t length)
{
	if (!length)
		return;
	*at = (struct fw_bytes){ text, length };
	event->present |= 1ull << bit;
}

/* "" when there is no interface of that number any more. */
static void read_name(const struct denied *denied, uint32_t index, char name[IFNAMSIZ])
{
	struct ifreq request = { .ifr_ifindex = (int)index };

	name[0] = '\0';
	if (!index || ioctl(denied->name_fd, SIOCGIFNAME, &request) < 0)
		return;
	memcpy(name, request.ifr_name, IFNAMSIZ);
	name[IFNAMSIZ - 1] = '\0';
}

static void fill_event(struct denied *denied, const struct fw_logged_packet *packet,
		       unsigned int line, struct fw_event *event)
{
	event->line = line;
	if (line)
		event->present |= 1ull << FW_EVENT_HAS_LINE;
	print_rule(denied, line, event, packet->hook);
	put_text(event, FW_EVENT_HAS_RULE, &event->rule, denied->rule.data, denied->rule.length);
	read_name(denied, packet->in_index, denied->in);
	put_text(event, FW_EVENT_HAS_IN, &event->in, denied->in, strlen(denied->in));
	read_name(denied, packet->out_index, denied->out);
	put_text(event, FW_EVENT_HAS_OUT, &event->out, denied->out, strlen(denied->out));
}

static void show_packet(struct fw_watch *watch, struct denied *denied,
			const struct fw_logged_packet *packet, uint64_t time)
{
	struct fw_event event = {
		.present = 1ull << FW_EVENT_HAS_BASICS | 1ull << FW_EVENT_HAS_LENGTH,
		.kind = FW_EVENT_DENIED,
		.time = packet->time ? packet->time : time,
	};
	struct fw_flow flow;
	unsigned int line;
	const char *reason;
	size_t length;

	if (fw_watch_has_enough(watch) || !packet->prefix || !packet->head ||
	    fw_nflog_prefix_parse(packet->prefix, packet->prefix_length, &line, &reason, &length) ||
	    fw_packet_head_read(&watch->decoder, packet->head, packet->head_length, &flow,
				&event.length) ||
	    !fw_filter_match(watch->cli->filter, &flow))
		return;
	put_text(&event, FW_EVENT_HAS_REASON, &event.reason, reason, length);
	read_policy(watch, denied);
	fill_event(denied, packet, line, &event);
	fw_sink_packet(watch->sink, &event, &flow);
	watch->shown++;
}

static int take_packet(struct fw_watch *watch, struct fw_watch_feed *feed,
		       const struct fw_heard *heard)
{
	struct denied *denied = feed->state;
	struct fw_logged_packet packet;

	if (fw_nflog_read(heard->message, &packet) < 0)
		return 0;
	fw_watch_show_gap(watch, heard->time, fw_nflog_gaps_packet(&denied->gaps, &packet));
	show_packet(watch, denied, &packet, heard->time);
	return 0;
}

/* For so long the next packet is waited for, which says exactly what is missing. */
#define PATIENCE_NS 1000000000u

static int lose_packets(struct fw_watch *watch, struct fw_watch_feed *feed,
			const struct fw_heard *heard)
{
	struct denied *denied = feed->state;

	(void)watch;
	if (!denied->gaps.dropped)
		denied->tell_at = fw_clock_read(CLOCK_MONOTONIC) + PATIENCE_NS;
	fw_nflog_gaps_lost(&denied->gaps, heard->lost);
	return 0;
}

/* What more there were, the next packet will say. */
static void tell_rest(struct fw_watch *watch, struct denied *denied)
{
	fw_watch_show_gap(watch, fw_clock_read(CLOCK_REALTIME), fw_nflog_gaps_rest(&denied->gaps));
}

static uint64_t next_telling(const struct fw_watch *watch, const struct fw_watch_feed *feed)
{
	const struct denied *denied = feed->state;

	(void)watch;
	return denied->gaps.dropped ? denied->tell_at : 0;
}

static int tell_in_time(struct fw_watch *watch, struct fw_watch_feed *feed)
{
	struct denied *denied = feed->state;

	/* One that is in force for a moment only must be read then. */
	read_policy(watch, denied);
	if (denied->gaps.dropped && fw_clock_read(CLOCK_MONOTONIC) >= denied->tell_at)
		tell_rest(watch, denied);
	return 0;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static int open_denied(struct fw_watch *watch, struct fw_watch_feed *feed)
{
	struct denied *denied = feed->state = fw_calloc(1, sizeof(*denied));

	denied->name_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fw_nflog_open(&feed->socket, FW_NFLOG_GROUP, watch->options->buffer, &watch->cli->err) <
	    0)
		return -1;
	read_policy(watch, denied);
	if (denied->is_known && !denied->current.policy && !watch->options->quiet)
		fw_cli_note(watch->cli,
			    "no policy of fwctl is in force, so none blocks anything yet");
	return 0;
}

/* No packet came behind what was lost last. */
static int finish_denied(struct fw_watch *watch, struct fw_watch_feed *feed, int status)
{
	(void)status;
	tell_rest(watch, feed->state);
	return 0;
}

/* The policy is read again after each change. */
static bool reads_policy(const struct fw_watch_feed *feed)
{
	(void)feed;
	return true;
}

static void leave(struct fw_socket *socket)
{
	fw_nflog_leave(socket, FW_NFLOG_GROUP);
}

static void close_denied(struct fw_watch_feed *feed)
{
	struct denied *denied = feed->state;

	fw_current_free(&denied->current);
	fw_current_free(&denied->before);
	fw_buf_free(&denied->rule);
	if (denied->name_fd >= 0)
		close(denied->name_fd);
	free(denied);
}

const struct fw_watch_kind fw_watch_denied = {
	.open = open_denied,
	.take = take_packet,
	.lost = lose_packets,
	.flush = leave,
	.pause = tell_in_time,
	.wake = next_telling,
	.finish = finish_denied,
	.close = close_denied,
	.asks_more = reads_policy,
};
