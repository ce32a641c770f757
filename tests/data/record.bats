#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Not a test: records what the kernel answers, for tests/unit/replay.c. Made anew with
#   scripts/lib/in-private bats tests/data/record.bats && UPDATE=1 make check TESTS=tests/unit/replay
# and then looked at with `git diff`.

load ../lib/fwctl
load ../lib/flows

setup_file() {
	flows_make 3>&-
	export HOSTS_DIR
}

teardown_file() {
	hosts_remove
}

# dump SUBSYSTEM FILE: the messages of one dump (NFNL_SUBSYS_CTNETLINK 1, _EXP 2; both have GET 1).
dump() {
	host_run gate python3 - "$1" > "$2" <<-'EOF2'
		import socket, struct, sys
		s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
		s.bind((0, 0))
		s.send(struct.pack("=IHHII4x", 20, int(sys.argv[1]) << 8 | 1, 0x301, 1, 0))
		while True:
		    datagram = s.recv(65536)
		    at = 0
		    while at < len(datagram):
		        length, kind = struct.unpack_from("=IH", datagram, at)
		        if kind == 3:
		            sys.exit()
		        sys.stdout.buffer.write(datagram[at:at + length])
		        sys.stdout.buffer.write(b"\0" * (-length % 4))
		        at += (length + 3) & ~3
	EOF2
}

@test "record" {
	dump 1 "$FWCTL_SOURCE/tests/data/flows.dump"
	dump 2 "$FWCTL_SOURCE/tests/data/expects.dump"
}
