/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FWCTL_FORMAT_JSON_TEXT_H
#define FWCTL_FORMAT_JSON_TEXT_H

#include "fwctl/base/buf.h"

/*
 * Appends a JSON string with its quotes (RFC 8259). Control characters are escaped; a byte that is
 * not valid UTF-8 becomes U+FFFD, so that the output is always valid JSON.
 */
void fw_json_string(struct fw_buf *buf, const char *bytes, size_t length);

#endif
