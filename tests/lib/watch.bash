# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the suites of `fwctl watch` share: one host, "table". To be loaded behind fwctl.bash.

# watch WORD...: in the background, to the files shown and said; returns when it listens
watch() {
	host_spawn table "$FWCTL_BUILD/fwctl-watch" "$@" > shown 2> said
	watch_pid=$host_pid
	wait_for 5 listens "$watch_pid"
}

# listens PID: whether the first netlink socket of the process, whose port is its number, has joined
# groups of events
listens() {
	host_run table cat /proc/net/netlink |
		awk -v pid="$1" '$2 == 12 && $3 == pid && $4 != "00000000" { found = 1 } END { exit !found }'
}

# listen COUNT: whether so many sockets have joined groups of events
listen() {
	same "$1" "$(host_run table cat /proc/net/netlink |
		awk '$2 == 12 && $4 != "00000000"' | wc -l)" > /dev/null
}

# watch_ends STATUS [SIGNAL]
watch_ends() {
	local status=0
	[ -z "${2-}" ] || kill -s "$2" "$watch_pid"
	wait "$watch_pid" || status=$?
	same "$1" "$status"
}

udp_flow() {
	host_run table conntrack -I -t "${3-600}" -p udp -s 10.0.0.1 -d 10.0.0.2 \
		--sport "$1" --dport "$2" > /dev/null 2>&1
}

# shows COUNT: so many records are in the file by now
shows() {
	[ "$(wc -l < shown)" -eq "$1" ]
}

# stays_the_same: the output has not grown for half a second
stays_the_same() {
	local before
	before=$(wc -c < shown)
	sleep 0.5
	[ "$before" -gt 0 ] && [ "$before" -eq "$(wc -c < shown)" ]
}
