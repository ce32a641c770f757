/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy text to policy. All mistakes are found in one run. */
#ifndef FWCTL_POLICY_READ_H
#define FWCTL_POLICY_READ_H

#include "fwctl/model/policy.h"
#include "fwctl/policy/diag.h"

struct fw_policy_options {
	const struct fw_proto *const *protos; /* fw_protos[]; its timers are the timeouts' names */
	const char *const *profile_dirs; /* application profiles; ends with NULL; may be NULL */
};

/* What is used when there is no policy file; the name to read it under is "(default)". */
extern const char fw_policy_default[];

/*
 * Reads the policy file at `path`, or `length` bytes at `text` under the name `name` (files that
 * it includes are looked for beside that name). Returns the policy, which the caller frees, or
 * NULL when there were mistakes; `diags` has them then, with the unreadable file as a mistake too.
 */
struct fw_policy *fw_policy_read(const char *path, const struct fw_policy_options *options,
				 struct fw_diags *diags);
struct fw_policy *fw_policy_parse(const char *name, const char *text, size_t length,
				  const struct fw_policy_options *options, struct fw_diags *diags);

#endif
