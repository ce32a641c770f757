/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of one value, for the formats that show values in one plain way: csv, table, xml, save.
 */
#ifndef FWCTL_FORMAT_VALUE_H
#define FWCTL_FORMAT_VALUE_H

#include "fwctl/base/buf.h"
#include "fwctl/format/sink.h"

/*
 * Appends the value at `at`, which has the type of `row`, of the sink's record: numbers in decimal,
 * times as RFC 3339 in UTC, sets as words between commas. Strings and names of labels, which
 * somebody else chose, come escaped as fw_buf_escaped() does it.
 */
void fw_value_put(struct fw_buf *out, const struct fw_sink *sink, const struct fw_field *row,
		  const void *at);

/* RFC 3339 in UTC with nanoseconds: "2026-11-22T19:45:22.258530099Z". */
void fw_value_time(struct fw_buf *out, uint64_t nanoseconds);

/* Seconds with six digits behind the point, which is a number of JSON too. */
void fw_value_duration(struct fw_buf *out, uint64_t nanoseconds);

/* The status bits that say something of a flow in the table, where all are confirmed. */
#define FW_SHOWN_STATUS (~(uint32_t)FW_STATUS_CONFIRMED)

#endif
