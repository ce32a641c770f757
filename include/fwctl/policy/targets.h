/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to a packet that a line matches; nothing outside src/policy includes it. */
#ifndef FWCTL_POLICY_TARGETS_H
#define FWCTL_POLICY_TARGETS_H

#include "fwctl/model/policy.h"
#include "fwctl/model/ruleset.h"

#define FW_NO_CHAIN UINT32_MAX

/* The compiler at work. */
struct fw_compiler {
	const struct fw_policy *policy;
	struct fw_ruleset *ruleset;
	uint32_t accepted;  /* chain that logs and accepts; FW_NO_CHAIN when accept does it */
	uint32_t rejecting; /* chain that answers; these are made at their first use */
	uint32_t invalid;   /* chain that drops packets that tracking calls invalid */
	uint32_t discovery; /* chain that accepts IPv6's own traffic on the link */
	uint32_t *sets; /* index in the ruleset of policy set i: [2 * i] IPv4, [2 * i + 1] IPv6 */
	struct fw_verdict *verdicts; /* of each policy line, once has_verdict */
	bool *has_verdict;
};

#define FW_LOG_BLOCK "[FWCTL BLOCK] "
#define FW_LOG_ALLOW "[FWCTL ALLOW] "
#define FW_LOG_AUDIT "[FWCTL AUDIT] "

/* Of messages in the kernel log. */
extern const struct fw_nft_limit fw_log_limit;

/* A rule that logs what reaches it; limited is 3 a minute after a burst of 10. */
void fw_target_log(struct fw_compiler *compiler, uint32_t chain, unsigned int line,
		   const char *prefix, bool limited);

/* Accepts, by way of the log if new connections are logged. */
struct fw_verdict fw_target_accept(const struct fw_compiler *compiler);

/* Ends a rule with "answer that it is prohibited". */
struct fw_verdict fw_target_reject(struct fw_compiler *compiler);

/* The verdict of a policy line, for a map element or a rule; makes the line's chain if it needs
 * one. Called once for each line. */
struct fw_verdict fw_target_line(struct fw_compiler *compiler, const struct fw_rule *rule);

#endif
