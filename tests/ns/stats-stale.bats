#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# stats --stale finds, and flush --stale deletes, the UDP flow whose sender goes on without an
# answer; not one that is answered, and not one whose sender has stopped.

load ../lib/fwctl

SENDER=10.5.0.1 SILENT=10.5.0.2

setup_file() {
	needs_private
}

setup() {
	switch_add net
	host_add sender
	keep_flows sender
	host_add silent
	host_join sender eth0 net $SENDER/24
	host_join silent eth0 net $SILENT/24
	host_run sender nft -f - <<-EOF
		table inet track {
			chain out { type filter hook output priority 0; ct state new accept; }
		}
	EOF
	# What is not answered, is not answered by ICMP either.
	host_run silent nft -f - <<-EOF
		table inet silence {
			chain in { type filter hook input priority 0; udp dport != 3 drop; }
		}
	EOF
	cd "$BATS_TEST_TMPDIR" || return
	host_spawn silent nc -n -u -k -l 3 < /dev/null > /dev/null 2>&1
	wait_for 5 host_listens silent udp 3
	# Port 1: once. Port 2: every half second. Port 3: an answer each time.
	host_run sender bash -c "echo x > /dev/udp/$SILENT/1"
	host_spawn sender bash -c "exec 4> /dev/udp/$SILENT/2; while echo x >&4; do sleep 0.5; done"
	wait_for 5 has_flow 2
}

teardown() {
	hosts_remove
}

has_flow() {
	host_run sender conntrack -L -p udp --dport "$1" 2> /dev/null | grep -q UNREPLIED
}

finds_port_2() {
	run -0 --separate-stderr fwctl_in sender stats --stale --interval 3
	same 1 "${#lines[@]}"
	matches "$output" "^udp .* \[UNREPLIED\]"
	matches "$output" "src=$SENDER dst=$SILENT .*dport=2 "
	matches "$stderr" "^fwctl stats: 1 of 2 unreplied UDP flows are kept alive by their sender alone"
}

@test "found by its timer, and by its packets" {
	has_flow 1
	finds_port_2
	fwctl_in sender stats --enable accounting > /dev/null
	host_run sender conntrack -D -p udp > /dev/null 2>&1
	host_run sender bash -c "echo x > /dev/udp/$SILENT/1"
	wait_for 5 has_flow 2
	finds_port_2
	run -0 --separate-stderr fwctl_in sender stats --stale --interval 3 -o json
	same 2 "$(jq .orig.dport <<< "$output")"
	same "" "$stderr"
	run -0 --separate-stderr fwctl_in sender stats --stale --dport 1 --interval 3
	same "" "$output"
}

@test "flush --stale deletes it and no other" {
	run -0 --separate-stderr fwctl_in sender flush --stale --dry-run
	matches "$output" "dport=2 "
	matches "$stderr" "1 flow entries would be deleted"
	run -0 --separate-stderr fwctl_in sender flush --stale
	same 1 "${#lines[@]}"
	matches "$output" "dport=2 "
	matches "$stderr" "1 flow entries have been deleted"
	has_flow 1
	run -2 fwctl_in sender flush --stale --all
	matches "$output" "give one of them"
}
