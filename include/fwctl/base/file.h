/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are written whole. */
#ifndef FWCTL_BASE_FILE_H
#define FWCTL_BASE_FILE_H

#include <stddef.h>

/* Writes `size` bytes, however many calls of write(2) that takes, and waits until the disk has them.
 * -1 with errno; how much was written is then unknown. */
int fw_file_write(int fd, const void *bytes, size_t size);

#endif
