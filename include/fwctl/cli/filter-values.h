/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Setters of the filter options: the text of one option to one condition. Values are strict: what
 * is not understood whole is misuse, never zero.
 */
#ifndef FWCTL_CLI_FILTER_VALUES_H
#define FWCTL_CLI_FILTER_VALUES_H

#include "fwctl/base/addr.h"
#include "fwctl/base/err.h"
#include "fwctl/cli/options.h"

/* option->data is the field row, option->min the enum fw_where; `values` is a fw_filter_reader. */
fw_option_set fw_filter_set_field;

fw_option_set fw_filter_set_status;
fw_option_set fw_filter_set_mark;
fw_option_set fw_filter_set_label;
fw_option_set fw_filter_set_nat; /* option->min is the enum fw_op */
fw_option_set fw_filter_set_any_addr;
fw_option_set fw_filter_set_any_port;
fw_option_set fw_filter_set_below; /* option->min is the enum fw_flow_field */
fw_option_set fw_filter_set_above;
fw_option_set fw_filter_set_bytes_above;
fw_option_set fw_filter_set_packets_above;
fw_option_set fw_filter_set_not;

/*
 * Words as the filter takes them, for others that take the same. -1 with `err` (misuse) set, where
 * there is one.
 */
int fw_family_parse(const char *text, size_t length, uint8_t *family, struct fw_err *err);

/* A protocol by our name, by that of /etc/protocols, or by number. */
int fw_protocol_parse(const char *text, size_t length, uint8_t *number, struct fw_err *err);

/* A status bit by its word in JSON or in conntrack(8), in any case. */
int fw_status_parse(const char *text, size_t length, uint32_t *bit);

/* "ADDR", "ADDR/PREFIX", "10.0.0.1:80", "[2001:db8::1]:80". */
int fw_addr_port_parse(const char *text, struct fw_prefix *prefix, bool *has_port, uint16_t *port);

#endif
