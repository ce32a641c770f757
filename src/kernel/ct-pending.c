/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-pending.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

static char *keep_bytes(struct fw_bytes *bytes, char *at)
{
	if (!bytes->length)
		return at;
	memcpy(at, bytes->data, bytes->length);
	bytes->data = at;
	return at + bytes->length;
}

void fw_ct_pending_keep(struct fw_ct_pending *pending, const struct fw_flow *flow)
{
	struct fw_flow *copy = &pending->flow;
	size_t size = flow->labels.length + flow->helper.length + flow->secctx.length +
		      flow->netns.length;
	char *at;

	*copy = *flow;
	pending->sys = 0;
	pending->strings = NULL;
	if (!size)
		return;
	at = pending->strings = fw_malloc(size);
	at = keep_bytes(&copy->labels, at);
	at = keep_bytes(&copy->helper, at);
	at = keep_bytes(&copy->secctx, at);
	keep_bytes(&copy->netns, at);
}

void fw_ct_pending_release(struct fw_ct_pending *pending)
{
	free(pending->strings);
	pending->strings = NULL;
}
