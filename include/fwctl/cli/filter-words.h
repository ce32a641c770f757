/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words as the filter takes them, for others that take the same. */
#ifndef FWCTL_CLI_FILTER_WORDS_H
#define FWCTL_CLI_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/addr.h"
#include "fwctl/base/err.h"
#include "fwctl/base/words.h"

/* Each returns -1 with `err` (misuse) set, where there is one. */
int fw_family_parse(const char *text, size_t length, uint8_t *family, struct fw_err *err);

/* A protocol by our name, by that of /etc/protocols, or by number. */
int fw_protocol_parse(const char *text, size_t length, uint8_t *number, struct fw_err *err);

/* A status bit by its word in JSON or in conntrack(8), in any case. */
int fw_status_parse(const char *text, size_t length, uint32_t *bit);

/* For a word that is none: what is accepted, `more` words included, and which may have been meant.
 */
void fw_status_hint(const char *text, size_t length, const struct fw_word *more,
		    struct fw_err *err);
void fw_state_hint(const char *text, size_t length, struct fw_err *err);

/* "ADDR", "ADDR/PREFIX", "10.0.0.1:80", "[2001:db8::1]:80". */
int fw_addr_port_parse(const char *text, struct fw_prefix *prefix, bool *has_port, uint16_t *port);

#endif
