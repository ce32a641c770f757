/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A transaction is told as its changes, one message each, and then NFT_MSG_NEWGEN with the
 * generation that it made and the process that sent it (nf_tables_gen_notify() in
 * net/netfilter/nf_tables_api.c).
 */
#include "fwctl/kernel/nft-events.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "fwctl/kernel/attr.h"
#include "fwctl/model/ruleset.h"

/* Of tables, chains, rules, sets, elements and objects alike. */
#define TABLE_NAME 1

int fw_nft_events_open(struct fw_socket *socket, size_t buffer, struct fw_err *err)
{
	if (fw_socket_open(socket, 1u << (NFNLGRP_NFTABLES - 1), err) < 0)
		return -1;
	fw_socket_receive_buffer(socket, buffer);
	return 0;
}

static bool is_text(const struct nlattr *attr, const char *text)
{
	size_t length = strlen(text);

	return fw_attr_length(attr) >= length && !memcmp(fw_attr_data(attr), text, length) &&
	       strnlen(fw_attr_data(attr), fw_attr_length(attr)) == length;
}

/* Whose table a change was made in. */
static uint32_t touched_by(const struct nlmsghdr *message)
{
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(struct nfgenmsg));
	const struct nfgenmsg *header = NLMSG_DATA(message);
	const struct nlattr *attr;

	while ((attr = fw_attrs_next(&attrs)))
		if (fw_attr_type(attr) == TABLE_NAME)
			return header->nfgen_family == NFPROTO_INET && is_text(attr, FW_NFT_TABLE)
				       ? FW_TOUCHED_OWN
				       : FW_TOUCHED_OTHER;
	return 0;
}

static void read_program(const struct nlattr *attr, struct fw_nft_change *change,
			 struct fw_event *event)
{
	size_t length = strnlen(fw_attr_data(attr), fw_attr_length(attr));

	if (length > sizeof(change->program))
		length = sizeof(change->program);
	memcpy(change->program, fw_attr_data(attr), length);
	event->program = (struct fw_bytes){ change->program, length };
	event->present |= 1ull << FW_EVENT_HAS_PROGRAM;
}

static void read_generation(const struct nlmsghdr *message, struct fw_nft_change *change,
			    struct fw_event *event)
{
	struct fw_attrs attrs = fw_message_attrs(message, sizeof(struct nfgenmsg));
	const struct nlattr *attr;

	while ((attr = fw_attrs_next(&attrs)))
		switch (fw_attr_type(attr)) {
		case NFTA_GEN_ID:
			if (fw_attr_be32(attr, &event->generation))
				event->present |= 1ull << FW_EVENT_HAS_GENERATION;
			break;
		case NFTA_GEN_PROC_PID:
			if (fw_attr_be32(attr, &event->pid))
				event->present |= 1ull << FW_EVENT_HAS_PID;
			break;
		case NFTA_GEN_PROC_NAME: read_program(attr, change, event); break;
		}
}

bool fw_nft_event_read(struct fw_nft_change *change, const struct fw_heard *heard,
		       struct fw_event *event)
{
	const struct nlmsghdr *message = heard->message;

	if (message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
	    message->nlmsg_len < NLMSG_HDRLEN + sizeof(struct nfgenmsg))
		return false;
	if ((message->nlmsg_type & 255) != NFT_MSG_NEWGEN) {
		change->touched |= touched_by(message);
		return false;
	}
	*event = (struct fw_event){
		.present = 1ull << FW_EVENT_HAS_BASICS | 1ull << FW_EVENT_HAS_TOUCHED,
		.kind = FW_EVENT_POLICY,
		.time = heard->time,
		.touched = change->touched,
	};
	change->touched = 0;
	read_generation(message, change, event);
	return true;
}
