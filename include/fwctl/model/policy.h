/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy as data: settings, address sets, timeouts, and rules in the order in which they are
 * tried. src/policy reads it from text and makes text of it, a ruleset, or an answer.
 */
#ifndef FWCTL_MODEL_POLICY_H
#define FWCTL_MODEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/addr.h"
#include "fwctl/base/words.h"
#include "fwctl/model/proto.h"

enum fw_action {
	FW_ACTION_ALLOW,
	FW_ACTION_DENY,
	FW_ACTION_REJECT,
	FW_ACTION_LIMIT, /* rules only */
};

enum fw_direction { FW_DIR_IN, FW_DIR_OUT, FW_DIR_ROUTED, FW_DIRS };

enum fw_logging {
	FW_LOGGING_OFF,
	FW_LOGGING_LOW, /* "on" is another word for it */
	FW_LOGGING_MEDIUM,
	FW_LOGGING_HIGH,
	FW_LOGGING_FULL,
};

enum fw_profiles {
	FW_PROFILES_SKIP,
	FW_PROFILES_ALLOW,
	FW_PROFILES_DENY,
	FW_PROFILES_REJECT,
};

enum fw_rule_log {
	FW_RULE_LOG_NONE,
	FW_RULE_LOG_NEW, /* log: packets that open a flow */
	FW_RULE_LOG_ALL, /* log-all: the flow's later packets too */
};

/* The words of these enums as the language writes them; fw_direction_words are incoming, outgoing,
 * routed. Tables end with a row whose name is NULL. */
extern const struct fw_word fw_action_words[];
extern const struct fw_word fw_direction_words[];
extern const struct fw_word fw_logging_words[];
extern const struct fw_word fw_profiles_words[];
extern const struct fw_word fw_onoff_words[];
/* tcp udp udplite sctp dccp icmp icmpv6 ah esp gre igmp vrrp ipv6, with IPPROTO_* */
extern const struct fw_word fw_policy_protos[];

/* Where a statement or a word stands. Lines and columns count from 1, columns in characters. */
struct fw_place {
	const char *file; /* owned by the policy */
	unsigned int line;
	unsigned int column;
	unsigned int length;
	unsigned int last_line; /* of a statement with continued lines */
};

#define FW_PROTO_ANY (-1)

struct fw_port_range {
	uint16_t low, high; /* both included */
};

/* Ports of one protocol. With FW_PROTO_ANY they are those of both tcp and udp. */
struct fw_service {
	int proto;
	struct fw_port_range *ranges; /* as written */
	size_t count;
};

/* One end of a rule. No services means any port. */
struct fw_endpoint {
	enum { FW_END_ANY, FW_END_PREFIX, FW_END_SET } kind;
	struct fw_prefix prefix;
	uint32_t set; /* index in fw_policy.sets */
	struct fw_service *services;
	size_t service_count;
	char *profile; /* the application profile that the services are from, or NULL */
};

struct fw_rule_timer {
	const struct fw_timer *timer;
	uint32_t seconds;
};

struct fw_rule {
	enum fw_action action;
	enum fw_direction direction;
	enum fw_rule_log log;
	char *in_if; /* NULL = any; 'eth+' is every name that begins with eth */
	char *out_if;
	int proto; /* IPPROTO_* or FW_PROTO_ANY; services agree with it */
	struct fw_endpoint from, to;
	struct fw_rule_timer *timers;
	size_t timer_count;
	char *helper;  /* or NULL */
	char *comment; /* or NULL */
	/* The line of this rule in the canonical text: what logs, counters and stamps call its
	 * line. It does not move when comments come and go, and is one number across includes. */
	unsigned int line;
	struct fw_place place; /* in the file it was read from */
};

struct fw_policy_set {
	char *name;
	char *file;                 /* read from there, or NULL */
	struct fw_prefix *prefixes; /* sorted by family and address; none covers another */
	size_t count, capacity;
	struct fw_place place;
};

struct fw_policy_timeout {
	const struct fw_proto *proto;
	const struct fw_timer *timer;
	uint32_t seconds;
};

/* What a statement that is no rule sets. The places are for editing. */
enum fw_setting {
	FW_SET_DEFAULT_IN, /* + enum fw_direction */
	FW_SET_DEFAULT_OUT,
	FW_SET_DEFAULT_ROUTED,
	FW_SET_LOGGING,
	FW_SET_PING,
	FW_SET_MDNS,
	FW_SET_DHCP,
	FW_SET_PROFILES,
	FW_SET_STAMP,
	FW_SET_TIMEOUT,
	FW_SET_INCLUDE,
	FW_SET_SET,
};

struct fw_setting_place {
	enum fw_setting setting;
	struct fw_place place;
};

struct fw_policy {
	enum fw_action defaults[FW_DIRS];
	enum fw_logging logging;
	bool ping, mdns, dhcp;
	enum fw_profiles profiles;
	uint32_t stamp; /* mask of the ct mark, 0 = off */
	struct fw_policy_timeout *timeouts;
	size_t timeout_count, timeout_capacity;
	struct fw_policy_set *sets;
	size_t set_count, set_capacity;
	struct fw_rule *rules;
	size_t rule_count, rule_capacity;
	struct fw_setting_place *settings;
	size_t setting_count, setting_capacity;
	char **files; /* names of all files read, the first is the policy itself */
	size_t file_count, file_capacity;
};

/* The settings of the embedded default and no rules. The caller frees it. */
struct fw_policy *fw_policy_new(void);
void fw_policy_free(struct fw_policy *policy);

void fw_rule_free(struct fw_rule *rule); /* what it holds, not the struct itself */

/* The rule with that line, or NULL. */
const struct fw_rule *fw_policy_rule_at(const struct fw_policy *policy, unsigned int line);

/* Whether transport protocol `proto` has ports: tcp, udp, udplite, sctp, dccp. */
bool fw_proto_has_ports(int proto);

/* The only family in which that protocol exists (icmp, igmp: IPv4; icmpv6: IPv6), else ANY. */
uint8_t fw_proto_family(int proto);

/* Whether the rule can match packets of that family: its addresses and protocol allow it. */
bool fw_rule_has_family(const struct fw_policy *policy, const struct fw_rule *rule, uint8_t family);

/* Whether the set has an element of that family / contains the address. */
bool fw_policy_set_has_family(const struct fw_policy_set *set, uint8_t family);
bool fw_policy_set_contains(const struct fw_policy_set *set, uint8_t family,
			    const union fw_addr *addr);

/* Order of prefixes: IPv4 before IPv6, then by address, then the shorter first. As for qsort(3). */
int fw_prefix_compare(const void *a, const void *b);

#endif
