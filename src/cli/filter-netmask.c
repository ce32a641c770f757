/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conntrack's --mask-src and --mask-dst: what -s ADDR/NETMASK says in one word. */
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/cli/filter-values.h"

int fw_filter_set_netmask(void *values, const struct fw_option *option, const char *value,
			  struct fw_err *err)
{
	struct fw_filter_reader *reader = values;
	const char **netmask =
		option->min == FW_TUPLE_SRC ? &reader->netmask_src : &reader->netmask_dst;

	if (reader->negate_next)
		return fw_err_set(err, FW_ERR_MISUSE, "it is no condition that --not could negate");
	if (*netmask)
		return fw_option_given_before(err);
	*netmask = value;
	return 0;
}

static struct fw_cond *find_address(struct fw_filter *filter, enum fw_tuple_bit bit)
{
	struct fw_cond *found = NULL;
	size_t i;

	for (i = 0; i < filter->count; i++)
		if (filter->conds[i].op == FW_OP_PREFIXES && filter->conds[i].where == FW_IN_ORIG &&
		    filter->conds[i].field->bit == bit) {
			if (found)
				return NULL;
			found = &filter->conds[i];
		}
	return found && found->prefix_count == 1 ? found : NULL;
}

static int apply(struct fw_filter *filter, enum fw_tuple_bit bit, const char *netmask,
		 const char *name, const char *letter, struct fw_err *err)
{
	struct fw_cond *cond = find_address(filter, bit);
	char addr[FW_PREFIX_MAX_TEXT], *text;
	int result;

	if (!cond)
		return fw_err_set(err, FW_ERR_MISUSE, "%s goes with one %s ADDR", name, letter);
	fw_addr_print(&cond->prefixes[0].addr, cond->prefixes[0].family, addr);
	text = fw_format("%s/%s", addr, netmask);
	result = fw_prefix_parse(text, &cond->prefixes[0], NULL);
	free(text);
	if (result < 0)
		fw_err_set(err, FW_ERR_MISUSE, "%s: '%s' is not a netmask for %s", name, netmask,
			   addr);
	return result;
}

int fw_filter_apply_netmasks(struct fw_filter_reader *reader, struct fw_err *err)
{
	if (reader->netmask_src &&
	    apply(reader->filter, FW_TUPLE_SRC, reader->netmask_src, "--mask-src", "-s", err) < 0)
		return -1;
	return reader->netmask_dst ? apply(reader->filter, FW_TUPLE_DST, reader->netmask_dst,
					   "--mask-dst", "-d", err)
				   : 0;
}
