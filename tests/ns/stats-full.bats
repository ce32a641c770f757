#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A table that is really full: what the kernel throws out and refuses is seen and explained. The
# limit is one of the machine, which others here need too, but each namespace counts its own flows
# against it: so the limit stays, and one namespace is filled up to it.

load ../lib/fwctl

setup_file() {
	needs_private
	limit=$(cat /proc/sys/net/netfilter/nf_conntrack_max)
	[ "$limit" -le 1000000 ] || skip "a table of $limit flows is too large to fill here"
	export limit
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	switch_add net
	host_add sender
	host_add table
	host_join sender eth0 net 10.0.0.2/24
	host_join table eth0 net 10.0.0.1/24
	host_run table nft 'add table inet track; add chain inet track in {
		type filter hook input priority 0; }; add rule inet track in ct state new accept'
	host_run sender ping -c 1 -q 10.0.0.1 > /dev/null
}

teardown() {
	hosts_remove
}

figure() {
	fwctl_in table stats -o json | jq -r "$1"
}

# sends COUNT: datagrams that each begin a flow in the table, if they can
sends() {
	host_run sender "$FWCTL_BUILD/tests/bench/bench-send" "$1" 10.0.0.1
}

@test "a full table: early_drop, drop, and what they mean" {
	same "0 0" "$(figure '"\(.counters.drop) \(.counters.early_drop)"')"
	# Nine in ten of what is there may not be thrown out.
	host_run table "$FWCTL_BUILD/tests/bench/bench-fill" $((limit - limit / 10))
	run -1 fwctl_in table stats --warn 80 --crit 99
	matches "$output" "^CONNTRACK WARNING - 9[0-9]\.[0-9]% of the table is in use"
	# Until flows of this kind are thrown out for others of it, or none is found where it looks.
	for _ in 1 2 3 4 5 6 7 8; do
		sends 60000
		[ "$(figure '.counters.drop > 0 and .counters.early_drop > 0')" = true ] && break
	done
	fwctl_in table stats > said
	grep -A 1 -E '^  drop +[1-9][0-9]*$' said |
		grep -q 'packets dropped because their flow could not be made: the table was full'
	grep -A 1 -E '^  early_drop +[1-9][0-9]*$' said |
		grep -q 'flows that were not assured, thrown out for new'
	same "$(host_run table conntrack -S | grep -oE ' early_drop=[0-9]+' | awk -F= '{ sum += $2 } END { print sum }')" \
		"$(figure .counters.early_drop)"
	between $((limit * 9 / 10)) "$limit" "$(figure .table.entries)"
	between 1 $((limit / 5)) "$(figure .flows.reclaimable)"
	run fwctl_in table stats --warn 80 --crit 90
	same 2 "$status"
	matches "$output" "^CONNTRACK CRITICAL - .* drop=[1-9][0-9]*c early_drop=[1-9][0-9]*c$"

	# It keeps nothing else from being done.
	run -0 --separate-stderr fwctl_in table policy apply
	same applied "$output"
	between $((limit * 8 / 10)) "$limit" "$(fwctl_in table list --quiet | wc -l)"
	run -0 fwctl_in table flush --all
	matches "$output" "[0-9]{4,} flow entries have been deleted"
}
