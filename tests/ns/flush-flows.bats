#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl flush: what it deletes, what it spares, and what it says of it.

load ../lib/fwctl
load ../lib/table

# flow WORD...: makes one flow, by an independent tool
flow() {
	host_run table conntrack -I -t 600 "$@" > /dev/null 2> making ||
		{ cat making; return 1; }
}

# udp_flow SOURCE-PORT DESTINATION-PORT [WORD...]
udp_flow() {
	local source=$1 destination=$2
	shift 2
	flow -p udp -s 10.0.0.1 -d 10.0.0.2 --sport "$source" --dport "$destination" "$@"
}

# many_flows FIRST LAST DESTINATION-PORT: one flow a source port
many_flows() {
	seq "$1" "$2" | awk -v port="$3" '{
		print "-A -t 600 -p udp -s 10.0.0.1 -d 10.0.0.2 --sport " $1 " --dport " port
	}' > lines
	host_run table conntrack -R lines > /dev/null 2>&1
}

flush() {
	run --separate-stderr fwctl_in table flush "$@"
}

# deleted COUNT: the last flush said that it deleted so many, and that all went well
deleted() {
	same 0 "$status"
	matches "${stderr_lines[-1]}" "^fwctl [0-9.]+: $1 flow entries have been deleted.$"
}

left() {
	same "$1" "$(host_run table conntrack -C)"
}

mixed_table() {
	udp_flow 1 53
	udp_flow 2 53 -u SEEN_REPLY
	udp_flow 3 443 -u SEEN_REPLY,ASSURED -m 7
	flow -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 4 --dport 80 --state ESTABLISHED -u SEEN_REPLY
	flow -p udp -s fd00::1 -d fd00::2 --sport 5 --dport 53
	flow -p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 77
	flow -p icmpv6 -s fd00::1 -d fd00::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 78
	flow -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 6 --dport 7 --state ESTABLISHED \
		--orig-vtag 1 --reply-vtag 2
	flow -p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 9 --dstkey 10
	flow -p 51 -s 10.0.0.3 -d 10.0.0.4
	flow -p 50 -s 10.0.0.3 -d 10.0.0.4
	left 11
}

@test "without a filter it refuses, and so does --all with one" {
	udp_flow 1 53
	flush
	same 2 "$status"
	matches "$stderr" "without a filter this would delete everything"
	matches "$stderr" "--all"
	flush --all -p udp
	same 2 "$status"
	matches "$stderr" "--proto udp"
	for wrong in "--dport 99999" "--dport abc" "--dport 30-5" "-u nonsense" "-m banana" "-f ipv4x"; do
		# shellcheck disable=SC2086 # an option and its value
		flush $wrong
		same 2 "$status"
		same "" "$output"
	done
	left 1
}

@test "each kind of flow is deleted by its own filter, and the line is that of list" {
	local filter line
	while read -r filter; do
		mixed_table
		# shellcheck disable=SC2086 # words of the command line
		line=$(fwctl_in table list $filter --quiet | without_timeout)
		# shellcheck disable=SC2086
		flush $filter
		deleted "$(wc -l <<< "$line")"
		same "$line" "$(without_timeout <<< "$output")"
		# shellcheck disable=SC2086
		same "" "$(fwctl_in table list $filter --quiet)"
		left $((11 - $(wc -l <<< "$line")))
		host_run table conntrack -F 2> /dev/null
	done <<-EOF
		-p udp
		-f ipv6
		-p tcp --state ESTABLISHED
		-p icmp --icmp-id 77
		-p icmpv6
		-p sctp --sport 6
		-p gre --orig-key 10
		-p 50
		-m 7
		--addr 10.0.0.0/24 --port 53
		--not -p udp
	EOF
}

# The countdown may have moved on between two readings.
without_timeout() {
	sed -E 's/^([a-z0-9]+ +[0-9]+) [0-9]+/\1/'
}

@test "nothing matches: 0, and exit 0" {
	udp_flow 1 53
	flush -p tcp
	deleted 0
	same "" "$output"
	left 1
}

@test "unreplied spares every replied flow" {
	udp_flow 1 53
	udp_flow 2 53 -u SEEN_REPLY
	udp_flow 3 53 -u SEEN_REPLY,ASSURED
	flush -u unreplied
	deleted 1
	matches "$output" "sport=1 .*UNREPLIED"
	left 2
	flush -u '!assured'
	deleted 1
	matches "$output" "sport=2 "
	left 1
}

@test "a filter on an IPv6 NAT address looks at the address" {
	flow -p udp -s fd00::1 -d fd00::2 --sport 1 --dport 53 -n fd00::99
	flow -p udp -s fd00::1 -d fd00::3 --sport 1 --dport 53 -n fd00::77
	flush -n fd00::55
	deleted 0
	flush -n fd00::77
	deleted 1
	matches "$output" "dst=fd00::77"
	left 1
}

@test "zones: of the same tuple in two of them, only the one that was meant" {
	udp_flow 1 53
	udp_flow 1 53 -w 5
	udp_flow 3 53 --orig-zone 6
	udp_flow 2 53 --reply-zone 7
	left 4
	flush -w 5
	deleted 1
	flush --orig-zone 6
	deleted 1
	flush --reply-zone 7
	deleted 1
	same 1 "$(host_run table conntrack -L 2> /dev/null | grep -c 'sport=1 dport=53 \[UNREPLIED\]')"
	left 1
}

@test "one flow named by its whole tuple" {
	udp_flow 1 53
	udp_flow 2 53
	flush -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 53
	deleted 1
	flush -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 53
	deleted 0
	left 1
	# Whatever zone it is in: a filter without a zone is about all of them.
	udp_flow 1 53 -w 5
	udp_flow 1 53 -w 6
	flush -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -w 6
	deleted 1
	flush -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53
	deleted 2
	left 0
}

@test "a dry run shows and counts, and deletes nothing" {
	udp_flow 1 53
	udp_flow 2 53
	flush --dport 53 --dry-run
	same 0 "$status"
	same 2 "${#lines[@]}"
	matches "$stderr" "2 flow entries would be deleted"
	flush --all --dry-run
	same 2 "${#lines[@]}"
	left 2
}

@test "--all empties the table; asked for a format, it shows each flow" {
	mixed_table
	flush --all
	deleted 11
	same "" "$output"
	left 0
	mixed_table
	flush --all -o json
	same 0 "$status"
	same 11 "$(jq -s 'map(.proto) | length' <<< "$output")"
	left 0
}

@test "--quiet shows nothing, but what is asked for" {
	udp_flow 1 53
	flush --dport 53 --quiet
	same 0 "$status"
	same "" "$output$stderr"
	left 0
	udp_flow 1 53
	flush --dport 53 --quiet -o json
	same 53 "$(jq .orig.dport <<< "$output")"
	same "" "$stderr"
}

@test "more flows than one batch: all of them, each shown once" {
	many_flows 1 1000 53
	many_flows 1 700 443
	flush --dport 53
	deleted 1000
	same 1000 "$(grep -o 'sport=[0-9]* dport=53 ' <<< "$output" | sort -u | wc -l)"
	left 700
}

@test "two at once: both succeed, and every flow is counted by one of them" {
	local first second
	many_flows 1 4000 53
	fwctl_in table flush --dport 53 > a 2> a.err &
	first=$!
	fwctl_in table flush --sport 1:4000 > b 2> b.err &
	second=$!
	wait "$first"
	wait "$second"
	same 4000 "$(sort -u a b | wc -l)"
	same 4000 "$(cat a b | wc -l)"
	same 4000 "$(cat a.err b.err | awk '{ sum += $3 } END { print sum }')"
	left 0
}

@test "a flow that is made anew between the reading and the deleting survives" {
	command -v strace > /dev/null || skip "needs strace"
	udp_flow 1 53
	# The first message asks for the IPv4 table, which the kernel begins to read at once; the second
	# asks for IPv6 and is held back, and the third deletes.
	# LeakSanitizer cannot look on while strace does.
	ASAN_OPTIONS=detect_leaks=0 host_spawn table strace -f -qq -o trace -e trace=sendto \
		-e inject=sendto:delay_enter=12s:when=2 "$FWCTL_BUILD/fwctl" flush --dport 53 \
		> shown 2> said
	wait_for 30 grep -q 'sendto.*= ' trace
	host_run table conntrack -D -p udp --sport 1 > /dev/null 2>&1
	# The kernel makes a flow's id of where it lies in memory and of its tuple, so the place of the
	# old one must be somebody else's before the same tuple comes again.
	sleep 0.3
	for i in $(seq 100 140); do udp_flow "$i" 99; done
	udp_flow 1 53
	wait "$host_pid"
	matches "$(cat said)" ": 0 flow entries have been deleted"
	same "" "$(cat shown)"
	left 42
}

@test "-u unreplied spares the flow that gets its answer between the reading and the deleting" {
	command -v strace > /dev/null || skip "needs strace"
	local i
	for i in 1 2 3; do
		fwctl_in table create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport "$i" --dport 53 -t 600 -u unset > /dev/null 2>&1
	done
	# The first message asks for the table, the next for the flows once more, or deletes them.
	ASAN_OPTIONS=detect_leaks=0 host_spawn table strace -f -qq -o trace -e trace=sendto \
		-e inject=sendto:delay_enter=1s:when=2 "$FWCTL_BUILD/fwctl" flush -u unreplied > shown 2> said
	wait_for 30 grep -q 'sendto.*= ' trace
	sleep 0.3
	host_run table conntrack -U -p udp -s 10.0.0.1 --orig-port-src 2 -u SEEN_REPLY > /dev/null 2>&1
	wait "$host_pid"
	matches "$(cat said)" ": 2 flow entries have been deleted"
	same "sport=1 sport=3" "$(grep -o 'src=10.0.0.1 dst=10.0.0.2 sport=[0-9]*' shown | grep -o 'sport=.*' | sort | xargs)"
	same 2 "$(fwctl_in table list -o json --quiet | jq .orig.sport)"
}

@test "--stale spares the flow that gets its answer meanwhile, too" {
	command -v strace > /dev/null || skip "needs strace"
	host_run table sysctl -qw net.netfilter.nf_conntrack_acct=1
	# Datagrams that nobody answers.
	host_run table nft "add table inet t; add chain inet t c { type filter hook input priority 0; }
		add rule inet t c udp dport 9 drop; add rule inet t c ct state new"
	host_spawn table bash -c 'exec 7<> /dev/udp/127.0.0.1/9; while :; do echo x >&7; sleep 0.5; done' 2> /dev/null
	sending=$host_pid
	# Two readings of the table, and the flows once more.
	ASAN_OPTIONS=detect_leaks=0 host_spawn table strace -f -qq -o trace -e trace=sendto \
		-e inject=sendto:delay_enter=1s:when=3 "$FWCTL_BUILD/fwctl" flush --stale --dport 9 > shown 2> said
	flushing=$host_pid
	wait_for 30 sends 2
	sleep 0.3
	host_run table conntrack -U -p udp -d 127.0.0.1 --orig-port-dst 9 -u SEEN_REPLY > /dev/null 2>&1
	wait "$flushing"
	host_kill "$sending" || :
	matches "$(cat said)" ": 0 flow entries have been deleted"
	same "" "$(cat shown)"
}

@test "while others make flows, what matched at the start is deleted" {
	many_flows 1 2000 53
	host_spawn table bash -c 'while :; do echo x > /dev/udp/127.0.0.1/9; done' 2> /dev/null
	flush --sport 1:2000 --dport 53
	host_kill "$host_pid" || :
	deleted 2000
	same "" "$(fwctl_in table list --dport 53 --quiet)"
}

@test "output that goes nowhere: the flows are deleted all the same" {
	many_flows 1 3000 53
	run -0 --separate-stderr host_run table bash -c \
		"set -o pipefail; '$FWCTL_BUILD/fwctl' flush --dport 53 | head -n 1"
	same 1 "${#lines[@]}"
	left 0
	many_flows 1 3000 53
	run -1 --separate-stderr host_run table sh -c \
		"'$FWCTL_BUILD/fwctl' flush --dport 53 > /dev/full"
	matches "$stderr" "No space left on device"
	left 0
}

@test "--keep-mine spares the flow that SSH_CONNECTION names" {
	flow -p tcp -s 10.0.0.9 -d 10.0.0.2 --sport 40000 --dport 22 --state ESTABLISHED
	flow -p tcp -s 10.0.0.9 -d 10.0.0.2 --sport 40001 --dport 22 --state ESTABLISHED
	SSH_CONNECTION="10.0.0.9 40000 10.0.0.2 22" flush -p tcp --keep-mine
	deleted 1
	matches "$output" "sport=40001"
	left 1
	SSH_CONNECTION="10.0.0.9 40000 10.0.0.2 22" flush --all --keep-mine
	deleted 0
	left 1
	SSH_CONNECTION="" flush --all --keep-mine
	deleted 1
	matches "$stderr" "no ssh session"
	left 0
	# sshd writes the interface of a link-local address, too.
	flow -p tcp -s fe80::9 -d fe80::2 --sport 40000 --dport 22 --state ESTABLISHED
	SSH_CONNECTION="fe80::9%eth0 40000 fe80::2%eth0 22" flush --all --keep-mine
	deleted 0
	left 1
}

@test "--keep-mine finds the connection of an sshd that started it, without its variables" {
	cp "$(command -v bash)" sshd
	host_run table nft -f - <<-EOF
		table inet track {
			chain out {
				type filter hook output priority 0; policy accept;
				ct state new accept
			}
		}
	EOF
	host_spawn table nc -l -n 127.0.0.1 22
	wait_for 5 host_listens table tcp 22
	udp_flow 1 53
	run -0 --separate-stderr host_run table env -u SSH_CONNECTION ./sshd -c \
		"exec 3<> /dev/tcp/127.0.0.1/22; '$FWCTL_BUILD/fwctl' flush --all --keep-mine; :"
	deleted 1
	matches "$(host_run table conntrack -L 2> /dev/null)" "dport=22 "
	left 1
}

@test "not permitted: exit 3, and nothing is said to be deleted" {
	udp_flow 1 53
	run -3 --separate-stderr host_run table setpriv --bounding-set -net_admin \
		"$FWCTL_BUILD/fwctl" flush --dport 53
	same "" "$output"
	lacks "$stderr" "have been deleted"
	left 1
}

# ftp_announces: an FTP session of `table` with itself, whose client announces port 1025
ftp_announces() {
	host_run table nft -f - <<-EOF
		table inet ftp {
			ct helper ftp {
				type "ftp" protocol tcp
			}
			chain out {
				type filter hook output priority 0; policy accept;
				tcp dport 21 ct helper set "ftp"
			}
		}
	EOF
	host_spawn table nc -l -n 127.0.0.1 21 < /dev/null > /dev/null
	wait_for 5 host_listens table tcp 21
	# The helper looks for commands only behind a line that it has seen.
	mkfifo commands
	exec 7<> commands
	host_spawn table nc -n 127.0.0.1 21 < commands > /dev/null 7>&-
	printf 'USER x\r\n' >&7
	sleep 0.2
	printf 'PORT 127,0,0,1,4,1\r\n' >&7
	exec 7>&-
	wait_for 5 expects 1
}

expects() {
	[ "$(host_run table conntrack -C expect)" -eq "$1" ]
}

@test "expectations: by filter, all of them, and none that does not fit" {
	ftp_announces
	flush --table expect -p udp
	same 0 "$status"
	matches "$stderr" ": 0 expectations have been deleted"
	flush --table expect -u assured
	same 2 "$status"
	flush --table expect
	same 2 "$status"
	flush --table expect -p tcp --dport 1025 --dry-run -o json
	same 1025 "$(jq .expected.dport <<< "$output")"
	expects 1
	flush --table expect -p tcp --dport 1025
	same 0 "$status"
	matches "$output" "proto=6 .*dport=1025 "
	matches "$stderr" ": 1 expectations have been deleted"
	expects 0
}

# An FTP session from that port, and the connection that it announces: the same in each zone.
expected_from() {
	local zone=$1 port=$2
	fwctl_in table create -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport "$port" --dport 21 -t 100 --state ESTABLISHED \
		--helper ftp -w "$zone" --quiet
	fwctl_in table create --table expect -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport "$port" --dport 21 -w "$zone" \
		--tuple-dst 10.0.0.1 --tuple-port-dst "$port" --quiet
}

@test "expectations: of flows in zones, too" {
	local zone
	for zone in 0 5 6; do expected_from $zone 1025; done
	expected_from 7 1026
	expects 4
	# The kernel tells no zone, so a filter cannot ask for one.
	flush --table expect -w 6
	same 2 "$status"
	flush --table expect --dport 1026
	matches "$stderr" ": 1 expectations have been deleted"
	expects 3
	flush --table expect --all
	same 0 "$status"
	matches "$stderr" ": 3 expectations have been deleted"
	expects 0
}
