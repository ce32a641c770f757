#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# stamp mark MASK: flows know the line of the policy that admitted them, and so do list, watch,
# flush and stats.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private
}

# Lines 1 to 6 are settings; line 7 admits port 7001 and line 8 port 7002. The lowest bits of the
# marks are another program's.
setup() {
	policy_hosts
	keep_flows m7500
	lines "stamp mark 0xffff0000" "allow 7001/udp" "allow 7002/udp" > stamped.conf
	lines "allow 7001/udp" > plain.conf
	host_run m7500 nft -f - <<-EOF
		table inet other {
			chain marks { type filter hook input priority -5; ct mark set 5; }
		}
	EOF
}

teardown() {
	hosts_remove
}

# send: a datagram to each port, and one out.
send() {
	host_run outsider bash -c "echo hello > /dev/udp/$HOST4/7001; echo hello > /dev/udp/$HOST6/7001
		echo hello > /dev/udp/$HOST4/7002"
	host_run m7500 bash -c "echo hello > /dev/udp/$OUTSIDER4/7003"
}

# ports WORD...: the destination ports of the flows that list shows, in order, a word each.
ports() {
	fwctl_in m7500 list --quiet -p udp -o json "$@" | jq -r .orig.dport | sort | tr '\n' ' '
}

@test "list names the line of each flow, in every format that has a place for it" {
	policy apply stamped.conf
	send
	run -0 fwctl_in m7500 list --quiet -p udp -o json
	same "7001 7 458757
7001 7 458757
7002 8 524293
7003" "$(jq -r '[.orig.dport, .line, (select(.line) | .mark)] | map(values) | join(" ")' <<< "$output" | sort)"
	run -0 fwctl_in m7500 list --quiet -p udp -o csv --columns orig.dport,line
	matches "$output" "7001,7"
	matches "$output" "7003,($|
)"
	run -0 fwctl_in m7500 list --quiet -p udp -o line
	matches "$output" "dport=7002 .*mark=524293 use=[0-9]+ line=8"
	# Without being asked, text is that of conntrack(8).
	run -0 fwctl_in m7500 list --quiet -p udp
	lacks "$output" "line="
}

@test "--line chooses by it, as the kernel's own mark does" {
	policy apply stamped.conf
	send
	same "7001 7001 " "$(ports --line 7)"
	same "7002 " "$(ports --line 8)"
	same "7001 7001 7002 " "$(ports --line 7:8)"
	same "7001 7001 7002 " "$(ports --line 7,8)"
	same "7003 " "$(ports --line 0)"
	same "7002 7003 " "$(ports --not --line 7)"
	same "" "$(ports --line 9)"
	same "" "$(ports --line 65543)"
	same "7002 " "$(host_run m7500 conntrack -L -p udp -m 0x80000/0xffff0000 2> /dev/null |
		grep -o 'dport=700.' | head -n 1 | sed 's/dport=//') "
	run -0 fwctl_in m7500 stats --by line -o json
	matches "$output" '"line":7,"flows":2'
	run -0 fwctl_in m7500 flush --quiet --line 7
	same "7002 7003 " "$(ports)"
}

@test "watch names the line of what begins" {
	policy apply stamped.conf
	host_spawn m7500 "$FWCTL_BUILD/fwctl" watch -e new -p udp --line 8 --count 1 --for 20s -o json > seen.json
	local watcher=$host_pid
	listens() {
		host_run m7500 cat /proc/net/netlink | awk -v pid="$watcher" '$2 == 12 && $4 != "00000000" { found = 1 } END { exit !found }'
	}
	wait_for 10 listens
	send
	wait_for 15 test -s seen.json
	same "7002 8" "$(jq -r '"\(.orig.dport) \(.line)"' seen.json)"
	wait "$watcher"
}

@test "without stamps there is no line, and who asks for one is told how to get it" {
	policy apply plain.conf
	send
	run -0 fwctl_in m7500 list --quiet -p udp -o json
	lacks "$output" '"line"'
	run -1 fwctl_in m7500 list --line 7
	matches "$output" "does not stamp flows.*stamp mark"
	run -2 fwctl_in m7500 list --line banana
	# The policy on trial decides, and then the one before.
	policy apply --confirm 60s stamped.conf
	send
	run -0 fwctl_in m7500 list --quiet --line 7
	policy rollback
	run -1 fwctl_in m7500 list --line 7
	policy reset
	run -1 fwctl_in m7500 list --line 7
}

@test "a namespace's own policy says what its marks mean, with --all-netns" {
	policy apply stamped.conf
	send
	run -0 fwctl list --all-netns --quiet -p udp -o json
	same "7 7 8 " "$(jq -r 'select(.line) | .line' <<< "$output" | sort | tr '\n' ' ')"
	run -2 fwctl_in m7500 list --all-netns --line 7
	matches "$output" "each network namespace has its own"
}
