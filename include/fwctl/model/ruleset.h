/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in the one table `inet fwctl`, as plain data: no netlink, no text. The policy
 * compiler builds it, and three readers understand the same data: the lowering to netlink, the
 * printer of nft syntax, and the simulator of the tests.
 *
 * Normal form that every reader may rely on:
 * - Chains, sets and objects are named by their index in the ruleset. Sets and objects come before
 *   the chains that use them; chains may name chains with any index, but there are no loops.
 * - A value has the bytes that the kernel has in its register: addresses and ports in network
 *   order, everything else in host order, interface names padded with NUL to 16 bytes. The width
 *   of each key is in fw_nft_keys[].
 * - A concatenated key is its parts one after the other, each padded with zeros to 4 bytes.
 * - A prefix is EQ or NEQ with `bits` smaller than the width of the key; the bits of `value`
 *   behind it are zero. `eth+` is an interface name of 24 bits.
 * - A range is closed at both ends and compares bytes from the first, as the kernel does; so it is
 *   used with keys in network order and with keys of one byte only.
 * - Keys that exist in one family or protocol only (ip saddr, th dport, icmp type …) are loaded
 *   only where that is certain: a match on nfproto or l4proto stands before in the same rule, or
 *   the chain is reached through one, or nfproto/l4proto is an earlier part of the same
 *   concatenation.
 * - Elements of one interval set do not overlap, and when the key has one part they are sorted;
 *   elements of an exact set are all different and have no end.
 * - At most one verdict, vmap or reject in a rule, as its last statement, and a counter before it.
 * - Names are letters, digits, _ and -. Comments and log prefixes are printable UTF-8 without `"`
 *   and below the kernel's limits (FW_NFT_COMMENT_MAX, FW_NFT_PREFIX_MAX).
 */
#ifndef FWCTL_MODEL_RULESET_H
#define FWCTL_MODEL_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/addr.h"

#define FW_NFT_TABLE       "fwctl"
#define FW_NFT_COMMENT_MAX 127 /* bytes without the NUL; nft(8) shows no more */
#define FW_NFT_PREFIX_MAX  126 /* NF_LOG_PREFIXLEN is 128 with the NUL */
#define FW_NFT_VALUE_MAX   16  /* the widest single key */
#define FW_NFT_PARTS_MAX   5   /* keys in one concatenation; nft(8) can list no more */

enum fw_nft_key {
	FW_NFT_NFPROTO, /* FW_FAMILY_IPV4 or FW_FAMILY_IPV6, which are NFPROTO_* too */
	FW_NFT_L4PROTO, /* IPPROTO_*, extension headers of IPv6 skipped */
	FW_NFT_IIFNAME,
	FW_NFT_OIFNAME,
	FW_NFT_PKTTYPE, /* PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_MULTICAST 2 */
	FW_NFT_META_MARK,
	FW_NFT_CT_STATE,     /* bits FW_CT_STATE_* */
	FW_NFT_CT_DIRECTION, /* 0 original, 1 reply */
	FW_NFT_CT_STATUS,    /* bits IPS_* */
	FW_NFT_CT_MARK,
	FW_NFT_IP_SADDR,
	FW_NFT_IP_DADDR,
	FW_NFT_IP_TTL,
	FW_NFT_IP6_SADDR,
	FW_NFT_IP6_DADDR,
	FW_NFT_IP6_HOPLIMIT,
	FW_NFT_TH_SPORT,  /* bytes 0-1 of the transport header */
	FW_NFT_TH_DPORT,  /* bytes 2-3 */
	FW_NFT_ICMP_TYPE, /* byte 0 of the transport header */
	FW_NFT_ICMP_CODE, /* byte 1 */
	FW_NFT_ICMPV6_TYPE,
	FW_NFT_ICMPV6_CODE,
	FW_NFT_FIB_DADDR, /* RTN_* of the destination address: local 2, broadcast 3, multicast 5 */
	FW_NFT_KEYS
};

/* Bits of FW_NFT_CT_STATE (NF_CT_STATE_BIT() of the kernel). */
#define FW_CT_STATE_INVALID     0x01u
#define FW_CT_STATE_ESTABLISHED 0x02u
#define FW_CT_STATE_RELATED     0x04u
#define FW_CT_STATE_NEW         0x08u
#define FW_CT_STATE_UNTRACKED   0x40u

struct fw_nft_key_info {
	const char *syntax;   /* nft's expression, "ip saddr" */
	const char *datatype; /* nft's type in a set declaration, "ipv4_addr" */
	uint8_t width;        /* bytes */
	bool network_order;
	uint8_t type_id; /* libnftables' number of that datatype, for a set's key_type */
};

extern const struct fw_nft_key_info fw_nft_keys[FW_NFT_KEYS];

/* The keys of a lookup, or of a set's declaration. `bits` smaller than the width: only so many
 * leading bits are looked up, the others are masked to zero. */
struct fw_nft_concat {
	uint8_t count;
	struct {
		uint8_t key;  /* enum fw_nft_key */
		uint8_t bits; /* 8 * width for all of it */
	} part[FW_NFT_PARTS_MAX];
};

/* Bytes of that concatenation, each part padded to 4; of one part alone, which is not padded, its
 * width. */
size_t fw_nft_concat_size(const struct fw_nft_concat *keys);

/* The value {key, key, …} with all bits: fw_nft_concat(2, FW_NFT_L4PROTO, FW_NFT_TH_DPORT). */
struct fw_nft_concat fw_nft_concat(unsigned int count, ...);

enum fw_verdict_code {
	FW_VERDICT_ACCEPT,
	FW_VERDICT_DROP,
	FW_VERDICT_RETURN,
	FW_VERDICT_JUMP, /* to `chain` */
	FW_VERDICT_GOTO, /* to `chain` */
};

struct fw_verdict {
	enum fw_verdict_code code;
	uint32_t chain; /* index, for JUMP and GOTO */
};

#define FW_ACCEPT   ((struct fw_verdict){ FW_VERDICT_ACCEPT, 0 })
#define FW_DROP     ((struct fw_verdict){ FW_VERDICT_DROP, 0 })
#define FW_RETURN   ((struct fw_verdict){ FW_VERDICT_RETURN, 0 })
#define FW_JUMP(to) ((struct fw_verdict){ FW_VERDICT_JUMP, (to) })
#define FW_GOTO(to) ((struct fw_verdict){ FW_VERDICT_GOTO, (to) })

enum fw_nft_stmt_type {
	FW_STMT_MATCH,
	FW_STMT_LOOKUP,
	FW_STMT_VMAP,   /* ends the rule when the key is in the map, else the next rule is tried */
	FW_STMT_UPDATE, /* adds the element or renews its timeout; goes on when over the limit */
	FW_STMT_LIMIT,
	FW_STMT_COUNTER,
	FW_STMT_LOG,
	FW_STMT_NFLOG,
	FW_STMT_REJECT,
	FW_STMT_CT_MARK,
	FW_STMT_CT_TIMEOUT,
	FW_STMT_CT_HELPER,
	FW_STMT_VERDICT,
};

enum fw_nft_op {
	FW_NFT_EQ,
	FW_NFT_NEQ,
	FW_NFT_RANGE, /* value <= key <= end */
	FW_NFT_NOT_RANGE,
	FW_NFT_ANY_BIT, /* key & value is not 0 (host order, 4 bytes) */
};

/* A token bucket of `burst` packets that gains `rate` of them every `unit` seconds (1, 60, 3600,
 * 86400). Without `over` it matches while there are tokens, with it when there are none. */
struct fw_nft_limit {
	uint32_t rate;
	uint32_t unit;
	uint32_t burst;
	bool over;
};

enum fw_nft_reject {
	FW_REJECT_TCP_RESET,        /* only where the protocol is TCP */
	FW_REJECT_ICMPX_PROHIBITED, /* ICMP or ICMPv6 "administratively prohibited" */
};

struct fw_nft_stmt {
	enum fw_nft_stmt_type type;
	union {
		struct {
			uint8_t key;  /* enum fw_nft_key */
			uint8_t op;   /* enum fw_nft_op */
			uint8_t bits; /* for EQ and NEQ: the leading bits that are compared */
			uint8_t value[FW_NFT_VALUE_MAX];
			uint8_t end[FW_NFT_VALUE_MAX]; /* for ranges */
		} match;
		struct {
			uint32_t set;
			bool negate; /* LOOKUP only */
			struct fw_nft_concat keys;
		} lookup; /* LOOKUP, VMAP */
		struct {
			uint32_t set;
			struct fw_nft_concat keys;
			struct fw_nft_limit limit; /* one bucket an element */
		} update;
		struct fw_nft_limit limit;
		struct {
			char *prefix;   /* owned by the ruleset */
			uint8_t level;  /* LOG: as syslog(3), 4 is warning */
			uint16_t group; /* NFLOG */
		} log;                  /* LOG, NFLOG */
		enum fw_nft_reject reject;
		struct {
			uint32_t value, mask; /* mark = (mark & ~mask) | value */
		} ct_mark;
		uint32_t object; /* CT_TIMEOUT, CT_HELPER: index */
		struct fw_verdict verdict;
	};
};

struct fw_nft_rule {
	unsigned int line; /* of the policy, 0 = built in */
	char *comment;     /* owned by the ruleset; never NULL, may be "" */
	struct fw_nft_stmt *stmts;
	size_t count, capacity;
};

enum fw_hook {
	FW_HOOK_NONE, /* a regular chain */
	FW_HOOK_INPUT,
	FW_HOOK_FORWARD,
	FW_HOOK_OUTPUT,
	FW_HOOK_PREROUTING,
	FW_HOOK_POSTROUTING,
};

struct fw_nft_chain {
	char *name; /* owned by the ruleset */
	enum fw_hook hook;
	int priority;                /* base chains of type filter only */
	enum fw_verdict_code policy; /* base chains only: ACCEPT or DROP */
	struct fw_nft_rule *rules;
	size_t count, capacity;
};

struct fw_nft_elem {
	const uint8_t *key; /* fw_nft_concat_size() bytes, owned by the ruleset */
	const uint8_t *end; /* last of the interval, each part on its own; NULL in exact sets */
	struct fw_verdict verdict;
	unsigned int line;   /* of the policy, 0 = none */
	const char *comment; /* owned by the ruleset, or NULL */
	uint32_t timeout;    /* milliseconds, 0 = none */
};

struct fw_nft_set {
	char *name;                /* owned by the ruleset */
	struct fw_nft_concat keys; /* what it is declared with: readers look at the types only */
	bool verdict_map;
	bool interval;
	bool counters;    /* each element counts packets and bytes */
	bool dynamic;     /* filled by FW_STMT_UPDATE */
	bool timeouts;    /* elements may have a timeout */
	uint32_t timeout; /* milliseconds, of elements that UPDATE adds; 0 = none */
	uint32_t size;    /* most elements of a dynamic set, 0 = no limit */
	struct fw_nft_elem *elems;
	size_t count, capacity;
};

/* A ct timeout or ct helper object, for both families. */
struct fw_nft_object {
	char *name; /* owned by the ruleset */
	enum { FW_NFT_CT_TIMEOUT, FW_NFT_CT_HELPER } type;
	uint8_t l4proto; /* IPPROTO_* */
	char *helper;    /* CT_HELPER: the kernel's name of it, "ftp"; owned */
	struct fw_nft_timer {
		const char *name; /* static: fw_timer.name */
		uint16_t attr;    /* fw_timer.attr */
		uint32_t seconds;
	} * timers; /* CT_TIMEOUT; timers that are not named keep the namespace's value */
	size_t timer_count;
};

struct fw_nft_chunk;

struct fw_ruleset {
	char digest[65]; /* hexadecimal SHA-256 of the canonical policy text; comment of the table
			  */
	struct fw_nft_object *objects;
	size_t object_count, object_capacity;
	struct fw_nft_set *sets;
	size_t set_count, set_capacity;
	struct fw_nft_chain *chains;
	size_t chain_count, chain_capacity;
	struct fw_nft_chunk *chunks; /* memory of keys and element comments */
};

/* An empty ruleset; the caller frees it with fw_ruleset_free(). */
struct fw_ruleset *fw_ruleset_new(void);
void fw_ruleset_free(struct fw_ruleset *ruleset);

/*
 * Adders copy what they are given. Indices stay valid; the pointer that fw_nft_rule_add() returns
 * is good until the next rule is added to the same ruleset. `comment` may be NULL; it is cut to
 * what the kernel takes and `"` becomes `'`.
 */
uint32_t fw_nft_chain_add(struct fw_ruleset *ruleset, const char *name);
uint32_t fw_nft_base_chain_add(struct fw_ruleset *ruleset, const char *name, enum fw_hook hook,
			       int priority, enum fw_verdict_code policy);
struct fw_nft_rule *fw_nft_rule_add(struct fw_ruleset *ruleset, uint32_t chain, unsigned int line,
				    const char *comment);

/* The new set has only name and keys; the caller sets flags through ruleset->sets[index]. */
uint32_t fw_nft_set_add(struct fw_ruleset *ruleset, const char *name, struct fw_nft_concat keys);
/* `end` is NULL for an exact element. Returns the element for the caller to complete. */
struct fw_nft_elem *fw_nft_elem_add(struct fw_ruleset *ruleset, uint32_t set, const uint8_t *key,
				    const uint8_t *end, unsigned int line, const char *comment);
uint32_t fw_nft_timeout_add(struct fw_ruleset *ruleset, const char *name, uint8_t l4proto,
			    const struct fw_nft_timer *timers, size_t count);
uint32_t fw_nft_helper_add(struct fw_ruleset *ruleset, const char *name, const char *helper,
			   uint8_t l4proto);

/* Copies `comment` into memory of the ruleset in the form that comments have; NULL stays NULL. */
const char *fw_nft_comment(struct fw_ruleset *ruleset, const char *comment);

/*
 * `text` as nft(8) can print it between plain quotes: `"` and control characters are replaced, and
 * it is cut between characters to at most `max` bytes. The caller frees it.
 */
char *fw_nft_text(const char *text, size_t max);

#endif
