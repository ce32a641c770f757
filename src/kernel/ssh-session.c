/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ssh-session.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

/* ::ffff:192.0.2.1 is how an IPv6 socket sees an IPv4 peer. */
static void unmap(struct fw_connection *connection)
{
	unsigned int end;

	if (connection->family != FW_FAMILY_IPV6 ||
	    memcmp(connection->addr[0].byte, mapped_prefix, sizeof(mapped_prefix)))
		return;
	connection->family = FW_FAMILY_IPV4;
	for (end = 0; end < 2; end++) {
		connection->addr[end].word[0] = connection->addr[end].word[3];
		memset(&connection->addr[end].word[1], 0, 12);
	}
}

static void add(struct fw_ssh_session *session, struct fw_connection *connection)
{
	unmap(connection);
	if (session->count < FW_SSH_SESSION_MAX)
		session->connections[session->count++] = *connection;
}

/* ---- SSH_CONNECTION -------------------------------------------------------------------------- */

/* The next word, which blanks or the end follow; `*length` 0 at the end. */
static const char *next_word(const char *at, size_t *length)
{
	at += strspn(at, " ");
	*length = strcspn(at, " ");
	return at;
}

bool fw_connection_parse(const char *text, struct fw_connection *connection)
{
	uint8_t families[2];
	unsigned int end;
	uint64_t port;
	size_t length;

	memset(connection, 0, sizeof(*connection));
	for (end = 0; end < 2; end++) {
		text = next_word(text, &length);
		/* Behind a percent sign is the interface of a link-local address. */
		if (fw_addr_parse_n(text, strcspn(text, " %"), &connection->addr[end],
				    &families[end]) < 0)
			return false;
		text = next_word(text + length, &length);
		if (fw_num_parse_n(text, length, 1, UINT16_MAX, &port) != FW_NUM_OK)
			return false;
		connection->port[end] = (uint16_t)port;
		text += length;
	}
	next_word(text, &length);
	connection->family = families[0];
	connection->served = true;
	return !length && families[0] == families[1];
}

/* ---- the sockets of sshd --------------------------------------------------------------------- */

/* One address and port of /proc/net/tcp: the bytes of each 32-bit word in native order. */
static bool read_end(const char *text, struct fw_connection *connection, unsigned int end)
{
	unsigned int words = connection->family == FW_FAMILY_IPV4 ? 1 : 4, i;
	char digits[9] = "";

	for (i = 0; i < words; i++, text += 8) {
		memcpy(digits, text, 8);
		if (sscanf(digits, "%8" SCNx32, &connection->addr[end].word[i]) != 1)
			return false;
	}
	return sscanf(text, ":%4" SCNx16, &connection->port[end]) == 1;
}

/* States of a socket as /proc/net/tcp has them (include/net/tcp_states.h). */
#define ESTABLISHED "01"
#define LISTENING   "0A"

/* Reads a line of /proc/net/tcp if it is of a socket in that state. */
static bool read_line(const char *line, const char *wanted, struct fw_connection *connection,
		      uint64_t *inode)
{
	char local[40], remote[40], state[3];

	/* sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode */
	if (sscanf(line, " %*[^:]: %39s %39s %2s %*s %*s %*s %*s %*s %" SCNu64, local, remote,
		   state, inode) != 4 ||
	    strcmp(state, wanted))
		return false;
	memset(connection, 0, sizeof(*connection));
	connection->family = strchr(local, ':') - local == 8 ? FW_FAMILY_IPV4 : FW_FAMILY_IPV6;
	return read_end(local, connection, FW_END_SERVER) &&
	       read_end(remote, connection, FW_END_CLIENT);
}

static FILE *open_table(int pid, const char *table)
{
	char *path = fw_format("/proc/%d/net/%s", pid, table);
	FILE *file = fopen(path, "re");

	free(path);
	return file;
}

static bool listens(int pid, const char *table, uint16_t port)
{
	FILE *file = open_table(pid, table);
	struct fw_connection listener;
	bool found = false;
	uint64_t inode;
	char line[512];

	while (file && !found && fgets(line, sizeof(line), file))
		found = read_line(line, LISTENING, &listener, &inode) &&
			listener.port[FW_END_SERVER] == port;
	if (file)
		fclose(file);
	return found;
}

static void find_inode(struct fw_ssh_session *session, int pid, const char *table, uint64_t inode)
{
	FILE *file = open_table(pid, table);
	struct fw_connection connection;
	uint64_t found;
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		if (!read_line(line, ESTABLISHED, &connection, &found) || found != inode)
			continue;
		connection.served = listens(pid, "tcp", connection.port[FW_END_SERVER]) ||
				    listens(pid, "tcp6", connection.port[FW_END_SERVER]);
		add(session, &connection);
	}
	if (file)
		fclose(file);
}

static void find_sockets(struct fw_ssh_session *session, int pid)
{
	char *path = fw_format("/proc/%d/fd", pid), target[64];
	DIR *directory = opendir(path);
	struct dirent *entry;
	uint64_t inode;
	ssize_t length;

	free(path);
	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		length = readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = '\0';
		if (sscanf(target, "socket:[%" SCNu64 "]", &inode) != 1)
			continue;
		find_inode(session, pid, "tcp", inode);
		find_inode(session, pid, "tcp6", inode);
	}
	closedir(directory);
}

/* The parent of `pid` and whether `pid` is an sshd; 0 when it cannot be read or has none. */
static int read_parent(int pid, bool *is_sshd)
{
	char *path = fw_format("/proc/%d/stat", pid), text[512];
	FILE *file = fopen(path, "re");
	int parent = 0;
	char *name_end;
	size_t length;

	free(path);
	*is_sshd = false;
	if (!file)
		return 0;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	/* "PID (NAME) STATE PARENT …", and NAME may hold anything. Newer servers run the part that
	 * serves a connection as sshd-session. */
	name_end = strrchr(text, ')');
	if (!name_end || sscanf(name_end, ") %*c %d", &parent) != 1)
		return 0;
	*is_sshd = strstr(text, "(sshd") != NULL;
	return parent;
}

void fw_ssh_session_find(struct fw_ssh_session *session)
{
	const char *variable = getenv("SSH_CONNECTION");
	struct fw_connection connection;
	bool is_sshd;
	int pid, parent;

	memset(session, 0, sizeof(*session));
	if (variable && fw_connection_parse(variable, &connection))
		add(session, &connection);
	for (pid = getppid(); pid > 1; pid = parent) {
		parent = read_parent(pid, &is_sshd);
		if (is_sshd)
			find_sockets(session, pid);
	}
}

/* ---- comparing ------------------------------------------------------------------------------- */

static bool is_end(const struct fw_connection *connection, unsigned int end,
		   const union fw_addr *addr, uint16_t port)
{
	return connection->port[end] == port &&
	       !memcmp(&connection->addr[end], addr, sizeof(*addr));
}

static bool carries(const struct fw_tuple *tuple, const struct fw_connection *connection)
{
	unsigned int end;

	for (end = 0; end < 2; end++)
		if (is_end(connection, end, &tuple->src, tuple->sport) &&
		    is_end(connection, !end, &tuple->dst, tuple->dport))
			return true;
	return false;
}

bool fw_ssh_session_owns(const struct fw_ssh_session *session, const struct fw_flow *flow)
{
	size_t i;

	if (flow->protonum != IPPROTO_TCP)
		return false;
	for (i = 0; i < session->count; i++)
		if (session->connections[i].family == flow->family &&
		    (carries(&flow->orig, &session->connections[i]) ||
		     carries(&flow->reply, &session->connections[i])))
			return true;
	return false;
}
