/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What conntrack(8) puts before and behind the text of a flow that something happened to. */
#ifndef FWCTL_FORMAT_TEXT_EVENT_H
#define FWCTL_FORMAT_TEXT_EVENT_H

#include "fwctl/format/sink.h"

extern const struct fw_field *const fw_text_event_head[];
extern const struct fw_field *const fw_text_event_tail[];

/* The event_field function of the text format. */
void fw_text_event_field(struct fw_sink *sink, const struct fw_field *row, const void *value);

#endif
