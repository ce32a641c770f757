/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a rule, sorted into clauses. These may come in any order (ufw prints proto behind
 * the addresses), so they get their meaning only when all are known: a list of ports needs the
 * protocol that stands behind it. Nothing outside src/policy includes this.
 */
#ifndef FWCTL_POLICY_CLAUSES_H
#define FWCTL_POLICY_CLAUSES_H

#include "fwctl/policy/parse.h"

struct fw_end_clause {
	const struct fw_token *addr, *ports, *profile;
};

struct fw_clauses {
	const struct fw_token *in_if, *out_if;
	const struct fw_token *in, *out; /* the words themselves */
	const struct fw_token *simple; /* PORTS/PROTO, SERVICE or PROFILE right behind the action */
	const struct fw_token *proto;
	struct fw_end_clause from, to;
	const struct fw_token *timeout; /* the word itself; its timers follow */
	size_t timeout_count;
	const struct fw_token *helper, *comment;
};

/* Sorts the words behind the action; `rule` gets its log. 0 or -1 after a report. */
int fw_clauses_sort(struct fw_parser *parser, struct fw_rule *rule, struct fw_clauses *clauses);

#endif
