/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attribute layout: linux/netfilter/nfnetlink_log.h, net/netfilter/nfnetlink_log.c. */
#include "fwctl/kernel/nflog.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "fwctl/kernel/attr.h"

/* The kernel gathers packets into one message of the socket until it has that many bytes or the
 * oldest has waited for so long, in hundredths of a second. */
#define GATHER_BYTES 4096
#define GATHER_TIME  1

/* Begins a message about a group, at `buffer`. */
static struct nlmsghdr *begin_config(struct fw_socket *socket, void *buffer, uint16_t group,
				     uint8_t command)
{
	const struct nfulnl_msg_config_cmd cmd = { .command = command };
	struct nlmsghdr *message = fw_message_begin(
		socket, buffer, NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG, 0, AF_UNSPEC);
	struct nfgenmsg *header = mnl_nlmsg_get_payload(message);

	header->res_id = htobe16(group);
	mnl_attr_put(message, NFULA_CFG_CMD, sizeof(cmd), &cmd);
	return message;
}

static void put_config(struct nlmsghdr *message)
{
	const struct nfulnl_msg_config_mode mode = { .copy_range = htobe32(FW_NFLOG_HEAD),
						     .copy_mode = NFULNL_COPY_PACKET };

	mnl_attr_put(message, NFULA_CFG_MODE, sizeof(mode), &mode);
	mnl_attr_put_u32(message, NFULA_CFG_NLBUFSIZ, htobe32(GATHER_BYTES));
	mnl_attr_put_u32(message, NFULA_CFG_TIMEOUT, htobe32(GATHER_TIME));
	mnl_attr_put_u16(message, NFULA_CFG_FLAGS, htobe16(NFULNL_CFG_F_SEQ));
}

/* The kernel answers EPERM then, as to who is not permitted at all. */
static bool is_taken(uint16_t group)
{
	FILE *file = fopen("/proc/net/netfilter/nfnetlink_log", "re");
	unsigned int other;
	bool taken = false;
	char line[256];

	if (!file)
		return false;
	while (!taken && fgets(line, sizeof(line), file))
		taken = sscanf(line, "%u", &other) == 1 && other == group;
	fclose(file);
	return taken;
}

static int bind_group(struct fw_socket *socket, uint16_t group, struct fw_err *err)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *message = begin_config(socket, buffer, group, NFULNL_CFG_CMD_BIND);

	put_config(message);
	if (!fw_socket_request(socket, message, "listening to the packet log", NULL, NULL, NULL,
			       err))
		return 0;
	if (is_taken(group)) {
		fw_err_free(err);
		fw_err_set(err, FW_ERR_FAILED,
			   "somebody else listens to group %u of the packet log already", group);
		fw_err_hint(err, "only one can in a network namespace");
	}
	return -1;
}

int fw_nflog_open(struct fw_socket *socket, uint16_t group, size_t buffer, struct fw_err *err)
{
	if (fw_socket_open(socket, 0, err) < 0)
		return -1;
	fw_socket_receive_buffer(socket, buffer);
	if (!bind_group(socket, group, err))
		return 0;
	fw_socket_close(socket);
	return -1;
}

/* Without an acknowledgement: it would come among the packets. What fails here ends with the
 * socket. */
void fw_nflog_leave(struct fw_socket *socket, uint16_t group)
{
	struct fw_err ignored = FW_ERR_INIT;
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *message = begin_config(socket, buffer, group, NFULNL_CFG_CMD_UNBIND);

	(void)fw_socket_send(socket, message, message->nlmsg_len, "leaving the packet log",
			     &ignored);
	fw_err_free(&ignored);
}

/* ---- one packet ------------------------------------------------------------------------------ */

static void read_header(const struct nlattr *attr, struct fw_logged_packet *packet)
{
	struct nfulnl_msg_packet_hdr header;

	if (fw_attr_length(attr) < sizeof(header))
		return;
	memcpy(&header, fw_attr_data(attr), sizeof(header));
	packet->hook = header.hook;
}

static void read_time(const struct nlattr *attr, struct fw_logged_packet *packet)
{
	struct nfulnl_msg_packet_timestamp stamp;

	if (fw_attr_length(attr) < sizeof(stamp))
		return;
	memcpy(&stamp, fw_attr_data(attr), sizeof(stamp));
	packet->time = be64toh(stamp.sec) * 1000000000 + be64toh(stamp.usec) * 1000;
}

static void read_attr(const struct nlattr *attr, struct fw_logged_packet *packet)
{
	switch (fw_attr_type(attr)) {
	case NFULA_PACKET_HDR: read_header(attr, packet); break;
	case NFULA_TIMESTAMP: read_time(attr, packet); break;
	case NFULA_IFINDEX_INDEV: fw_attr_be32(attr, &packet->in_index); break;
	case NFULA_IFINDEX_OUTDEV: fw_attr_be32(attr, &packet->out_index); break;
	case NFULA_PAYLOAD:
		packet->head = fw_attr_data(attr);
		packet->head_length = fw_attr_length(attr);
		break;
	case NFULA_PREFIX:
		packet->prefix = fw_attr_data(attr);
		packet->prefix_length = strnlen(packet->prefix, fw_attr_length(attr));
		break;
	case NFULA_SEQ: packet->has_sequence = fw_attr_be32(attr, &packet->sequence); break;
	}
}

int fw_nflog_read(const struct nlmsghdr *message, struct fw_logged_packet *packet)
{
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(struct nfgenmsg));
	const struct nlattr *attr;

	memset(packet, 0, sizeof(*packet));
	if (message->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
		return -1;
	while ((attr = fw_attrs_next(&attrs)))
		read_attr(attr, packet);
	return 0;
}

/* ---- what is missing ------------------------------------------------------------------------- */

uint64_t fw_nflog_gaps_packet(struct fw_nflog_gaps *gaps, const struct fw_logged_packet *packet)
{
	int32_t missing = (int32_t)(packet->sequence - gaps->next);

	if (!packet->has_sequence)
		return 0;
	if (missing < 0)
		missing = 0;
	if (!gaps->dropped && !gaps->is_rest_told)
		gaps->ahead += (uint64_t)missing;
	gaps->next = packet->sequence + 1;
	gaps->dropped = 0;
	gaps->is_rest_told = false;
	return (uint64_t)missing;
}

void fw_nflog_gaps_lost(struct fw_nflog_gaps *gaps, uint64_t messages)
{
	gaps->dropped += messages > gaps->ahead ? messages - gaps->ahead : 0;
	gaps->ahead = 0;
}

uint64_t fw_nflog_gaps_rest(struct fw_nflog_gaps *gaps)
{
	uint64_t rest = gaps->dropped;

	gaps->next += (uint32_t)rest;
	gaps->dropped = 0;
	gaps->is_rest_told |= rest > 0;
	return rest;
}
