/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing the text of a policy file: everything that is not changed stays as it is written,
 * comments and blank lines too. Text in, text out; files are the caller's.
 */
#ifndef FWCTL_POLICY_EDIT_H
#define FWCTL_POLICY_EDIT_H

#include "fwctl/base/buf.h"
#include "fwctl/base/err.h"
#include "fwctl/policy/read.h"

/* A policy and the text that it was read from. Rules are counted from 1, in the order in which
 * they are tried, as `policy status numbered` does. */
struct fw_edit {
	const struct fw_policy *policy;
	const char *text; /* of the policy's first file */
	size_t length;
};

/*
 * Each appends the new text to `out`, which is then read again to find mistakes. `statement` is one
 * line without newline. 0, or -1 with `err`: no such rule, or it stands in an included file.
 */

/* Behind the last rule, or at the end when there are none. */
int fw_edit_append(const struct fw_edit *edit, const char *statement, struct fw_buf *out,
		   struct fw_err *err);

/* In front of rule `number` and the comment lines right above it; one more than there are rules
 * appends. */
int fw_edit_insert(const struct fw_edit *edit, size_t number, const char *statement,
		   struct fw_buf *out, struct fw_err *err);

/* With the statement instead of rule `number`; what stands behind a # in its line stays. */
int fw_edit_replace(const struct fw_edit *edit, size_t number, const char *statement,
		    struct fw_buf *out, struct fw_err *err);

/* Without rule `number`; comment lines above it stay. */
int fw_edit_delete(const struct fw_edit *edit, size_t number, struct fw_buf *out,
		   struct fw_err *err);

/*
 * With this default, logging, ping, mdns, dhcp, profiles, stamp or timeout line instead of the one
 * that is there, or behind the settings when there is none. Timers of the protocol that a timeout
 * line does not name are kept, and so is what stands behind a #. `statement` must be valid;
 * `protos` as in fw_policy_options.
 */
int fw_edit_set(const struct fw_edit *edit, const char *statement,
		const struct fw_policy_options *options, struct fw_buf *out, struct fw_err *err);

/*
 * The number of the first rule that is the same as the last rule of `other`, comments aside, or 0.
 * `other` is the policy with the wanted rule appended, so that names mean the same in both. With
 * `by_ports` a profile is the ports that it stands for: a policy in force has no names of profiles.
 */
size_t fw_policy_find_rule(const struct fw_policy *policy, const struct fw_policy *other,
			   bool by_ports);

/* The same for a rule that is for the same packets, whatever it does with them; with both in the
 * policy the later one would never match. */
size_t fw_policy_find_rival(const struct fw_policy *policy, const struct fw_policy *other,
			    bool by_ports);

#endif
