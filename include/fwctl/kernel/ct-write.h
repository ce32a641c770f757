/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making, changing and removing flows, many in one datagram, with what became of each. */
#ifndef FWCTL_KERNEL_CT_WRITE_H
#define FWCTL_KERNEL_CT_WRITE_H

#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/kernel/ct-batch.h"
#include "fwctl/model/expect.h"
#include "fwctl/model/write.h"

/*
 * Is told what became of each write, in their order: `refusal` says why the kernel refused it,
 * NULL: it is done. `tag` is what the writer was given with it.
 */
typedef void fw_ct_written_fn(void *context, uint64_t tag, const struct fw_err *refusal);

struct fw_ct_slot;

struct fw_ct_writer {
	struct fw_ct_batch batch;
	struct fw_ct_slot *slots; /* one a message of the batch */
	fw_ct_written_fn *written;
	void *context;
};

/* -1 with `err` set. Release with fw_ct_writer_close() after success only. */
int fw_ct_writer_open(struct fw_ct_writer *writer, fw_ct_written_fn *written, void *context,
		      struct fw_err *err);

/*
 * Writes, soon: up to FW_CT_BATCH writes wait for each other. `write` is complete; it is copied,
 * strings are needed no more after the call. -1 with `err` set when writing has become impossible
 * (not permitted, a broken socket); a single refusal is told to `written`.
 *
 * FW_WRITE_ADD of a flow that exists changes its timeout, mark, state and labels, and sets status
 * bits; the kernel takes none back, and no helper or translation from somebody else then.
 */
int fw_ct_write(struct fw_ct_writer *writer, const struct fw_write *write, uint64_t tag,
		struct fw_err *err);

/* Writes what is still waiting. Same return. */
int fw_ct_writer_finish(struct fw_ct_writer *writer, struct fw_err *err);
void fw_ct_writer_close(struct fw_ct_writer *writer);

/*
 * Makes one expectation. err->sys is what the kernel answered: EEXIST when it is there already,
 * ENOENT when its master is not.
 */
int fw_exp_create(const struct fw_expect *expect, struct fw_err *err);

#endif
