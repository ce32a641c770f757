/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replacing the policy file as a whole: written beside it first, and renamed when it may count. */
#ifndef FWCTL_CLI_POLICY_WRITE_H
#define FWCTL_CLI_POLICY_WRITE_H

#include "fwctl/base/buf.h"
#include "fwctl/cli/command.h"

/* What a link leads to is changed, and not the link. The caller frees the path. */
char *fw_policy_file_real(const char *file);

/*
 * Writes `text` beside `file`, with its mode, and waits until the disk has it. Returns the path,
 * which the caller frees; NULL with cli->err set, and nothing left behind.
 */
char *fw_policy_file_prepare(struct fw_cli *cli, const char *file, const struct fw_buf *text);

/* Puts what was prepared in the place of `file`. -1 with `err` set. */
int fw_policy_file_replace(const char *prepared, const char *file, struct fw_err *err);

#endif
