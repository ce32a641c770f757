/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats; each is one const struct in its own file. src/format/formats.c lists them. */
#ifndef FWCTL_FORMAT_FORMATS_H
#define FWCTL_FORMAT_FORMATS_H

#include "fwctl/format/sink.h"

extern const struct fw_format fw_format_text;
extern const struct fw_format fw_format_json;

#endif
