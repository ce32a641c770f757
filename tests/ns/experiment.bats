#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The experiment: a host behind the embedded default policy reaches out over UDP from port 62222 to
# port 61111 of another, gets its answers while the flow lives, and nothing before or after. The
# addresses, ports and timeouts are those of the article in the README. nc, ping, conntrack and nft
# are the witnesses that are not fwctl.

load ../lib/fwctl

CLIENT4=192.168.86.56 SERVER4=192.168.86.58 OUTSIDER4=192.168.86.99
CLIENT6=fd00:86::56 SERVER6=fd00:86::58 OUTSIDER6=fd00:86::99

setup_file() {
	needs_private
}

setup() {
	switch_add switch
	host_add m7500
	host_add m4800
	host_add outsider
	host_join m7500 eth0 switch $CLIENT4/24 $CLIENT6/64
	host_join m4800 eth0 switch $SERVER4/24 $SERVER6/64
	host_join outsider eth0 switch $OUTSIDER4/24 $OUTSIDER6/64
	# Sees what arrives, before any firewall and before tracking.
	host_run m7500 nft -f - <<-EOF
		table inet witness {
			counter arrived { }
			chain arrived {
				type filter hook prerouting priority -400; policy accept;
				udp dport 62222 counter name arrived
			}
		}
	EOF
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	hosts_remove
}

# ---- the two ends of the conversation -------------------------------------------------------------

# talk CLIENT-ADDRESS SERVER-ADDRESS: nc at both ends; say and heard speak through them.
talk() {
	mkfifo server.in client.in
	exec 5<> server.in 6<> client.in
	host_spawn m4800 nc -n -u -l "$2" 61111 < server.in > server.out 2>&1
	wait_for 5 host_listens m4800 udp 61111
	host_spawn m7500 nc -n -u -s "$1" -p 62222 "$2" 61111 < client.in > client.out 2>&1
}

# say server|client TEXT
say() {
	case $1 in
	server) echo "$2" >&5 ;;
	client) echo "$2" >&6 ;;
	esac
}

# heard server|client TEXT: within 5 seconds
heard() {
	wait_for 5 grep -qx "$2" "$1.out"
}

arrived() {
	host_run m7500 nft list counter inet witness arrived | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

arrived_more_than() {
	[ "$(arrived)" -gt "$1" ]
}

# blocked TEXT COMMAND...: the packet that COMMAND sends arrives at the client's device, and the
# client does not hear TEXT.
blocked() {
	local text=$1 before
	shift
	before=$(arrived)
	"$@"
	wait_for 5 arrived_more_than "$before"
	# It takes nc no longer to write what it got.
	sleep 0.3
	fails grep -qx "$text" client.out
}

# send_from HOST FROM-ADDRESS FROM-PORT TO-ADDRESS TEXT: one datagram to the client's port
send_from() {
	echo "$5" | host_run "$1" nc -n -u -q 0 -w 1 -s "$2" -p "$3" "$4" 62222 > send.out 2>&1 || :
}

# ---- what fwctl and conntrack say of it -------------------------------------------------------------

flow() {
	fwctl_in m7500 list -p udp --sport=62222 --dport=61111 --quiet
}

no_flow() {
	[ -z "$(flow)" ]
}

# The number in the third column.
timer() {
	flow | awk '{ print $3 }'
}

# flow_reads REGEX: fwctl's line is that, and is conntrack's but for the second that may have passed.
flow_reads() {
	local line
	line=$(flow)
	matches "$line" "$1"
	same "$(host_run m7500 conntrack -L -p udp --sport=62222 --dport=61111 2> conntrack.err |
		awk '{ $3 = "T"; print }')" "$(echo "$line" | awk '{ $3 = "T"; print }')"
}

policy_applied() {
	run -0 fwctl_in m7500 policy apply
	matches "$output" applied
}

# ---- the article ----------------------------------------------------------------------------------

@test "status verbose of the embedded default prints the article's four lines" {
	policy_applied
	run -0 fwctl_in m7500 policy status verbose
	same "Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), deny (routed)
New profiles: skip" "$(echo "$output" | head -4)"
}

# states CLIENT SERVER: the three states with the article's timeouts
states() {
	local there="src=$1 dst=$2 sport=62222 dport=61111"
	local back="src=$2 dst=$1 sport=61111 dport=62222"
	policy_applied
	talk "$1" "$2"
	no_flow

	say client hello
	heard server hello
	flow_reads "^udp +17 (30|2[5-9]) $there \[UNREPLIED\] $back mark=0 use=1$"

	say server answer
	heard client answer
	flow_reads "^udp +17 (30|2[5-9]) $there $back mark=0 use=1$"

	# A flow is a stream, to today's kernels, when there is traffic after its first two seconds.
	sleep 2.1
	say client more
	heard server more
	flow_reads "^udp +17 (120|11[5-9]) $there $back \[ASSURED\] mark=0 use=1$"

	local before
	before=$(timer)
	sleep 2
	between 1 $((before - 1)) "$(timer)"
}

@test "a flow is unreplied, then replied with 30 seconds, then assured with 120 (IPv4)" {
	states $CLIENT4 $SERVER4
}

@test "a flow is unreplied, then replied with 30 seconds, then assured with 120 (IPv6)" {
	states $CLIENT6 $SERVER6
}

# expires CLIENT SERVER OUTSIDER: who gets in while the flow lives, and who after
expires() {
	policy_applied
	talk "$1" "$2"
	blocked early send_from m4800 "$2" 61112 "$1" early

	say client hello
	heard server hello
	say server answer
	heard client answer
	blocked intruder send_from outsider "$3" 61111 "$1" intruder
	sleep 2.1

	# From here on short, or this test would take two minutes.
	fwctl_in m7500 policy timeout udp unreplied 8 replied 8
	say client more
	heard server more
	flow_reads "ASSURED"
	between 1 8 "$(timer)"
	say server "answer again"
	heard client "answer again"

	wait_for 20 no_flow
	blocked late say server late
	blocked intruder send_from outsider "$3" 61111 "$1" intruder
	# What the client says now opens a flow again.
	say client "hello again"
	heard server "hello again"
	say server welcome
	heard client welcome
}

@test "answers pass until the flow expires, then they are blocked; outsiders always (IPv4)" {
	expires $CLIENT4 $SERVER4 $OUTSIDER4
}

@test "answers pass until the flow expires, then they are blocked; outsiders always (IPv6)" {
	expires $CLIENT6 $SERVER6 $OUTSIDER6
}

@test "an unreplied flow expires too" {
	policy_applied
	fwctl_in m7500 policy timeout udp unreplied 5 replied 8
	talk $CLIENT4 $SERVER4
	say client hello
	heard server hello
	flow_reads UNREPLIED
	wait_for 15 no_flow
	blocked late say server late
}

# stateless CLIENT SERVER
stateless() {
	policy_applied
	fwctl_in m7500 policy timeout udp unreplied 0 replied 0
	talk "$1" "$2"
	say client hello
	heard server hello
	no_flow
	blocked answer say server answer
	no_flow
	# Back to the kernel's own: the same conversation works.
	fwctl_in m7500 policy timeout udp unreplied 30 replied 120
	say client again
	heard server again
	say server "answer two"
	heard client "answer two"
}

@test "with both timeouts 0 answers are blocked at once and no flow is listed (IPv4)" {
	stateless $CLIENT4 $SERVER4
}

@test "with both timeouts 0 answers are blocked at once and no flow is listed (IPv6)" {
	stateless $CLIENT6 $SERVER6
}

@test "without a policy everybody gets in: the blocks above are the policy's" {
	talk $CLIENT4 $SERVER4
	say client hello
	heard server hello
	say server answer
	heard client answer
	policy_applied
	fwctl_in m7500 policy reset
	fails host_run m7500 nft list table inet fwctl
	say server unasked
	heard client unasked
}

# ---- the same with TCP and ping -------------------------------------------------------------------

# tcp CLIENT SERVER
tcp() {
	host_spawn m7500 nc -n -k -l "$1" 8080 < /dev/null > inside.out
	wait_for 5 host_listens m7500 tcp 8080
	host_run outsider nc -n -z -w 2 "$1" 8080
	policy_applied

	mkfifo server.in client.in
	exec 5<> server.in 6<> client.in
	host_spawn m4800 nc -n -l "$2" 61111 < server.in > server.out
	wait_for 5 host_listens m4800 tcp 61111
	host_spawn m7500 nc -n -s "$1" -p 62222 "$2" 61111 < client.in > client.out
	say client hello
	heard server hello
	say server answer
	heard client answer
	run -0 --separate-stderr fwctl_in m7500 list -p tcp --dport 61111 --state ESTABLISHED
	matches "$output" "^tcp +6 [0-9]+ ESTABLISHED src=$1 dst=$2 sport=62222 dport=61111 src=$2 dst=$1 sport=61111 dport=62222 \[ASSURED\]"

	# A SYN gets nothing: no answer, not even a refusal.
	run -1 host_run outsider nc -n -v -z -w 1 "$1" 8080
	matches "$output" "timed out"
	run -1 host_run outsider nc -n -v -z -w 1 "$1" 8081
	matches "$output" "timed out"
}

@test "TCP: a connection out works, a SYN from outside gets nothing (IPv4)" {
	tcp $CLIENT4 $SERVER4
}

@test "TCP: a connection out works, a SYN from outside gets nothing (IPv6)" {
	tcp $CLIENT6 $SERVER6
}

@test "ping: out gets its answers and is listed; in, only with ping on" {
	policy_applied
	host_run m7500 ping -n -c 1 -W 2 $SERVER4
	host_run m7500 ping -n -c 1 -W 2 $SERVER6
	run -0 --separate-stderr fwctl_in m7500 list -p icmp
	matches "$output" "^icmp +1 [0-9]+ src=$CLIENT4 dst=$SERVER4 type=8 code=0 id=[0-9]+ src=$SERVER4 dst=$CLIENT4 type=0 code=0"
	run -0 --separate-stderr fwctl_in m7500 list -p icmpv6 -s $CLIENT6
	matches "$output" "^icmpv6 +58 [0-9]+ src=$CLIENT6 dst=$SERVER6 type=128 code=0 id=[0-9]+ src=$SERVER6 dst=$CLIENT6 type=129 code=0"
	host_run outsider ping -n -c 1 -W 2 $CLIENT4
	host_run outsider ping -n -c 1 -W 2 $CLIENT6

	printf 'default deny incoming\ndefault allow outgoing\ndefault deny routed\nping off\n' > quiet.conf
	fwctl_in m7500 policy apply quiet.conf
	fails host_run outsider ping -n -c 1 -W 1 $CLIENT4
	fails host_run outsider ping -n -c 1 -W 1 $CLIENT6
	host_run m7500 ping -n -c 1 -W 2 $SERVER4
	host_run m7500 ping -n -c 1 -W 2 $SERVER6
}

# ---- deny (routed) --------------------------------------------------------------------------------

@test "routed traffic is denied, and is let through where the policy says so" {
	# A third network behind the host with the policy, which forwards.
	switch_add behind
	host_add guest
	host_join m7500 eth1 behind 10.7.0.1/24 fd00:7::1/64
	host_join guest eth0 behind 10.7.0.2/24 fd00:7::2/64
	host_run guest ip route add default via 10.7.0.1
	host_run guest ip -6 route add default via fd00:7::1
	host_run m4800 ip route add 10.7.0.0/24 via $CLIENT4
	host_run m4800 ip -6 route add fd00:7::/64 via $CLIENT6
	host_run m7500 sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
		echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
	host_run guest ping -n -c 1 -W 2 $SERVER4
	host_run guest ping -n -c 1 -W 2 $SERVER6

	policy_applied
	fails host_run guest ping -n -c 1 -W 1 $SERVER4
	fails host_run guest ping -n -c 1 -W 1 $SERVER6
	fails host_run m4800 ping -n -c 1 -W 1 10.7.0.2
	# The host between them itself still reaches both.
	host_run m7500 ping -n -c 1 -W 2 $SERVER4
	host_run m7500 ping -n -c 1 -W 2 10.7.0.2

	printf 'default deny incoming\ndefault allow outgoing\ndefault allow routed\n' > routed.conf
	fwctl_in m7500 policy apply routed.conf
	host_run guest ping -n -c 1 -W 2 $SERVER4
	host_run guest ping -n -c 1 -W 2 $SERVER6
}
