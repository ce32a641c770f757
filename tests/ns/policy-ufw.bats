#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The rule forms of ufw(8), given to ufw in one host and to fwctl in another: the same packets fare
# alike in both. What is meant to differ is in fwctl-policy(8), and in the tests at the end.

load ../lib/fwctl
load ../lib/policy
load ../lib/wire

OURS="192.168.0.1/24 1.2.3.4/32 2001:db8:1::1/64"

setup_file() {
	needs_private || return
	command -v ufw > /dev/null || skip "no ufw"
	[ -r /etc/ufw/user.rules ] || skip "the files of ufw are not ours to read"
	# shellcheck disable=SC2086 # addresses
	wire_add m7500 $OURS
	mkdir -p /etc/ufw/applications.d
	printf '[SomeService]\ntitle=Some title\ndescription=Some description\nports=12/udp|34|56,78:90/tcp\n' \
		> /etc/ufw/applications.d/some
	mkdir /run/ufw && cp -a /etc/ufw /run/ufw && cp -a /etc/default/ufw /run/ufw/default
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	# A new one each time is cheaper than to end ufw in the old one.
	other=other$BATS_TEST_NUMBER
	# shellcheck disable=SC2086 # addresses
	wire_add "$other" $OURS
	# Its defaults are elsewhere than its rules.
	cp -a /run/ufw/ufw/. /etc/ufw && cp -a /run/ufw/default /etc/default/ufw
}

teardown_file() {
	hosts_remove
}

# ufw_rules FILE: a policy of ours is what `ufw` takes, a line a command. In one process for all of
# them: most of a command is the start of ufw.
ufw_rules() {
	local ufw
	ufw=$(command -v ufw)
	# shellcheck disable=SC2046 # the interpreter and its options
	host_run "$other" $(sed -n '1s/^#! *//p' "$ufw") - "$ufw" "$1" > ufw.log 2>&1 <<-'EOF'
		import runpy, shlex, sys
		command, policy = sys.argv[1:]
		lines = [shlex.split(line) for line in open(policy)]
		for words in lines + [["--force", "enable"]]:
		    sys.argv = [command] + words
		    try:
		        runpy.run_path(command, run_name="__main__")
		    except SystemExit as end:
		        if end.code:
		            sys.exit("ufw " + " ".join(words))
	EOF
}

# both FILE: the policy, in force in both hosts
both() {
	policy apply "$1" > /dev/null
	ufw_rules "$1" || { cat ufw.log; return 1; }
}

# alike: the packets on stdin fare alike, and each comes to the firewall
alike() {
	cat > packets
	[ -s packets ]
	verdicts m7500 < packets > ours
	verdicts "$other" < packets > theirs
	same "" "$(paste ours packets | grep '^lost')"
	same "" "$(paste -d ' ' theirs ours packets | awk '$1 != $2' | head -20)"
	# All that there is, or the packets say little.
	same "accept drop reject" "$(sort -u ours | paste -s -d ' ')"
}

SOURCES="10.0.0.5 10.0.0.135 172.16.3.4 192.168.7.7 1.2.3.5 203.0.113.9 2001:db8::5 2001:db9::9"
PORTS="12 22 23 24 25 34 53 56 78 80 84 90 91 113 443 514 5469 8080 8085 8090 8091"

# grid DIRECTION "TO..." "on INTERFACE...": packets of all sources to all ports of all those
grid() {
	awk -v direction="$1" -v on="$3" -v sources="$SOURCES" -v targets="$2" -v ports="$PORTS" '
		function end(address, port) {
			return (address ~ /:/ ? "[" address "]" : address) ":" port
		}
		function both(from, to, i) {
			for (i = 1; i <= m; i++) {
				print direction, "tcp from", end(from, 5469), "to", end(to, port[i]), on
				print direction, "udp from", end(from, 5469), "to", end(to, port[i]), on
			}
			for (i in plain)
				print direction, plain[i], "from", from, "to", to, on
		}
		BEGIN {
			n = split(sources, source, " "); t = split(targets, target, " ")
			m = split(ports, port, " "); split("gre esp ah vrrp", plain, " ")
			for (s = 1; s <= n; s++)
				for (d = 1; d <= t; d++)
					if ((source[s] ~ /:/) == (target[d] ~ /:/))
						both(source[s], target[d])
		}' < /dev/null
}

@test "ufw(8)'s examples of what comes in" {
	lines 'deny from 10.0.0.135' 'allow 53' 'allow 25/tcp' 'allow in http' \
		"reject telnet comment 'telnet is unencrypted'" \
		'deny proto tcp from 10.0.0.0/8 to 192.168.0.1 port 443' \
		'deny proto tcp from 2001:db8::/32 to any port 443' \
		'deny in on eth0 to 224.0.0.1 proto igmp' 'allow in on eth0 to 192.168.0.1 proto gre' \
		"allow proto tcp from any to any port 443,8080:8090 comment 'web app'" \
		'reject auth' 'deny 22/tcp' 'allow in on eth1 to any port 22 proto tcp' \
		'allow log 24/tcp' 'allow log-all 24/udp' 'allow SomeService' \
		'deny proto udp from 1.2.3.4 to any port 514' 'allow from 172.16.0.0/12' \
		'allow proto udp from 1.2.3.5 port 5469 to 1.2.3.4 port 5469' \
		'allow proto esp from 203.0.113.9' 'allow proto ah from any' 'reject from 192.168.0.0/16' > a.conf
	both a.conf
	{
		grid in "192.168.0.1 1.2.3.4 2001:db8:1::1" "on eth0"
		grid in "192.168.0.1 2001:db8:1::1" "on eth1"
		lines "in igmp from 10.0.0.5 to 224.0.0.1 on eth0" "in ipv6 from 10.0.0.5 to 1.2.3.4 on eth0"
	} | alike
}

@test "what goes out and what is routed" {
	lines 'default deny outgoing' 'default reject routed' 'reject out smtp' 'allow out 53' \
		'allow out on eth1 to 203.0.113.0/24' 'deny out on eth0 proto udp from any to any port 443' \
		'allow out proto tcp from any to any port 80,443' \
		'route allow in on eth1 out on eth2' 'route deny proto tcp from 10.0.0.0/8 to any port 22' \
		'route allow in on eth0 out on eth1 to 12.34.45.67 port 80 proto tcp' \
		'route allow in on wlan0 from 172.16.0.0/12' 'route reject out on wlan0' \
		'route limit proto tcp from 192.168.7.7 to any port 8091' > a.conf
	both a.conf
	{
		grid out "203.0.113.1 192.0.2.9 2001:db8:7::1" "on eth0"
		grid out "203.0.113.1 192.0.2.9 2001:db8:7::1" "on eth1"
		grid routed "12.34.45.67 192.0.2.9 2001:db8:7::1" "on eth0 out eth1"
		grid routed "192.0.2.9 2001:db8:7::1" "on eth1 out eth2"
		grid routed "192.0.2.9 2001:db8:7::1" "on wlan0 out eth2"
		grid routed "192.0.2.9 2001:db8:7::1" "on eth0 out wlan0"
	} | alike
}

@test "the other defaults, and rules in another order" {
	lines 'default allow incoming' 'default reject outgoing' 'default allow routed' \
		'deny to any port 22 from 10.0.0.135 proto tcp' 'allow 22/tcp' 'deny 22' 'reject 80/udp' \
		'reject in on eth1 proto tcp from 2001:db8::/32' 'allow out to 192.0.2.9' \
		'route deny to 12.34.45.67 port 53' 'deny from 1.2.3.5 to any app SomeService' > a.conf
	both a.conf
	{
		grid in "192.168.0.1 2001:db8:1::1" "on eth0"
		grid in "1.2.3.4 2001:db8:1::1" "on eth1"
		grid out "192.0.2.9 203.0.113.1 2001:db8:7::1" "on eth0"
		grid routed "12.34.45.67 2001:db8:7::1" "on eth1 out eth0"
	} | alike
}

# ---- what is meant to differ (fwctl-policy(8), "Differences from ufw") ----------------------------

# differ < LINES: "UFW FWCTL PACKET", what becomes of the packet in each, in this order
differ() {
	cat > wanted
	cut -d ' ' -f 3- wanted > packets
	verdicts m7500 < packets > ours
	verdicts "$other" < packets > theirs
	same "$(cat wanted)" "$(paste -d ' ' theirs ours packets)"
}

@test "rules hold for pings and multicast DNS; UPnP and routed pings need one; limits are each line's own" {
	lines 'limit 22/tcp' 'limit 23/tcp' 'allow from 10.0.0.5' 'deny from 10.0.0.0/8' \
		'deny from 2001:db8::/32' > a.conf
	both a.conf
	# ufw lets in pings, multicast DNS and UPnP before it tries the rules.
	differ <<-EOF
		accept accept in icmp from 10.0.0.5 to 192.168.0.1 on eth0
		accept drop in icmp from 10.0.0.135 to 192.168.0.1 on eth0
		accept drop in icmpv6 from 2001:db8::5 to 2001:db8:1::1 on eth0
		accept accept in icmp from 203.0.113.9 to 192.168.0.1 on eth0
		accept drop in udp from 10.0.0.135:5353 to 224.0.0.251:5353 on eth0
		accept drop in udp from [2001:db8::5]:5353 to [ff02::fb]:5353 on eth0
		accept accept in udp from 203.0.113.9:5353 to 224.0.0.251:5353 on eth0
		accept drop in udp from 203.0.113.9:1900 to 239.255.255.250:1900 on eth0
		accept drop routed icmp from 10.0.0.5 to 203.0.113.9 on eth0 out eth1
		accept drop routed icmpv6 from 2001:db8::5 to 2001:db8:7::1 on eth0 out eth1
	EOF
	# An answer that nobody asked for.
	differ <<-EOF
		accept drop in icmpv6 type 129 from 2001:db8::5 to 2001:db8:1::1 on eth0
		drop drop in icmp type 0 from 10.0.0.5 to 192.168.0.1 on eth0
	EOF
	# ufw has one list of sources for all lines; and IPv6 has many addresses for one source.
	{
		yes "accept accept in tcp from 10.0.0.5:1 to 192.168.0.1:22 on eth0" | head -5
		yes "reject reject in tcp from 10.0.0.5:1 to 192.168.0.1:22 on eth0" | head -3
		yes "reject accept in tcp from 10.0.0.5:1 to 192.168.0.1:23 on eth0" | head -5
		yes "reject reject in tcp from 10.0.0.5:1 to 192.168.0.1:23 on eth0" | head -2
		yes "accept accept in tcp from 10.0.0.6:1 to 192.168.0.1:22 on eth0" | head -5
		yes "accept accept in tcp from [2001:db8::5]:1 to [2001:db8:1::1]:22 on eth0" | head -5
		yes "accept reject in tcp from [2001:db8::6]:1 to [2001:db8:1::1]:22 on eth0" | head -1
		yes "accept accept in tcp from [2001:db8:0:1::5]:1 to [2001:db8:1::1]:22 on eth0" | head -1
	} | differ
}
