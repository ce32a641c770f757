#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl-output(7) documents every key that JSON has, and every format.

load ../lib/fwctl

page=doc/fwctl-output.7

@test "every key is on the page" {
	command -v jq > /dev/null || skip "no jq"
	for key in $(jq -r '[paths | .[] | strings] | unique[]' "$FWCTL_SOURCE"/tests/data/*.json | sort -u); do
		grep -qE "(Li|,) $key( |$)" "$FWCTL_SOURCE/$page" || { echo "not there: $key"; false; }
	done
}

@test "every format is on the page" {
	run fwctl list -o nonsense
	for format in $(sed -n 's/^ *accepted: \(.*\), and after.*/\1/p' <<< "$output" | tr -d ,); do
		grep -q "^\.It Cm $format$" "$FWCTL_SOURCE/$page" || { echo "not there: $format"; false; }
	done
	matches "$output" 'accepted: text, table'
}

@test "the page is sound" {
	command -v mandoc > /dev/null || skip "no mandoc"
	mandoc -Tlint -Wwarning "$FWCTL_SOURCE/$page"
}
