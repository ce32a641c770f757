#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What `fwctl stats` takes and refuses, without asking the kernel; and that its manual page has an
# entry and an example for every option of its own (the filter's are fwctl-list(8)'s).

load ../lib/fwctl

setup() {
	page=$FWCTL_SOURCE/doc/fwctl-stats.8
	fwctl stats --list-options | sed 's/ .*//' | sort > "$BATS_TEST_TMPDIR/all"
	fwctl list --list-options | sed 's/ .*//' | sort > "$BATS_TEST_TMPDIR/list"
	# --output both have, each with its own formats.
	{ comm -23 "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR/list" && echo --output; } |
		sort -u > "$BATS_TEST_TMPDIR/own"
}

@test "it takes the filter of list" {
	for option in --src --dport --status --not --age-above --reply-vtag; do
		grep -qx -- "$option" "$BATS_TEST_TMPDIR/all"
	done
	between 8 30 "$(wc -l < "$BATS_TEST_TMPDIR/own")"
}

@test "the manual page has an entry and an example for each" {
	while read -r option; do
		grep -Eq -- "^\.It Fl (. , )?${option#-}( |$)| Fl ${option#-} " "$page" || echo "no entry: $option"
		sed -n '/^\.Sh EXAMPLES/,$p' "$page" | grep '^\.Dl' |
			grep -Eq -- " ($option|${option/--output/-o})( |$)" || echo "no example: $option"
	done < "$BATS_TEST_TMPDIR/own" > "$BATS_TEST_TMPDIR/missing"
	same "" "$(cat "$BATS_TEST_TMPDIR/missing")"
}

@test "the examples are understood" {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl # fwctl stats\([^|>]*\).*/\1/p' "$page" \
		> "$BATS_TEST_TMPDIR/lines"
	[ "$(wc -l < "$BATS_TEST_TMPDIR/lines")" -gt 8 ]
	while read -r line; do
		eval "fwctl stats $line --help" > /dev/null
	done < "$BATS_TEST_TMPDIR/lines"
}

# refused MESSAGE WORD...
refused() {
	local message=$1
	shift
	run -2 --separate-stderr fwctl stats "$@"
	same "" "$output"
	matches "$stderr" "^fwctl stats: .*$message"
}

@test "keys that make no sense are refused with what there is" {
	refused "'source' is not a field of a flow" --by source
	matches "$stderr" "there are: .*src, reply-src.*dport"
	refused "'' is not a field" --by src,
	refused "'' is not a field" --by ''
	refused "'orig' is not a field" --by orig
	refused "'start' is not a field" --by start
	refused "only an address can be cut" --by dport/8
	refused "'33/64' is not the length of a prefix" --by src/33/64
	refused "'129' is not the length" --by src/129
	refused "'' is not the length" --by src/
	refused "'24/129' is not" --by src/24/129
	refused "at most 4 fields" --by src,dst,sport,dport,proto
}

@test "options that belong together are missed" {
	refused "--top, --sort and --approximate are for the groups of --by" --top 3
	refused "are for the groups of --by" --approximate
	refused "--count counts the reports of --interval" --count 3
	refused "--approximate keeps the groups with most flows" --by src --approximate --sort bytes
	refused "no form for the groups" --by src -o prometheus
	refused "-o prometheus is one report" --interval 1 -o prometheus
	refused "--stale shows flows" --stale --by src
	refused "no form for flows" --stale -o prometheus
	refused "at least 3 seconds" --stale --interval 2
	refused "is not a format" -o xml
	refused "--enable only switches on" --enable accounting --by src
	refused "--enable only switches on" --enable accounting -p udp
	refused "is not a duration" --interval 0
	refused "neither accounting nor timestamps" --enable bytes
	refused "not a number of groups" --by src --top -1
}

# unknown MESSAGE WORD...: for a monitoring system 1 and 2 would mean something else
unknown() {
	local message=$1
	shift
	run -3 --separate-stderr fwctl "$@"
	matches "$output" "^CONNTRACK UNKNOWN - .*$message"
	same 1 "${#lines[@]}"
	same "" "$stderr"
}

@test "of a wrong check the status is unknown, and neither a warning nor an alarm" {
	unknown "--warn is above --crit" stats --warn 90 --crit 80
	unknown "one line" stats --warn 90 --by src
	unknown "one line" stats --crit=90 -p udp
	unknown "one line" stats --warn 80 -o json
	unknown "is not a percentage" stats --warn 101
	unknown "unknown option --netsn" --netsn here stats --warn 75
	unknown "unknown command 'stat'" stat --warn 75
	unknown "is not a percentage" stats --warn %
	unknown "'a!b' is not a percentage" stats --warn 'a|b'
	unknown "--crit needs a value" stats --crit
	unknown "unknown option" stats --warm --warn 80
	unknown "network namespace '/nowhere': No such file" --netns /nowhere stats --warn 80
	run -1 --separate-stderr fwctl --netns /nowhere stats
	matches "$stderr" "^fwctl: network namespace"
}

@test "errors are JSON when -o json was understood" {
	run -2 --separate-stderr fwctl stats -o json --by source
	same "'source' is not a field of a flow" \
		"$(jq -r .error <<< "$stderr" | sed 's/^--by: //')"
}

@test "top: its options are in its manual page, and wrong ones are refused" {
	[ -x "$FWCTL_BUILD/fwctl-top" ] || skip "built without ncurses"
	fwctl top --list-options | sed 's/ .*//' | sort |
		comm -23 - "$BATS_TEST_TMPDIR/list" > "$BATS_TEST_TMPDIR/top"
	same 3 "$(wc -l < "$BATS_TEST_TMPDIR/top")"
	while read -r option; do
		grep -q -- "^\.It Fl ${option#-}\( \|$\)" "$FWCTL_SOURCE/doc/fwctl-top.8"
	done < "$BATS_TEST_TMPDIR/top"
	run -2 fwctl top --by nothing
	matches "$output" "^fwctl top: --by: 'nothing' is not a field of a flow"
	run -2 fwctl top --by netns
	matches "$output" "^fwctl top: --by netns: all flows that are shown are of one namespace"
	run -2 fwctl top --flows --by src
	run -2 fwctl top --interval 0
	run -2 fwctl top surplus
}
