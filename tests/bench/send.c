/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-send COUNT ADDR: sends COUNT small UDP packets to ADDR, each to another port, as fast as it
 * goes. Over a veth pair the receiver's firewall runs in the sender's time, so the time that this
 * takes is what the packets cost.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "fwctl/base/num.h"

#define BATCH 64

int main(int argc, char **argv)
{
	struct sockaddr_in to[BATCH] = { { 0 } };
	struct mmsghdr packets[BATCH];
	char byte = 'x';
	struct iovec part = { &byte, 1 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), i;
	uint64_t count, sent = 0;

	if (argc != 3 || fw_num_parse(argv[1], 1, 1000000000, &count) != FW_NUM_OK ||
	    inet_pton(AF_INET, argv[2], &to[0].sin_addr) != 1) {
		fprintf(stderr, "usage: bench-send COUNT ADDR\n");
		return 2;
	}
	memset(packets, 0, sizeof(packets));
	for (i = 0; i < BATCH; i++) {
		to[i].sin_family = AF_INET;
		to[i].sin_addr = to[0].sin_addr;
		packets[i].msg_hdr = (struct msghdr){ .msg_name = &to[i],
						      .msg_namelen = sizeof(to[i]),
						      .msg_iov = &part,
						      .msg_iovlen = 1 };
	}
	while (sent < count) {
		for (i = 0; i < BATCH; i++)
			to[i].sin_port = htons((uint16_t)(1024 + (sent + (uint64_t)i) % 60000));
		i = sendmmsg(fd, packets, BATCH, 0);
		if (fd < 0 || i < 0) {
			perror("bench-send: sending");
			return 1;
		}
		sent += (uint64_t)i;
	}
	return 0;
}
