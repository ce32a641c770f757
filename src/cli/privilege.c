/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/privilege.h"

#include <linux/capability.h>
#include <stdbool.h>

#include <cap-ng.h>

/* Failing changes nothing but the safety net: the kernel checks what each request needs. */
static void keep(int net_admin)
{
	capng_clear(CAPNG_SELECT_CAPS);
	if (net_admin)
		(void)capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN);
	(void)capng_apply(CAPNG_SELECT_CAPS);
}

static bool has_net_admin(void)
{
	return capng_get_caps_process() != 0 ||
	       capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN);
}

int fw_privilege_limit(struct fw_err *err)
{
	if (!has_net_admin()) {
		fw_err_set(err, FW_ERR_DENIED, "the firewall is not yours to read or change");
		return fw_err_hint(
			err, "run it as root, or with CAP_NET_ADMIN in the network namespace");
	}
	keep(1);
	return 0;
}

void fw_privilege_keep(void)
{
	keep(has_net_admin());
}

void fw_privilege_drop(void)
{
	keep(0);
}
