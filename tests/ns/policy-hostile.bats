#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl policy among names that mean something to others, among tables that others own, and while
# what it works on goes away.

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

# Names that the kernel takes for an interface.
# shellcheck disable=SC2016 # to be expanded by nobody
HOSTILE=('a;b' 'a"b' "a'b" '$(x)' '`x`' '--help' '%s%n' 'a\b' '*' 'lo*' '{' '#x' '@x' 'ünï' 'a|b&c' 'fifteen-bytes-x')

# quoted NAME: as a policy has it
quoted() {
	case $1 in
	*\"*) echo "'$1'" ;;
	*) echo "\"$1\"" ;;
	esac
}

@test "interfaces of any name are matched by it, and the name means nothing to anybody" {
	local name port=7100
	host_run m7500 nft add table inet canary
	for name in "${HOSTILE[@]}"; do
		port=$((port + 1))
		echo "allow in on $(quoted "$name") to any port $port proto udp"
	done > hostile.conf
	run -0 --separate-stderr policy apply hostile.conf
	same applied "$output"
	run -0 --separate-stderr policy apply hostile.conf
	same unchanged "$output"
	policy show > shown.conf
	run -0 --separate-stderr policy apply shown.conf
	same unchanged "$output"
	policy show --nft > shown.nft
	host_add other
	host_run other nft -f - < shown.nft
	same "$(host_run m7500 nft -s list chain inet fwctl input)" \
		"$(host_run other nft -s list chain inet fwctl input)"
	policy status -o json | jq -e '.rules | length >= 16' > /dev/null
	host_run m7500 nft list table inet canary
	# Each of them decides for an interface of its own, and the star is no pattern.
	port=7100
	for name in "${HOSTILE[@]}"; do
		port=$((port + 1))
		run -0 policy explain -- in udp from "$OUTSIDER4:9" to "$HOST4:$port" on "$name"
		matches "$output" "^allow: "
		run policy explain -- in udp from "$OUTSIDER4:9" to "$HOST4:$port" on lo7
		matches "$output" "^deny: "
	done
}

@test "a packet through an interface of such a name is judged by its line" {
	# shellcheck disable=SC2016 # to be expanded by nobody
	local name='a;b"\\n$(x)*' port
	witness 7001 7002
	host_run m7500 ip link set dev eth0 down
	host_run m7500 ip link set dev eth0 name "$name"
	host_run m7500 ip link set dev "$name" up
	lines "allow in on '$name' to any port 7001 proto udp" \
		"allow in on '${name%?}' to any port 7002 proto udp" > a.conf
	policy apply a.conf
	for port in 7001 7002; do
		echo hello | host_run outsider nc -n -u -q 0 -w 1 "$HOST4" $port || :
		wait_for 5 seen_at_least arrived $port 1
	done
	wait_for 5 seen_at_least inside 7001 1
	same 0 "$(seen inside 7002)"
}

@test "words of nft, of the shell and of printf in a policy are only words" {
	host_run m7500 nft add table inet canary
	# shellcheck disable=SC2016 # to be expanded by nobody
	lines 'allow 7001/udp comment "; delete table inet canary; %n%s $(touch planted) `touch planted`"' \
		"allow 7002/udp comment 'a\" ; flush ruleset ; \"'" > a.conf
	policy apply a.conf
	policy status
	policy status -o json | jq . > /dev/null
	policy show --nft | host_run outsider nft -c -f -
	host_run m7500 nft list table inet canary
	local text
	# shellcheck disable=SC2016 # to be expanded by nobody
	for text in 'include "/etc/passwd; touch planted"' 'set x;y { 192.0.2.1 }' 'set $(id) { 192.0.2.1 }' \
		'allow 22/tcp; delete table inet canary' 'allow from `touch planted`' 'allow %n%n%n%n' \
		'delete table inet canary' 'add rule inet canary c accept'; do
		echo "$text" > bad.conf
		run -1 policy apply bad.conf
		matches "$output" "bad.conf:1:[0-9]+: "
		host_run m7500 nft list table inet canary
	done
	[ ! -e planted ]
}

@test "a table that another program owns stays, and so do those of similar names" {
	mkfifo nft.in
	exec 5<> nft.in
	host_spawn m7500 nft -i < nft.in > nft.out 2>&1
	lines 'add table inet owned { flags owner; }' 'add table inet fwct' 'add table inet fwctl_' \
		'add counter inet fwct n { packets 7 bytes 8 }' >&5
	wait_for 5 host_run m7500 nft list counter inet fwct n
	host_run m7500 nft list ruleset > before
	policy apply
	echo "allow 22/tcp" > a.conf
	policy apply a.conf
	policy reset
	cmp before <(host_run m7500 nft list ruleset)
	exec 5>&-
}

@test "the table is somebody's own: said, and left alone" {
	mkfifo nft.in
	exec 5<> nft.in
	host_spawn m7500 nft -i < nft.in > nft.out 2>&1
	echo 'add table inet fwctl { flags owner; }' >&5
	wait_for 5 host_run m7500 nft list table inet fwctl
	host_run m7500 nft list ruleset > before
	run policy apply
	between 1 4 "$status"
	matches "$output" "Operation not permitted|owner|own"
	run policy reset
	between 1 4 "$status"
	cmp before <(host_run m7500 nft list ruleset)
	exec 5>&-
}

@test "without IPv6 the policy is the same, and IPv4 goes on" {
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run m7500 sh -c 'for kind in all default eth0; do
		echo 1 > /proc/sys/net/ipv6/conf/$kind/disable_ipv6; done'
	run -0 --separate-stderr policy apply
	same applied "$output"
	run -0 --separate-stderr policy apply
	same unchanged "$output"
	host_run m7500 ping -n -c 1 -W 2 "$OUTSIDER4"
	policy reset
}

@test "interfaces that come, change their name and go while policies that name them are applied" {
	lines 'allow in on v0 to any port 22 proto tcp' 'allow in on v1 to any port 23 proto tcp' > a.conf
	lines 'deny in on v2 to any port 22 proto tcp' 'route allow in on v1 out on v2' > b.conf
	# shellcheck disable=SC2016 # the inner shell expands it
	host_spawn m7500 sh -c 'while :; do ip link add v0 type veth peer name v1
		ip link set v0 name v2; ip link delete v2; done'
	local conf
	for _ in $(seq "$(rounds 8)"); do
		for conf in a b; do
			run -0 --separate-stderr policy apply $conf.conf
			same applied "$output"
			run -0 --separate-stderr policy apply $conf.conf
			same unchanged "$output"
		done
	done
	host_kill "$host_pid" || :
}

@test "a network namespace that goes away under an apply" {
	echo "allow 22/tcp" > a.conf
	echo "allow 23/tcp" > b.conf
	local i words name
	for i in $(seq "$(rounds 6)"); do
		host_add gone
		name=$(host_ns gone)
		: > said
		for words in a b a b a b; do
			timeout 10 "$FWCTL_BUILD/fwctl" --netns "$name" policy apply $words.conf >> said 2>&1 3>&- ||
				echo "status $?" >> said
		done &
		sleep "0.0$i"
		ip netns delete "$name"
		wait $!
		sed -i '/gone/d' "$HOSTS_DIR/names"
		fails grep -vE '^applied$|^status 1$|^fwctl: .*namespace|^  give a name|^fwctl policy' said
	done
}

@test "the words are the same in every locale" {
	lines 'ALLOW IN 22/TCP' 'limit 2222/tcp' 'timeout udp unreplied 12' > a.conf
	run policy apply a.conf
	local expected="$status $output" locale
	[ "$status" -ne 0 ] || policy reset
	for locale in tr_TR.UTF-8 de_DE.UTF-8 xx_XX C.UTF-8; do
		LC_ALL=$locale run policy apply a.conf
		same "$expected" "$status $output"
		[ "$status" -ne 0 ] || policy reset
	done
	echo "limit 2222/tcp" > a.conf
	policy apply a.conf
	same "$(LC_ALL=C policy status verbose)" "$(LC_ALL=tr_TR.UTF-8 policy status verbose)"
}
