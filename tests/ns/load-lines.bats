#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# create, update, get and load: option by option what conntrack makes of the same words, what is
# refused before the kernel is asked, and what the kernel refuses.

load ../lib/fwctl

setup_file() {
	needs_private
	command -v conntrack > /dev/null || skip "no conntrack to compare with"
	mkdir -p /etc/xtables
	printf '3 web\n127 last\n' > /etc/xtables/connlabel.conf
	# A flow has room for labels only where a rule uses some: not in "bare".
	local host
	for host in theirs ours bare; do
		host_add $host
		[ $host = bare ] || host_run $host nft -f - <<-EOF2
			table inet labels { chain none { ct label set 3; }; }
		EOF2
	done
	export HOSTS_DIR
}

teardown_file() {
	hosts_remove
}

setup() {
	host_run theirs conntrack -F 2> /dev/null
	host_run ours conntrack -F 2> /dev/null
	cd "$BATS_TEST_TMPDIR" || return
}

untimed() {
	sed -E 's/^([a-z0-9-]+ +[0-9]+ )[0-9]+ /\1TIMER /; s/-t [0-9]+/-t TIMER/'
}

# table HOST: in all that an independent reader shows
table() {
	host_run "$1" conntrack -L -o extended,labels 2> /dev/null |
		sed -E 's/^(ipv[46] +[0-9]+ [a-z0-9-]+ +[0-9]+ )[0-9]+ /\1TIMER /' | LC_ALL=C sort
}

alike() {
	diff <(table theirs) <(table ours) && [ -n "$(table ours)" ]
}

# How strict the kernel is with the windows of a TCP flow; nothing else shows it.
windows() {
	fwctl_in "$1" list -p tcp -o save,windows --quiet |
		sed -E 's/.*( -s [^ ]+) .*(--orig-tcp-flags [0-9]+).*(--reply-tcp-flags [0-9]+).*/\1 \2 \3/' |
		LC_ALL=C sort
}

@test "create: a window scale is kept, and each sender is known by itself" {
	local flow='-p tcp -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state ESTABLISHED --quiet'
	# shellcheck disable=SC2086 # words
	fwctl_in ours create $flow -s 10.0.0.1 --orig-wscale 7 --reply-wscale 9
	# shellcheck disable=SC2086 # words
	fwctl_in ours create $flow -s 10.0.0.3 --orig-tcp-flags 3
	same "10.0.0.1 --orig-wscale 7 --reply-wscale 9 --orig-tcp-flags 3 --reply-tcp-flags 3
10.0.0.3 --orig-tcp-flags 3 --reply-tcp-flags 10" "$(fwctl_in ours list -p tcp -o save,windows --quiet |
		sed -E 's/.* -s ([^ ]+) .* ESTABLISHED/\1/' | LC_ALL=C sort)"
}

# SRC stands for an address of its own in each line.
@test "create: every option does what it does in conntrack -I" {
	local words number=0 wrong=0
	while read -r words; do
		number=$((number + 1))
		case $words in
		*fd00*) words=${words//SRC/fd00:1::$number} ;;
		*) words=${words//SRC/10.0.1.$number} ;;
		esac
		# shellcheck disable=SC2086 # words
		host_run theirs conntrack -I $words > /dev/null 2> err || { cat err; wrong=1; }
		# shellcheck disable=SC2086 # words
		fwctl_in ours create $words >> shown 2> err || { cat err; wrong=1; }
	done <<-EOF
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100
		-p udp --orig-src SRC --orig-dst 10.0.0.2 --orig-port-src 1 --orig-port-dst 2 --timeout 100
		-p udp --src SRC --dst 10.0.0.2 --sport 1 --dport 2 -t 100
		-p 17 -r 10.0.0.2 -q SRC --reply-port-src 2 --reply-port-dst 1 -t 100
		-p udp -s SRC -d 10.0.0.2 -r 10.0.0.9 -q 10.0.0.8 --sport 1 --dport 2 --reply-port-src 9 --reply-port-dst 8 -t 100
		-p udp -s SRC -d fd00::2 --sport 1 --dport 2 -t 100
		-p udplite -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100
		-p tcp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state SYN_SENT
		-p tcp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state TIME_WAIT -u SEEN_REPLY,ASSURED
		-p tcp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state CLOSE
		-p tcp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state FIN_WAIT
		-p sctp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state COOKIE_ECHOED --orig-vtag 0 --reply-vtag 0
		-p dccp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state OPEN --role client
		-p icmp -s SRC -d 10.0.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 7 -t 100
		-p icmp -s SRC -d 10.0.0.2 --icmp-type 13 --icmp-code 0 --icmp-id 7 -t 100
		-p icmp -s SRC -d 10.0.0.2 --icmp-type 8 --icmp-code 0 -t 100
		-p icmpv6 -s SRC -d fd00::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 7 -t 100
		-p gre -s SRC -d 10.0.0.2 --srckey 1 --dstkey 2 -t 100
		-p gre -s SRC -d 10.0.0.2 --orig-key-src 3 --orig-key-dst 4 -t 100
		-p tcp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state LISTEN
		-p tcp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --state SYN_SENT2
		-p gre -s SRC -d 10.0.0.2 --srckey 0x10 --dstkey 0x20 --reply-key-src 0x20 --reply-key-dst 0x10 -t 100
		-p 89 -s SRC -d 10.0.0.2 -t 100
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 -m 0x15
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 -m 0x15/0xff
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 -u UNSET
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 -u FIXED_TIMEOUT
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 -w 7
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --orig-zone 7
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --reply-zone 7
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --label-add web,last
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 -n 10.0.0.9
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 -n 10.0.0.9:99
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 -g 10.0.0.9:99
		-p udp -s SRC -d 10.0.0.2 --sport 1 --dport 2 -t 100 --src-nat 10.0.0.8 --dst-nat 10.0.0.9
		-p udp -s SRC -d fd00::2 --sport 1 --dport 2 -t 100 -g fd00::9
		-p tcp -s SRC -d 10.0.0.2 --sport 1 --dport 21 -t 100 --state ESTABLISHED -u SEEN_REPLY -n 10.0.0.9:77
	EOF
	alike
	diff <(windows theirs) <(windows ours)
	# What is shown is what is there, but for the time.
	diff <(host_run ours conntrack -L 2> /dev/null | untimed | sed 's/ *$//' | LC_ALL=C sort) \
		<(untimed < shown | LC_ALL=C sort)
	[ "$wrong" -eq 0 ]
}

# one_of_each [HOST]: the flows that updates are made on
one_of_each() {
	host_run "${1:-ours}" conntrack -F 2> /dev/null
	fwctl_in "${1:-ours}" load --quiet - <<-EOF
		-I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 100 -m 0x15 --label-add web
		-I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 53 -t 100 -u SEEN_REPLY --label-add last
		-I -p udp -s fd00::1 -d fd00::2 --sport 3 --dport 53 -t 100 -w 7 --label-add last
		-I -p tcp -s 10.0.0.1 -d 10.0.0.3 --sport 4 --dport 80 -t 100 --state ESTABLISHED -m 5 --label-add last
		-I -p udp -s 10.0.0.1 -d 10.0.0.4 --sport 1 --dport 2 -t 100 -n 10.0.0.9
	EOF
}

# conntrack 1.4.7 changes no flow of IPv6, and takes no zone and no translation as a condition.
@test "update: every change does what it does in conntrack -U" {
	local words wrong=0
	while read -r words; do
		one_of_each theirs
		one_of_each ours
		table ours > before
		# shellcheck disable=SC2086 # words
		host_run theirs conntrack -U $words > /dev/null 2> theirs.err
		# shellcheck disable=SC2086 # words
		fwctl_in ours update $words > ours.out 2> ours.err
		alike || { echo "differs: $words"; wrong=1; }
		# As many are counted as conntrack counts, and those are the ones that changed.
		same "$(sed -n 's/^conntrack [^:]*: //p' theirs.err)" "$(sed 's/^fwctl [^:]*: //' ours.err)" || wrong=1
		case $words in
		*-t* | *FIXED*) ;;
		*) same "$(wc -l < ours.out) $words" "$(table ours | LC_ALL=C comm -13 before - | wc -l) $words" || wrong=1 ;;
		esac
	done <<-EOF
		-f ipv4 -p udp --sport 1 --dport 53 -m 7
		-f ipv4 -p udp --sport 1 --dport 53 -m 0x2/0x3
		-f ipv4 -p tcp -m 0xff/0
		-f ipv4 -p tcp -s 10.0.0.1 --state CLOSE
		-f ipv4 -s 10.0.0.1 -m 8
		-f ipv4 -p udp --sport 1 --dport 53 -t 5000
		-f ipv4 -p udp --dport 53 -u ASSURED
		-f ipv4 -p tcp -u FIXED_TIMEOUT
		-f ipv4 -p udp --sport 2 --label-add web
		-f ipv4 -l last --label-add web
		-f ipv4 -l web --label-del web
		-f ipv4 -l last --label-del
	EOF
	[ "$wrong" -eq 0 ]
}

@test "update: what conntrack leaves alone: IPv6, zones, translations" {
	local words
	while read -r words; do
		one_of_each
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr fwctl_in ours update $words -m 9
		same "1 $words" "${#lines[@]} $words"
		same "1 $words" "$(fwctl_in ours list -m 9 --count) $words"
		same "$words" "$words$(diff <(untimed <<< "$output") <(fwctl_in ours list -m 9 --quiet | untimed))"
	done <<-EOF
		-f ipv6 -u SEEN_REPLY,ASSURED
		-w 7
		-n 10.0.0.9
		--addr fd00::2 --label-del last --label-add web
	EOF
}

@test "update: timeouts, conditions on what is set, and a dry run" {
	one_of_each
	run -0 --separate-stderr fwctl_in ours update --if-mark 5 -m 6 -t 1h --dry-run
	matches "$output" '^tcp +6 3600 ESTABLISHED .*mark=6 '
	matches "$stderr" ': 1 flow entries would be updated'
	matches "$(fwctl_in ours list -p tcp --quiet)" 'mark=5 '
	run -0 --separate-stderr fwctl_in ours update --if-mark 5 -m 6 -t 1h -o json
	same '6 3600' "$(jq -r '"\(.mark) \(.timeout)"' <<< "$output")"
	between 3500 3600 "$(fwctl_in ours list -p tcp -o json | jq .timeout)"
	run -0 --separate-stderr fwctl_in ours update --if-status unreplied -p udp -m 1 --quiet
	same "" "$output$stderr"
	same 3 "$(fwctl_in ours list -m 1 --count)"
	run -0 --separate-stderr fwctl_in ours update -p sctp -m 1
	matches "$stderr" ': 0 flow entries have been updated'
	# A fixed timeout is fixed; the rest of the flows is changed.
	fwctl_in ours update -p tcp -u fixed-timeout --quiet
	run -1 --separate-stderr fwctl_in ours update --all -t 7000
	same 4 "${#lines[@]}"
	matches "$stderr" 'fixed-timeout'
}

# The status that is written is that of the reading before: what came to it meanwhile stays.
@test "update: a flow that gets its first answer meanwhile is updated all the same" {
	command -v strace > /dev/null || skip "needs strace"
	fwctl_in ours create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 600 -u unset > /dev/null
	matches "$(fwctl_in ours list --quiet)" UNREPLIED
	# The sends in front of the third ask for permission and for the table.
	ASAN_OPTIONS=detect_leaks=0 host_spawn ours strace -f -qq -o trace -e trace=sendto \
		-e inject=sendto:delay_enter=1000000:when=3 \
		"$FWCTL_BUILD/fwctl-update" -p udp -u assured -o json > shown 2> said
	updating=$host_pid
	wait_for 10 sends 2
	sleep 0.2
	host_run ours conntrack -U -p udp -s 10.0.0.1 -u SEEN_REPLY > /dev/null 2>&1
	wait "$updating"
	same "" "$(cat said)"
	same 1 "$(jq -c .status shown | grep -c assured)"
	same '["seen-reply","assured"]' "$(fwctl_in ours list -o json --quiet | jq -c .status)"
}

@test "get: there or not, by either direction, in any zone" {
	one_of_each
	run -0 --separate-stderr fwctl_in ours get -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53
	matches "$output" 'sport=1 .*mark=21 '
	matches "$stderr" ': 1 flow entries have been shown'
	run -0 fwctl_in ours get -p udp -r 10.0.0.4 -q 10.0.0.9 --reply-port-src 2 --reply-port-dst 1 -o json
	same 10.0.0.1 "$(jq -r .orig.src <<< "$output")"
	run -0 fwctl_in ours get -p udp -s fd00::1 -d fd00::2 --sport 3 --dport 53 -w 7 --quiet
	same "" "$output"
	run -1 --separate-stderr fwctl_in ours get -p udp -s fd00::1 -d fd00::2 --sport 3 --dport 53
	matches "$stderr" 'there is no such flow'
	same "" "$output"
	run -1 --separate-stderr fwctl_in ours get -p udp -s fd00::1 -d fd00::2 --sport 3 --dport 53 --quiet
	same "" "$output$stderr"
	fwctl_in ours create -p udp -s 10.0.0.6 -d 10.0.0.7 --sport 1 --dport 2 -t 100 --orig-zone 8 --quiet
	run -0 fwctl_in ours get -p udp -s 10.0.0.6 -d 10.0.0.7 --sport 1 --dport 2 --orig-zone 8 -o json
	same 8 "$(jq .orig.zone <<< "$output")"
	run -0 fwctl_in ours get -p udp -r 10.0.0.7 -q 10.0.0.6 --reply-port-src 2 --reply-port-dst 1
	run -1 fwctl_in ours get -p udp -s 10.0.0.6 -d 10.0.0.7 --sport 1 --dport 2 --orig-zone 9
	# A condition beside the tuple must hold, too.
	run -1 fwctl_in ours get -p tcp -s 10.0.0.1 -d 10.0.0.3 --sport 4 --dport 80 --state SYN_SENT
}

@test "what is wrong is refused before the kernel is asked" {
	local words what
	while IFS='|' read -r words what; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr fwctl_in ours $words
		same "2 $words" "$status $words"
		same "" "$output"
		matches "$stderr" "$what"
	done <<-EOF
		create|protocol \(-p\) is missing
		create -p udp|address is missing
		create -p udp -s 10.0.0.1|destination address
		create -p udp -s 10.0.0.1 -d 10.0.0.2 -t 5|--sport is missing
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2|timeout \(-t\)
		create -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5|--state is missing
		create -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 --state ESTAB|'ESTAB' is not a state of tcp
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 --state ESTABLISHED|only tcp, sctp
		create -p udp -s 10.0.0.1 -d fd00::2 --sport 1 --dport 2 -t 5|the flow is ipv4
		create -p udp -s 10.0.0.1/24 -d 10.0.0.2 --sport 1 --dport 2 -t 5|'10.0.0.1/24'
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1:9 --dport 2 -t 5|'1:9'
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 99999 --dport 2 -t 5|'99999'
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport abc --dport 2 -t 5|'abc'
		create -p udp -s 10.0.0.1 -s 10.0.0.3 -d 10.0.0.2 --sport 1 --dport 2 -t 5|given before
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 -u dying|for the kernel to set
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 -u banana|'banana'
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 -m banana|'banana'
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 -w 65536|'65536'
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 -w 5 --orig-zone 3|--orig-zone
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 --label-add nobody|'nobody'
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 --label-add 128|'128'
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 -n 10.0.0.0/8|10.0.0.0/8
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 -n 10.0.0.1:99999|ADDR:PORT
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t -5|'-5'
		create -p icmp -s fd00::1 -d fd00::2 --icmp-type 8 --icmp-code 0 --icmp-id 1 -t 5|not a protocol of ipv6
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 --id 5|unknown option --id
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 --master-src 10.0.0.1|the protocol of the master \(--master-proto\) is missing
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 --master-src fd00::1|the flow is ipv4
		create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 5 --master-sport 1 --master-sport 2|given before
		create --table expect -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 21 --tuple-dst 10.0.0.1 --tuple-port-dst 1 --master-proto tcp|is for flows
		update|nothing to set
		update -p udp|nothing to set
		update -m 5|--all
		update --all -p udp -m 5|--proto udp
		update -p udp -m 5 -u dying|for the kernel to set
		update -p udp -t abc|'abc'
		get|one flow
		get -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1|one flow
		get --table expect -p udp -u assured|nothing about an expectation
		load|something is missing
		load a b|unexpected word 'b'
	EOF
	same "" "$(table ours)"
}

@test "what the kernel refuses: exit 1, what and why" {
	local words='-p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 100'
	# shellcheck disable=SC2086 # words
	fwctl_in ours create $words -m 1 --quiet
	# shellcheck disable=SC2086
	run -1 --separate-stderr fwctl_in ours create $words -m 2
	same "" "$output"
	matches "$stderr" 'File exists'
	matches "$stderr" 'exists already'
	# shellcheck disable=SC2086
	run -0 fwctl_in ours create -A $words -m 3
	matches "$output" 'mark=3 '
	# shellcheck disable=SC2086
	run -0 fwctl_in ours create -A $words -m 0x10/0x1
	matches "$output" 'mark=18 '
	# The replies would be those of the first one.
	run -1 --separate-stderr fwctl_in ours create -A -p udp -s 10.0.0.8 -d 10.0.0.9 --sport 8 --dport 9 \
		-r 10.0.0.2 -q 10.0.0.1 --reply-port-src 2 --reply-port-dst 1 -t 100
	matches "$stderr" 'another flow'
	run -3 --separate-stderr fwctl_in ours create -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 100 \
		--state ESTABLISHED --helper banana
	matches "$stderr" 'no such helper'
	run -0 --separate-stderr fwctl_in ours create -p udp -s 10.0.0.7 -d 10.0.0.2 --sport 1 --dport 2 -t 0
	same "" "$output"
	matches "$stderr" 'it has ended already'
	run -1 bash -c "'$FWCTL_BUILD/fwctl' --netns '$(host_ns ours)' create -p udp -s 10.0.0.8 -d 10.0.0.2 --sport 1 --dport 2 -t 1 > /dev/full"
	matches "$output" 'the flow was made'
	fwctl_in ours flush -s 10.0.0.8 --quiet
	# An error message has no answer.
	run -1 --separate-stderr fwctl_in ours create -p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 3 --icmp-code 0 \
		--icmp-id 1 -t 100
	matches "$stderr" 'ask for an answer'
	run -0 --separate-stderr fwctl_in bare create -p udp -s 10.0.0.5 -d 10.0.0.6 --sport 1 --dport 2 -t 100 -l web
	matches "$stderr" 'not kept the labels'
	same 1 "$(fwctl_in ours list --count)"
}

@test "not permitted: exit 3, and nothing is done" {
	one_of_each
	table ours > before
	echo '-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 9 --dport 9 -t 9' > lines
	for words in 'create -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 9 --dport 9 -t 9' \
		'update --all -m 99' 'get -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53' 'load lines'; do
		# shellcheck disable=SC2086 # words
		run -3 --separate-stderr host_run ours setpriv --bounding-set -net_admin "$FWCTL_BUILD/fwctl" $words
		same "" "$output"
		matches "$stderr" 'CAP_NET_ADMIN'
	done
	diff before <(table ours)
}

# The kernel answers once for all of a datagram then, as if it were of its first message.
@test "load: not permitted for any line is exit 3, whatever the lines do" {
	local words
	one_of_each
	table ours > before
	for words in '-U -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -m 9' \
		'-U -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 9' \
		'-D -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53'; do
		printf '%s\n' "$words" "$words" "$words" > lines
		run -3 --separate-stderr host_run ours unshare -Ur "$FWCTL_BUILD/fwctl-load" lines
		lacks "$stderr" "loaded"
		matches "$stderr" 'CAP_NET_ADMIN'
	done
	diff before <(table ours)
}

# The helper of FTP expects one connection at a time. conntrack 1.4.7 itself forgets the protocol of
# an expectation (-I expect), so it only reads here.
@test "create: expectations" {
	local number words
	for number in 1 2 3 4; do
		echo "-A -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport $number --dport 21 -t 100 --state ESTABLISHED --helper ftp"
	done | fwctl_in ours load --quiet -
	number=0
	while read -r words; do
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr fwctl_in ours create --table expect -p tcp -s 10.0.0.1 -d 10.0.0.2 \
			--sport $((number += 1)) --dport 21 -t 100 $words
		matches "$stderr" ': 1 expectations have been created'
	done <<-EOF
		--tuple-src 10.0.0.2 --tuple-dst 10.0.0.1 --tuple-port-src 0 --tuple-port-dst 1025 --mask-src 255.255.255.255 --mask-dst 255.255.255.255 --mask-port-src 0 --mask-port-dst 65535
		--tuple-src 10.0.0.0 --tuple-dst 10.0.0.1 --tuple-port-src 20 --tuple-port-dst 1026 --mask-src 255.255.255.0
	EOF
	host_run ours conntrack -L expect 2> /dev/null | sed 's/^[0-9]* //; s/ *$//' | LC_ALL=C sort > made
	diff made - <<-EOF
		proto=6 src=10.0.0.0 dst=10.0.0.1 sport=20 dport=1026 mask-src=255.255.255.0 mask-dst=255.255.255.255 sport=65535 dport=65535 master-src=10.0.0.1 master-dst=10.0.0.2 sport=2 dport=21 class=0 helper=ftp
		proto=6 src=10.0.0.2 dst=10.0.0.1 sport=0 dport=1025 mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 dport=65535 master-src=10.0.0.1 master-dst=10.0.0.2 sport=1 dport=21 class=0 helper=ftp
	EOF
	run -0 fwctl_in ours get --table expect -p tcp -s 10.0.0.2 -d 10.0.0.1 --sport 0 --dport 1025 -o json
	same 21 "$(jq .master.dport <<< "$output")"
	# What is not given does not count, and a second one for the same flow is none.
	words='--table expect -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 3 --dport 21'
	# shellcheck disable=SC2086 # words
	fwctl_in ours create $words --tuple-dst 10.0.0.1 --tuple-port-dst 1027 --quiet
	same '"0.0.0.0" 0 65535' "$(fwctl_in ours list --table expect --dport 1027 -o json |
		jq -r '"\(.mask.src | tojson) \(.mask.sport) \(.mask.dport)"')"
	# A prefix is a mask; that of conntrack, which does not forget it.
	fwctl_in ours create --table expect -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 4 --dport 21 \
		--tuple-src 10.7.7.0/20 --tuple-dst 10.0.0.1 --tuple-port-dst 1029 --quiet
	same '"10.7.0.0" "255.255.240.0" "255.255.255.255"' "$(fwctl_in ours list --table expect --dport 1029 -o json |
		jq -c '.expected.src, .mask.src, .mask.dst' | paste -sd ' ')"
	# PPTP: a flow of tcp announces one of gre.
	fwctl_in ours create --quiet -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 1723 -t 100 --state ESTABLISHED --helper pptp
	local pptp='--table expect -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 1723 --tuple-proto gre --tuple-dst 10.0.0.1'
	# shellcheck disable=SC2086 # words
	fwctl_in ours create $pptp --tuple-src 10.0.0.2 --tuple-key-src 0x10 --mask-key-src 0xff0 --tuple-key-dst 0x77 --quiet
	same "proto=47 src=10.0.0.2 dst=10.0.0.1 srckey=0x10 dstkey=0x77 mask-src=255.255.255.255 mask-dst=255.255.255.255 srckey=0xff0 dstkey=0xffff master-src=10.0.0.1 master-dst=10.0.0.2 sport=5 dport=1723 class=0 helper=pptp" \
		"$(host_run ours conntrack -L expect 2> /dev/null | grep proto=47 | sed 's/^[0-9]* //; s/ *$//')"
	run -1 --separate-stderr fwctl_in ours create --table expect -p tcp -s 10.9.9.9 -d 10.0.0.2 --sport 1 \
		--dport 21 --tuple-dst 10.0.0.1 --tuple-port-dst 1028
	matches "$stderr" 'master does not exist'
	for wrong in "$words" "$words --tuple-dst banana" "$words --tuple-dst fd00::1 --tuple-port-dst 1" \
		"$words --tuple-dst 10.0.0.1 --mask-dst ffff:: --tuple-port-dst 1" "$words --tuple-dst 10.0.0.1/33 --tuple-port-dst 1" \
		"$words --tuple-port-dst 70000" '--tuple-dst 10.0.0.1' "$pptp --tuple-port-dst 5" \
		"$pptp" "$words --tuple-dst 10.0.0.1 --tuple-port-dst 1 --mask-key-dst 1" \
		"$pptp --tuple-key-dst 5 --tuple-proto gre" "${pptp/gre/icmp} --tuple-port-dst 5" "${pptp/gre/banana} --tuple-port-dst 5" \
		"$words --tuple-dst 10.0.0.1 --tuple-port-dst 1 -A"; do
		# shellcheck disable=SC2086 # words
		run -2 fwctl_in ours create $wrong
	done
}

# ---- load ----------------------------------------------------------------------------------------

@test "load: each verb, comments, blanks, and a last line without an end" {
	printf '%s\n' '# a comment' '' '  ' \
		'-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 100' \
		'--create --proto=udp --src=10.0.0.1 --dst=10.0.0.2 --sport=3 --dport=2 --timeout=100' \
		$'\t-I -p udp  -s 10.0.0.1 -d 10.0.0.2\t--sport 4 --dport 2 -t 100\r' \
		'-U -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -m 9' \
		'-D -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 4 --dport 2' > lines
	printf '%s' '-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 2 -t 100' >> lines
	run -0 --separate-stderr fwctl_in ours load lines
	same "" "$output"
	matches "$stderr" ': 6 lines have been loaded, 0 were bad'
	same '1 9,3 0,5 0' "$(fwctl_in ours list -o json | jq -r '"\(.orig.sport) \(.mark)"' | sort | paste -sd,)"
	printf -- '-F\n-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 6 --dport 2 -t 100\n' | fwctl_in ours load - --quiet
	same 6 "$(fwctl_in ours list -o json | jq .orig.sport)"
}

@test "load: -F with a condition is a bad line, and deletes nothing" {
	local more
	printf -- '-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 6 --dport 2 -t 100\n' | fwctl_in ours load - --quiet
	for more in '-p tcp' '-s 192.0.2.1' '-w 3' '-m 5' '--label-del' '-f ipv6'; do
		run -1 --separate-stderr fwctl_in ours load - <<< "-F $more"
		matches "$stderr" '-:1: -F deletes every flow'
	done
	same 1 "$(fwctl_in ours list --count)"
}

# The lines between the bad ones are good, and each bad line is told by its number.
tuples() {
	fwctl_in ours list -o json --quiet | jq -c '[.proto, .orig, .reply, .status]' | LC_ALL=C sort
}

@test "load: translations of every kind are those that were saved" {
	local words number=0
	while read -r words; do
		# shellcheck disable=SC2086 # words
		host_run ours conntrack -I ${words//SRC/10.0.1.$((number += 1))} -d 10.0.0.2 -t 500 > /dev/null 2>&1
	done <<-EOF
		-p udp -s SRC --sport 1 --dport 2 -g 10.0.0.2:99
		-p udp -s SRC --sport 1 --dport 2 -n 10.0.1.2:99
		-p tcp -s SRC --sport 1 --dport 2 -g 10.0.0.2:98 --state ESTABLISHED -u SEEN_REPLY,ASSURED
		-p udp -s SRC --sport 1 --dport 2 -g 10.0.0.3:99 -n 10.9.9.9:77
		-p icmp -s SRC --icmp-type 8 --icmp-code 0 --icmp-id 7 -n 10.0.0.10 -g 10.0.0.4
		-p gre -s SRC --srckey 1 --dstkey 2 -n 10.0.0.11
		-p gre -s SRC --srckey 3 --dstkey 4 -g 10.0.0.12
		-p sctp -s SRC --sport 1 --dport 2 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2 -n 10.0.0.12:5
		-p 89 -s SRC -g 10.0.0.77
	EOF
	tuples > made
	same "9 9" "$(wc -l < made) $(grep -c '"[a-z]*-nat"' made)"
	for format in save json; do
		fwctl_in ours list -o $format --quiet > saved
		fwctl_in ours flush --all --quiet
		fwctl_in ours load saved --quiet
		diff made <(tuples)
	done
}

@test "load: -U adds to the status, as conntrack does, and so does -A" {
	local host verb
	for verb in -U -A; do
		echo "$verb -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 1 --dport 53 -t 20 -u ASSURED" > lines
		for host in theirs ours; do
			host_run $host conntrack -F 2> /dev/null
			fwctl_in $host create -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 1 --dport 53 -t 600 -u seen-reply > /dev/null 2>&1
		done
		fwctl_in ours load lines
		matches "$(fwctl_in ours list --quiet)" 'ASSURED'
		[ $verb = -A ] || host_run theirs conntrack -R lines > /dev/null 2>&1
		[ $verb = -A ] || alike
	done
}

# The kernel takes a state of sctp only together with both tags.
@test "update, load: a new state leaves the tags of sctp as they are" {
	local line
	fwctl_in ours create -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 9 -t 500 --state ESTABLISHED \
		--orig-vtag 7 --reply-vtag 8 --quiet
	same '["SHUTDOWN_SENT",7,8]' \
		"$(fwctl_in ours update -p sctp --state SHUTDOWN_SENT -o json | jq -c '[.state, .vtag_orig, .vtag_reply]')"
	for line in '' '-U -p sctp --state SHUTDOWN_SENT' '-A -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 9 -t 9 --state SHUTDOWN_SENT' \
		'-U -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 9 --state SHUTDOWN_SENT'; do
		fwctl_in ours load - --quiet <<< "$line"
		same '["SHUTDOWN_SENT",7,8]' "$(fwctl_in ours list -o json --quiet | jq -c '[.state, .vtag_orig, .vtag_reply]')"
	done
}

@test "load: -U clears labels, too" {
	one_of_each
	printf '%s\n' '-U -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 --label-del web --label-add last' \
		'-U -p tcp -s 10.0.0.1 -d 10.0.0.3 --sport 4 --dport 80 --label-del' | fwctl_in ours load - --quiet
	same last "$(fwctl_in ours list --sport 1 --dport 53 -o json | jq -r '.labels | join(",")')"
	same "" "$(fwctl_in ours list --sport 4 -o json | jq -r '.labels // [] | join(",")')"
}

has_flow() {
	[ "$(fwctl_in ours list --count "$@")" -eq 1 ]
}

@test "load: what a pipe brings is there before the next line comes" {
	mkfifo pipe
	exec 8<> pipe
	# shellcheck disable=SC2094 # a pipe
	host_spawn ours "$FWCTL_BUILD/fwctl" load - < pipe 2> /dev/null 8>&-
	echo '-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 71 --dport 2 -t 100' >&8
	wait_for 5 has_flow --sport 71
	printf -- '-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 72' >&8
	printf ' --dport 2 -t 100\n' >&8
	wait_for 5 has_flow --sport 72
	exec 8>&-
}

# conntrack -R takes a line at a time, and does with it what conntrack would.
@test "load: -U and -D of the flows that a filter chooses do what they do in conntrack -R" {
	local line wrong=0
	while read -r line; do
		one_of_each theirs
		one_of_each ours
		echo "$line" > lines
		host_run theirs conntrack -R lines > /dev/null 2> theirs.err
		run -0 --separate-stderr fwctl_in ours load lines
		same "" "$output"
		matches "$stderr" '1 lines have been loaded, 0 were bad'
		alike || { echo "differs: $line"; wrong=1; }
	done <<-EOF
		-U -f ipv4 -s 10.0.0.1 -p udp --dport 53 -m 7
		-U -f ipv4 -s 10.0.0.1 -p udp --dport 53 -m 0x2/0x3
		-U -f ipv4 -p tcp -u FIXED_TIMEOUT
		-D -p udp -s 10.0.0.1 -d 10.0.0.2
		-D -f ipv4 -p tcp -m 5
		-D -f ipv4 -p udp -m 5
		-D -l last
		-D -f ipv4 -u ASSURED
		-D -s 10.0.0.0/8
	EOF
	[ "$wrong" -eq 0 ]
	# In order: of what the lines before have made.
	run -0 fwctl_in ours load - <<-EOF
		-F
		-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 100
		-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 2 -t 100
		-U -p udp --sport 2 --if-mark 0 -m 9
		-D -m 0
		-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 3 --dport 2 -t 100
	EOF
	same "2 9
3 0" "$(fwctl_in ours list -o json | jq -r '"\(.orig.sport) \(.mark)"' | sort)"
	run -0 --separate-stderr fwctl_in ours load - <<< '-U -s 10.0.0.0/8 -t 600'
	matches "${stderr_lines[1]}" ': 2 flow entries have been updated or deleted by filters.$'
	# More than the tuple of a flow is a condition, too; what watch -o save writes is not.
	run -0 fwctl_in ours load - <<-EOF
		-F
		-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 2 -t 100 -m 9 -u SEEN_REPLY
		-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 3 --dport 2 -t 100
		-D -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 2 -m 99
		-D -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 2 -u ASSURED
		-D -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 2 -r 10.9.9.9
		-U -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 2 -l web -m 8
		-A -p 89 -s 10.0.0.1 -d 10.0.0.2 -t 100 -g 10.0.0.3 -n 10.0.0.4
		-D -t 0 -u SEEN_REPLY -s 10.0.0.1 -d 10.0.0.2 -g 10.0.0.3 -n 10.0.0.4 -p 89
		-D -t 0 -u UNSET -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p udp --sport 3 --dport 2 --reply-port-src 2 --reply-port-dst 3 -m 7
		-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 3 --dport 2 -t 100
	EOF
	same "2 9
3 0" "$(fwctl_in ours list -o json | jq -r '"\(.orig.sport) \(.mark)"' | sort)"
	# Half of everything is neither.
	run -1 --separate-stderr fwctl_in ours load - <<< '-D -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 2 --dport 2 -r 10.9.9.9 -t 5 -u ASSURED'
	matches "$stderr" 'unknown option -t'
	# What becomes of the flow is no condition.
	run -1 --separate-stderr fwctl_in ours load - <<< '-U -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 99 --dport 2 --label-add web'
	matches "$stderr" 'there is no such flow'
	# Nothing that matches is no error, nothing that chooses is one.
	run -1 --separate-stderr fwctl_in ours load - <<-EOF
		-D -p udp --sport 99
		-D
		-U -m 5
		-D -p udp --sport 99999
	EOF
	matches "$stderr" '1 lines have been loaded, 3 were bad'
	matches "$stderr" '-:2: no flow is chosen'
	matches "$stderr" "-:4: --sport: '99999'"
	# What is wrong with it if it was meant to name one flow.
	run -1 --separate-stderr fwctl_in ours load - <<< '-D -t 0 -p udp -s 10.0.0.256 -d 10.0.0.2 --sport 1 --dport 2'
	matches "$stderr" "of one flow: -s: '10.0.0.256' is not"
	same 2 "$(fwctl_in ours list --count)"
	run -0 fwctl_in ours load --dry-run - <<< '-D -p udp'
	same 2 "$(fwctl_in ours list --count)"
}

@test "load: an expected flow finds its master, wherever in the file that stands" {
	cat > lines <<-EOF
		-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 100 --master-proto udp --master-src 10.0.0.1 --master-dst 10.0.0.2 --master-sport 3 --master-dport 4
		-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 3 --dport 4 -t 100 --master-proto tcp --master-src 10.0.0.1 --master-dst 10.0.0.2 --master-sport 5 --master-dport 6
		-I -p udp -s fd00::1 -d fd00::2 --sport 1 --dport 2 -t 100 --master-proto tcp --master-src fd00::1 --master-dst fd00::2 --master-sport 8 --master-dport 9
		-A -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 6 -t 100 --state ESTABLISHED
	EOF
	local way
	for way in "" --strict; do
		host_run ours conntrack -F 2> /dev/null
		run -1 --separate-stderr fwctl_in ours load $way lines
		same "fwctl load: lines:3: creating the flow: No such file or directory (the master of the flow does not exist)" \
			"${stderr_lines[0]}"
		matches "${stderr_lines[1]}" ": 3 lines have been loaded, 1 were bad."
		same "1 udp 3
3 tcp 5
5 null null" "$(fwctl_in ours list -o json | jq -r '"\(.orig.sport) " +
			(if .master then (.master | "\(if .protonum == 6 then "tcp" else "udp" end) \(.sport)") else "null null" end)' | sort)"
	done
	same "2" "$(fwctl_in ours list --count -u expected)"
	# As conntrack has it.
	same "2" "$(host_run ours conntrack -L -u EXPECTED 2> /dev/null | wc -l)"
}

@test "load: an expected flow is made before what comes behind it is done" {
	local child='-p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2'
	local -a start=("-A $child -t 100 --master-proto tcp --master-src 10.0.0.1 --master-dst 10.0.0.2 --master-sport 5 --master-dport 6"
		'-A -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 6 -t 100 --state ESTABLISHED')
	local line
	while read -r line; do
		host_run ours conntrack -F 2> /dev/null
		run -0 fwctl_in ours load - < <(printf '%s\n' "${start[@]}" "$line")
		same "1 $line" "$(fwctl_in ours list --count) $line"
	done <<-EOF
		-D $child
		-D -p udp
	EOF
	run -0 fwctl_in ours load - < <(printf '%s\n' "${start[@]}" '-U -p udp -m 5')
	same 5 "$(fwctl_in ours list -o json -u expected | jq .mark)"
	# Its master is not there when everything is deleted.
	host_run ours conntrack -F 2> /dev/null
	run -1 --separate-stderr fwctl_in ours load - < <(printf '%s\n' "${start[0]}" -F "${start[1]}")
	matches "$stderr" '-:1: .*master'
	same 1 "$(fwctl_in ours list --count)"
	run -1 --separate-stderr fwctl_in ours load --strict - < <(printf '%s\n' -F "${start[0]}" '-D -p tcp' "${start[1]}")
	same 0 "$(fwctl_in ours list --count)"
	# A pipe that pauses.
	mkfifo pause
	exec 8<> pause
	fwctl_in ours load --quiet - < pause 8>&- &
	printf '%s\n' "${start[@]}" >&8
	wait_for 5 expects_one
	exec 8>&-
	wait $!
}

expects_one() {
	same 1 "$(fwctl_in ours list --count -u expected)"
}

@test "load: bad lines are told by number, the others are loaded" {
	local good='-p udp -s 10.0.0.1 -d 10.0.0.2 --dport 2 -t 100 --sport' number=0 line
	while read -r line; do
		echo "-A $good $((number += 1))"
		echo "$line"
	done > lines <<-EOF
		-A $good 99999
		-A $good abc
		-A $good
		-A -p udp
		-p udp -s 10.0.0.1 -d 10.0.0.2 --dport 2 --sport 1 -t 1
		-A -I $good 1
		-A $good 1 --sprot 5
		-A $good 1 surplus
		-I $good 1
		-U $good 60000
		-D $good 60000
		banana
		{"proto":
		{"proto":"udp"}
		[1]
		{"event":"new","proto":"udp"}
		{"proto":"udp","timeout":-1}
		{"proto":"udp","timeout":1,"orig":{"src":"10.0.0.1","dst":"10.0.0.2","sport":70000,"dport":1}}
		{"proto":"udp","timeout":1,"orig":{"src":"10.0.0.1","dst":"fd00::2","sport":1,"dport":1}}
		{"family":"ipv6","proto":"udp","timeout":1,"orig":{"src":"10.0.0.1","dst":"10.0.0.2","sport":1,"dport":1}}
		{"family":"ipv9","proto":"udp","timeout":1,"orig":{"src":"10.0.0.1","dst":"10.0.0.2","sport":1,"dport":1}}
		{"proto":"udp","timeout":1,"status":["banana"]}
		{"proto":"tcp","timeout":1,"state":"NO","orig":{"src":"10.0.0.1","dst":"10.0.0.2","sport":1,"dport":1}}
		{"proto":"udp","timeout":1,"status":["src-nat"],"orig":{"src":"10.0.0.1","dst":"10.0.0.2","sport":1,"dport":1}}
	EOF
	run -1 --separate-stderr fwctl_in ours load lines
	matches "$stderr" ": 24 lines have been loaded, 24 were bad"
	same "$(seq 2 2 48)" "$(sed -n 's/^fwctl load: lines:\([0-9]*\): .*/\1/p' <<< "$stderr")"
	same 24 "$(fwctl_in ours list --count)"
	matches "$stderr" "lines:2: --sport: '99999'"
	matches "$stderr" "lines:18: creating the flow: File exists"
	matches "$stderr" "lines:20: updating the flow: No such file"
	matches "$stderr" 'lines:36: "orig": "sport" is not'
	# The same without the kernel, and without privileges: it knows nothing of what exists.
	run -1 --separate-stderr setpriv --bounding-set -all "$FWCTL_BUILD/fwctl" load --dry-run lines
	matches "$stderr" ': 27 lines would be loaded, 21 were bad'
}

@test "load --strict stops at the first bad line, understood or not" {
	local good='-p udp -s 10.0.0.1 -d 10.0.0.2 --dport 2 -t 100 --sport'
	printf '%s\n' "-A $good 1" "-A $good 2" banana "-A $good 4" > lines
	run -1 --separate-stderr fwctl_in ours load --strict lines
	matches "$stderr" 'lines:3: '
	same 2 "$(fwctl_in ours list --count)"
	printf '%s\n' "-A $good 3" "-I $good 1" "-A $good 4" > lines
	run -1 --separate-stderr fwctl_in ours load --strict lines
	matches "$stderr" 'lines:2: .*File exists'
	same 3 "$(fwctl_in ours list --count)"
}

@test "load: hostile files" {
	local good='-A -p udp -s 10.0.0.1 -d 10.0.0.2 --dport 2 -t 100 --sport'
	# A line that never ends, a NUL, bytes that would steer a terminal, too many words.
	{
		echo "$good 1"
		head -c 300000 /dev/zero | tr '\0' x
		printf '\n%s 2\n' "$good"
		printf -- '-A \0\n\033[31m\302\233\n'
		printf -- '-A%.0s ' {1..200}
		printf '\n-D --dport 99999\\x1b[31m'
		printf '\n%s 3\n' "$good"
		printf '{"a":%.0s' {1..10000}
		printf '\n'
	} > lines
	run -1 --separate-stderr fwctl_in ours load lines
	matches "$stderr" 'lines:2: the line is longer'
	matches "$stderr" 'lines:4: a NUL'
	matches "$stderr" 'lines:5: .*x1b'
	lacks "$stderr" $'\033'
	matches "$stderr" 'lines:6: more than'
	matches "$stderr" 'lines:9: '
	matches "$stderr" ': 3 lines have been loaded, 6 were bad'
	run -1 --separate-stderr bash -c "head -c 20000000 /dev/zero | '$FWCTL_BUILD/fwctl' --netns $(host_ns ours) load -"
	matches "$stderr" '-:1: '
	run -1 --separate-stderr fwctl_in ours load /nowhere
	matches "$stderr" 'No such file'
	run -1 --separate-stderr fwctl_in ours load .
	matches "$stderr" 'Is a directory'
	run -0 fwctl_in ours load /dev/null
}

@test "load: what stands in front of a read error is loaded, and the error is told" {
	command -v strace > /dev/null || skip "needs strace"
	seq 1 6000 | sed 's/.*/-A -p udp -s 10.0.0.1 -d 10.0.0.2 --dport 2 -t 100 --sport &/' > lines
	read_whole=$(head -c 262144 lines | wc -l)
	ASAN_OPTIONS=detect_leaks=0 run -1 --separate-stderr host_run ours strace -qq -o trace -P lines \
		-e trace=read -e inject=read:error=EIO:when=2 "$FWCTL_BUILD/fwctl-load" lines
	matches "$stderr" 'Input/output error'
	same "$read_whole" "$(fwctl_in ours list --count)"
	matches "$stderr" ": $read_whole lines have been loaded, 0 were bad"
}

@test "load: more than one batch, and refusals in each" {
	seq 1 3000 | sed 's/.*/-I -p udp -s 10.0.0.1 -d 10.0.0.2 --dport 2 -t 100 --sport &/' > lines
	sed -n '0~3p' lines | fwctl_in ours load - --quiet
	same 1000 "$(fwctl_in ours list --count)"
	run -1 --separate-stderr fwctl_in ours load lines
	matches "$stderr" ': 2000 lines have been loaded, 1000 were bad'
	same "$(seq 3 3 3000)" "$(sed -n 's/^fwctl load: lines:\([0-9]*\): .*/\1/p' <<< "$stderr")"
	same 3000 "$(fwctl_in ours list --count)"
}
