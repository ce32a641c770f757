#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# apply --revoke: flows that the new policy would not admit end, and all others go on.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private
}

setup() {
	policy_hosts
	keep_flows m7500
}

teardown() {
	hosts_remove
}

# stream HOST ADDRESS PORT: datagrams all the time from one port there; its process is $host_pid.
stream() {
	# shellcheck disable=SC2016 # the inner shell expands it
	host_spawn "$1" bash -c 'exec 5<> "/dev/udp/$0/$1" && while :; do
		echo hello >&5; sleep 0.05
	done' "$2" "$3" 2> /dev/null
}

# once HOST ADDRESS PORT: one datagram.
once() {
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run "$1" bash -c 'echo hello > "/dev/udp/$0/$1"' "$2" "$3"
}

# more_seen WHERE PORT NUMBER: NUMBER more than now, in a while.
more_seen() {
	wait_for 10 seen_at_least "$1" "$2" $(($(seen "$1" "$2") + $3))
}

# has_flow WORD...: whether list finds one at m7500.
has_flow() {
	fwctl_in m7500 list --exit-code --quiet "$@" > /dev/null
}

is_gone() {
	! kill -0 "$1" 2> /dev/null
}

# ended NUMBER: what apply says on stderr.
ended() {
	matches "$stderr" "(^|[^0-9])$1 flows? that it would not admit"
}

@test "a UDP flow whose line is gone ends with --revoke and goes on without; others lose nothing" {
	local kept cut
	lines "allow 7001/udp" "allow 7002/udp" "allow 7003/tcp" > old.conf
	echo "allow 7001/udp" > new.conf
	policy apply old.conf
	witness 7001 7002
	# A flow is established when it is answered.
	echo answer > answer.txt
	host_spawn m7500 nc -n -u -l -p 7001 < answer.txt > /dev/null
	host_spawn m7500 nc -n -u -l -p 7002 < answer.txt > /dev/null
	wait_for 10 host_listens m7500 udp 7001
	wait_for 10 host_listens m7500 udp 7002
	stream outsider "$HOST4" 7001
	kept=$host_pid
	stream outsider "$HOST4" 7002
	cut=$host_pid
	more_seen inside 7001 5
	more_seen inside 7002 5
	wait_for 10 has_flow -p udp --dport 7001 -u seen-reply
	wait_for 10 has_flow -p udp --dport 7002 -u seen-reply
	policy apply new.conf
	more_seen inside 7002 10
	run -10 --separate-stderr policy apply --revoke --exit-code new.conf
	same unchanged "$output"
	ended 1
	fails has_flow -p udp --dport 7002
	has_flow -p udp --dport 7001
	# One may have been on its way when the flow ended.
	more_seen arrived 7002 3
	local inside
	inside=$(seen inside 7002)
	more_seen arrived 7002 10
	same "$inside" "$(seen inside 7002)"
	run -0 --separate-stderr policy apply --revoke --exit-code new.conf
	ended 0
	host_kill "$kept" || :
	host_kill "$cut" || :
	same "$(seen arrived 7001)" "$(seen inside 7001)"
}

@test "a TCP connection whose line is gone ends at both ends, though its server goes on talking" {
	local server client other
	lines "allow 7001/tcp" "allow 7002/tcp" > old.conf
	echo "allow 7002/tcp" > new.conf
	policy apply old.conf
	# shellcheck disable=SC2016 # the inner shell expands it
	host_spawn m7500 bash -c 'while echo hello && sleep 0.02; do :; done | nc -n -l -k -p 7001'
	server=$host_pid
	# shellcheck disable=SC2016
	host_spawn m7500 bash -c 'while echo hello && sleep 0.02; do :; done | nc -n -l -p 7002'
	wait_for 10 host_listens m7500 tcp 7001
	wait_for 10 host_listens m7500 tcp 7002
	host_spawn outsider nc -n -d "$HOST4" 7001 > cut.txt
	client=$host_pid
	host_spawn outsider nc -n -d "$HOST4" 7002 > kept.txt
	other=$host_pid
	wait_for 10 test -s cut.txt
	wait_for 10 test -s kept.txt
	policy apply new.conf
	truncate -s 0 cut.txt
	wait_for 10 test -s cut.txt
	has_flow -p tcp --dport 7001 --state ESTABLISHED
	run -0 --separate-stderr policy apply --revoke new.conf
	ended 1
	wait_for 10 is_gone "$client"
	fails has_flow -p tcp --port 7001
	# The service is still there, and so is the other connection.
	host_listens m7500 tcp 7001
	kill -0 "$server"
	truncate -s 0 kept.txt
	wait_for 10 test -s kept.txt
	kill -0 "$other"
	has_flow -p tcp --dport 7002 --state ESTABLISHED
}

@test "directions, families and interfaces are those of the flow" {
	switch_add second
	host_join m7500 eth1 second 10.7.0.1/24 fd00:7::1/64
	host_add inside
	host_join inside eth0 second 10.7.0.2/24 fd00:7::2/64
	host_run m7500 sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
	host_run inside ip route add default via 10.7.0.1
	host_run outsider ip route add 10.7.0.0/24 via "$HOST4"
	lines "default allow incoming" "default allow routed" > open.conf
	policy apply open.conf
	# From both sides in, out on both sides, and through; and to itself.
	once outsider "$HOST4" 7001
	once inside 10.7.0.1 7001
	once outsider "$HOST6" 7001
	once m7500 "$OUTSIDER4" 7002
	once m7500 10.7.0.2 7002
	once inside "$OUTSIDER4" 7003
	once outsider 10.7.0.2 7003
	once m7500 "$HOST4" 7004
	for words in "-s $OUTSIDER4 --dport 7001" "-s 10.7.0.2 --dport 7001" "-f ipv6 --dport 7001" \
		"-d $OUTSIDER4 --dport 7002" "-d 10.7.0.2 --dport 7002" "-s 10.7.0.2 --dport 7003" \
		"-s $OUTSIDER4 --dport 7003" "--dport 7004"; do
		# shellcheck disable=SC2086 # words
		wait_for 10 has_flow -p udp $words
	done
	run -0 --separate-stderr policy apply --revoke open.conf
	ended 0
	lines "allow in on eth0 to any port 7001 proto udp" "deny out on eth1" \
		"route allow in on eth1 out on eth0" > new.conf
	run -0 --separate-stderr policy apply --revoke new.conf
	ended 3
	has_flow -p udp -s "$OUTSIDER4" --dport 7001
	has_flow -p udp -f ipv6 --dport 7001
	has_flow -p udp -d "$OUTSIDER4" --dport 7002
	has_flow -p udp -s 10.7.0.2 --dport 7003
	has_flow -p udp --dport 7004
	fails has_flow -p udp -s 10.7.0.2 --dport 7001
	fails has_flow -p udp -d 10.7.0.2 --dport 7002
	fails has_flow -p udp -s "$OUTSIDER4" --dport 7003
}

@test "a flow with a translated destination is judged by where it goes" {
	host_run m7500 nft -f - <<-EOF
		table ip elsewhere {
			chain to { type nat hook prerouting priority dstnat; udp dport 9001 redirect to :7001; }
		}
	EOF
	lines "allow 7001/udp" > old.conf
	lines "allow 9001/udp" > new.conf
	policy apply old.conf
	once outsider "$HOST4" 9001
	wait_for 10 has_flow -p udp --dport 9001
	run -0 --separate-stderr policy apply --revoke old.conf
	ended 0
	run -0 --separate-stderr policy apply --revoke new.conf
	ended 1
}

# expected: the data connection of FTP from m7500's port 20 is in the table, as an expected one.
expected() {
	has_flow -p tcp --sport 20 -u expected
}

@test "a flow that a helper expected goes with the flow that it belongs to" {
	lines "default deny outgoing" "allow proto tcp to any port 21 helper ftp" > ftp.conf
	policy apply ftp.conf
	host_spawn m7500 nc -n -l -p 21
	wait_for 10 host_listens m7500 tcp 21
	host_spawn outsider nc -n -l -p 1025 -k
	wait_for 10 host_listens outsider tcp 1025
	mkfifo control data
	exec 7<> control 8<> data
	host_spawn outsider nc -n "$HOST4" 21 < control > /dev/null
	wait_for 10 has_flow -p tcp --dport 21 --state ESTABLISHED
	# The helper looks for commands only behind a line that it has seen.
	printf 'USER x\r\n' >&7
	sleep 0.3
	printf 'PORT %s,4,1\r\n' "${OUTSIDER4//./,}" >&7
	wait_for 10 fwctl_in m7500 list --table expect --exit-code --quiet
	host_spawn m7500 nc -n -p 20 "$OUTSIDER4" 1025 < data > /dev/null
	wait_for 10 expected
	run -0 --separate-stderr policy apply --revoke ftp.conf
	ended 0
	expected
	echo "default deny outgoing" > none.conf
	run -0 --separate-stderr policy apply --revoke none.conf
	ended 2
	fails expected
	exec 7>&- 8>&-
}

@test "--revoke and --confirm exclude each other, and nothing is done" {
	echo "allow 7001/udp" > new.conf
	run -2 policy apply --revoke --confirm 10s new.conf
	matches "$output" "could not bring back"
	run -0 policy status
	same "Status: inactive" "$output"
}
