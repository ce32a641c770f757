/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deleting flows by identity, many in one datagram. After each batch it is known which flows were
 * deleted and which were gone already. A flow that was chosen by what can change, as its status,
 * can be looked at once more right before it is deleted, and spared when it is another one by then.
 */
#ifndef FWCTL_KERNEL_CT_DELETE_H
#define FWCTL_KERNEL_CT_DELETE_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/ct-batch.h"
#include "fwctl/kernel/ct-decode.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/model/flow.h"

struct fw_ct_pending;

/* Whether a flow is still to be deleted, as it is now. */
typedef bool fw_ct_still_fn(void *context, const struct fw_flow *flow);

struct fw_ct_deleter {
	struct fw_ct_batch batch;
	struct fw_ct_decoder decoder;
	fw_ct_still_fn *still;
	fw_flow_fn *deleted; /* is told of each flow that this deleted, as it was handed in; its
			      * return counts nothing; or NULL */
	void *context;
	uint64_t count;                /* flows deleted so far */
	uint64_t gone;                 /* those that had ended, or been deleted by others, before */
	uint64_t failed;               /* those that the kernel refused to delete */
	struct fw_ct_pending *pending; /* the flow of each message of the batch */
	unsigned int waiting;          /* so many */
};

/* Whether a flow that passes the filter always will. */
bool fw_ct_is_lasting(const struct fw_filter *filter);

/*
 * `still` is asked of each flow right before it is deleted; NULL: no flow is looked at again. -1
 * with `err` set. Release with fw_ct_deleter_close() after success only.
 */
int fw_ct_deleter_open(struct fw_ct_deleter *deleter, fw_ct_still_fn *still, fw_flow_fn *deleted,
		       void *context, struct fw_err *err);

/*
 * Deletes `flow`, soon; what it needs of it is copied. -1 with `err` set when deleting has become
 * impossible (not permitted, a broken socket). A refusal of a single flow is counted in `failed`,
 * and `err` holds the first one's reason; the return is 0 then.
 */
int fw_ct_delete(struct fw_ct_deleter *deleter, const struct fw_flow *flow, struct fw_err *err);

/* Deletes what is still waiting. Same return. */
int fw_ct_deleter_finish(struct fw_ct_deleter *deleter, struct fw_err *err);
void fw_ct_deleter_close(struct fw_ct_deleter *deleter);

/*
 * Empties the whole table in one request, the kernel's own flush. `*count` is the number of flows
 * that the table had just before.
 */
int fw_ct_flush_all(uint64_t *count, struct fw_err *err);

#endif
