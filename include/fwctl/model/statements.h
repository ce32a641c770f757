/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting statements into the rules of a ruleset. */
#ifndef FWCTL_MODEL_STATEMENTS_H
#define FWCTL_MODEL_STATEMENTS_H

#include "fwctl/model/ruleset.h"

/*
 * Each blocked packet is offered to this nflog group with the prefix "fwctl:LINE:REASON": the line
 * of the policy that blocked it (0 when none did), and one of the words deny, reject, limit,
 * default, invalid. The number is "fw" in ASCII: low ones belong to ulogd configurations.
 */
#define FW_NFLOG_GROUP 0x6677

/* Reads such a prefix of `length` bytes; `*reason` points into it and is as long as
 * `*reason_length`. -1 when it is not one of ours. */
int fw_nflog_prefix_parse(const char *prefix, size_t length, unsigned int *line,
			  const char **reason, size_t *reason_length);

/* Statements, in the order in which they are added. Numbers are in host order. */
void fw_nft_match_u8(struct fw_nft_rule *rule, enum fw_nft_key key, uint8_t value);
void fw_nft_match_port(struct fw_nft_rule *rule, enum fw_nft_key key, uint16_t low, uint16_t high);
void fw_nft_match_u32(struct fw_nft_rule *rule, enum fw_nft_key key, enum fw_nft_op op,
		      uint32_t value);
void fw_nft_match_prefix(struct fw_nft_rule *rule, enum fw_nft_key key,
			 const struct fw_prefix *prefix);
/* A name that ends in '+' is a prefix. */
void fw_nft_match_ifname(struct fw_nft_rule *rule, enum fw_nft_key key, const char *name);
void fw_nft_match_range(struct fw_nft_rule *rule, enum fw_nft_key key, const uint8_t *low,
			const uint8_t *high);
void fw_nft_lookup(struct fw_nft_rule *rule, uint32_t set, struct fw_nft_concat keys, bool negate);
void fw_nft_vmap(struct fw_nft_rule *rule, uint32_t map, struct fw_nft_concat keys);
void fw_nft_update(struct fw_nft_rule *rule, uint32_t set, struct fw_nft_concat keys,
		   struct fw_nft_limit limit);
void fw_nft_limit(struct fw_nft_rule *rule, struct fw_nft_limit limit);
void fw_nft_counter(struct fw_nft_rule *rule);
void fw_nft_log(struct fw_nft_rule *rule, const char *prefix);
void fw_nft_nflog(struct fw_nft_rule *rule, unsigned int line, const char *reason);
void fw_nft_reject(struct fw_nft_rule *rule, enum fw_nft_reject how);
void fw_nft_ct_mark(struct fw_nft_rule *rule, uint32_t value, uint32_t mask);
void fw_nft_ct_object(struct fw_nft_rule *rule, enum fw_nft_stmt_type type, uint32_t object);
void fw_nft_verdict(struct fw_nft_rule *rule, struct fw_verdict verdict);

#endif
