#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# apply --own: a table that other programs can neither change nor flush away.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private
}

setup() {
	policy_hosts
	policy apply --own 2> /dev/null || skip "the kernel has no owned tables that persist (Linux 6.9)"
}

# The namespace would live as long as what holds its table.
teardown() {
	policy reset > /dev/null
	hosts_remove
}

# holder: the process that holds the table, if there is one; not one that has ended.
holder() {
	local pid
	for pid in $(ip netns pids "$(host_ns m7500)"); do
		if grep -qs '^fwctl-owner$' "/proc/$pid/comm" && [ -e "/proc/$pid/exe" ]; then
			echo "$pid"
		fi
	done
}

@test "others can neither flush the table nor change it, and their own they can" {
	host_run m7500 nft add table inet other
	before=$(table)
	host_run m7500 nft flush ruleset
	same "$before" "$(table)"
	run -1 host_run m7500 nft add rule inet fwctl input accept
	run -1 host_run m7500 nft delete table inet fwctl
	same "$before" "$(table)"
	same "" "$(host_run m7500 nft list tables | grep other)"
	host_run outsider sh -c "ping -c 1 -W 1 -q $HOST4 > /dev/null"
}

@test "the holder has no privilege, no terminal, and nothing of its parent's open" {
	pid=$(holder)
	same "0000000000000000" "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$pid/status")"
	same "0000000000000000" "$(awk '$1 == "CapPrm:" { print $2 }' "/proc/$pid/status")"
	same 1 "$(find "/proc/$pid/fd" -type l | wc -l)"
	same / "$(readlink "/proc/$pid/cwd")"
	same "$pid" "$(awk '{ print $6 }' "/proc/$pid/stat")"
}

@test "the same policy is unchanged, and the holder stays; another one is held by another" {
	pid=$(holder)
	same unchanged "$(policy apply --own 2> /dev/null)"
	same unchanged "$(policy apply 2> /dev/null)"
	same "$pid" "$(holder)"
	lines "allow 22/tcp" > web.conf
	same applied "$(policy apply web.conf)"
	fails [ "$pid" = "$(holder)" ]
	host_run m7500 nft flush ruleset
	matches "$(policy show)" "allow 22/tcp"
	same true "$(policy status -o json | jq .owned)"
	matches "$(policy check web.conf)" "the table is owned"
}

@test "without its holder the table stays and can be changed; apply takes it over again" {
	before=$(table | tail -n +3)
	kill "$(holder)"
	wait_for 5 [ -z "$(holder)" ]
	matches "$(policy status)" "other programs from the table is gone"
	same false "$(policy status -o json | jq .owned)"
	same "$before" "$(table | tail -n +3)"
	same applied "$(policy apply 2> /dev/null)"
	host_run m7500 nft flush ruleset
	same "$before" "$(table | tail -n +3)"
}

@test "a trial of an owned table is owned as well, and the kernel goes back" {
	lines "allow 22/tcp" > web.conf
	policy apply --confirm 1s web.conf 2> /dev/null
	host_run m7500 nft flush ruleset
	matches "$(policy status)" "On trial"
	sleep 1.2
	matches "$(policy status)" "not confirmed in time"
	policy rollback
	host_run m7500 nft flush ruleset
	lacks "$(policy show)" "allow 22/tcp"
}

# What is refused is each of the first messages in turn, the transaction among them.
@test "an apply that fails leaves the old table in force, and owned" {
	command -v strace > /dev/null || skip "no strace to make calls fail"
	local number failed=0
	lines "allow 22/tcp" > web.conf
	for number in $(seq 14); do
		policy apply 2> /dev/null > /dev/null
		before=$(table)
		run host_run m7500 strace -qq -o trace -e trace=sendto,sendmsg \
			-e inject=sendto,sendmsg:error=ENOMEM:when="$number" "$FWCTL_BUILD/fwctl-policy" apply web.conf
		[ "$status" -ne 0 ] || continue
		failed=$((failed + 1))
		same "$before" "$(table)"
		same 1 "$(holder | wc -l)"
	done
	[ "$failed" -gt 5 ]
}

@test "where no process can be left behind nothing is changed" {
	command -v strace > /dev/null || skip "no strace to make calls fail"
	lines "allow 22/tcp" > web.conf
	before=$(table)
	run -1 host_run m7500 strace -qq -o trace -e inject=clone,clone3,fork:error=EAGAIN \
		"$FWCTL_BUILD/fwctl-policy" apply web.conf
	matches "$output" "leaving a process"
	same "$before" "$(table)"
	same 1 "$(holder | wc -l)"
}

@test "a table that another program owns is left alone, and it is named" {
	policy reset
	host_run m7500 nft -i < <(echo 'add table inet fwctl { flags owner; }'; sleep 3) > /dev/null &
	nft=$!
	wait_for 5 host_run m7500 nft list table inet fwctl > /dev/null 2>&1
	run -3 --separate-stderr policy apply
	matches "$stderr" "owned by 'nft'"
	wait $nft || :
}

@test "reset ends the holder" {
	policy reset
	same "" "$(holder)"
	same "" "$(host_run m7500 nft list tables)"
}
