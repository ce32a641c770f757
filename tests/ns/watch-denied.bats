#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl watch --denied: which packets are blocked, and by which line; --policy: who changes the
# ruleset.

load ../lib/fwctl
load ../lib/policy
load ../lib/watch

setup_file() {
	needs_private
}

setup() {
	policy_hosts
	lines "default deny incoming" "default reject outgoing" "logging off" \
		"set bad { $OUTSIDER4, $OUTSIDER6 }" "allow 7000/udp" "deny from @bad to any port 7001" \
		"reject 7002/udp" > policy.conf
}

teardown() {
	hosts_remove
}

# watch_denied WORD...: as watch, at m7500
watch_denied() {
	host_spawn m7500 "$FWCTL_BUILD/fwctl-watch" --denied "$@" > shown 2> said
	watch_pid=$host_pid
	# The number of the group is in include/fwctl/model/ruleset.h.
	wait_for 5 host_run m7500 grep -q '^26231 ' /proc/net/netfilter/nfnetlink_log
}

# send ADDRESS PORT [COUNT]: datagrams of the outsider
send() {
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run outsider bash -c 'for ((i = 0; i < $3; i++)); do
		echo x > "/dev/udp/$1/$2"; done' send "$1" "$2" "${3-1}" 2> /dev/null || :
}

# count_arriving: a busy machine may lose some of a flood on its way here.
count_arriving() {
	host_run m7500 nft -f - <<-EOF
		table inet arriving {
			counter seen { }
			chain pre { type filter hook prerouting priority raw; udp dport 7001-7002 counter name seen; }
		}
	EOF
}

arrived() {
	host_run m7500 nft list counter inet arriving seen | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# flood: more than the watch can take, since it stands still meanwhile
flood() {
	policy apply policy.conf
	count_arriving
	watch_denied -o json --queue 64K --buffer-size 8K
	kill -STOP "$watch_pid"
	send "$HOST4" 7001 3000
	kill -CONT "$watch_pid"
}

# told: packets that were shown or counted
told() {
	jq -s 'map(if .event == "lost" then .at_least else 1 end) | add' shown
}

@test "each blocked packet is there with the line that blocked it; allowed ones are not" {
	policy apply policy.conf
	watch_denied -o json
	send "$HOST4" 7000
	send "$HOST4" 7001
	send "$HOST6" 7001
	send "$HOST4" 7002
	host_run outsider ping -c 1 -W 1 -s 100 "$HOST4" > /dev/null || :
	send "$HOST4" 9
	fails host_run m7500 ping -c 1 -W 1 "$OUTSIDER4" > /dev/null 2>&1
	wait_for 5 shows 5
	watch_ends 0 INT
	same "deny $OUTSIDER4 $HOST4 7001 udp eth0 30
deny $OUTSIDER6 $HOST6 7001 udp eth0 50
reject $OUTSIDER4 $HOST4 7002 udp eth0 30
default $OUTSIDER4 $HOST4 9 udp eth0 30
default $HOST4 $OUTSIDER4 null icmp eth0 84" \
		"$(jq -r '"\(.reason) \(.src) \(.dst) \(.dport) \(.proto) \(.in // .out) \(.length)"' shown)"
	same "deny from @bad to any port 7001
deny from @bad to any port 7001
reject 7002/udp
default deny incoming
default reject outgoing" "$(jq -r .rule shown)"
	# A line is that of the canonical text.
	policy show > canonical
	jq -r 'select(.line) | "\(.line) \(.rule)"' shown | while read -r number rule; do
		same "$rule" "$(sed -n "${number}p" canonical)" || return
	done
	matches "$(jq -r .time shown | head -n 1)" '^20[0-9-]*T[0-9:]*\.[0-9]{9}Z$'
}

@test "as text, through a filter, up to a number" {
	policy apply policy.conf
	watch_denied --dport 7001 -f ipv4 --count 2
	send "$HOST4" 7002
	send "$HOST6" 7001
	send "$HOST4" 7001 2
	watch_ends 0
	shows 2
	matches "$(head -n 1 shown)" "^ \[DENIED\] udp      17 src=$OUTSIDER4 dst=$HOST4 sport=[0-9]+ \
dport=7001 in=eth0 length=30 reason=deny line=[0-9]+ rule=deny from @bad to any port 7001$"
	matches "$(cat said)" ": 2 blocked packets have been shown.$"
}

@test "the words are those of the policy in force, also when it is another one now" {
	policy apply policy.conf
	watch_denied -o json
	send "$HOST4" 7002
	wait_for 5 shows 1
	lines "default deny incoming" "deny 7000:7009/udp" > other.conf
	policy apply other.conf
	send "$HOST4" 7002
	wait_for 5 shows 2
	policy reset
	policy apply policy.conf
	send "$HOST4" 9
	wait_for 5 shows 3
	watch_ends 0 INT
	same "reject 7002/udp
deny 7000:7009/udp
default deny incoming" "$(jq -r .rule shown)"
}

@test "a packet that was blocked before the policy changed has the line of the policy before" {
	local round
	policy apply policy.conf
	watch_denied -o json
	for round in 1 2 3 4 5; do
		send "$HOST4" 7002 20
		policy insert 1 allow 7777/tcp > /dev/null
		send "$HOST4" 7002 20
		policy delete 1 > /dev/null 2>&1
	done
	wait_for 5 shows 200
	watch_ends 0 INT
	same "reject 7002/udp" "$(jq -r .rule shown | sort -u)"
	same 2 "$(jq .line shown | sort -u | wc -l)"
}

@test "a flood: what was not shown was counted" {
	flood
	wait_for 10 grep -q '"denied"' shown
	send "$HOST4" 7002
	watch_ends 4 INT
	between 1 5 "$(grep -c '"event":"lost"' shown)"
	between 2500 3001 "$(arrived)"
	same "$(arrived)" "$(told)"
}

@test "the end of a flood is told also when nothing comes behind it" {
	flood
	wait_for 5 grep -q '"event":"lost"' shown
	kill -0 "$watch_pid"
	# What was told of too little then is made good by the next packet.
	send "$HOST4" 7002
	watch_ends 4 INT
	between 2500 3001 "$(arrived)"
	same "$(arrived)" "$(told)"
}

@test "what is blocked right before the end is shown" {
	policy apply policy.conf
	for round in 1 2 3 4 5; do
		watch_denied --dport 7002
		send "$HOST4" 7002 "$round"
		watch_ends 0 INT
		shows "$round"
	done
}

@test "only one can listen; the second one says so" {
	watch_denied
	run -1 --separate-stderr fwctl_in m7500 watch --denied
	# shellcheck disable=SC2154 # set by run
	matches "$stderr" "somebody else listens"
	watch_ends 0 INT
	watch_denied --count 1
	watch_ends 0 INT
}

@test "--policy: who changes the ruleset, and whose tables" {
	host_spawn m7500 "$FWCTL_BUILD/fwctl-watch" --policy -o json > shown 2> said
	watch_pid=$host_pid
	wait_for 5 policy_listens
	policy apply policy.conf
	host_run m7500 nft add table ip strange
	host_run m7500 nft -f - <<-EOF
		add table ip strange2
		flush table inet fwctl
	EOF
	wait_for 5 shows 3
	watch_ends 0 INT
	same 'policy fwctl-policy ["fwctl"]
policy nft ["other"]
policy nft ["fwctl","other"]' "$(jq -r '"\(.event) \(.program) \(.touched)"' shown)"
	same true "$(jq -s '.[0].pid > 0 and .[1].generation == .[0].generation + 1' shown)"
	matches "$(cat said)" "^$"
}

policy_listens() {
	host_run m7500 cat /proc/net/netlink |
		awk '$2 == 12 && $4 == "00000040" { found = 1 } END { exit !found }'
}

@test "without a policy it is said that nothing is blocked" {
	watch_denied -o json
	watch_ends 0 INT
	matches "$(cat said)" "no policy of fwctl is in force"
	policy apply policy.conf
	watch_denied -o json
	watch_ends 0 INT
	lacks "$(cat said)" "no policy"
}

@test "wrong words are exit 2" {
	for wrong in "--denied --table expect" "--policy --dport 53" "--denied --state ESTABLISHED" \
		"--denied -m 1" "--denied -o csv" "--policy -o xml"; do
		# shellcheck disable=SC2086 # options and their values
		run --separate-stderr fwctl_in m7500 watch $wrong
		same 2 "$status"
	done
}
