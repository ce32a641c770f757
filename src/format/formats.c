/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/format/formats.h"

const struct fw_format *const fw_formats[] = {
	&fw_format_text,
	&fw_format_table,
	&fw_format_json,
	&fw_format_csv,
	&fw_format_xml,
	&fw_format_save,
	NULL,
};
