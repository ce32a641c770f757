#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl list when system calls fail, are interrupted, or bring less than was sent: never a crash or a
# hang, 0 only when the whole table was shown, else a sentence.

load ../lib/fwctl

setup_file() {
	needs_private
	command -v strace > /dev/null || skip "no strace"
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
	flows=$(host_run one conntrack -C)
	# The sanitizers' own search for leaks does not work while strace looks on.
	export ASAN_OPTIONS=detect_leaks=0
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	hosts_remove
}

# inject WHAT COMMAND...: runs COMMAND in the host, with strace's fault WHAT in every thread.
inject() {
	local fault=$1
	shift
	host_run one timeout 20 strace -f -qq -o trace -e trace="${fault%%:*}" -e inject="$fault" "$@"
}

# whole: the last run showed every flow
whole() {
	same 0 "$status"
	same "$flows" "${#lines[@]}"
	matches "$stderr" ": $flows flow entries have been shown\.$"
}

# honest: the last run either showed every flow or said why not, and did not claim to be done.
honest() {
	[ "$status" -eq 0 ] && { whole; return; }
	between 1 4 "$status"
	matches "$stderr" "^fwctl list: [a-z].+"
	lacks "$stderr" "have been shown|Sanitizer|runtime error"
}

@test "interrupted system calls are called again" {
	for call in recvmsg sendto poll; do
		for when in 1 2 3 1+2; do
			run --separate-stderr inject "$call:error=EINTR:when=$when" \
				"$FWCTL_BUILD/fwctl" list
			whole
		done
	done
}

@test "the interruptions above were real" {
	run inject "recvmsg:error=EINTR:when=1+2" "$FWCTL_BUILD/fwctl" list
	matches "$(cat trace)" "recvmsg.*EINTR .*INJECTED"
}

@test "an overrun, at each read, is said" {
	for when in 1 2 3; do
		run --separate-stderr inject "recvmsg:error=ENOBUFS:when=$when" "$FWCTL_BUILD/fwctl" list
		honest
	done
	run --separate-stderr inject "recvmsg:error=ENOBUFS:when=1+" "$FWCTL_BUILD/fwctl" list
	between 1 4 "$status"
	honest
}

@test "answers that are cut short, at each read, are said" {
	for length in 0 1 15 16 17 20 100; do
		for when in 1 2; do
			run --separate-stderr inject "recvmsg:retval=$length:when=$when" \
				"$FWCTL_BUILD/fwctl" list
			between 1 4 "$status"
			honest
		done
	done
}

@test "no permission, no such protocol, no memory, no descriptors" {
	run -3 --separate-stderr inject socket:error=EPERM "$FWCTL_BUILD/fwctl" list
	honest
	run -3 --separate-stderr inject sendto:error=EPERM "$FWCTL_BUILD/fwctl" list
	honest
	matches "$stderr" CAP_NET_ADMIN
	run -3 --separate-stderr inject socket:error=EPROTONOSUPPORT "$FWCTL_BUILD/fwctl" list
	honest
	matches "$stderr" nfnetlink
	run -1 --separate-stderr inject socket:error=EMFILE "$FWCTL_BUILD/fwctl" list
	honest
	run -1 --separate-stderr inject bind:error=ENOMEM "$FWCTL_BUILD/fwctl" list
	honest
}

@test "a write that fails is said, also in the middle; one of a closed pipe is not" {
	run --separate-stderr inject write:error=EIO:when=1 "$FWCTL_BUILD/fwctl" list
	same 1 "$status"
	matches "$stderr" "Input/output error"
	run --separate-stderr inject write:error=EINTR:when=1 "$FWCTL_BUILD/fwctl" list
	whole
	run --separate-stderr inject write:error=EPIPE:when=1 "$FWCTL_BUILD/fwctl" list
	same 0 "$status"
	lacks "$stderr" "[Pp]ipe"
}

@test "while thousands of flows come and go, those that stay are there, each once" {
	host_run one "$FWCTL_BUILD/tests/bench/bench-fill" 20000
	# shellcheck disable=SC2016 # the inner shell expands it
	host_spawn one sh -c 'while :; do "$0/tests/bench/bench-fill" 5000 300000
		"$0/fwctl" flush -s 10.1.0.0/16 --quiet; done' "$FWCTL_BUILD" > /dev/null 2>&1
	for _ in 1 2; do
		run -0 --separate-stderr fwctl_in one list
		same 20000 "$(grep -oE 'src=10\.0\..*' <<< "$output" | cut -d' ' -f 1-4 | sort | uniq | wc -l)"
		same 20000 "$(grep -c ' src=10\.0\.' <<< "$output")"
	done
	host_kill "$host_pid" || :
}

# sees NUMBER...: fwctl list of a table whose number of buckets is each of these when it is asked
# for, in turn, and the last of them from then on: a pipe stands in the place of the setting, which
# is one for the whole machine.
sees() {
	mkfifo "$BATS_TEST_TMPDIR/buckets"
	(while :; do
		echo "$1" > "$BATS_TEST_TMPDIR/buckets"
		echo "$1" >> "$BATS_TEST_TMPDIR/told"
		[ $# -eq 1 ] || shift
		sleep 0.3
	done) 3>&- &
	local feeder=$! result=0
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run one unshare --mount sh -c 'mount --bind "$1" /proc/sys/net/netfilter/nf_conntrack_buckets &&
		exec timeout 60 "$2" --sort src --quiet' sees "$BATS_TEST_TMPDIR/buckets" "$FWCTL_BUILD/fwctl-list" || result=$?
	kill $feeder 2> /dev/null || :
	return $result
}

@test "a table that is resized while it is read is read again" {
	fwctl_in one list --sort src --quiet > expected
	run -0 --separate-stderr sees 1024 2048
	same "" "$stderr"
	same "$(wc -l < expected)" "${#lines[@]}"
	# Once before each of two readings, and once behind each; one may be told and not be heard.
	between 3 6 "$(wc -l < told)"
}
