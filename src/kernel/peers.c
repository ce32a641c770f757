/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/peers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/clock.h"
#include "fwctl/base/num.h"

/*
 * A watch looks up every program that changes flows, by the thousand in a day: nothing here
 * allocates memory on the usual way.
 */
#define PATH_SIZE 288

/* The inode in a line of /proc/net/netlink that is of the netfilter socket with that port, or 0. */
static uint64_t inode_of(const char *line, uint32_t portid)
{
	unsigned int protocol;
	uint64_t inode;
	uint32_t port;

	/* sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode */
	if (sscanf(line, "%*s %u %" SCNu32 " %*s %*s %*s %*s %*s %*s %" SCNu64, &protocol, &port,
		   &inode) != 3)
		return 0;
	return protocol == NETLINK_NETFILTER && port == portid ? inode : 0;
}

/* The inode of the netfilter netlink socket with that port; 0 when there is none. */
static uint64_t find_inode(uint32_t portid)
{
	int fd = open("/proc/net/netlink", O_RDONLY | O_CLOEXEC);
	char buffer[8192], *line, *end;
	size_t length = 0;
	uint64_t found = 0;
	ssize_t got;

	while (!found && fd >= 0 &&
	       (got = read(fd, buffer + length, sizeof(buffer) - 1 - length)) > 0) {
		length += (size_t)got;
		buffer[length] = '\0';
		for (line = buffer; !found && (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			found = inode_of(line, portid);
		}
		length -= (size_t)(line - buffer);
		memmove(buffer, line, length);
	}
	if (fd >= 0)
		close(fd);
	return found;
}

/* Whether the files of that process can be seen: only by who may trace it. */
static bool may_look(const char *pid)
{
	char path[PATH_SIZE], target;

	snprintf(path, sizeof(path), "/proc/%s/cwd", pid);
	return readlink(path, &target, 1) >= 0 || errno != EACCES;
}

static bool has_socket(const char *pid, const char *socket)
{
	char path[PATH_SIZE], target[64];
	struct dirent *entry;
	bool found = false;
	DIR *directory;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	directory = opendir(path);
	if (!directory)
		return false;
	while (!found && (entry = readdir(directory))) {
		length = readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		found = !strcmp(target, socket);
	}
	closedir(directory);
	return found;
}

/* The beginning of the file, as far as there is one and it fits. */
static void read_start(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
}

/* As ps(1) shows it; "" when the process is gone. */
static void read_name(const char *pid, char name[16])
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	read_start(path, name, 16);
	name[strcspn(name, "\n")] = '\0';
}

static void name_socket(uint64_t inode, char socket[PATH_SIZE])
{
	snprintf(socket, PATH_SIZE, "socket:[%" PRIu64 "]", inode);
}

/* Of all processes; a name of "" when there is none. */
static int find_owner(uint64_t inode, char name[16])
{
	DIR *processes = inode ? opendir("/proc") : NULL;
	char socket[PATH_SIZE];
	struct dirent *entry;
	uint64_t pid = 0;

	name[0] = '\0';
	name_socket(inode, socket);
	while (processes && !name[0] && (entry = readdir(processes)))
		if (fw_num_parse(entry->d_name, 1, INT32_MAX, &pid) == FW_NUM_OK &&
		    may_look(entry->d_name) && has_socket(entry->d_name, socket))
			read_name(entry->d_name, name);
	if (processes)
		closedir(processes);
	return name[0] ? (int)pid : 0;
}

int fw_peer_find(uint32_t portid, char name[16])
{
	return find_owner(find_inode(portid), name);
}

/*
 * Whether the process works in our network namespace; no, as soon as it is ending. /proc/PID/ns/net
 * is only for who may trace the process; each namespace has files of its own below /proc/PID/net.
 */
static bool is_in_our_namespace(const char *pid)
{
	struct stat theirs, ours;
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%s/net/netlink", pid);
	return !stat(path, &theirs) && !stat("/proc/self/net/netlink", &ours) &&
	       theirs.st_ino == ours.st_ino;
}

static void print_pid(uint32_t pid, char text[16])
{
	snprintf(text, 16, "%" PRIu32, pid);
}

/* Who may not be looked at is believed. */
static bool may_own(const char *pid, uint64_t inode)
{
	char socket[PATH_SIZE];

	name_socket(inode, socket);
	return !may_look(pid) || has_socket(pid, socket);
}

/*
 * The first netlink socket of a process gets the process's number as port, as the process's own pid
 * namespace has it: of a process of a container that number is another one here. libnl and pyroute2
 * have it in so many bits of the ports of all their sockets. What netlink_autobind() in
 * net/netlink/af_netlink.c gives to further sockets is below zero, and says nothing; its lowest
 * bits are hardly ever the number of a process.
 */
#define PID_BITS 22

static bool may_be_of_kernels_choice(uint32_t portid)
{
	return (int32_t)portid < 0;
}

/* A program that makes a change by a further socket does not run for long, unless it goes on. */
#define SHORT_NS 1000000000u

struct look {
	uint64_t inode; /* 0: the socket is closed */
	uint64_t time;
	bool has_ended; /* one of those that may be its owner */
};

static bool may_be_owner(const struct fw_exec_user *user, void *data)
{
	struct look *look = data;
	char pid[16];

	print_pid(user->pid, pid);
	if (look->inode && (user->has_ended || !may_own(pid, look->inode)))
		return false;
	look->has_ended |= user->has_ended;
	return user->has_ended || user->age < SHORT_NS;
}

/*
 * Of a socket that is closed while its owner is looked for, only others are left to be it; of one
 * that is closed already, the owner ends in a moment, and who does not is another.
 */
static void guess(const struct fw_exec_log *log, uint32_t portid, struct look *look, char name[16])
{
	if (fw_exec_log_find_user(log, "libnetfilter_conntrack.so", look->time, may_be_owner, look,
				  name) &&
	    (look->inode ? find_inode(portid) != look->inode : !look->has_ended))
		name[0] = '\0';
}

/* What runs with the number of a socket that is closed may be another process. */
static void look_once(const struct fw_exec_log *log, struct fw_peer *found)
{
	struct look look = { .inode = find_inode(found->portid), .time = found->time };
	uint32_t number = found->portid & ((1u << PID_BITS) - 1);
	char pid[16];

	found->inode = look.inode;
	print_pid(number, pid);
	if (!look.inode)
		(void)fw_exec_log_find(log, number, found->name);
	else if (is_in_our_namespace(pid) && may_own(pid, look.inode))
		read_name(pid, found->name);
	if (!found->name[0] && look.inode)
		(void)find_owner(look.inode, found->name);
	if (!found->name[0] && may_be_of_kernels_choice(found->portid)) {
		guess(log, found->portid, &look, found->name);
		found->is_guess = found->name[0];
	}
}

/* A program that makes one change ends soon, and then more is known of it. */
#define LOOKS       5
#define LOOK_NAP_NS 2000000

static bool is_fresh(uint64_t time)
{
	return fw_clock_read(CLOCK_REALTIME) - time < LOOKS * LOOK_NAP_NS;
}

/* A socket that is closed meanwhile is met half there: the second look finds it closed. */
static void look_up(const struct fw_exec_log *log, bool may_wait, struct fw_peer *found)
{
	const struct timespec nap = { .tv_nsec = LOOK_NAP_NS };
	unsigned int i;

	for (i = 0; !found->name[0] && i < LOOKS; i++) {
		if (i > 1 && (!may_wait || !is_fresh(found->time)))
			break;
		if (i > 1)
			nanosleep(&nap, NULL);
		look_once(log, found);
	}
}

/* After that time the port may be another program's, unless the socket is the same still. */
#define KEPT_NS 10000000u

static bool is_good(struct fw_peer *peer, uint64_t time)
{
	if (time - peer->time <= KEPT_NS)
		return true;
	if (!peer->inode || find_inode(peer->portid) != peer->inode)
		return false;
	peer->time = time;
	return true;
}

struct fw_bytes fw_peer_name(struct fw_peers *peers, uint32_t portid, uint64_t time, bool *is_guess)
{
	struct fw_peer found = { .portid = portid, .time = time }, *peer;
	bool is_new;
	unsigned int i;

	for (i = 0; i < FW_PEERS_KEPT && peers->kept[i].portid != portid; i++)
		;
	is_new = i == FW_PEERS_KEPT;
	if (is_new)
		i = peers->next++ % FW_PEERS_KEPT;
	peer = &peers->kept[i];
	if (is_new || !is_good(peer, time)) {
		look_up(&peers->log, is_new && may_be_of_kernels_choice(portid), &found);
		/* What was known of a program that has ended may be forgotten by now. */
		if (is_new || found.name[0])
			*peer = found;
		peer->inode = found.inode;
		peer->time = time;
	}
	*is_guess = peer->is_guess;
	return (struct fw_bytes){ peer->name, strlen(peer->name) };
}
