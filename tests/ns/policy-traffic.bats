#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A host behind a policy goes on working as a host, also while the policy is replaced.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private
}

setup() {
	policy_hosts
}

teardown() {
	hosts_remove
}

# stream ADDRESS PORT: UDP datagrams from the outsider, from the port before that, as fast as it can,
# until host_kill $host_pid.
stream() {
	local pipe
	mkfifo "stream$2"
	exec {pipe}<> "stream$2"
	host_spawn outsider yes >&"$pipe"
	host_spawn outsider nc -n -u -p $(($2 - 1000)) "$1" "$2" <&"$pipe"
}

@test "while apply runs again and again no allowed packet is lost and no forbidden one gets in" {
	lines 'allow 7001/udp' 'allow 7003/udp' 'deny 7002/udp' > a.conf
	lines 'allow 7001/udp' 'allow 7003/udp' 'allow 80/tcp' 'deny from 198.51.100.1' > b.conf
	policy apply a.conf
	witness 7001 7002 7003
	# Nobody listens there; nc would give up when it were told so.
	host_run m7500 nft -f - <<-EOF
		table inet witness {
			chain silence {
				type filter hook output priority 100;
				icmp type destination-unreachable drop
			}
		}
	EOF
	local i streams=()
	stream "$HOST4" 7001; streams+=("$host_pid")
	stream "$HOST4" 7002; streams+=("$host_pid")
	stream "$HOST4" 7003; streams+=("$host_pid")
	for i in 7001 7002 7003; do
		wait_for 10 seen_at_least arrived $i 100
	done
	# One stream is answered, and so a flow that is established.
	echo answer | host_run m7500 nc -n -u -q 0 -w 1 -s "$HOST4" -p 7001 "$OUTSIDER4" 6001
	for i in $(seq 100); do
		policy apply b.conf > /dev/null
		policy apply a.conf > /dev/null
	done
	for i in "${streams[@]}"; do
		host_kill "$i" || :
	done
	sleep 0.5
	[ "$(seen arrived 7001)" -gt 1000 ]
	[ "$(seen arrived 7002)" -gt 1000 ]
	same "$(seen arrived 7001)" "$(seen inside 7001)"
	same 0 "$(seen inside 7002)"
	# A packet of no flow asks the rules, and the maps that they look into.
	same "$(seen arrived 7003)" "$(seen inside 7003)"
}

@test "an open TCP session survives apply, also with the policy that would not let it begin" {
	policy apply
	mkfifo in
	exec 5<> in
	host_spawn outsider nc -n -l "$OUTSIDER4" 5001 > heard 2>&1
	wait_for 5 host_listens outsider tcp 5001
	host_spawn m7500 nc -n "$OUTSIDER4" 5001 < in
	echo one >&5
	wait_for 5 grep -qx one heard
	echo "deny out 5001/tcp" > a.conf
	policy apply a.conf
	echo two >&5
	wait_for 5 grep -qx two heard
	policy apply
	echo three >&5
	wait_for 5 grep -qx three heard
	exec 5>&-
}

@test "IPv6 neighbours find each other after their caches were flushed" {
	policy apply
	local i
	for i in 1 2 3; do
		host_run m7500 ip -6 neigh flush all
		host_run outsider ip -6 neigh flush all
		host_run m7500 ping -n -c 1 -W 2 "$OUTSIDER6"
		host_run m7500 ip -6 neigh flush all
		host_run outsider ip -6 neigh flush all
		# ping is on: the outsider asks first.
		host_run outsider ping -n -c 1 -W 2 "$HOST6"
	done
}

@test "fragments are put together and judged" {
	policy apply
	host_run m7500 ping -n -c 1 -W 2 -s 6000 "$OUTSIDER4"
	host_run m7500 ping -n -c 1 -W 2 -s 6000 "$OUTSIDER6"
	host_run outsider ping -n -c 1 -W 2 -s 6000 "$HOST4"
	host_run outsider ping -n -c 1 -W 2 -s 6000 "$HOST6"
	echo "ping off" > a.conf
	policy apply a.conf
	fails host_run outsider ping -n -c 1 -W 1 -s 6000 "$HOST4"
	fails host_run outsider ping -n -c 1 -W 1 -s 6000 "$HOST6"
	host_run m7500 ping -n -c 1 -W 2 -s 6000 "$OUTSIDER4"
}

@test "loopback works" {
	policy apply
	host_run m7500 ping -n -c 1 -W 2 127.0.0.1
	host_run m7500 ping -n -c 1 -W 2 ::1
	# A host's own address goes through loopback, too.
	host_run m7500 ping -n -c 1 -W 2 "$HOST4"
	host_spawn m7500 nc -n -u -l 127.0.0.1 7003 > heard 2>&1
	wait_for 5 host_listens m7500 udp 7003
	echo hello | host_run m7500 nc -n -u -q 0 -w 1 127.0.0.1 7003 || :
	wait_for 5 grep -qx hello heard
}

@test "path-MTU errors reach the flows that they belong to" {
	# outsider is a router to a network with a small MTU.
	switch_add behind
	host_add far
	host_join outsider eth1 behind 10.7.0.1/24 fd00:7::1/64
	host_join far eth0 behind 10.7.0.2/24 fd00:7::2/64
	host_run outsider sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
		echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
	host_run outsider ip link set eth1 mtu 1400
	host_run far ip route add default via 10.7.0.1
	host_run far ip -6 route add default via fd00:7::1
	host_run m7500 ip route add 10.7.0.0/24 via "$OUTSIDER4"
	host_run m7500 ip -6 route add fd00:7::/64 via "$OUTSIDER6"
	policy apply
	run host_run m7500 ping -n -c 2 -W 2 -M "do" -s 1450 10.7.0.2
	run -0 host_run m7500 ip route get 10.7.0.2
	matches "$output" "mtu 1400"
	run host_run m7500 ping -n -c 2 -W 2 -M "do" -s 1430 fd00:7::2
	run -0 host_run m7500 ip -6 route get fd00:7::2
	matches "$output" "mtu 1400"
}

@test "the answer to a DHCP client that asked by broadcast gets in, with dhcp on" {
	policy apply
	witness 68
	# The server answers the client's own address; the client had asked 255.255.255.255.
	echo offer | host_run outsider nc -n -u -q 0 -w 1 -p 67 "$HOST4" 68 || :
	wait_for 5 seen_at_least arrived 68 1
	same 1 "$(seen inside 68)"
	# Only from the server's port.
	echo offer | host_run outsider nc -n -u -q 0 -w 1 -p 6767 "$HOST4" 68 || :
	wait_for 5 seen_at_least arrived 68 2
	same 1 "$(seen inside 68)"
	echo "dhcp off" > a.conf
	policy apply a.conf
	host_run m7500 conntrack -F > /dev/null 2>&1
	echo offer | host_run outsider nc -n -u -q 0 -w 1 -p 67 "$HOST4" 68 || :
	wait_for 5 seen_at_least arrived 68 3
	same 1 "$(seen inside 68)"
}
