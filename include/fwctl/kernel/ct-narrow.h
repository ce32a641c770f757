/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A filter for the socket of events: what the kernel need not even queue. */
#ifndef FWCTL_KERNEL_CT_NARROW_H
#define FWCTL_KERNEL_CT_NARROW_H

#include "fwctl/kernel/socket.h"
#include "fwctl/model/filter.h"

/*
 * Attaches what a socket filter can tell of `filter`: protocols, and prefixes of the original
 * addresses, which never change while a flow lives. More may come than matches, never less; what
 * comes is to be matched again. Without such conditions, or when the kernel refuses, all comes.
 */
void fw_ct_events_narrow(struct fw_socket *socket, const struct fw_filter *filter);

#endif
