/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flow that is kept until it is known what became of it. */
#ifndef FWCTL_KERNEL_CT_PENDING_H
#define FWCTL_KERNEL_CT_PENDING_H

#include "fwctl/model/flow.h"

/* All zero is empty. */
struct fw_ct_pending {
	struct fw_flow flow;
	char *strings; /* what the flow's strings point into, or NULL */
	int sys;       /* errno that the kernel answered */
};

/* Copies the flow with its strings, which else would go with the message that they came in. */
void fw_ct_pending_keep(struct fw_ct_pending *pending, const struct fw_flow *flow);

/* Lets go of the strings. */
void fw_ct_pending_release(struct fw_ct_pending *pending);

#endif
