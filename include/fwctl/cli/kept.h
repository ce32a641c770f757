/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel keeps of each flow only when it is told to. */
#ifndef FWCTL_CLI_KEPT_H
#define FWCTL_CLI_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/base/words.h"
#include "fwctl/cli/command.h"
#include "fwctl/model/field.h"

/* Bits of `stats --enable`. */
enum fw_kept {
	FW_KEPT_ACCOUNTING = 1 << 0,
	FW_KEPT_TIMESTAMPS = 1 << 1,
};

/* "accounting", "timestamps". */
extern const struct fw_word fw_kept_words[];

/* The setting below net.netfilter that switches it on. */
const char *fw_kept_sysctl(uint64_t what);

/* Whether the field of a flow is there only with timestamps. */
bool fw_kept_is_age(const struct fw_field *field);

/*
 * Says on stderr how to switch on what the filter, or else the caller (`traffic`: packets and
 * bytes; `age`), asks for and the kernel does not keep in this network namespace.
 */
void fw_kept_hint(const struct fw_cli *cli, bool traffic, bool age);

#endif
