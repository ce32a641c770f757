#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What all commands have in common, without privileges and without a kernel's answer: help, version,
# mistakes on the command line, and output that goes nowhere.

load ../lib/fwctl

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# As somebody who may nothing; root keeps the name, with which the programs can be found anywhere.
as_nobody() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --bounding-set -all --inh-caps -all "$@"
	else
		"$@"
	fi
}

@test "--help lists the commands, each with its line, and needs no privileges" {
	run -0 --separate-stderr as_nobody "$FWCTL_BUILD/fwctl" --help
	matches "$output" "fwctl \[--netns NAME\|PID\|PATH\] COMMAND"
	matches "$output" $'\n  list +[A-Z][a-z]+ '
	matches "$output" "--netns"
	same "" "$stderr"
}

@test "every command's --help shows its usage, and has no line of more than 80 columns" {
	for program in "$FWCTL_BUILD"/fwctl-*[a-z]; do
		[ -x "$program" ] || continue
		command=${program##*/fwctl-}
		run -0 --separate-stderr as_nobody "$FWCTL_BUILD/fwctl" "$command" --help
		matches "$output" "^[Uu]sage: fwctl $command"
		same "" "$stderr"
		same "" "$(echo "$output" | awk 'length > 80')"
		lacks "$output" "%"
	done
}

@test "--version is one line, the same for all commands" {
	run -0 --separate-stderr as_nobody "$FWCTL_BUILD/fwctl" --version
	matches "$output" "^fwctl [0-9]+\.[0-9]+\.[0-9]+$"
	same "" "$stderr"
	same "$output" "$(as_nobody "$FWCTL_BUILD/fwctl" list --version)"
}

@test "an unknown command is misuse, and the one that was meant is named" {
	run -2 --separate-stderr fwctl lst
	same "" "$output"
	matches "$stderr" "lst"
	matches "$stderr" "did you mean list\?"
	# What ufw calls so.
	run -2 --separate-stderr fwctl status
	matches "$stderr" "did you mean fwctl policy status\?"
	local word
	for word in allow deny reject limit route insert delete default logging ping timeout status show \
		check diff explain app apply confirm rollback reset enable reload disable; do
		run -2 --separate-stderr fwctl "$word"
		matches "$stderr" "did you mean fwctl policy [a-z]+\?"
		run fwctl policy "$(sed -n 's/.*fwctl policy \([a-z]*\).*/\1/p' <<< "$stderr")" --help
		same 0 "$status"
	done
	run -2 --separate-stderr fwctl policy enable
	matches "$stderr" "'enable' elsewhere is 'apply' here"
	run -2 --separate-stderr fwctl policy disable
	matches "$stderr" "'disable' elsewhere is 'reset' here"
	run -2 --separate-stderr fwctl policy aply
	matches "$stderr" "did you mean apply\?"
	run -2 --separate-stderr fwctl banana
	lacks "$stderr" "did you mean"
	matches "$stderr" "fwctl --help"
}

@test "a command is never searched in PATH, nor anywhere else" {
	mkdir bin
	printf '#!/bin/sh\necho planted\n' > bin/fwctl-planted
	chmod +x bin/fwctl-planted
	for word in planted ../bin/planted /bin/planted . .. '' 'list/../planted'; do
		PATH=$PWD/bin:$PATH run -2 fwctl "$word"
		lacks "$output" "^planted$"
	done
}

@test "the help of an edit shows rules that are some" {
	fwctl policy allow --help | sed -n '/^A RULE/,$s/^  \([^@]*\)$/allow \1/p' > rules.conf
	[ "$(wc -l < rules.conf)" -ge 3 ]
	run -0 --separate-stderr fwctl policy explain --file rules.conf in tcp from 10.0.0.1:5 to 10.0.0.2:22
	matches "$output" "^allow: rules.conf:1: allow 22/tcp"
}

@test "no command at all is misuse, and shows how it is used" {
	run -2 fwctl
	matches "$output" "[Uu]sage"
}

@test "an unknown option is misuse, and the one that was meant is named" {
	run -2 --separate-stderr fwctl list --sprot 62222
	matches "$stderr" "sprot"
	matches "$stderr" "did you mean --sport\?"
	run -2 --separate-stderr fwctl policy allow 22/tcp --force
	matches "$stderr" "options stand before the words of the policy, and --force behind them"
	run -2 --separate-stderr fwctl --nets x list
	matches "$stderr" "did you mean --netns\?"
}

@test "options are not abbreviated, and their values are there" {
	run -2 fwctl list --fam ipv4
	run -2 --separate-stderr fwctl list --sport
	matches "$stderr" "--sport"
	run -2 fwctl list --quiet=yes
	run -2 --separate-stderr fwctl list surplus
	matches "$stderr" "surplus"
}

@test "values are strict" {
	for words in '--sport 99999' '--sport 30-5' '--sport abc' '--sport -1' '--sport 0x10000' \
		'-s 10.0.0.256' '-s 10.0.0.0/33' '-s banana' '-p bananas' '-f ipv5' '-u banana' \
		'-p tcp --state BANANA' '-m banana' '-m 4294967296' '--mask-src 24' \
		'-s 10.0.0.1 --mask-src 255.0.255.0' '-d fd00::1 --mask-dst 129'; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr fwctl list $words
		matches "$stderr" "^fwctl list: "
	done
}

@test "a word that is none is said with those that are, and with the one that was meant" {
	while read -r meant accepted words; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr fwctl list $words
		matches "$stderr" "did you mean $meant\?"
		matches "$stderr" "[ :]$accepted"
	done <<-EOF
		assured seen-reply, -u asured
		assured unassured -u !ASURED
		seen-reply assured, -u seen_repyl
		unreplied unassured -u unrepleid
		ESTABLISHED SYN_SENT, --state establishd
		COOKIE_WAIT dccp: --state COOKIE_WIAT
		tcp udp -p tpc
		icmpv6 sctp -p tcp,icpmv6
		json csv, -o jsn
		timestamp ktimestamp, -o text,timestmap
		client server --role clinet
		timeout packets, --sort tiemout
		expect dying, --table exect
		orig.dport reply.src, -o csv --columns proto,orig.dpotr
	EOF
}

# A program that asks for JSON has no other reader for what went wrong, wherever that stands.
@test "with -o json an error is an object, also when it stands before that" {
	command -v jq > /dev/null || skip "no jq"
	while read -r words; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr fwctl $words
		[ "$status" -eq 2 ] || [ "$words" != "${words#--netns}" ]
		same "" "$output"
		same '"error" "hint" 1' "$(jq -r '"\(keys[0] | tojson) \(keys[1] // "hint" | tojson)"' <<< "$stderr") ${#stderr_lines[@]}"
	done <<-EOF
		list -o json --sport abc
		list --sport abc -o json
		list --sprot 5 --output json
		list --sprot 5 --output=json
		list -f ipv6 -s 10.0.0.1 -ojson
		list surplus -o json
		list --sort size -o json,id
		lst -o json
		--nets x list -o json
		--netns no-such-namespace list -o json
		policy aply -o json
	EOF
	run -2 --separate-stderr fwctl list --sport abc -o csv
	matches "$stderr" '^fwctl list: '
}

@test "hostile words come back escaped" {
	word=$(printf 'a\033[31m%%n%%s\302\233')
	run -2 --separate-stderr fwctl list --sport "$word"
	matches "$stderr" 'a\\x1b\[31m%n%s'
	lacks "$stderr" $'\033'
	run -2 --separate-stderr fwctl "$word"
	lacks "$stderr" $'\033'
	run -2 --separate-stderr fwctl list "$(printf '%0100000d' 0)"
	run -2 --separate-stderr fwctl "$(printf '%0100000d' 0)"
}

@test "a full disk is an error" {
	run -1 --separate-stderr sh -c "'$FWCTL_BUILD/fwctl' --help > /dev/full"
	matches "$stderr" "No space left on device"
	run -1 --separate-stderr sh -c "'$FWCTL_BUILD/fwctl' list --help > /dev/full"
	matches "$stderr" "No space left on device"
}

@test "a reader that goes away is not" {
	run -0 --separate-stderr bash -c "set -o pipefail; '$FWCTL_BUILD/fwctl' list --help | :"
	same "" "$stderr"
}

@test "with stdin, stdout and stderr closed, in each combination" {
	run -0 bash -c "'$FWCTL_BUILD/fwctl' --version <&-"
	run -1 --separate-stderr bash -c "'$FWCTL_BUILD/fwctl' --version >&-"
	matches "$stderr" "Bad file descriptor"
	run -0 bash -c "'$FWCTL_BUILD/fwctl' --version 2>&-"
	run -2 bash -c "'$FWCTL_BUILD/fwctl' lst <&- 2>&-"
	same "" "$output"
	run -1 bash -c "'$FWCTL_BUILD/fwctl' --version <&- >&- 2>&-"
}

@test "without privileges: one clear sentence, what to try, and exit 3" {
	run -3 --separate-stderr as_nobody "$FWCTL_BUILD/fwctl" list
	same "" "$output"
	between 1 2 "${#stderr_lines[@]}"
	matches "$stderr" "not yours|permitted"
	matches "$stderr" "root|CAP_NET_ADMIN"
}

@test "it does without an environment, and in a folder that is gone" {
	run -0 env -i "$FWCTL_BUILD/fwctl" --help
	matches "$output" $'\n  list '
	mkdir gone
	cd gone
	rmdir ../gone
	run -0 "$FWCTL_BUILD/fwctl" list --version
}

@test "a little stack is enough" {
	run -0 bash -c "ulimit -s 64; '$FWCTL_BUILD/fwctl' list --help"
}

@test "every command has its manual page, and a place in fwctl(8), the README and --help" {
	for program in "$FWCTL_BUILD"/fwctl-*[a-z]; do
		[ -x "$program" ] || continue
		command=${program##*/fwctl-}
		fwctl --help | grep -q "^  $command "
		grep -q "^\.It Cm $command$" "$FWCTL_SOURCE/doc/fwctl.8"
		grep -q "doc/fwctl-$command.8" "$FWCTL_SOURCE/README.md"
		test -f "$FWCTL_SOURCE/doc/fwctl-$command.8"
	done
}

@test "--netns behind a command is told where it stands" {
	run -2 --separate-stderr fwctl list --netns somewhere
	matches "$stderr" "fwctl --netns NAME"
}
