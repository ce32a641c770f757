#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The list of faults that fwctl survives (tests/faults/classes) is one of tests that are there.

load ../lib/fwctl

# rows: the list as lines "NUMBER|FILE|TEST"
rows() {
	sed -n 's/^\([0-9]*\) | .*| *\([^|]*\) | \([^|]*\)$/\1|\2|\3/p' "$FWCTL_SOURCE/tests/faults/classes"
}

@test "every class of faults has a test" {
	same "$(seq 36)" "$(rows | cut -d'|' -f 1 | uniq)"
	same "$(grep -c '^[0-9]' "$FWCTL_SOURCE/tests/faults/classes")" "$(rows | wc -l)"
}

@test "every test of the list is there, and is run" {
	local number file name
	while IFS='|' read -r number file name; do
		echo "$number: $file: $name"
		case $file in
		*.bats) grep -qxF "@test \"$name\" {" "$FWCTL_SOURCE/$file" ;;
		*.c) grep -qF "cmocka_unit_test($name)" "$FWCTL_SOURCE/$file" ;;
		*) grep -qx "$name() {" "$FWCTL_SOURCE/$file" &&
			grep -q "^	*stage ${name#stage_}$" "$FWCTL_SOURCE/$file" ;;
		esac
		[ "$file" = scripts/check ] || grep -qF "${file%.c}" "$FWCTL_SOURCE/Makefile.am"
	done < <(rows)
}
