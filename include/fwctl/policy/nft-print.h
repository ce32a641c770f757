/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ruleset as nft(8) reads it; libnftables is not used, so this is for people and for tests. */
#ifndef FWCTL_POLICY_NFT_PRINT_H
#define FWCTL_POLICY_NFT_PRINT_H

#include "fwctl/base/buf.h"
#include "fwctl/model/ruleset.h"

/* `table inet fwctl { … }`, which `nft -c -f -` accepts. */
void fw_ruleset_print_nft(struct fw_buf *buf, const struct fw_ruleset *ruleset);

#endif
