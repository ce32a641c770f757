#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl policy when the kernel's answers are damaged, are others', or come too late, and when clocks jump: the old policy
# or the new one, 0 only when it is the new one, else a sentence; never a crash, never a wait without
# an end.

load ../lib/fwctl
load ../lib/faults
load ../lib/policy

setup_file() {
	needs_private && faults_build
}

setup() {
	policy_hosts
	lines 'allow 22/tcp' 'timeout udp unreplied 11' > a.conf
	lines 'deny 22/tcp' 'allow 80/tcp' 'timeout udp unreplied 12' > b.conf
}

teardown() {
	hosts_remove
}

# with FAULT WORD...: fwctl policy under that fault, where a.conf is in force
with() {
	local fault=$1
	shift
	policy apply a.conf > /dev/null
	run faulty m7500 "$fault" policy "$@"
}

# honest: what the last apply of b.conf left is a whole policy, and what it said is true.
honest() {
	between 0 4 "$status"
	whole
	[ "$status" -ne 0 ] || same "$digest_b" "$(digest)"
	[ "$status" -eq 0 ] || matches "$output" "fwctl policy apply: [a-z].+"
	lacks "$output" "Sanitizer|runtime error"
}

@test "damaged answers, one or all: the old policy or the new one, and no wait without an end" {
	both_policies
	local fault
	for fault in $(some cut:1 cut:2 cut:3 cut:8 cut:1+ long:1 long:2 long:1+ zero:1 zero:2 flip:1 \
		flip:2 flip:3 flip:1+ seq:1 port:1); do
		with "$fault" apply b.conf
		honest
	done
	for fault in seq:2 port:1+; do
		with "$fault" apply b.conf
		honest
		matches "$output" "the kernel's answer did not come in 2 seconds"
	done
}

@test "whatever the kernel answers is said" {
	both_policies
	local number
	for number in $(some 1 2 4 11 12 16 17 22 28 85 95 105 133 4095); do
		with "err$number:2" apply b.conf
		honest
		hits 1
		between 1 4 "$status"
		matches "$output" "reading table inet fwctl: [A-Z]"
	done
}

@test "an answer that another process sent is none" {
	both_policies
	with forge:1+ apply b.conf
	same "0 applied" "$status $output"
	same "$digest_b" "$(digest)"
	[ "$(wc -l < count)" -gt 5 ]
	with forge:1+ status
	same 0 "$status"
}

@test "a ruleset that changes while it is read is read again, ten times" {
	both_policies
	with intr:2 apply b.conf
	same "0 applied" "$status $output"
	hits 1
	with intr:1+ apply b.conf
	honest
	same 4 "$status"
	matches "$output" "changed during each of 10 readings"
}

@test "a ruleset that changed since it was read is read again, and nothing of the change is lost" {
	both_policies
	export FAULT_COMMAND='nft add table inet noise; nft delete table inet noise'
	with stale:1 apply b.conf
	same "0 applied" "$status $output"
	hits 1
	same "$digest_b" "$(digest)"
	export FAULT_COMMAND='nft add chain inet fwctl theirs'
	with stale:1 apply b.conf
	same 0 "$status"
	hits 1
	whole
	export FAULT_COMMAND='nft add table inet noise; nft delete table inet noise'
	with stale:1+ apply b.conf
	honest
	same 1 "$status"
	matches "$output" "another program changes nftables all the time"
	same "$digest_a" "$(digest)"
}

@test "a clock that jumps makes a trial neither longer nor shorter" {
	policy apply a.conf
	policy apply --confirm 60s b.conf
	local jump
	for jump in 86400 -86400; do
		FAULT_CLOCK=$jump run -0 faulty m7500 none policy status
		matches "$output" "On trial for [1-6][0-9] more second"
	done
	FAULT_CLOCK=86400 run -0 faulty m7500 none policy confirm
	run -0 policy status
	lacks "$output" trial
	same 12 "$(timeout_of udp_timeout)"
	policy apply --confirm 1s a.conf
	sleep 1.1
	FAULT_CLOCK=-86400 run -1 faulty m7500 none policy confirm
	matches "$output" "too late"
}
