/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For LD_PRELOAD: a recvmsg() that does something to what the kernel answers. FAULT=WHAT:N does it
 * to the N-th datagram, FAULT=WHAT:N+ to that and all later ones. WHAT is
 *   intr  sets NLM_F_DUMP_INTR in each message, as of a dump that the table changed under
 *   cut   loses the last third of the datagram
 *   long  gives the first attribute of the first message a length of 65535
 *   zero  gives it a length of 0
 *   seq   gives each message another request's number
 *   nobufs  loses it, as a receive buffer does that was full
 *   port  gives each message another socket's number
 *   err5  makes the first message an error of that number, here EIO, and drops the others
 *   flip  turns a bit of every 37th byte behind the headers
 * And a sendto(), of what goes to the kernel:
 *   forge  has another socket answer the N-th message before the kernel does, and refuse it
 *   stale  has the shell run FAULT_COMMAND before the N-th transaction of nf_tables
 * FAULT_CLOCK=SECONDS has every clock jump by so many, whatever FAULT is.
 * FAULT_COUNT names a file that gets a line for each datagram that something was done to.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A number at the head of a text that a test has written. */
static long number_of(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text)
		abort();
	return number;
}

static int is_hit(const char *fault)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static long seen;
	const char *when = strchr(fault, ':');
	char *end;
	long number, at;

	if (!when)
		return 0;
	at = strtol(when + 1, &end, 10);
	pthread_mutex_lock(&lock);
	number = ++seen;
	pthread_mutex_unlock(&lock);
	return number == at || (*end == '+' && number > at);
}

static void each_message(char *data, ssize_t length, void (*change)(struct nlmsghdr *message))
{
	struct nlmsghdr *message = (void *)data;

	for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length))
		change(message);
}

static void set_interrupted(struct nlmsghdr *message)
{
	message->nlmsg_flags |= NLM_F_DUMP_INTR;
}

static void set_other_request(struct nlmsghdr *message)
{
	message->nlmsg_seq += 1000;
}

static void set_other_port(struct nlmsghdr *message)
{
	message->nlmsg_pid++;
}

static ssize_t make_error(struct nlmsghdr *message, int sys)
{
	const struct {
		struct nlmsghdr header;
		struct nlmsgerr body;
	} error = {
		.header = { sizeof(error), NLMSG_ERROR, 0, message->nlmsg_seq, message->nlmsg_pid },
		.body = { .error = -sys, .msg = *message },
	};

	memcpy(message, &error, sizeof(error));
	return sizeof(error);
}

static void flip(struct nlmsghdr *message)
{
	unsigned int i;

	for (i = NLMSG_HDRLEN; i < message->nlmsg_len; i += 37)
		((char *)message)[i] = (char)(((char *)message)[i] ^ 4);
}

static ssize_t change(const char *fault, char *data, ssize_t length)
{
	struct nlattr *first = (void *)(data + NLMSG_HDRLEN + 4);

	if (!strncmp(fault, "intr", 4))
		each_message(data, length, set_interrupted);
	else if (!strncmp(fault, "seq", 3))
		each_message(data, length, set_other_request);
	else if (!strncmp(fault, "port", 4))
		each_message(data, length, set_other_port);
	else if (!strncmp(fault, "err", 3))
		return make_error((struct nlmsghdr *)data, (int)number_of(fault + 3));
	else if (!strncmp(fault, "flip", 4))
		each_message(data, length, flip);
	else if (!strncmp(fault, "cut", 3))
		return length - length / 3;
	else if (length > NLMSG_HDRLEN + 8)
		first->nla_len = !strncmp(fault, "long", 4) ? 65535 : 0;
	return length;
}

static void count(void)
{
	const char *path = getenv("FAULT_COUNT");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;

	if (fd < 0)
		return;
	if (write(fd, "x\n", 2) != 2)
		abort();
	close(fd);
}

ssize_t recvmsg(int fd, struct msghdr *header, int flags);

ssize_t recvmsg(int fd, struct msghdr *header, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int), length;
	const char *fault = getenv("FAULT");
	void *symbol = dlsym(RTLD_NEXT, "recvmsg");

	memcpy(&real, &symbol, sizeof(real));
	length = real(fd, header, flags);
	if (length <= 0 || !fault || !strncmp(fault, "forge", 5) || !strncmp(fault, "stale", 5) ||
	    !is_hit(fault))
		return length;
	count();
	if (!strncmp(fault, "nobufs", 6)) {
		errno = ENOBUFS;
		return -1;
	}
	return change(fault, header->msg_iov[0].iov_base, length);
}

/* What was sent to the kernel by the socket `fd` is refused to it by another one. */
static void forge(int fd, const void *bytes)
{
	struct sockaddr_nl to = { 0 };
	socklen_t size = sizeof(to);
	int other = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	char answer[256] = { 0 };

	memcpy(answer, bytes, sizeof(struct nlmsghdr));
	if (getsockname(fd, (struct sockaddr *)&to, &size) < 0)
		abort();
	((struct nlmsghdr *)answer)->nlmsg_pid = to.nl_pid;
	if (sendto(other, answer, (size_t)make_error((struct nlmsghdr *)answer, EPERM), 0,
		   (struct sockaddr *)&to, size) < 0)
		abort();
	close(other);
	count();
}

static void run_command(void)
{
	unsetenv("LD_PRELOAD");
	if (system(getenv("FAULT_COMMAND")) != 0)
		abort();
	count();
}

ssize_t sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
	       socklen_t to_size)
{
	const char *fault = getenv("FAULT");
	const struct sockaddr_nl *kernel = (const void *)to;
	const struct nlmsghdr *message = bytes;
	ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
	void *symbol = dlsym(RTLD_NEXT, "sendto");

	memcpy(&real, &symbol, sizeof(real));
	if (!fault || !kernel || kernel->nl_family != AF_NETLINK || kernel->nl_pid)
		return real(fd, bytes, size, flags, to, to_size);
	if (!strncmp(fault, "forge", 5) && is_hit(fault))
		forge(fd, bytes);
	if (!strncmp(fault, "stale", 5) && message->nlmsg_type == NFNL_MSG_BATCH_BEGIN &&
	    is_hit(fault))
		run_command();
	return real(fd, bytes, size, flags, to, to_size);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	const char *seconds = getenv("FAULT_CLOCK");
	int (*real)(clockid_t, struct timespec *), result;
	void *symbol = dlsym(RTLD_NEXT, "clock_gettime");

	memcpy(&real, &symbol, sizeof(real));
	result = real(clock, now);
	if (!result && seconds)
		now->tv_sec += number_of(seconds);
	return result;
}
