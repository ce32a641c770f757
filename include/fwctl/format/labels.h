/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FWCTL_FORMAT_LABELS_H
#define FWCTL_FORMAT_LABELS_H

#include <stdbool.h>

#include "fwctl/model/field.h"

/* Walks the set bits of a flow's labels in rising order; begin with `bit` and `next` zero. */
struct fw_label_walk {
	const struct fw_bytes *labels;
	unsigned int next; /* where to go on looking */
	unsigned int bit;  /* the one found last */
};

/* Finds the next set bit; false when there is none left. */
bool fw_label_next(struct fw_label_walk *walk);

#endif
