#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --netns, and what reading a real table has in common with every command.

load ../lib/fwctl

setup_file() {
	needs_private
}

setup() {
	host_add other
	keep_flows other
	# Tracking starts with the first rule that asks for it; here is one flow, lo to lo.
	host_run other nft -f - <<-EOF
		table inet track {
			chain out {
				type filter hook output priority 0; policy accept;
				ct state new accept
			}
		}
	EOF
	echo hello | host_run other nc -n -u -q 0 -w 1 -p 62222 127.0.0.1 61111 || :
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	hosts_remove
}

# lists_the_flow COMMAND...: its stdout has the one flow
lists_the_flow() {
	run -0 --separate-stderr "$@"
	matches "$output" "sport=62222 dport=61111"
	matches "$stderr" "^fwctl [0-9.]+: [12] flow entries have been shown.$"
}

@test "--netns takes a name, a process, or a path, with and without an equals sign" {
	lists_the_flow fwctl --netns "$(host_ns other)" list -p udp
	lists_the_flow fwctl --netns="$(host_ns other)" list -p udp
	lists_the_flow fwctl --netns "/run/netns/$(host_ns other)" list -p udp
	host_spawn other sleep 60
	wait_for 5 test "/proc/$host_pid/ns/net" -ef "/run/netns/$(host_ns other)"
	lists_the_flow fwctl --netns "$host_pid" list -p udp
	lists_the_flow fwctl --netns "/proc/$host_pid/ns/net" list -p udp
	# And without it, this namespace is looked at, where there is no such flow.
	run -0 --separate-stderr fwctl list -p udp
	same "" "$output"
}

@test "a network namespace that is none gets a sentence" {
	touch file
	mkdir folder
	mkfifo fifo
	for where in nowhere 999999999 0 -1 ./nothing ./file ./folder ./fifo /proc/self/ns/mnt /dev/zero . .. ''; do
		run --separate-stderr timeout 5 "$FWCTL_BUILD/fwctl" --netns="$where" list
		between 1 3 "$status"
		same "" "$output"
		matches "$stderr" "^fwctl: .*(namespace|netns)"
	done
}

@test "entering another's namespace without the privilege is exit 3" {
	run -3 --separate-stderr setpriv --bounding-set -all --inh-caps -all \
		"$FWCTL_BUILD/fwctl" --netns "/run/netns/$(host_ns other)" list
	same "" "$output"
	matches "$stderr" "not yours|permitted|[Pp]ermission"
}

@test "without CAP_NET_ADMIN, in one's own namespace: one sentence and exit 3" {
	run -3 --separate-stderr host_run other setpriv --bounding-set -net_admin \
		"$FWCTL_BUILD/fwctl" list
	same "" "$output"
	matches "$stderr" "not yours|permitted|[Pp]ermission"
	between 1 2 "${#stderr_lines[@]}"
}

@test "output that goes nowhere: a full disk, a closed stdout, a reader that leaves" {
	run -1 --separate-stderr host_run other sh -c "'$FWCTL_BUILD/fwctl' list > /dev/full"
	matches "$stderr" "No space left on device"
	run -1 --separate-stderr host_run other sh -c "'$FWCTL_BUILD/fwctl' list >&-"
	matches "$stderr" "Bad file descriptor"
	# A table that is larger than any pipe holds, and a reader of one line.
	many_flows 3000
	run -0 --separate-stderr host_run other bash -c \
		"set -o pipefail; '$FWCTL_BUILD/fwctl' list | head -n 1"
	same 1 "${#lines[@]}"
	lacks "$stderr" "[Ee]rror|pipe"
}

# many_flows COUNT: UDP flows to as many ports
many_flows() {
	host_run other bash -c "
		for ((port = 1; port <= $1; port++)); do
			echo x > /dev/udp/127.0.0.1/\$port
		done" 2> /dev/null
	between "$1" $(($1 * 2 + 10)) "$(host_run other conntrack -C)"
}

@test "all standard files closed: what is asked is still done, and no record lands in a socket" {
	run -1 host_run other bash -c "'$FWCTL_BUILD/fwctl' list <&- >&- 2>&-"
	run -0 --separate-stderr host_run other bash -c "'$FWCTL_BUILD/fwctl' list <&- 2>&-"
	matches "$output" "sport=62222 dport=61111"
}

@test "the output is the same in every locale" {
	expected=$(fwctl_in other list -p udp --quiet | sed -E 's/^(udp +17) [0-9]+/\1/')
	for locale in C C.UTF-8 tr_TR.UTF-8 de_DE.UTF-8 xx_XX; do
		same "$expected" "$(LC_ALL=$locale LANG=$locale fwctl_in other list -p UDP --quiet |
			sed -E 's/^(udp +17) [0-9]+/\1/')"
	done
}
