/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flow as `list -o json` writes it, read back. */
#ifndef FWCTL_CLI_LOAD_JSON_H
#define FWCTL_CLI_LOAD_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "fwctl/base/err.h"
#include "fwctl/base/words.h"
#include "fwctl/model/write.h"

/*
 * Reads an object into `write`, which is all zeros before and becomes an FW_WRITE_ADD. Its strings
 * point into `*root`, which the caller gives back with json_decref() in either case; it may be
 * NULL. What the kernel alone decides (id, use, counters, times) and unknown keys are passed over.
 * -1 with `err` set, which names the key.
 */
int fw_json_read(const char *text, size_t length, const struct fw_word *labels,
		 struct fw_write *write, json_t **root, struct fw_err *err);

#endif
