/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/exp-delete.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/ct-encode.h"
#include "fwctl/kernel/ct-query.h"

/* 1, or 0 when there is none of that identity in the zone; -1 with `err`. */
static int delete_in(struct fw_socket *socket, const struct fw_expect *expect, uint16_t zone,
		     struct fw_err *err)
{
	char buffer[FW_CT_IDENTITY_SIZE] __attribute__((aligned(8))) = { 0 };
	struct fw_err failure = FW_ERR_INIT;
	struct nlmsghdr *message;
	int result = 1;

	message = fw_message_begin(socket, buffer,
				   NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_DELETE, 0,
				   expect->family);
	fw_ct_put_tuple(message, CTA_EXPECT_TUPLE, &expect->expected, expect->proto,
			expect->family);
	if (zone)
		mnl_attr_put_u16(message, CTA_EXPECT_ZONE, htons(zone));
	if (expect->present >> FW_EXPECT_ID & 1)
		mnl_attr_put_u32(message, CTA_EXPECT_ID, htonl(expect->id));
	if (fw_socket_request(socket, message, "deleting an expectation", NULL, NULL, NULL,
			      &failure) < 0) {
		result = failure.sys == ENOENT ? 0 : -1;
		if (result < 0) {
			*err = failure;
			return -1;
		}
	}
	fw_err_free(&failure);
	return result;
}

/* ---- its zone -------------------------------------------------------------------------------- */

struct search {
	const struct fw_tuple *master;
	uint16_t *zones;
	size_t count, capacity;
};

static bool is_tuple(const struct fw_tuple *a, const struct fw_tuple *b)
{
	return a->protonum == b->protonum && a->sport == b->sport && a->dport == b->dport &&
	       !memcmp(&a->src, &b->src, sizeof(a->src)) &&
	       !memcmp(&a->dst, &b->dst, sizeof(a->dst));
}

static int look(void *context, const struct fw_flow *flow)
{
	struct search *search = context;
	/* At most one of them is there. */
	uint16_t zone = flow->zone | flow->orig.zone | flow->reply.zone;

	if (!zone || !is_tuple(&flow->orig, search->master))
		return 0;
	fw_array_grow(&search->zones, &search->capacity, search->count, sizeof(*search->zones));
	search->zones[search->count++] = zone;
	return 0;
}

/*
 * The kernel does not tell the zone of an expectation, and takes none for zone 0. It is that of its
 * master; of the flows with that tuple, one in each zone, the id tells which it is.
 */
static int delete_in_zone_of_master(struct fw_socket *socket, const struct fw_expect *expect,
				    struct fw_err *err)
{
	const struct fw_filter all = { 0 };
	const struct fw_ct_query query = { .filter = &all };
	struct search search = { .master = &expect->master };
	int result = fw_ct_each(&query, look, &search, err);
	size_t i;

	for (i = 0; !result && i < search.count; i++)
		result = delete_in(socket, expect, search.zones[i], err);
	free(search.zones);
	return result;
}

int fw_exp_delete(struct fw_socket *socket, const struct fw_expect *expect, struct fw_err *err)
{
	int result = delete_in(socket, expect, 0, err);

	return result ? result : delete_in_zone_of_master(socket, expect, err);
}
