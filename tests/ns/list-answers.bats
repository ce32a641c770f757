#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl list when the kernel's answers are damaged or interrupted on their way: read again when
# nothing was shown yet, else said with exit 4; never a partial list that looks whole.

load ../lib/fwctl
load ../lib/faults

setup_file() {
	needs_private && faults_build
}

setup() {
	host_add one
	keep_flows one
	host_run one nft -f - <<-EOF
		table inet track {
			chain out {
				type filter hook output priority 0; policy accept;
				ct state new accept
			}
		}
	EOF
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run one bash -c 'for port in {1001..1500}; do echo x > /dev/udp/127.0.0.1/$port; done' \
		2> /dev/null
}

teardown() {
	hosts_remove
}

# with FAULT WORD...: fwctl list under that fault
with() {
	local fault=$1
	shift
	faulty one "$fault" list "$@"
}

# 500 flows are less than what is gathered before the first write (as xml: 100 of them).
@test "an interruption before anything is shown is made good by reading again" {
	for words in '' '-o json' '-o csv' '-o xml --dport 1001:1100' '-o table' '--sort bytes' '--sort src --limit 3' \
		'--count -p udp'; do
		# shellcheck disable=SC2086 # words
		expected=$(fwctl_in one list --quiet $words | sed -E 's/ [0-9]+ src/ src/; s/"timeout":[0-9]+//; s/,[0-9]+,127/,/; s/<timeout>[0-9]*//; s/[0-9]+$//; s/-t [0-9]+//' | sort)
		# shellcheck disable=SC2086 # words
		run --separate-stderr with intr:1 --quiet $words
		same "0 $words:" "$status $words:$stderr"
		same "$(wc -l <<< "$expected")" "${#lines[@]}"
		same "" "$stderr"
		hits 1
	done
}

@test "an interruption that does not end is said, after ten times" {
	for words in --count\ -p\ udp '--sort bytes' '--sort bytes --limit 2 -o json' '' '-o json'; do
		# shellcheck disable=SC2086 # words
		run -4 --separate-stderr with intr:1+ $words
		matches "$stderr" 'may be missing or doubled'
		lacks "$stderr" 'have been shown'
		[ "$(wc -l < "$BATS_TEST_TMPDIR/count")" -ge 10 ]
	done
	run -4 with intr:1+ --count -p udp
	lacks "$output" '^[0-9]+$'
}

@test "an interruption after something was shown is said, and what was shown stands" {
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run one bash -c 'for port in {2001..5000}; do echo x > /dev/udp/127.0.0.1/$port; done' \
		2> /dev/null
	run -4 --separate-stderr with intr:20 -o json
	hits 1
	[ "${#lines[@]}" -gt 2000 ]
	jq -c . <<< "$output" > /dev/null
	matches "$stderr" 'changed its shape|may be missing or doubled'
}

@test "counters that were reset are not read again" {
	run -4 --separate-stderr with intr:1 --zero
	hits 1
}

# Nothing was shown yet of so few; else it would be said as below.
@test "an answer that was cut short, lost or cannot be understood is asked for again" {
	for fault in cut:1 cut:2 long:1 long:3 zero:1 zero:2 nobufs:1 nobufs:2; do
		for format in text json xml; do
			[ $format != xml ] || set -- --dport 1001:1100
			run -0 --separate-stderr with $fault --quiet -o $format "$@"
			same "$fault $(fwctl_in one list --quiet -o $format "$@" | wc -l)" "$fault ${#lines[@]}"
			same "" "$stderr"
			hits 1
			set --
		done
	done
}

@test "when it stays so, that is said" {
	for fault in cut:1+ long:1+ zero:1+ nobufs:1+; do
		run -4 --separate-stderr with $fault
		matches "$stderr" 'cut short|be understood|buffer space'
		lacks "$stderr" 'have been shown'
	done
	run -4 --separate-stderr with zero:1 --zero
	matches "$stderr" 'be understood'
}

@test "damaged answers do no harm" {
	for fault in seq:1 flip:1 flip:1+; do
		for format in text json xml; do
			run --separate-stderr with $fault -o $format
			[ "$status" -le 4 ] || { echo "$fault: status $status"; false; }
		done
	done
	# An answer that belongs to nobody leaves a hole.
	run --separate-stderr with seq:1
	[ "$status" -ne 0 ] || [ "$(grep -c src= <<< "$output")" -lt 500 ]
}

@test "expectations are read with the same care" {
	run -4 --separate-stderr with intr:1+ --table expect
	lacks "$stderr" 'have been shown'
	run -4 --separate-stderr with cut:1+ --table expect
	run -4 --separate-stderr with nobufs:1+ --table expect
	run -0 --separate-stderr with nobufs:1 --table expect
	run -0 --separate-stderr with intr:1 --table expect
	matches "$stderr" ': 0 expectations have been shown'
}
