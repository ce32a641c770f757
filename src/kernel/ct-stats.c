/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-stats.h"

#include <arpa/inet.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/attr.h"
#include "fwctl/kernel/socket.h"
#include "fwctl/kernel/sysctl.h"

/* The attribute of each counter; the two message types number theirs separately. */
static const uint16_t ct_attrs[] = {
	[FW_COUNTER_FOUND] = CTA_STATS_FOUND,
	[FW_COUNTER_INVALID] = CTA_STATS_INVALID,
	[FW_COUNTER_INSERT] = CTA_STATS_INSERT,
	[FW_COUNTER_INSERT_FAILED] = CTA_STATS_INSERT_FAILED,
	[FW_COUNTER_DROP] = CTA_STATS_DROP,
	[FW_COUNTER_EARLY_DROP] = CTA_STATS_EARLY_DROP,
	[FW_COUNTER_ERROR] = CTA_STATS_ERROR,
	[FW_COUNTER_SEARCH_RESTART] = CTA_STATS_SEARCH_RESTART,
	[FW_COUNTER_CLASH_RESOLVE] = CTA_STATS_CLASH_RESOLVE,
	[FW_COUNTER_CHAINTOOLONG] = CTA_STATS_CHAIN_TOOLONG,
	[FW_COUNTERS] = 0,
};

static const uint16_t expect_attrs[] = {
	[FW_COUNTER_EXPECT_NEW] = CTA_STATS_EXP_NEW,
	[FW_COUNTER_EXPECT_CREATE] = CTA_STATS_EXP_CREATE,
	[FW_COUNTER_EXPECT_DELETE] = CTA_STATS_EXP_DELETE,
	[FW_COUNTERS] = 0,
};

struct reading {
	struct fw_table_stats *stats;
	const uint16_t *attrs; /* of the message that is being read */
};

/* ---- for each CPU ------------------------------------------------------------------------------
 */

static struct fw_cpu_counters *cpu_of(struct fw_table_stats *stats, unsigned int cpu)
{
	struct fw_cpu_counters *added;
	size_t i;

	for (i = 0; i < stats->cpu_count; i++)
		if (stats->cpus[i].cpu == cpu)
			return &stats->cpus[i];
	stats->cpus = fw_realloc_array(stats->cpus, stats->cpu_count + 1, sizeof(*stats->cpus));
	added = &stats->cpus[stats->cpu_count++];
	memset(added, 0, sizeof(*added));
	added->cpu = cpu;
	return added;
}

static int take_cpu(const struct nlmsghdr *message, void *data)
{
	const struct reading *reading = data;
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
	struct fw_cpu_counters *cpu = cpu_of(reading->stats, ntohs(header->res_id));
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(*header));
	const struct nlattr *attr;
	unsigned int i;

	while ((attr = fw_attrs_next(&attrs)))
		for (i = 0; i < FW_COUNTERS; i++)
			if (reading->attrs[i] && reading->attrs[i] == fw_attr_type(attr) &&
			    fw_attr_be32(attr, &cpu->count[i]))
				cpu->known |= 1u << i;
	return 0;
}

/* ---- the table ---------------------------------------------------------------------------------
 */

static int take_fill(const struct nlmsghdr *message, void *data)
{
	struct fw_table_stats *stats = data;
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(struct nfgenmsg));
	const struct nlattr *attr;
	uint32_t number;

	while ((attr = fw_attrs_next(&attrs))) {
		if (!fw_attr_be32(attr, &number))
			continue;
		if (fw_attr_type(attr) == CTA_STATS_GLOBAL_ENTRIES)
			stats->entries = number;
		else if (fw_attr_type(attr) == CTA_STATS_GLOBAL_MAX_ENTRIES)
			stats->limit = number;
	}
	return 0;
}

static int take_expectation(const struct nlmsghdr *message, void *data)
{
	struct fw_table_stats *stats = data;

	(void)message;
	stats->expectations++;
	return 0;
}

static int ask(struct fw_socket *socket, uint16_t type, uint16_t flags, const char *what,
	       fw_message_fn *take, void *data, struct fw_err *err)
{
	char buffer[64] __attribute__((aligned(8))) = { 0 };

	return fw_socket_request(socket, fw_message_begin(socket, buffer, type, flags, AF_UNSPEC),
				 what, take, data, NULL, err);
}

static int read_fill(struct fw_socket *socket, struct fw_table_stats *stats, struct fw_err *err)
{
	if (ask(socket, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS, 0,
		"asking for the size of the connection table", take_fill, stats, err) < 0)
		return -1;
	if (!stats->limit)
		fw_sysctl_read("nf_conntrack_max", &stats->limit);
	return 0;
}

static int read_all(struct fw_socket *socket, struct fw_table_stats *stats, struct fw_err *err)
{
	struct reading ct = { stats, ct_attrs }, expect = { stats, expect_attrs };

	fw_sysctl_read("nf_conntrack_buckets", &stats->buckets);
	if (read_fill(socket, stats, err) < 0)
		return -1;
	if (ask(socket, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_DUMP,
		"reading the counters of the connection table", take_cpu, &ct, err) < 0)
		return -1;
	if (ask(socket, NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_GET_STATS_CPU, NLM_F_DUMP,
		"reading the counters of expectations", take_cpu, &expect, err) < 0)
		return -1;
	return ask(socket, NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_GET, NLM_F_DUMP,
		   "counting the expectations", take_expectation, stats, err);
}

typedef int read_fn(struct fw_socket *socket, struct fw_table_stats *stats, struct fw_err *err);

static int with_socket(read_fn *reads, struct fw_table_stats *stats, struct fw_err *err)
{
	struct fw_socket socket;
	int result;

	memset(stats, 0, sizeof(*stats));
	if (fw_socket_open(&socket, 0, err) < 0)
		return -1;
	result = reads(&socket, stats, err);
	fw_socket_close(&socket);
	return result;
}

int fw_table_stats_read(struct fw_table_stats *stats, struct fw_err *err)
{
	return with_socket(read_all, stats, err);
}

int fw_table_fill_read(struct fw_table_stats *stats, struct fw_err *err)
{
	return with_socket(read_fill, stats, err);
}
