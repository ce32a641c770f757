/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole text files into memory, bounded. */
#ifndef FWCTL_POLICY_TEXT_H
#define FWCTL_POLICY_TEXT_H

#include <sys/types.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/err.h"

/* More than a million rules have; /dev/zero and a disk image have more. */
#define FW_TEXT_MAX (64u << 20)

/* Which file it is, whatever the name: to notice that a file includes itself. */
struct fw_file_id {
	dev_t dev;
	ino_t ino;
};

/*
 * Appends the contents of the regular file `path` to `buf`. Directories, devices, pipes and files
 * above FW_TEXT_MAX are refused without waiting for them. `id` may be NULL. 0 or -1 with `err`,
 * whose sentence does not name the file.
 */
int fw_text_read(const char *path, struct fw_buf *buf, struct fw_file_id *id, struct fw_err *err);

/* The same of what is open already, whatever it is, from where it stands to its end. */
int fw_text_read_open(int fd, struct fw_buf *buf, struct fw_err *err);

#endif
