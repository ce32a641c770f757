#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The formats of `fwctl list` for programs and for terminals: each read by a reader of its own kind,
# and one record the same in all.

load ../lib/fwctl

setup_file() {
	needs_private
	mkdir -p /etc/xtables
	printf '3 web\n' > /etc/xtables/connlabel.conf
}

setup() {
	host_add one
	keep_flows one
	host_run one nft -f - <<-EOF
		table inet track {
			chain out {
				type filter hook output priority 0; policy accept;
				ct state new ct label set 3
			}
		}
	EOF
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run one bash -c 'for port in {1001..1700}; do echo x > /dev/udp/127.0.0.1/$port; done' \
		2> /dev/null
}

teardown() {
	hosts_remove
}

@test "json: every line an object with the keys that are documented" {
	fwctl_in one list -o json > "$BATS_TEST_TMPDIR/json"
	same 700 "$(jq -c . "$BATS_TEST_TMPDIR/json" | wc -l)"
	same '["family","id","labels","mark","orig","proto","protonum","reply","status","timeout","use"]' \
		"$(jq -c 'keys' "$BATS_TEST_TMPDIR/json" | sort -u)"
	same '"web"' "$(jq -c '.labels[]' "$BATS_TEST_TMPDIR/json" | sort -u)"
}

@test "csv: as many cells in each row as names, and the same values as json" {
	command -v python3 > /dev/null || skip "no reader of csv: python3"
	fwctl_in one list -o csv -s 127.0.0.1 --dport 1001:1010 > "$BATS_TEST_TMPDIR/csv"
	fwctl_in one list -o json --dport 1001:1010 > "$BATS_TEST_TMPDIR/json"
	python3 - "$BATS_TEST_TMPDIR/csv" "$BATS_TEST_TMPDIR/json" <<-'EOF2'
		import csv, json, sys
		rows = list(csv.DictReader(open(sys.argv[1]), strict=True))
		flows = {f["id"]: f for f in map(json.loads, open(sys.argv[2]))}
		assert len(rows) == len(flows) == 10
		for row in rows:
		    assert None not in row and None not in row.values()
		    flow = flows[int(row["id"])]
		    assert row["orig.src"] == flow["orig"]["src"] and row["labels"] == flow["labels"][0]
		    assert int(row["orig.dport"]) == flow["orig"]["dport"]
		    assert row["helper"] == "" and row["orig.type"] == ""
	EOF2
	same "orig.dport,proto" "$(fwctl_in one list -o csv --columns orig.dport,proto --dport 1001 | head -n 1)"
	same "1001,udp" "$(fwctl_in one list -o csv --columns orig.dport,proto --dport 1001 | tail -n 1)"
	same "family" "$(fwctl_in one list -o csv --columns family -m 99)"
}

@test "xml: sound, also when it is empty" {
	command -v xmllint > /dev/null || skip "no reader of xml: xmllint"
	fwctl_in one list -o xml,labels > "$BATS_TEST_TMPDIR/xml"
	same 700 "$(xmllint --xpath 'count(/conntrack/flow)' "$BATS_TEST_TMPDIR/xml")"
	same 'web' "$(xmllint --xpath 'string(/conntrack/flow[1]//label)' "$BATS_TEST_TMPDIR/xml")"
	fwctl_in one list -o xml -m 99 > "$BATS_TEST_TMPDIR/xml"
	same 0 "$(xmllint --xpath 'count(/conntrack/flow)' "$BATS_TEST_TMPDIR/xml")"
	fwctl_in one list -o xml --table expect > "$BATS_TEST_TMPDIR/xml"
	same 0 "$(xmllint --xpath 'count(/expect/flow)' "$BATS_TEST_TMPDIR/xml")"
}

@test "save: conntrack makes the same flows of it" {
	command -v conntrack > /dev/null || skip "no conntrack"
	fwctl_in one list -o save --dport 1001:1050 > "$BATS_TEST_TMPDIR/save"
	same 50 "$(wc -l < "$BATS_TEST_TMPDIR/save")"
	host_add two
	# conntrack 1.4.7 has no name for label 3 that it can read back.
	sed 's/ -l .*//' "$BATS_TEST_TMPDIR/save" | host_run two conntrack -R - 2> /dev/null
	same "$(sed 's/ -l .*//; s/-t [0-9]*//' "$BATS_TEST_TMPDIR/save" | sort)" \
		"$(fwctl_in two list -o save | sed 's/-t [0-9]*//' | sort)"
}

@test "table: one heading, rows in line, however many blocks they come in" {
	fwctl_in one list -o table > "$BATS_TEST_TMPDIR/table"
	same 701 "$(wc -l < "$BATS_TEST_TMPDIR/table")"
	same 1 "$(grep -c '^proto ' "$BATS_TEST_TMPDIR/table")"
	# The first cells have one width in all blocks.
	same 1 "$(sed -E 's/^([^ ]+ +)[^ ].*/\1/' "$BATS_TEST_TMPDIR/table" | awk '{ print length }' | sort -u | wc -l)"
	same "" "$(fwctl_in one list -o table -m 99)"
	matches "$(fwctl_in one list -o table --columns orig.dport,labels --dport 1001)" '1001 +web'
}

@test "table: fits the terminal, and colours only there" {
	command -v script > /dev/null || skip "no terminal: script"
	run script -qec "stty cols 60; $FWCTL_BUILD/fwctl --netns $(host_ns one) list -o table --dport 1001" /dev/null
	matches "$output" $'\e'
	# Without its colours.
	same "" "$(sed $'s/\e\\[[0-9;]*m//g; s/\r//' <<< "$output" | awk 'length > 60')"
	run script -qec "NO_COLOR=1 $FWCTL_BUILD/fwctl --netns $(host_ns one) list -o table --dport 1001" /dev/null
	lacks "$output" $'\e'
	run script -qec "$FWCTL_BUILD/fwctl --netns $(host_ns one) list -o table --color never --dport 1001" /dev/null
	lacks "$output" $'\e'
	lacks "$(fwctl_in one list -o table --dport 1001)" $'\e'
	matches "$(fwctl_in one list -o table --color always --dport 1001)" $'\e'
	lacks "$(fwctl_in one list --color always --dport 1001)" $'\e'
}

@test "what is wrong is said before the kernel is asked" {
	while read -r words; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr fwctl_in one list $words
		same "2 $words" "$status $words"
		same "" "$output"
		matches "$stderr" "$(sed "s/.*[ ,]//; s/expect/expectations/; s/orig.src/columns/; s/^id$/flag/" <<< "$words")"
	done <<-EOF
		--columns orig.src
		-o json --columns orig.src
		-o csv --columns banana
		-o csv --columns proto,,state
		-o csv --columns proto,proto
		-o save --table expect
		-o csv,id
		--table contrack
		--sort size
		--limit 0
		--limit abc
		--color maybe
	EOF
}

@test "a reader who leaves ends it quietly, one who stalls does no harm" {
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run one bash -c 'for port in {2001..5000}; do echo x > /dev/udp/127.0.0.1/$port; done' \
		2> /dev/null
	for words in '' '-o json' '-o table' '--sort src'; do
		# shellcheck disable=SC2086 # words
		{ fwctl_in one list $words 2> "$BATS_TEST_TMPDIR/err"; echo $? > "$BATS_TEST_TMPDIR/status"; } |
			head -n 1 > /dev/null
		same "0 $words" "$(cat "$BATS_TEST_TMPDIR/status") $words"
		same "" "$(cat "$BATS_TEST_TMPDIR/err")"
		# shellcheck disable=SC2086 # words
		fwctl_in one list $words 2> "$BATS_TEST_TMPDIR/err" > /dev/full || status=$?
		same "1 $words" "$status $words"
		matches "$(cat "$BATS_TEST_TMPDIR/err")" 'No space left'
	done
	same "$(fwctl_in one list --count)" "$(fwctl_in one list --quiet | (sleep 1; wc -l))"
}
