/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The -o option: a format by name, with flags after commas. */
#ifndef FWCTL_CLI_OUTPUT_H
#define FWCTL_CLI_OUTPUT_H

#include "fwctl/cli/options.h"
#include "fwctl/format/sink.h"

/* What -o fills; a member of the command's values. format NULL: not given. */
struct fw_output {
	const struct fw_format *format;
	unsigned int flags; /* enum fw_output_flag */
};

/*
 * Setter for `-o FORMAT[,FLAG…]`; a flag alone means text with it, as in conntrack(8). The member
 * at option->offset is a struct fw_output.
 */
fw_option_set fw_set_output;

#endif
