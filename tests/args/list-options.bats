#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every option of `fwctl list` has its line in --help, its entry and an example in the manual page,
# and is completed by bash; and those three name no option that there is not.

load ../lib/fwctl

setup() {
	fwctl list --list-options > "$BATS_TEST_TMPDIR/rows"
	sed 's/ .*//' "$BATS_TEST_TMPDIR/rows" | sort > "$BATS_TEST_TMPDIR/options"
	[ "$(wc -l < "$BATS_TEST_TMPDIR/options")" -gt 40 ]
	page=$FWCTL_SOURCE/doc/fwctl-list.8
}

# common OPTION...: the options that all commands have are not among the rows.
with_common() {
	{ cat; printf '%s\n' --help --version; } | sort -u
}

@test "no option is there twice" {
	run uniq -d "$BATS_TEST_TMPDIR/options"
	same "" "$output"
}

@test "--help names the options, all and no other" {
	fwctl list --help | grep '^  ' | grep -oE -- '^  (-., |    )--[^ ].*' |
		grep -oE -- '(^|, | )--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+' | sort -u > "$BATS_TEST_TMPDIR/help"
	with_common < "$BATS_TEST_TMPDIR/options" | diff - "$BATS_TEST_TMPDIR/help"
}

@test "no line of --help is unfinished" {
	run fwctl list --help
	lacks "$output" '%'
	matches "$output" '--reply-src ADDR.*source address in the reply direction'
}

# In mdoc, `.It Fl s , -orig-src , -src Ar …` is the entry of --orig-src and --src.
@test "the manual page has an entry for each, and no other" {
	grep -E '^\.It Fl ' "$page" | sed 's/ Ar .*//; s/ Oo .*//' | grep -oE -- ' -[a-z0-9-]+' |
		sed 's/ -/--/' | sort -u > "$BATS_TEST_TMPDIR/page"
	with_common < "$BATS_TEST_TMPDIR/options" | diff - "$BATS_TEST_TMPDIR/page"
}

# Of the several names of one option, the first is the one to be shown at work.
@test "the manual page shows each at work" {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$page" | grep '^\.Dl' > "$BATS_TEST_TMPDIR/examples"
	# What --help writes first on each line: the letter, or else the name.
	fwctl list --help | sed -n 's/^  \(-[a-zA-Z]\), \(--[a-z0-9-]*\).*/\1 \2/p; s/^      \(--[a-z0-9-]*\).*/\1 \1/p' |
		grep -v -- '--help\|--version' > "$BATS_TEST_TMPDIR/names"
	[ "$(wc -l < "$BATS_TEST_TMPDIR/names")" -gt 30 ]
	while read -r letter name; do
		grep -qE -- " ($letter|$name)( |=|$)" "$BATS_TEST_TMPDIR/examples" ||
			echo "no example: $name"
	done < "$BATS_TEST_TMPDIR/names" > "$BATS_TEST_TMPDIR/missing"
	same "" "$(cat "$BATS_TEST_TMPDIR/missing")"
}

# Examples are real: what they say is understood up to where the kernel would be asked.
@test "the examples are understood" {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl # fwctl list\([^|>]*\).*/\1/p' "$page" \
		> "$BATS_TEST_TMPDIR/lines"
	[ "$(wc -l < "$BATS_TEST_TMPDIR/lines")" -gt 10 ]
	while read -r line; do
		# --help is answered after the whole line was read.
		eval "fwctl list $line --help" > /dev/null
	done < "$BATS_TEST_TMPDIR/lines"
}

@test "the manual page is sound" {
	command -v mandoc > /dev/null || skip "no mandoc"
	mandoc -Tlint -Wwarning "$page"
}

# complete_line WORD...: what bash offers behind those words, one a line.
complete_line() {
	# shellcheck source=data/fwctl.bash
	. "$FWCTL_SOURCE/data/fwctl.bash"
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_fwctl
	printf '%s\n' "${COMPREPLY[@]}" | sort
}

@test "bash completes every option, and no other" {
	complete_line "$FWCTL_BUILD/fwctl" list -- > "$BATS_TEST_TMPDIR/completed"
	with_common < "$BATS_TEST_TMPDIR/options" | diff - "$BATS_TEST_TMPDIR/completed"
}

@test "bash completes commands and values" {
	matches "$(complete_line "$FWCTL_BUILD/fwctl" li)" '^list$'
	same "$(printf 'ipv4\nipv6')" "$(complete_line "$FWCTL_BUILD/fwctl" list --family '')"
	same ipv6 "$(complete_line "$FWCTL_BUILD/fwctl" --netns = x list --family = ipv6)"
	same --netns "$(complete_line "$FWCTL_BUILD/fwctl" --n)"
}
