/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats; each is one const struct in its own file. src/format/formats.c lists them. */
#ifndef FWCTL_FORMAT_FORMATS_H
#define FWCTL_FORMAT_FORMATS_H

#include "fwctl/format/sink.h"

extern const struct fw_format fw_format_csv;
extern const struct fw_format fw_format_json;
extern const struct fw_format fw_format_save;
extern const struct fw_format fw_format_table;
extern const struct fw_format fw_format_text;
extern const struct fw_format fw_format_xml;

/* What JSON shows, which the formats with columns show too; each ends with NULL. */
extern const struct fw_field *const fw_json_flow_rows[];
extern const struct fw_field *const fw_json_expect_rows[];

#endif
