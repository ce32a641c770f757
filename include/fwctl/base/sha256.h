/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4): names the policy that a table was made from. */
#ifndef FWCTL_BASE_SHA256_H
#define FWCTL_BASE_SHA256_H

#include <stddef.h>

/* 64 lower-case hexadecimal digits and a NUL. */
void fw_sha256_hex(const void *bytes, size_t size, char hex[65]);

#endif
