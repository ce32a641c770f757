#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `fwctl stats` of a table with something of everything: its figures are those of conntrack -S and
# -C, and of what `fwctl list` shows, counted by other tools.

load ../lib/fwctl
load ../lib/flows

setup_file() {
	command -v conntrack > /dev/null || skip "no conntrack to compare with"
	command -v jq > /dev/null || skip "no jq to count with"
	flows_make 3>&-
	export HOSTS_DIR
}

teardown_file() {
	exec 7>&- 2> /dev/null
	hosts_remove
}

# The figures of one report, as JSON; number PATH reads one of them: number .table.entries
report() {
	fwctl_in gate stats -o json "$@" > "$BATS_TEST_TMPDIR/report"
}

number() {
	jq -r "$1" "$BATS_TEST_TMPDIR/report"
}

# listed JQ-FILTER: how many flows of `fwctl list` it selects
listed() {
	fwctl_in gate list -o json | jq -r "select($1) | .id" | wc -l
}

@test "entries, limit and buckets are those of conntrack -C and of the sysctls" {
	report
	same "$(host_run gate conntrack -C)" "$(number .table.entries)"
	same "$(host_run gate cat /proc/sys/net/netfilter/nf_conntrack_max)" "$(number .table.limit)"
	same "$(host_run gate cat /proc/sys/net/netfilter/nf_conntrack_buckets)" \
		"$(number .table.buckets)"
	same "$(host_run gate conntrack -L expect 2> /dev/null | wc -l)" "$(number .table.expectations)"
	between 1 100 "$(number .table.expectations)"
}

# sum_of NAME: of all CPUs, by conntrack -S
sum_of() {
	host_run gate conntrack -S | grep -oE "(^| |	)$1=[0-9]+" |
		awk -F= '{ sum += $2 } END { print sum + 0 }'
}

@test "counters are those of conntrack -S, summed and for each CPU" {
	report --per-cpu
	for name in found invalid insert insert_failed drop early_drop error search_restart \
		clash_resolve chaintoolong; do
		same "$(sum_of $name)" "$(number ".counters.$name")"
		same "$(sum_of $name)" "$(number "[.cpus[].$name] | add")"
	done
	between 1 1000000 "$(number .counters.insert)"
	same "$(host_run gate conntrack -S | wc -l)" "$(number '.cpus | length')"
}

@test "flows by protocol, state, family and status are those of list" {
	local proto state
	report
	same "$(listed true)" "$(number .flows.total)"
	same "$(listed '.family == "ipv6"')" "$(number .flows.family.ipv6)"
	same "$(listed '.family == "ipv4"')" "$(number .flows.family.ipv4)"
	for proto in tcp udp udplite icmp icmpv6 sctp gre; do
		same "$(listed ".proto == \"$proto\"")" "$(number ".flows.proto.$proto")"
	done
	same "$(listed '.protonum == 89')" "$(number '.flows.proto["89"]')"
	for state in SYN_SENT ESTABLISHED TIME_WAIT CLOSE; do
		same "$(listed ".proto == \"tcp\" and .state == \"$state\"")" \
			"$(number ".flows.state.tcp.$state")"
	done
	same "$(listed '.status | index("assured")')" "$(number .flows.status.assured)"
	same "$(listed '.status | index("assured") | not')" "$(number .flows.reclaimable)"
	same "$(listed '.status | index("seen-reply") | not')" "$(number .flows.status.unreplied)"
	same "$(number .flows.total)" "$(number '[.flows.timer[]] | add')"
	same "$(number .flows.total)" "$(number '[.flows.status[]] | add')"
	same "$(listed '.timeout >= 120 and .timeout < 600')" "$(number '.flows.timer["<10m"]')"
	same "$(fwctl_in gate list -o json | jq -s '[.[] | .orig.bytes, .reply.bytes] | add')" \
		"$(number .flows.bytes)"
}

@test "a filter chooses the flows that are counted, and not the counters" {
	report -p udp -f ipv6
	same "$(listed '.proto == "udp" and .family == "ipv6"')" "$(number .flows.total)"
	between 3 100 "$(number .flows.total)"
	same 0 "$(number .flows.family.ipv4)"
	same "$(host_run gate conntrack -C)" "$(number .table.entries)"
}

@test "timeouts are the namespace's own" {
	report
	same 600 "$(number .timeouts.udp.unreplied)"
	same "$(host_run gate cat /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established)" \
		"$(number .timeouts.tcp.established)"
	same "$(host_run gate cat /proc/sys/net/netfilter/nf_conntrack_generic_timeout)" \
		"$(number .timeouts.generic.timeout)"
}

@test "text has a line for each number, and a sentence for counters that are not zero" {
	run -0 --separate-stderr fwctl_in gate stats
	matches "$output" $'(^|\n)  entries +'"$(host_run gate conntrack -C)"
	matches "$output" $'  insert +[1-9][0-9]*\n      flows that programs put into the table'
	lacks "$output" $'  drop +0\n      '
	same "" "$stderr"
	# No colours and no bars in a file; both when asked for.
	lacks "$output" $'\033|#'
	run -0 fwctl_in gate stats -o table --color always
	matches "$output" $'\033\\[1mflows'
	matches "$output" '  proto udp +[0-9]+  .*#+'
	run -0 env NO_COLOR=1 "$FWCTL_BUILD/fwctl" --netns "$(host_ns gate)" stats -o table
	lacks "$output" $'\033'
	matches "$output" '#'
}

@test "csv has the same numbers as JSON" {
	report
	fwctl_in gate stats -o csv > "$BATS_TEST_TMPDIR/table"
	same "metric,value,unit" "$(head -n 1 "$BATS_TEST_TMPDIR/table")"
	same "$(number .flows.proto.tcp)" "$(sed -n 's/^flows\.proto\.tcp,\([0-9]*\),$/\1/p' "$BATS_TEST_TMPDIR/table")"
	same "$(number .timeouts.udp.unreplied)" "$(sed -n 's/^timeouts\.udp\.unreplied,\([0-9]*\),s$/\1/p' "$BATS_TEST_TMPDIR/table")"
	same "" "$(grep -vE '^[^,]+,-?[0-9.]+,[%s]?$' "$BATS_TEST_TMPDIR/table" | tail -n +2)"
}

# ---- groups --------------------------------------------------------------------------------------

# groups_are JQ-EXPRESSION STATS-WORD...: text of --by is what `list | sort | uniq -c` says
groups_are() {
	local of=$1
	shift
	fwctl_in gate list -o json | jq -r "$of" | sort | uniq -c | sort -k 1nr -k 2 |
		awk '{ print $1, $2 }' > expected
	fwctl_in gate stats "$@" --top 0 -o csv | tail -n +2 |
		sed -E 's/^"([^"]*)"/\1/' | awk -F, '{ print $(NF - 4), $1 }' |
		sort -k 1nr -k 2 > groups
	[ -s groups ]
	diff expected groups
}

@test "groups are what sort and uniq make of list" {
	cd "$BATS_TEST_TMPDIR" || return
	groups_are '.orig.src' --by src
	groups_are '.orig.src' --by orig-src
	groups_are '.reply.src' --by reply-src
	groups_are '.orig.dport // ""' --by dport
	groups_are '.reply.dport // ""' --by reply-port-dst
	groups_are '.orig.type // ""' --by icmp-type
	groups_are '.family' --by family
	groups_are '.state // ""' --by state
	groups_are '.mark // 0' --by mark
	groups_are '.zone // 0' --by zone
	groups_are '.helper // ""' --by helper
	groups_are '.protonum' --by protonum
	groups_are 'if .protonum == 89 then 89 else .proto end' --by proto
	fwctl_in gate stats --by status --top 0 -o json | jq -r '"\(.flows) \(.status)"' | sort > groups
	fwctl_in gate list -o json | jq -r 'if .status == [] then "none" else .status | join(",") end' |
		sort | uniq -c | awk '{ print $1, $2 }' | sort > expected
	diff expected groups
}

@test "several fields make one key, and addresses are cut to prefixes" {
	cd "$BATS_TEST_TMPDIR" || return
	fwctl_in gate stats --by proto,dport --top 0 -o json | jq -r '"\(.flows) \(.proto) \(.dport)"' |
		sort > groups
	fwctl_in gate list -o json |
		jq -r '"\(if .protonum == 89 then 89 else .proto end) \(.orig.dport)"' | sort |
		uniq -c | awk '{ print $1, $2, $3 }' | sort > expected
	diff expected groups
	run -0 --separate-stderr fwctl_in gate stats -f ipv4 --by src/8 -o csv
	matches "$output" $'\n10.0.0.0/8,[0-9]+,'
	run -0 --separate-stderr fwctl_in gate stats -f ipv6 --by src/24 -o csv
	matches "$output" $'\nfd00:3::/64,[0-9]+,'
	run -0 --separate-stderr fwctl_in gate stats -f ipv6 --by src/24/8 -o csv
	matches "$output" $'\nfd00::/8,[0-9]+,'
}

@test "bytes and packets of groups add up, and sort them" {
	cd "$BATS_TEST_TMPDIR" || return
	fwctl_in gate stats --by src --top 0 --sort bytes -o json > groups
	same "$(fwctl_in gate list -o json | jq -s '[.[] | .orig.bytes, .reply.bytes] | add')" \
		"$(jq -s '[.[].bytes] | add' groups)"
	same "$(fwctl_in gate list -o json | jq -s '[.[] | .orig.packets, .reply.packets] | add')" \
		"$(jq -s '[.[].packets] | add' groups)"
	same "$(jq -r .bytes groups | sort -nr)" "$(jq -r .bytes groups)"
	between 1 1000000000 "$(jq -s '.[0].bytes' groups)"
}

@test "--top says how much it leaves out" {
	run -0 --separate-stderr fwctl_in gate stats --by proto --top 2
	same 3 "${#lines[@]}"
	matches "$stderr" "^fwctl stats: 2 of [0-9]+ groups shown, of $(host_run gate conntrack -C) flows"
	run -0 --separate-stderr fwctl_in gate stats --by proto --top 0
	same "" "$stderr"
}

@test "flows of all namespaces, by namespace" {
	# Another one without flows is none of them; those without a name have the number of a process.
	fwctl stats --all-netns --by netns --top 0 -o json > "$BATS_TEST_TMPDIR/spaces"
	same "$(fwctl list --all-netns -o json | jq -r .netns | sort | uniq -c | awk '{ print $2, $1 }' | sort)" \
		"$(jq -r '"\(.netns) \(.flows)"' "$BATS_TEST_TMPDIR/spaces" | sort)"
	same "$(host_run gate conntrack -C)" \
		"$(jq -r "select(.netns == \"$(host_ns gate)\") | .flows" "$BATS_TEST_TMPDIR/spaces")"
	run -2 --separate-stderr fwctl stats --by netns,src
	matches "$stderr" "--by netns: all flows that are read are of one namespace"
	matches "$stderr" "--all-netns"
	run -2 --separate-stderr fwctl stats --all-netns
	matches "$stderr" "--all-netns is for the groups of --by"
}

# ---- repetition and monitoring -------------------------------------------------------------------

@test "--interval reports rates, and the time until the table is full" {
	(sleep 1 && host_run gate conntrack -I -p udp --sport 7 --dport 7 -s 10.9.9.9 -d 10.9.9.8 \
		-t 900) > /dev/null 2>&1 &
	cd "$BATS_TEST_TMPDIR" || return
	fwctl_in gate stats --interval 2 --count 2 -o json > "$BATS_TEST_TMPDIR/reports"
	wait
	same 2 "$(wc -l < reports)"
	same null "$(head -n 1 reports | jq .rates)"
	same 0.5 "$(tail -n 1 reports | jq '.rates.entries * 2 | round / 2')"
	same 0.5 "$(tail -n 1 reports | jq '.rates.insert * 2 | round / 2')"
	# Half a flow a second: twice as many seconds as there is room.
	local limit
	limit=$(head -n 1 reports | jq .table.limit)
	between $((limit * 3 / 2)) $((limit * 3)) "$(tail -n 1 reports | jq .rates.full_in)"
	same 2 "$(($(tail -n 1 reports | jq '.time | fromdate') - $(head -n 1 reports | jq '.time | fromdate')))"
	host_run gate conntrack -D -s 10.9.9.9 > /dev/null 2>&1
}

@test "--interval ends quietly when the reader has gone" {
	run -0 --separate-stderr timeout 10 bash -c \
		"set -o pipefail; '$FWCTL_BUILD/fwctl' --netns '$(host_ns gate)' stats --interval 1 | head -n 1"
	same "" "$stderr"
}

@test "--warn and --crit: one line, performance data, and the status of a plugin" {
	local entries limit
	entries=$(host_run gate conntrack -C)
	limit=$(host_run gate cat /proc/sys/net/netfilter/nf_conntrack_max)
	run -0 --separate-stderr fwctl_in gate stats --warn 80 --crit 90%
	matches "$output" "^CONNTRACK OK - [0-9.]+% of the table is in use \($entries of $limit\) \| entries=$entries;[0-9]+;[0-9]+;0;$limit insert_failed=[0-9]+c drop=[0-9]+c early_drop=[0-9]+c$"
	run -1 fwctl_in gate stats --warn 0 --crit 90
	matches "$output" "^CONNTRACK WARNING - "
	run -2 fwctl_in gate stats --warn 0 --crit 0
	matches "$output" "^CONNTRACK CRITICAL - "
	run -3 setpriv --bounding-set -all --inh-caps -all \
		"$FWCTL_BUILD/fwctl" stats --crit 90
	matches "$output" "^CONNTRACK UNKNOWN - .*not permitted"
	run -3 bash -c "'$FWCTL_BUILD/fwctl' --netns '$(host_ns gate)' stats --warn 80 > /dev/full"
}

@test "--enable switches on what it names, once" {
	host_add plain
	same 0 "$(host_run plain cat /proc/sys/net/netfilter/nf_conntrack_acct)"
	run -0 --separate-stderr fwctl_in plain stats --by src --sort bytes
	matches "$stderr" "does not keep packets and bytes.*--enable accounting"
	run -0 --separate-stderr fwctl_in plain stats --age-above 1h -o json
	matches "$stderr" "does not keep the age.*--enable timestamps"
	run -0 --separate-stderr fwctl_in plain stats
	same "" "$stderr"
	run -0 fwctl_in plain stats --enable accounting,timestamps
	matches "$output" "^accounting: on from now.*nf_conntrack_acct=1"
	same 1 "$(host_run plain cat /proc/sys/net/netfilter/nf_conntrack_acct)"
	same 1 "$(host_run plain cat /proc/sys/net/netfilter/nf_conntrack_timestamp)"
	run -0 fwctl_in plain stats --enable accounting
	same "accounting: on already" "$output"
	run -0 --separate-stderr fwctl_in plain stats --by src --sort bytes
	same "" "$stderr"
}
