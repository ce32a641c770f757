#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --approximate on a table with more keys than it keeps: the largest groups are there, and no count
# is further off than it says.

load ../lib/fwctl

setup_file() {
	needs_private
	command -v conntrack > /dev/null || skip "no conntrack to make flows with"
}

setup() {
	host_add many
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	hosts_remove
}

@test "of 30000 addresses the largest are kept" {
	# Fourteen flows each of 1500 addresses, then one each of 28500.
	flows_of 10 1500 14
	flows_of 11 28500 1
	same 49500 "$(host_run many conntrack -C)"
	fwctl_in many stats --by src --top 0 -o csv 2> /dev/null | tail -n +2 > exact
	same 30000 "$(wc -l < exact)"
	fwctl_in many stats --by src --top 1500 -o csv --approximate | tail -n +2 > approximate
	same 1500 "$(wc -l < approximate)"
	# COUNT - ERROR <= exact count <= COUNT, for each.
	awk -F, 'NR == FNR { exact[$1] = $2; next }
		$2 < exact[$1] || $2 - $6 > exact[$1] { print; wrong = 1 }
		END { exit wrong }' exact approximate
	# Whoever has more than flows/bound (49500/15000 = 3) is there.
	same "$(awk -F, '$2 > 3 { print $1 }' exact | sort)" \
		"$(awk -F, '$2 > 3 { print $1 }' approximate | sort)"
	run -0 --separate-stderr fwctl_in many stats --by src --approximate
	matches "$stderr" "10000 keys kept: counts are too high by [0-9]+ at most"
	matches "${lines[0]}" "flows +share +error +src"
}

# flows_of NET ADDRESSES COUNT: so many addresses, each with COUNT flows
flows_of() {
	seq 0 $(($2 * $3 - 1)) | awk -v net="$1" -v addresses="$2" '{
		n = $1 % addresses
		printf "-A -t 900 -p udp -s %d.%d.%d.%d -d 192.0.2.1 --sport %d --dport 2\n",
			net, n / 65536, n / 256 % 256, n % 256, 1 + $1 / addresses }' > load
	host_run many conntrack -R load > /dev/null 2>&1
}
