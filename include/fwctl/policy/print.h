/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy to text: the canonical form, its digest, and the words of `policy status`. */
#ifndef FWCTL_POLICY_PRINT_H
#define FWCTL_POLICY_PRINT_H

#include "fwctl/base/buf.h"
#include "fwctl/model/policy.h"

enum fw_print_flags {
	/* Sets with their addresses instead of the file they are from, profiles as their ports: a
	 * text that means the same without any other file. Rules keep their line numbers. */
	FW_PRINT_RESOLVED = 1,
};

/*
 * The canonical text: one statement a line, settings first, then sets, timeouts and rules; includes
 * flattened, no comments. Reading it back gives the same policy, and printing that the same text.
 * Line N of it is the rule whose `line` is N.
 */
void fw_policy_print(struct fw_buf *buf, const struct fw_policy *policy, unsigned int flags);

/* One rule as it stands in the canonical text, without the newline. */
void fw_rule_print(struct fw_buf *buf, const struct fw_policy *policy, const struct fw_rule *rule,
		   unsigned int flags);

/* Sets the `line` of every rule; the reader has done so, editors of the struct call it again. */
void fw_policy_number(struct fw_policy *policy);

/* SHA-256 of the resolved text in hexadecimal, with NUL. */
void fw_policy_digest(const struct fw_policy *policy, char hex[65]);

/*
 * The three lines behind "Status: active" of `policy status verbose`:
 *   Logging: on (low)
 *   Default: deny (incoming), allow (outgoing), deny (routed)
 *   New profiles: skip
 */
void fw_policy_print_status(struct fw_buf *buf, const struct fw_policy *policy);

#endif
