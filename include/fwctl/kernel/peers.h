/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which program is behind a netlink port. */
#ifndef FWCTL_KERNEL_PEERS_H
#define FWCTL_KERNEL_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/kernel/exec-log.h"
#include "fwctl/model/field.h"

#define FW_PEERS_KEPT 16

/* The ports asked for last, so that a program that makes many changes is looked up once. */
struct fw_peers {
	struct fw_peer {
		uint32_t portid;
		char name[16];
		bool is_guess;
		uint64_t inode; /* of the socket, 0: it was closed */
		uint64_t time;  /* of the event that it was looked up for last */
	} kept[FW_PEERS_KEPT];
	unsigned int next;      /* the place to use next */
	struct fw_exec_log log; /* knows programs that have ended; may be left all zero */
};

/*
 * The name of the process that owns the netlink port, as ps(1) shows it; its length is 0 when it
 * cannot be found out. A process that has closed the socket is found if peers->log was open when it
 * began, and its number is in that of the port. Port numbers are those of a process's own pid
 * namespace: for a process of a container that shares this network namespace one that has its
 * number here would be named, if it may not be looked at, or has begun as lately.
 *
 * `*is_guess`: the number of the port says nothing, and it is the one program of
 * libnetfilter_conntrack that was there when the change was heard of, at `time` (nanoseconds since
 * 1970; 0: no guess); one without that library may have made it.
 *
 * Good until the next call. `peers` is zero at first.
 */
struct fw_bytes fw_peer_name(struct fw_peers *peers, uint32_t portid, uint64_t time,
			     bool *is_guess);

/*
 * The process that has the netfilter netlink socket with that port open, and its name; 0 when there
 * is none, or none that this one may look at. Reads all of /proc.
 */
int fw_peer_find(uint32_t portid, char name[16]);

#endif
