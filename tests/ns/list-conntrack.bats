#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `fwctl list` and `conntrack -L` of one table are the same, for every -o that conntrack has and
# every filter that it has; where conntrack is known to be wrong, fwctl is right.

load ../lib/fwctl
load ../lib/flows

setup_file() {
	command -v conntrack > /dev/null || skip "no conntrack to compare with"
	flows_make 3>&-
	export HOSTS_DIR
}

teardown_file() {
	exec 7>&- 2> /dev/null
	hosts_remove
}

# What passes between the two readings: timers, and the seconds since a flow began. And what hangs
# on a reading: conntrack ends lines that end in a tag with a blank.
masked() {
	sed -E 's/^((ipv[46] +[0-9]+ )?[a-z0-9-]+ +[0-9]+ )[0-9]+ /\1TIMER /
		s/^\[[0-9. ]+\]\t/[TIME]\t/; s/^(\[TIME\]\t)?[0-9]+ proto=/\1TIMER proto=/
		s/-t [0-9]+/-t TIMER/
		s/<timeout>[0-9]+</<timeout>TIMER</
		s/(delta-?time[>=])[0-9]+/\1TIMER/' | LC_ALL=C sort
}

of_conntrack() {
	host_run gate conntrack -L "$@" 2> "$BATS_TEST_TMPDIR/conntrack.err" | masked
}

# conntrack's word for a table is an argument of -L.
of_fwctl() {
	[ "${1-}" != expect ] || set -- --table "$@"
	fwctl_in gate list "$@" 2> "$BATS_TEST_TMPDIR/fwctl.err" | masked
}

# What fwctl adds to conntrack's xml and save, and what conntrack has wrong there: a state of sctp
# by tcp's name for its number, and sctp's tags with their bytes the wrong way round.
alike() {
	sed -E '/^-A /s/ -m [0-9]+//; /^-A /s/ -l [a-z0-9,]+//; s/ --helper [a-z]+//; s/ --master-.*//
		s/<type>[0-9]+<.type><code>[0-9]+<.code><icmp-id>[0-9]+<.icmp-id>//g
		/protoname="sctp"/s/<state>[A-Z_]+</<state>STATE</
		s/-vtag [0-9]+/-vtag TAG/g'
}

# agree OPTION...: both show the same flows in the same words, and say the same of how many.
agree() {
	of_conntrack "$@" | alike > "$BATS_TEST_TMPDIR/conntrack"
	of_fwctl "$@" | alike > "$BATS_TEST_TMPDIR/fwctl"
	diff "$BATS_TEST_TMPDIR/conntrack" "$BATS_TEST_TMPDIR/fwctl" || return
	# Only text has a closing line.
	[ ! -s "$BATS_TEST_TMPDIR/fwctl.err" ] ||
		same "$(sed -n 's/^conntrack [^:]*: //p' "$BATS_TEST_TMPDIR/conntrack.err")" \
			"$(sed 's/^fwctl [^:]*: //' "$BATS_TEST_TMPDIR/fwctl.err")"
}

shown() {
	wc -l < "$BATS_TEST_TMPDIR/fwctl"
}

# The table's size is a floor for what "something of everything" means.
@test "the table holds something of everything" {
	of_fwctl -o extended,id,ktimestamp,labels > "$BATS_TEST_TMPDIR/all"
	[ "$(wc -l < "$BATS_TEST_TMPDIR/all")" -gt 40 ]
	for word in 'ipv6 .* tcp ' ' udp ' ' udplite ' ' icmp ' ' icmpv6 ' ' sctp ' ' dccp ' ' gre ' ' unknown ' \
		'UNREPLIED' 'ASSURED' 'mark=21' 'zone=7' 'zone-orig=8' 'labels=web,last' 'helper=ftp' 'bytes=' 'start='; do
		grep -q -- "$word" "$BATS_TEST_TMPDIR/all" || { echo "no flow has: $word"; false; }
	done
}

@test "every output format and flag" {
	while read -r format; do
		# shellcheck disable=SC2086 # words
		agree $format || { echo "differs with: $format"; false; }
	done <<-EOF

		-o extended
		-o id
		-o timestamp
		-o ktimestamp
		-o labels
		-o userspace
		-o extended,id
		-o extended,id,timestamp,ktimestamp,labels
		-o xml
		-o xml,extended
		-o xml,id
		-o xml,timestamp
		-o xml,ktimestamp,labels
		-o save
	EOF
}

# Each line is a filter; it must hold for some of the flows and not for all.
@test "every filter" {
	local all wrong=0
	agree
	all=$(shown)
	while read -r filter; do
		# shellcheck disable=SC2086 # words
		if ! agree -o extended,id,labels $filter; then
			echo "differs with: $filter"
			wrong=1
		elif [ "$(shown)" -eq 0 ] || [ "$(shown)" -eq "$all" ]; then
			echo "shows $(shown) of $all: $filter"
			wrong=1
		fi
	done < <(filters)
	[ "$wrong" -eq 0 ]
}

filters() {
	local word
	cat <<-EOF
		-f ipv4
		-f ipv6
		-s 10.3.0.1
		-s 10.3.0.0/24
		-s 10.3.0.0 --mask-src 255.255.0.0
		-d 10.4.0.9 --mask-dst 255.255.255.240
		-s fd00:3::1
		-s fd00:3:: --mask-src ffff:ffff:ffff::
		-s fd00:3::/64
		-d 10.4.0.1
		-d 10.4.0.0/16
		-d fd00:4::1
		--src 10.3.0.1
		--orig-src 10.3.0.1 --orig-dst 10.4.0.1
		-r 10.4.0.1
		-r fd00:4::1
		-q 192.0.2.1
		--reply-src 10.4.0.1 --reply-dst 10.3.0.1
		-f ipv4 -p udp -s 10.1.0.2 -q 192.0.2.1
		-p udp --sport 1000
		-p udp --sport=1000 --dport 2000
		-p udp --orig-port-src 1001 --orig-port-dst 2000
		-p udp --reply-port-src 5000
		-p tcp --reply-port-dst 1000
		-p tcp --dport 80
		-p udplite --sport 1000
		-p udplite --reply-port-src 2000 --reply-port-dst 1000
		-p sctp --sport 19 --dport 2000
		-p sctp --reply-port-dst 19
		-p icmp --icmp-type 8
		-p icmp --icmp-code 0
		-p icmp --icmp-id 77
		-p icmpv6 --icmpv6-type 128
		-p icmpv6 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 78
		-m 5
		-m 0x15
		-m 5/0xf
		-m 4294967295
		-m 0/1
		-w 7
		-w 9
		-w 0
		--orig-zone 8
		-l web
		-l web,last
		-p udp -n
		-p tcp -n
		-n 192.0.2.1
		-n 10.99.0.1
		-p tcp -g
		-p udp -g
		-g 10.99.0.1
		-g 10.99.0.1:99
		-p udp -j
		-p tcp -j
		-f ipv6 -p udp -n
		-p udp -s 10.3.0.1 -d 10.4.0.1 --sport 1000 --dport 2000
		-p udp -s 10.3.0.1 -d 10.4.0.1 --sport 1002 --dport 2000
		-p udp -s 10.3.0.1 -d 10.4.0.1 --sport 1001 --dport 2000 -w 9
		-p udp -s 10.3.0.1 -d 10.4.0.1 --sport 1003 --dport 2000
		-p udp -s 10.3.0.1 -d 10.4.0.1 --sport 1003 --dport 2000 --orig-zone 10
		-p udp -s 10.3.0.1 -d 10.4.0.1 --sport 1003 --dport 2000 -w 0
		-p udp -r 10.4.0.1 -q 10.3.0.1 --reply-port-src 2000 --reply-port-dst 1003
		-f ipv6 -p udp -u UNREPLIED
		-p tcp --state ESTABLISHED -u ASSURED
	EOF
	for word in tcp udp udplite icmp icmpv6 sctp dccp gre 89 6 17 136; do
		echo "-p $word"
	done
	for word in ASSURED SEEN_REPLY FIXED_TIMEOUT UNREPLIED '!ASSURED' '!SEEN_REPLY' 'SEEN_REPLY,ASSURED'; do
		echo "-u $word"
	done
	for word in SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE; do
		echo "-p tcp --state $word"
	done
	for word in CLOSED COOKIE_WAIT COOKIE_ECHOED ESTABLISHED SHUTDOWN_SENT SHUTDOWN_RECD SHUTDOWN_ACK_SENT; do
		echo "-p sctp --state $word"
	done
}

# Each line is a format; expectations have hardly anything that a flag could add.
@test "expectations, in every format" {
	while read -r format; do
		# shellcheck disable=SC2086 # words
		agree expect $format || { echo "differs with: $format"; false; }
		[ "$(shown)" -ge 1 ]
	done <<-EOF

		-f ipv4
		-o extended
		-o id
		-o timestamp
		-o labels
		-o userspace
		-o xml
	EOF
	agree expect -f ipv6
	same 0 "$(shown)"
}

# ---- where conntrack is wrong (each was seen with conntrack 1.4.7) --------------------------------

@test "the address of an IPv6 translation counts" {
	of_fwctl -n fd00:99::1 > "$BATS_TEST_TMPDIR/right"
	same 1 "$(wc -l < "$BATS_TEST_TMPDIR/right")"
	matches "$(cat "$BATS_TEST_TMPDIR/right")" 'dst=fd00:99::1 '
	same "" "$(of_fwctl -n fd00:99::2)"
}

# Type and code of a reply are others than those of the request; that is no translation.
@test "a ping that is not translated is none" {
	[ "$(of_fwctl -p icmp,icmpv6 | wc -l)" -gt 2 ]
	same "" "$(of_fwctl -p icmp,icmpv6 -n)$(of_fwctl -p icmp,icmpv6 -g)$(of_fwctl -p icmp,icmpv6 -j)"
	[ -n "$(of_fwctl -n)" ]
}

# conntrack takes the keys and shows every gre flow.
@test "the keys of gre count" {
	for filter in '--srckey 1' '--dstkey 2' '--reply-key-src 2' '--reply-key-dst 1' '--orig-key 2' '--reply-key 1'; do
		# shellcheck disable=SC2086 # words
		of_fwctl -p gre $filter > "$BATS_TEST_TMPDIR/right"
		same "1 $filter" "$(wc -l < "$BATS_TEST_TMPDIR/right") $filter"
		matches "$(cat "$BATS_TEST_TMPDIR/right")" 'srckey=0x1 dstkey=0x2 '
	done
}

# conntrack refuses them for a list, and where it takes them it has their bytes the wrong way round
# on a little-endian machine: what it calls 0x12345678 is 0x78563412 in the packets of the flow.
@test "the verification tags of sctp are filters" {
	[ "$(printf '\1\0' | od -An -tu2 | tr -d ' ')" = 1 ] || skip "a big-endian machine"
	same 1 "$(of_fwctl --orig-vtag 0x78563412 | wc -l)"
	same 7 "$(of_fwctl --reply-vtag 0x05000000 | wc -l)"
}

# The kernel keeps flows of a few types only, and calls a request with another one invalid.
@test "types of icmp that no flow has match nothing" {
	for filter in '-p icmp --icmp-type 3' '-p icmpv6 --icmpv6-type 1' \
		'-p icmp -s 10.3.0.1 -d 10.4.0.1 --icmp-type 3 --icmp-code 0 --icmp-id 77'; do
		# shellcheck disable=SC2086 # words
		agree $filter
		same "0 $filter" "$(shown) $filter"
	done
}

# A whole tuple is asked for in zone 0 first, where there is one flow of it at most.
@test "a tuple that is in several zones is shown for the zone that is named" {
	tuple='-p udp -s 10.3.0.1 -d 10.4.0.1 --sport 1001 --dport 2000'
	# shellcheck disable=SC2086 # words
	matches "$(of_fwctl $tuple)" ' mark=4294967295 '
	# shellcheck disable=SC2086 # words
	matches "$(of_fwctl $tuple --not -w 0)$(of_fwctl $tuple -m 0)" ' zone=9 .* zone=9 '
	same "$(of_fwctl | wc -l)" "$(($(of_fwctl -w 0 | wc -l) + $(of_fwctl --not -w 0 | wc -l)))"
}

@test "values that are none are refused" {
	while read -r filter; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr fwctl_in gate list $filter
		same "2 of $filter" "$status of $filter"
		same "" "$output"
		matches "$stderr" "${filter##* }"
	done <<-EOF
		-p udp --sport 99999
		-p udp --sport abc
		-p udp --sport 30000-30005
		-m banana
		-w banana
		-f ipv4banana
		-u UNSEEN
		-p tcp --state ESTAB
	EOF
}

@test "options of a protocol need no -p, and not in front" {
	same "$(of_fwctl -p udp --sport 1000)" "$(of_fwctl --sport 1000 -p udp)"
	same "$(of_fwctl -p icmp --icmp-id 77)" "$(of_fwctl --icmp-id 77)"
	[ "$(of_fwctl --sport 1000 | wc -l)" -gt "$(of_fwctl -p udp --sport 1000 | wc -l)" ]
}

@test "prefixes are for all four addresses" {
	same "$(of_fwctl -r 10.4.0.1)" "$(of_fwctl -r 10.4.0.0/24)"
	[ -n "$(of_fwctl -q 192.0.2.0/24)" ]
}
