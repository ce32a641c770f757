#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What each program may do while it runs: of root's privileges that to steer the firewall, and none
# once the kernel has been asked.

load ../lib/fwctl
load ../lib/table
load ../lib/watch

# capabilities WORD...: runs fwctl, and prints in their order what it kept (kept NAMES) and netlink
# sockets (socket), each as often as it comes
capabilities() {
	# The sanitizers' own search for leaks does not work while strace looks on.
	ASAN_OPTIONS=detect_leaks=0 host_run table timeout 60 strace -f -qq -o trace -e trace=capset,socket \
		"$FWCTL_BUILD/fwctl" "$@" > shown 2> said || { cat said; return 1; }
	sed -nE 's/.*capset\(.*effective=([^,]*), permitted=([^,]*), inheritable=0.*/kept \1 \2/p
		s/.*socket\(AF_NETLINK.*/socket/p' trace
}

# is_modest WORD...: it keeps one privilege before it asks, and none when it has asked
is_modest() {
	local order
	order=$(capabilities "$@" | uniq | paste -sd ' ')
	same "kept 1<<CAP_NET_ADMIN 1<<CAP_NET_ADMIN socket kept 0 0 $*" "$order $*"
}

@test "every program keeps CAP_NET_ADMIN alone, and drops it when the kernel has been asked" {
	command -v strace > /dev/null || skip "no strace"
	echo '-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 3 --dport 2 -t 600' > lines
	echo 'allow 22/tcp' > policy.conf
	local words wrong=0
	while read -r words; do
		# shellcheck disable=SC2086 # words
		is_modest $words || wrong=1
	done <<-EOF
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 600
		load lines
		list
		list -o json --sort timeout
		list --table expect
		list --count
		get -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2
		update -p udp -m 5
		stats
		stats --by src
		stats --warn 50 --crit 90
		flush -p udp
		flush --all
		flush --all --table expect
		policy check policy.conf
		policy apply policy.conf
		policy status -o json
		policy show
		policy diff policy.conf
		policy explain in tcp from 10.0.0.1 to 10.0.0.2:22
		policy reset
		watch --for 1
	EOF
	[ "$wrong" -eq 0 ]
	# Nothing is asked at all.
	same "kept 0 0" "$(capabilities load --dry-run lines)"
	same "" "$(capabilities list --help)"
}

# holds CAPABILITIES: that is what all threads of the watch have
holds() {
	same "$1" "$(cat "/proc/$watch_pid"/task/*/status | awk '$1 == "CapEff:" { print $2 }' | sort -u | paste -sd ' ')"
}

@test "a watch that only listens has none; one that will read the table has one" {
	watch
	wait_for 5 holds 0000000000000000
	watch_ends 0 INT
	watch --resync
	wait_for 5 holds 0000000000001000
	watch_ends 0 INT
}
