/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Setters of the filter options: the text of one option to one condition. Values are strict: what
 * is not understood whole is misuse, never zero.
 */
#ifndef FWCTL_CLI_FILTER_VALUES_H
#define FWCTL_CLI_FILTER_VALUES_H

#include "fwctl/cli/filter-options.h"
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
fw_option_set fw_filter_set_netmask; /* option->min is FW_TUPLE_SRC or FW_TUPLE_DST */
fw_option_set fw_filter_set_not;

/*
 * After the last option: makes networks of the addresses that netmasks were given for. -1 with
 * `err` (misuse) when there is no such address, or more than one.
 */
int fw_filter_apply_netmasks(struct fw_filter_reader *reader, struct fw_err *err);

#endif
