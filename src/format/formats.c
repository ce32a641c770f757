/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/format/formats.h"

const struct fw_format *const fw_formats[] = {
	&fw_format_text,
	&fw_format_json,
	NULL,
};
