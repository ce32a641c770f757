/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One thing to do to the connection table: a flow to be made, changed or removed, as somebody
 * asked for it on a command line or in a line of a file. Plain data; strings belong to whoever
 * filled it in.
 */
#ifndef FWCTL_MODEL_WRITE_H
#define FWCTL_MODEL_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/model/expect.h"
#include "fwctl/model/flow.h"

enum fw_write_verb {
	FW_WRITE_NOTHING,
	FW_WRITE_CREATE, /* an error when the flow exists */
	FW_WRITE_ADD,    /* changes the flow when it exists */
	FW_WRITE_UPDATE, /* an error when it does not exist */
	FW_WRITE_DELETE, /* likewise */
	FW_WRITE_FLUSH,  /* the whole table; no flow belongs to it */
};

/* A translation that the kernel shall set up. */
struct fw_nat {
	bool wanted;
	bool has_port;
	uint16_t port; /* or the identifier of a ping, or the key of gre */
	union fw_addr addr;
};

#define FW_LABEL_WORDS 4

struct fw_write {
	enum fw_write_verb verb;
	/*
	 * What the flow shall have: only fields whose bit of `present` is set. flow.labels is not
	 * used. `status` has the bits that are to be set.
	 */
	struct fw_flow flow;
	bool has_mark_mask;
	uint32_t mark_mask; /* the bits that are zeroed before flow.mark is XORed; without it all */
	/* Labels as native 32-bit words, the lowest bit of the first one is label 0. */
	uint32_t labels[FW_LABEL_WORDS], labels_mask[FW_LABEL_WORDS];
	struct fw_nat src_nat, dst_nat;
};

/* The status bits that can be set from outside; a flow never loses the first two again. */
#define FW_STATUS_SETTABLE                                                                         \
	(FW_STATUS_SEEN_REPLY | FW_STATUS_ASSURED | FW_STATUS_CONFIRMED | FW_STATUS_FIXED_TIMEOUT)

/* Whether it makes a flow, be it that one which exists is changed instead. */
static inline bool fw_write_adds(const struct fw_write *write)
{
	return write->verb == FW_WRITE_ADD || write->verb == FW_WRITE_CREATE;
}

/*
 * Works out what was left unsaid, and checks that the rest is whole: each direction is the other
 * one the other way round; a translated flow (src_nat or dst_nat wanted, or src-nat or dst-nat in
 * its status) has its translation from its reply direction, which becomes the untranslated one
 * that the kernel wants. -1 with `err` set (misuse) when something needed is missing: the protocol,
 * addresses, what the protocol has in its tuple, and of a new flow its timeout and state.
 */
int fw_write_complete(struct fw_write *write, struct fw_err *err);

/* Sets label `bit` (0 to 127), or clears it. */
void fw_write_label(struct fw_write *write, unsigned int bit, bool set);

/* Whether the write says anything of labels. */
bool fw_write_has_labels(const struct fw_write *write);

/*
 * What `flow` becomes by an update: timeout, status, state, mark, and labels, for which `labels` is the
 * memory (FW_LABEL_WORDS words).
 */
void fw_write_apply(const struct fw_write *write, struct fw_flow *flow, uint32_t *labels);

#endif
