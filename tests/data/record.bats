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

# expect_gre: what pptp does, a flow of tcp that announces one of gre; by hand, with ftp's helper.
expect_gre() {
	local port
	port=$(host_run gate conntrack -L -p tcp --dport 21 2> /dev/null | sed -n 's/.* sport=\([0-9]*\) dport=21 .*helper=ftp.*/\1/p')
	host_run gate python3 - "${port%% *}" <<-'EOF2'
		import socket, struct, sys
		def attribute(kind, data):
		    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)
		def nest(kind, *attributes):
		    return attribute(kind | 0x8000, b"".join(attributes))
		def tuple_of(kind, source, destination, number, first, second):
		    return nest(kind, nest(1, attribute(1, socket.inet_aton(source)), attribute(2, socket.inet_aton(destination))),
		        nest(2, attribute(1, bytes([number])), attribute(2, struct.pack("!H", first)), attribute(3, struct.pack("!H", second))))
		body = b"\2\0\0\0" + tuple_of(1, "10.1.0.2", "192.0.2.2", 6, int(sys.argv[1]), 21) \
		    + tuple_of(2, "192.0.2.2", "192.0.2.1", 47, 0, 119) \
		    + tuple_of(3, "255.255.255.255", "255.255.255.255", 47, 0, 65535) \
		    + attribute(4, struct.pack("!I", 300)) + attribute(6, b"ftp\0")
		s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
		s.bind((0, 0))
		s.send(struct.pack("=IHHII", 16 + len(body), 2 << 8, 0x605, 1, 0) + body)
		sys.exit(struct.unpack_from("=i", s.recv(4096), 16)[0])
	EOF2
}

@test "record" {
	dump 1 "$FWCTL_SOURCE/tests/data/flows.dump"
	dump 2 "$FWCTL_SOURCE/tests/data/expects.dump"
	# A flow of ftp has one expectation at a time.
	expect_gre
	dump 2 "$BATS_TEST_TMPDIR/gre.dump"
	cat "$BATS_TEST_TMPDIR/gre.dump" >> "$FWCTL_SOURCE/tests/data/expects.dump"
}
