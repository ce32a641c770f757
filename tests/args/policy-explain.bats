#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl policy explain on a policy file: needs neither root nor a kernel.

bats_require_minimum_version 1.5.0

setup() {
	fwctl=${FWCTL_BUILD:-$BATS_TEST_DIRNAME/../../build}/fwctl
	policy=$BATS_TEST_TMPDIR/policy.conf
	cat > "$policy" <<-'P'
		# a comment, so that lines of the file and of the policy differ
		allow 22/tcp
		deny from 10.0.0.0/8
		allow from 10.1.0.0/16 to any port 80 proto tcp
	P
}

explain() {
	run "$fwctl" policy explain --file "$policy" "$@"
}

@test "the line that decides, where it stands, and why the lines before did not" {
	explain in tcp from 10.1.1.1:5 to 192.0.2.1:80
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "deny: $policy:3: deny from 10.0.0.0/8" ]
	[ "${lines[1]}" = "  not $policy:2, allow 22/tcp: destination port 80 is another one" ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "the default, the state and ping decide where no line does" {
	explain in udp from 192.0.2.7:1 to 192.0.2.1:5
	[ "${lines[0]}" = "deny: default deny incoming" ]
	explain in udp from 192.0.2.7:1 to 192.0.2.1:5 state established
	[ "${lines[0]}" = "allow: established and related flows" ]
	explain in icmp from 192.0.2.7 to 192.0.2.1
	[ "${lines[0]}" = "allow: ping on" ]
	explain out tcp from 192.0.2.1:5 to 192.0.2.7:80
	[ "${lines[0]}" = "allow: default allow outgoing" ]
	explain routed tcp from 192.0.2.1:5 to 198.51.100.7:80
	[ "${lines[0]}" = "deny: default deny routed" ]
	# Also where there is no line at all.
	: > "$policy"
	explain in udp from 192.0.2.7:1 to 192.0.2.1:5
	[ "$output" = "deny: default deny incoming" ]
}

@test "a packet that is not whole is asked for the rest, and not guessed" {
	explain in tcp to 192.0.2.1:22
	[ "$status" -eq 2 ]
	[[ $output == *"from ADDR"* ]]
	explain in tcp from 192.0.2.7 to 192.0.2.1
	[ "$status" -eq 2 ]
	[[ $output == *"to ADDR:PORT"* ]]
	explain in tcp from 192.0.2.7 to 192.0.2.1:22
	[ "$status" -eq 0 ]
}

@test "one JSON object for scripts" {
	explain -o json in tcp from 10.1.1.1:5 to 192.0.2.1:80
	[ "$status" -eq 0 ]
	[ "$(jq -r '.action + " " + .by + " " + (.line | tostring)' <<< "$output")" = "deny rule 7" ]
	[ "$(jq -r '.before[0].rule' <<< "$output")" = "allow 22/tcp" ]
	[ "$(jq -r .place <<< "$output")" = "$policy:3" ]
}

@test "the mistakes of a policy are JSON where JSON was asked for" {
	echo 'allow 22/tpc' > "$policy"
	run --separate-stderr "$fwctl" policy explain --file "$policy" -o json in udp from 192.0.2.7:1 to 192.0.2.1:2
	[ "$status" -eq 1 ]
	[ "$(jq -r '"\(.line // "-") \(.column // "-")"' <<< "$stderr")" = "1 10
- -" ]
}

@test "a packet that is none is misuse, and a broken policy is an error" {
	explain in foo
	[ "$status" -eq 2 ]
	explain sideways tcp
	[ "$status" -eq 2 ]
	echo 'alow 22/tcp' > "$policy"
	explain in tcp from 192.0.2.7 to 192.0.2.1:22
	[ "$status" -eq 1 ]
	[[ $output == *"did you mean \"allow\"?"* ]]
}

@test "without privileges and without --file: one sentence, what to do, status 3" {
	# The same user, who can still open what lies in a folder of his own.
	[ "$(id -u)" -ne 0 ] || nobody='setpriv --inh-caps=-all --bounding-set=-all'
	# shellcheck disable=SC2086 # words
	run ${nobody:-} "$fwctl" policy explain in tcp from 192.0.2.7 to 192.0.2.1:22
	[ "$status" -eq 3 ]
	[[ $output == *"--file FILE"* ]]
}
