/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the stream of `fwctl watch` is made of: feeds, each with a socket, that all go through one
 * listener into one sink.
 */
#ifndef FWCTL_CLI_WATCH_FEEDS_H
#define FWCTL_CLI_WATCH_FEEDS_H

#include "fwctl/cli/watch.h"
#include "fwctl/kernel/ct-decode.h"
#include "fwctl/kernel/listener.h"
#include "fwctl/kernel/peers.h"
#include "fwctl/model/event.h"

struct fw_watch;
struct fw_watch_feed;

/* All but open and take may be NULL. Those that return an int: 0, or -1 with watch->cli->err set.
 */
struct fw_watch_kind {
	/* Opens feed->socket; what it puts into feed->state is released by `close`, which is called
	 * in either case. */
	int (*open)(struct fw_watch *watch, struct fw_watch_feed *feed);
	/* Once the listener is at work. */
	int (*begin)(struct fw_watch *watch, struct fw_watch_feed *feed);
	int (*take)(struct fw_watch *watch, struct fw_watch_feed *feed,
		    const struct fw_heard *heard);
	/* Instead of fw_watch_show_gap() with heard->lost. */
	int (*lost)(struct fw_watch *watch, struct fw_watch_feed *feed,
		    const struct fw_heard *heard);
	/* After that. */
	void (*recover)(struct fw_watch *watch, struct fw_watch_feed *feed);
	/* A mark that was asked for with fw_listener_mark(). */
	int (*mark)(struct fw_watch *watch, struct fw_watch_feed *feed, uint32_t mark);
	/* As in struct fw_listener_source. */
	void (*flush)(struct fw_socket *socket);
	/* When the stream pauses. */
	int (*pause)(struct fw_watch *watch, struct fw_watch_feed *feed);
	/* When `pause` is to be called at the latest: monotonic nanoseconds, 0: no matter. */
	uint64_t (*wake)(const struct fw_watch *watch, const struct fw_watch_feed *feed);
	/* When nothing more comes; `status` is -1 after an error, and watch->cli->err set. */
	int (*finish)(struct fw_watch *watch, struct fw_watch_feed *feed, int status);
	void (*close)(struct fw_watch_feed *feed);
	/* Whether the kernel will be asked for more, which needs CAP_NET_ADMIN; NULL: no. */
	bool (*asks_more)(const struct fw_watch_feed *feed);
};

struct fw_watch_feed {
	const struct fw_watch_kind *kind;
	struct fw_socket socket;
	unsigned int source; /* of the listener */
	void *state;
};

struct fw_watch {
	struct fw_cli *cli;
	const struct fw_watch_options *options;
	struct fw_sink *sink;
	struct fw_listener listener;
	struct fw_watch_feed feeds[FW_LISTENER_SOCKETS];
	unsigned int feed_count;
	struct fw_ct_decoder decoder;
	struct fw_peers peers;
	uint64_t lost;
	uint32_t rulesets; /* changes of the ruleset so far, as long as they are listened to */
	uint64_t ruleset_changed; /* when the first change was since the policy was read; 0: none */
	uint64_t shown;           /* events, gaps not counted */
};

extern const struct fw_watch_kind fw_watch_flows;
extern const struct fw_watch_kind fw_watch_expects;
extern const struct fw_watch_kind fw_watch_denied;
extern const struct fw_watch_kind fw_watch_rulesets;

/* Nothing more is to be shown. */
bool fw_watch_has_enough(const struct fw_watch *watch);

/* Shows that so many events were lost, if there were any. */
void fw_watch_show_gap(struct fw_watch *watch, uint64_t time, uint64_t count);

/*
 * Says at the start which flows will send no events; `silent` of those that there are, by
 * fw_ct_silent_flows(). `expected`: of what they expect, which the kernel tells by way of them.
 */
void fw_watch_note_silent(const struct fw_watch *watch, uint64_t silent, bool expected);

/* Puts the name of the program into the event, where it has a port. */
void fw_watch_name_program(struct fw_watch *watch, struct fw_event *event);

#endif
