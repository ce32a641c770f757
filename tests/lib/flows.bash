# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A connection table with something of everything, in the namespace of the host "gate" that stands
# between "inside" and "outside" and translates addresses. To be loaded behind fwctl.bash.

INSIDE4=10.1.0.2 INSIDE6=fd00:1::2 OUTSIDE4=192.0.2.2 OUTSIDE6=2001:db8::2

# flows_rules: what makes flows differ from one another at the gate.
flows_rules() {
	host_run gate nft -f - <<-EOF
		table inet mixed {
			ct helper ftp { type "ftp" protocol tcp; }
			chain raw {
				type filter hook prerouting priority raw;
				iifname "in0" udp dport 7001 ct zone set 7
				iifname "in0" udp dport 7002 ct original zone set 8
			}
			chain marks {
				type filter hook forward priority 0;
				tcp dport 21 ct helper set "ftp"
				udp dport 5001 ct mark set 5
				udp dport 5002 ct mark set 0x15
				udp dport 5003 ct label set 3
				udp dport 5003 ct label set 127
				udp dport 5004 ct label set 3
			}
			chain inwards {
				type nat hook prerouting priority dstnat;
				iifname "out0" tcp dport 8080 dnat ip to $INSIDE4:80
				iifname "out0" udp dport 8080 dnat ip6 to [$INSIDE6]:80
			}
			chain outwards {
				type nat hook postrouting priority srcnat;
				oifname "out0" udp dport != { 5004, 7001-7002 } masquerade
				oifname "out0" tcp dport 21-99 masquerade
			}
		}
	EOF
}

flows_hosts() {
	switch_add net1 && switch_add net2 && host_add inside && host_add gate && host_add outside &&
		host_join inside eth0 net1 $INSIDE4/24 $INSIDE6/64 &&
		host_join gate in0 net1 10.1.0.1/24 fd00:1::1/64 &&
		host_join gate out0 net2 192.0.2.1/24 2001:db8::1/64 &&
		host_join outside eth0 net2 $OUTSIDE4/24 $OUTSIDE6/64 || return
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run gate sh -c '
		cd /proc/sys/net
		echo 1 > ipv4/ip_forward && echo 1 > ipv6/conf/all/forwarding
		# Nothing shall end while it is looked at.
		for timeout in netfilter/nf_conntrack_tcp_timeout_*; do echo 900 > "$timeout"; done
		echo 600 > netfilter/nf_conntrack_udp_timeout && echo 600 > netfilter/nf_conntrack_icmp_timeout
		echo 600 > netfilter/nf_conntrack_icmpv6_timeout
		echo 1 > netfilter/nf_conntrack_acct && echo 1 > netfilter/nf_conntrack_timestamp'
	host_run inside ip route add default via 10.1.0.1
	host_run inside ip -6 route add default via fd00:1::1
	host_run outside ip route add default via 192.0.2.1
	host_run outside ip -6 route add default via 2001:db8::1
}

# send HOST ADDRESS UDP-PORT: one datagram
flows_send() {
	echo hello | host_run "$1" nc -u -n -q 0 -w 1 "$2" "$3" > /dev/null 2>&1 || :
}

# An FTP control connection that stays open, with an expected flow that has come and one that is
# still expected. A line before those of the commands: the kernel's helper looks for commands only behind a line that it has seen.
flows_ftp() {
	host_spawn outside nc -n -l -p 21 < /dev/null > /dev/null 2>&1
	host_spawn inside nc -n -l -p 1026 < /dev/null > /dev/null 2>&1
	wait_for 5 host_listens outside tcp 21
	wait_for 5 host_listens inside tcp 1026
	mkfifo "$BATS_FILE_TMPDIR/ftp"
	exec 7<> "$BATS_FILE_TMPDIR/ftp"
	host_spawn inside nc -n $OUTSIDE4 21 < "$BATS_FILE_TMPDIR/ftp" > /dev/null 2>&1
	wait_for 5 flows_has tcp 'ESTABLISHED.*dport=21 '
	printf 'USER x\r\n' >&7
	sleep 0.2
	printf 'PORT 10,1,0,2,4,2\r\n' >&7
	wait_for 5 flows_expects
	host_run outside nc -n -z -w 1 192.0.2.1 1026
	wait_for 5 flows_has tcp 'dport=1026 '
	printf 'PORT 10,1,0,2,4,1\r\n' >&7
	wait_for 5 flows_expects
}

flows_has() {
	host_run gate conntrack -L -p "$1" 2> /dev/null | grep -q -- "$2"
}

flows_expects() {
	[ -n "$(host_run gate conntrack -L expect 2> /dev/null)" ]
}

# Packets that were really sent.
flows_by_traffic() {
	local port
	host_spawn inside nc -n -l -p 80 < /dev/null > /dev/null 2>&1
	host_spawn outside nc -n -l -p 80 < /dev/null > /dev/null 2>&1
	host_spawn outside nc -n -u -l -p 5001 < /dev/null > /dev/null 2>&1
	wait_for 5 host_listens outside udp 5001
	wait_for 5 host_listens outside tcp 80
	wait_for 5 host_listens inside tcp 80
	for port in 5000 5001 5002 5003 5004 7001 7002; do
		flows_send inside $OUTSIDE4 $port
		flows_send inside $OUTSIDE6 $port
	done
	flows_send outside 2001:db8::1 8080
	host_run inside ping -c 1 -q $OUTSIDE4 > /dev/null
	host_run inside ping -c 1 -q $OUTSIDE6 > /dev/null
	echo hello | host_run inside nc -n -q 0 -w 1 $OUTSIDE4 80 > /dev/null 2>&1
	host_run inside nc -n -w 1 $OUTSIDE4 81 < /dev/null > /dev/null 2>&1
	host_run outside nc -n -w 1 192.0.2.1 8080 < /dev/null > /dev/null 2>&1
	flows_ftp
}

# Protocols and states that are hard to bring about; the kernel takes them from anybody who asks.
flows_by_request() {
	local word number=10
	{
		for word in SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE; do
			echo "-p tcp --sport 1000 --dport 2000 --state $word -s 10.3.0.$((number += 1)) -d 10.4.0.1 -t 900"
		done
		echo '-p tcp --sport 1000 --dport 2000 --state ESTABLISHED -u SEEN_REPLY,ASSURED -s fd00:3::1 -d fd00:4::1 -t 900'
		echo '-p tcp --sport 1000 --dport 2000 --state SYN_SENT2 -s 10.3.0.8 -d 10.4.0.1 -t 900'
		echo '-p tcp --sport 9 --dport 2000 --state ESTABLISHED -u FIXED_TIMEOUT -s 10.3.0.9 -d 10.4.0.1 -t 900'
		echo '-p udplite --sport 1000 --dport 2000 -s 10.3.0.1 -d 10.4.0.1 -t 900'
		echo '-p udplite --sport 1000 --dport 2000 -s fd00:3::1 -d fd00:4::1 -t 900'
		for word in CLOSED COOKIE_WAIT COOKIE_ECHOED ESTABLISHED SHUTDOWN_SENT SHUTDOWN_RECD SHUTDOWN_ACK_SENT; do
			echo "-p sctp --sport $((number += 1)) --dport 2000 --state $word --orig-vtag 1 --reply-vtag 5 -s 10.3.0.1 -d 10.4.0.1 -t 900"
		done
		echo '-p sctp --sport 1 --dport 2000 --state ESTABLISHED --orig-vtag 305419896 --reply-vtag 1 -s fd00:3::1 -d fd00:4::1 -t 900'
		echo '-p dccp --sport 1000 --dport 2000 --state OPEN --role client -s 10.3.0.1 -d 10.4.0.1 -t 900'
		echo '-p gre --srckey 1 --dstkey 2 -s 10.3.0.1 -d 10.4.0.1 -t 900'
		echo '-p gre --srckey 3 --dstkey 4 -s fd00:3::1 -d fd00:4::1 -t 900'
		echo '-p 89 -s 10.3.0.1 -d 10.4.0.1 -t 900'
		echo '-p 89 -s fd00:3::1 -d fd00:4::1 -t 900'
		echo '-p icmp -s 10.3.0.1 -d 10.4.0.1 --icmp-type 8 --icmp-code 0 --icmp-id 77 -t 900'
		echo '-p icmpv6 -s fd00:3::1 -d fd00:4::1 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 78 -t 900'
		echo '-p udp --sport 1000 --dport 2000 -s fd00:3::1 -d fd00:4::1 -n fd00:99::1 -t 900'
		echo '-p udp --sport 1000 --dport 2000 -s 10.3.0.1 -d 10.4.0.1 -n 10.99.0.1 -t 900'
		echo '-p udp --sport 1001 --dport 2000 -s 10.3.0.1 -d 10.4.0.1 -g 10.99.0.1:99 -m 4294967295 -t 900'
		echo '-p udp --sport 1001 --dport 2000 -s 10.3.0.1 -d 10.4.0.1 -w 9 -t 900'
		echo '-p udp --sport 1002 --dport 2000 -s 10.3.0.1 -d 10.4.0.1 -w 9 -t 800'
		echo '-p udp --sport 1003 --dport 2000 -s 10.3.0.1 -d 10.4.0.1 --orig-zone 10 -t 700'
	} | while read -r word; do
		# shellcheck disable=SC2086 # its words
		host_run gate conntrack -I $word > /dev/null 2>&1 || echo "not made: $word" >&2
	done
}

# flows_make: all of it, with names for two of the labels. Only where /etc is private.
flows_make() {
	needs_private || return
	mkdir -p /etc/xtables
	printf '3 web\n127 last\n' > /etc/xtables/connlabel.conf
	flows_hosts && flows_rules && flows_by_traffic && flows_by_request
}
