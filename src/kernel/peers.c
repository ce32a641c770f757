/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/peers.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"

/* The inode of the netfilter netlink socket with that port, from /proc/net/netlink; or 0. */
static uint64_t find_inode(uint32_t portid)
{
	FILE *file = fopen("/proc/net/netlink", "re");
	uint64_t inode, found = 0;
	unsigned int protocol;
	uint32_t port;
	char line[256];

	if (!file)
		return 0;
	/* sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode */
	while (!found && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %u %" SCNu32 " %*s %*s %*s %*s %*s %*s %" SCNu64, &protocol,
			   &port, &inode) == 3 &&
		    protocol == NETLINK_NETFILTER && port == portid)
			found = inode;
	fclose(file);
	return found;
}

enum has { HAS_NOT, HAS, UNKNOWN };

/*
 * Which files a process has open is only for who may trace it: of one with more privileges their
 * number can be seen. One that is ending has none.
 */
static enum has has_socket(const char *pid, const char *socket)
{
	char *path = fw_format("/proc/%s/fd", pid), target[64];
	DIR *directory = opendir(path);
	struct dirent *entry;
	ssize_t length;
	enum has found = HAS_NOT;

	if (!directory && errno == EACCES)
		found = UNKNOWN;
	free(path);
	if (!directory)
		return found;
	while (found == HAS_NOT && (entry = readdir(directory))) {
		length = readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		if (!strcmp(target, socket))
			found = HAS;
		else if (length < 0 && errno == EACCES)
			found = UNKNOWN;
	}
	closedir(directory);
	return found;
}

static void read_name(const char *pid, char name[16])
{
	char *path = fw_format("/proc/%s/comm", pid);
	FILE *file = fopen(path, "re");

	free(path);
	if (!file)
		return;
	if (!fgets(name, 16, file))
		name[0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	fclose(file);
}

static char *socket_link(uint64_t inode)
{
	return fw_format("socket:[%" PRIu64 "]", inode);
}

int fw_peer_find(uint32_t portid, char name[16])
{
	uint64_t inode = find_inode(portid), pid = 0;
	DIR *processes = inode ? opendir("/proc") : NULL;
	char *socket = socket_link(inode);
	struct dirent *entry;

	name[0] = '\0';
	while (processes && !name[0] && (entry = readdir(processes)))
		if (fw_num_parse(entry->d_name, 1, INT32_MAX, &pid) == FW_NUM_OK &&
		    has_socket(entry->d_name, socket) == HAS)
			read_name(entry->d_name, name);
	if (processes)
		closedir(processes);
	free(socket);
	return name[0] ? (int)pid : 0;
}

enum place { GONE, ELSEWHERE, HERE };

/*
 * In which network namespace the process works: ours, or another; none, as soon as it is ending.
 * /proc/PID/ns/net is only for who may trace the process; each namespace has files of its own below
 * /proc/PID/net.
 */
static enum place place_of(const char *pid)
{
	char *path = fw_format("/proc/%s/net/netlink", pid);
	struct stat theirs, ours;
	enum place place = GONE;

	if (!stat(path, &theirs) && !stat("/proc/self/net/netlink", &ours))
		place = theirs.st_ino == ours.st_ino ? HERE : ELSEWHERE;
	free(path);
	return place;
}

/* It may also have closed the socket meanwhile, and go on. */
static bool may_own(const char *pid, uint64_t inode)
{
	char *socket = socket_link(inode);
	bool owns = !inode || has_socket(pid, socket) != HAS_NOT;

	free(socket);
	return owns;
}

/*
 * The first netlink socket of a process gets the process's number as port, as the process's own
 * pid namespace has it: of a process of a container that number is another one here. Of further
 * sockets only a process that still runs can be found.
 */
static void look_once(const struct fw_exec_log *log, uint32_t portid, char name[16])
{
	char *pid = fw_format("%" PRIu32, portid);
	uint64_t inode = find_inode(portid);
	enum place place = place_of(pid);

	if (place == HERE && may_own(pid, inode))
		read_name(pid, name);
	else if (inode)
		(void)fw_peer_find(portid, name);
	/* One that runs and is not the owner has the number by chance. */
	if (!name[0] && place == GONE)
		(void)fw_exec_log_find(log, portid, name);
	free(pid);
}

/* A process that ends meanwhile is met half there: the second look finds it gone. */
static void look_up(const struct fw_exec_log *log, uint32_t portid, char name[16])
{
	look_once(log, portid, name);
	if (!name[0])
		look_once(log, portid, name);
}

struct fw_bytes fw_peer_name(struct fw_peers *peers, uint32_t portid)
{
	struct fw_peer *peer;
	unsigned int i;

	for (i = 0; i < FW_PEERS_KEPT; i++) {
		peer = &peers->kept[i];
		if (peer->portid == portid)
			return (struct fw_bytes){ peer->name, strlen(peer->name) };
	}
	peer = &peers->kept[peers->next++ % FW_PEERS_KEPT];
	memset(peer, 0, sizeof(*peer));
	peer->portid = portid;
	look_up(&peers->log, portid, peer->name);
	return (struct fw_bytes){ peer->name, strlen(peer->name) };
}
