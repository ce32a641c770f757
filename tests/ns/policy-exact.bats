#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Random policies in the kernel, and random packets through them: each fares as the evaluator behind
# `policy explain` says. FWCTL_SEED=N runs that seed alone, FWCTL_ROUNDS=N more of them.

load ../lib/fwctl
load ../lib/policy
load ../lib/wire

PACKETS=400

setup_file() {
	needs_private
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	wire_add m7500
}

teardown() {
	hosts_remove
}

# differing: packets that fared otherwise than wanted: "WANTED GOT PACKET"
differing() {
	paste -d ' ' wanted got packets | awk '
		$1 == "blocked" { if ($2 != "drop" && $2 != "reject") print; next }
		$1 == "limit" { if ($2 != "accept" && $2 != "reject") print; next }
		$1 == "limit-blocked" { if ($2 == "lost") print; next }
		$1 != $2'
}

# round SEED
round() {
	"$FWCTL_BUILD/tests/wire/random" "$1" $PACKETS || return
	policy apply policy.conf > apply.log 2>&1 || { echo "FWCTL_SEED=$1"; cat apply.log; return 1; }
	verdicts m7500 < packets > got || return
	differing > wrong
	cat got >> all
	[ ! -s wrong ] && return
	echo "FWCTL_SEED=$1, wanted, got, packet:"
	head -20 wrong
	policy show
	return 1
}

@test "hundreds of random packets a policy: the kernel and the evaluator agree" {
	local number rounds=${FWCTL_ROUNDS:-8} seed
	seed=$(date +%s)
	for ((number = 1; number <= rounds; number++)); do
		# One half is the same in every run, the other half is new.
		round "${FWCTL_SEED:-$((number % 2 ? number : seed + number))}"
		[ -z "${FWCTL_SEED-}" ] || return 0
	done
	same "accept drop reject" "$(sort -u all | paste -s -d ' ')"
}

@test "and when the ruleset is not that of the policy, it is found" {
	printf 'default deny incoming\n' > other.conf
	"$FWCTL_BUILD/tests/wire/random" 1 $PACKETS
	policy apply policy.conf
	policy apply other.conf
	verdicts m7500 < packets > got
	differing > wrong
	[ -s wrong ]
}
