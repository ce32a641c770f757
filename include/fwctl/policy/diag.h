/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mistakes and remarks about policy text, each with its place, collected over the whole run. */
#ifndef FWCTL_POLICY_DIAG_H
#define FWCTL_POLICY_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "fwctl/base/buf.h"

struct fw_diag {
	bool note; /* a remark of the check: the policy is valid all the same */
	char *file;
	unsigned int line;    /* from 1; 0 when the file as a whole is meant */
	unsigned int column;  /* from 1, in characters; 0 without a place in the line */
	unsigned int length;  /* of the marked words, in characters */
	char *text;           /* what is wrong, what is accepted */
	char *source;         /* the line, or what of a long line is near; NULL without place */
	unsigned int skipped; /* characters of the line left out in front of `source` */
};

/* All zero is an empty list; release with fw_diags_free(). */
struct fw_diags {
	struct fw_diag *items;
	size_t count, capacity;
	size_t errors, notes; /* found; of each at most FW_DIAGS_MAX are among the items */
};

/* Further ones are counted only: a binary file has a mistake a line. */
#define FW_DIAGS_MAX 100

/*
 * Adds a mistake or, with `note`, a remark. `text` is taken over (it may come from fw_format());
 * `source` is `source_length` bytes and copied, or NULL. Those of one file are kept in the order of
 * its lines.
 */
void fw_diag_add(struct fw_diags *diags, bool note, const char *file, unsigned int line,
		 unsigned int column, unsigned int length, const char *source, size_t source_length,
		 char *text);

/*
 * "FILE:LINE:COLUMN: TEXT\n", then the source line and a line with carets under the marked words.
 * Bytes that a terminal should not see are escaped.
 */
void fw_diag_print(struct fw_buf *buf, const struct fw_diag *diag);

/* All of them, and how many were not shown. */
void fw_diags_print(struct fw_buf *buf, const struct fw_diags *diags);

void fw_diags_free(struct fw_diags *diags);

#endif
