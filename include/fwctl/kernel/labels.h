/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of conntrack labels, from the connlabel.conf that libnetfilter_conntrack finds
 * (/etc/xtables/connlabel.conf). A flow has up to 128 label bits.
 */
#ifndef FWCTL_KERNEL_LABELS_H
#define FWCTL_KERNEL_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/err.h"
#include "fwctl/base/words.h"

#define FW_LABELS_MAX 127

/* The bit of a label name. -1 with `err` (misuse) when the file lacks it or cannot be read. */
int fw_label_find(const char *name, size_t length, uint64_t *bit, struct fw_err *err);

/*
 * All names, as a table that ends with a NULL name; each is on the heap. Without a file the table
 * is empty. Release with fw_labels_free().
 */
struct fw_word *fw_labels_read(void);
void fw_labels_free(struct fw_word *labels);

#endif
