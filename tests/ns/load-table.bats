#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A table that is saved, emptied and loaded is the table that it was; in the formats save and json.

load ../lib/fwctl
load ../lib/flows

setup_file() {
	command -v conntrack > /dev/null || skip "no conntrack to make flows with"
	flows_make 3>&-
	# Nothing is on the way any more: the client of FTP would make its flow again.
	exec 7>&-
	local pid
	while read -r pid; do host_kill "$pid" || :; done < "$HOSTS_DIR/pids"
	fwctl_in gate list -o save,windows --quiet > "$BATS_FILE_TMPDIR/save"
	fwctl_in gate list -o json --quiet > "$BATS_FILE_TMPDIR/json"
	export HOSTS_DIR
}

teardown_file() {
	exec 7>&- 2> /dev/null
	hosts_remove
}

# What a new flow has of its own: counters, times and an id; and timers run. By how much the sequence
# numbers of a translated FTP session are shifted is in save only.
timeless() {
	jq -Sc 'del(.timeout, .id, .use, .start, .age, .orig.packets, .orig.bytes, .reply.packets, .reply.bytes) |
		.status -= ["seq-adjust"]' |
		LC_ALL=C sort
}

untimed() {
	sed -E 's/-t [0-9]+/-t TIMER/' | LC_ALL=C sort
}

# Without what json leaves out.
windowless() {
	sed -E 's/ --(orig|reply)-(wscale|tcp-flags|seq-[a-z]+) [0-9]+//g'
}

# is_as_before [FILTER]: both views of the table are those of before; json shows what save does not:
# NAT in the status.
is_as_before() {
	local kept=${1:-cat}
	diff <(untimed < "$BATS_FILE_TMPDIR/save" | $kept) \
		<(fwctl_in gate list -o save,windows --quiet | untimed | $kept) &&
		diff <(timeless < "$BATS_FILE_TMPDIR/json") <(fwctl_in gate list -o json --quiet | timeless)
}

@test "there is something of everything in it" {
	local word
	[ "$(wc -l < "$BATS_FILE_TMPDIR/save")" -gt 40 ]
	for word in '-g 10.1.0.2' '-g fd00:1::2' '-n 192.0.2.1' '-w 7' '--orig-zone 8' '-l web,last' \
		'--helper ftp' '--orig-seq-pos' '--orig-wscale' '--reply-tcp-flags' '-p 89' '-p dccp' '-p gre' '--icmpv6-id' '--master-dport 21' 'fd00:3::1' '-m 4294967295'; do
		grep -q -- "$word" "$BATS_FILE_TMPDIR/save" || { echo "no line has: $word"; false; }
	done
}

@test "save, flush, load: the same table" {
	fwctl_in gate flush --all
	same "" "$(fwctl_in gate list --quiet)"
	run -0 --separate-stderr fwctl_in gate load "$BATS_FILE_TMPDIR/save"
	same "" "$output"
	matches "$stderr" ": $(wc -l < "$BATS_FILE_TMPDIR/save") lines have been loaded, 0 were bad.$"
	is_as_before
}

@test "json, flush, load: the same table" {
	fwctl_in gate flush --all
	fwctl_in gate load - < "$BATS_FILE_TMPDIR/json"
	is_as_before windowless
}

@test "loaded over itself: the same table still" {
	fwctl_in gate load "$BATS_FILE_TMPDIR/json"
	is_as_before windowless
	fwctl_in gate flush --all
	fwctl_in gate load "$BATS_FILE_TMPDIR/save"
	is_as_before
	fwctl_in gate load "$BATS_FILE_TMPDIR/save"
	is_as_before
}

received() {
	[ "$(stat -c %s got)" -ge "$1" ]
}

# Behind a policy that drops what is invalid. A single segment first: from it the kernel learns the
# window of the receiver, which is only right if it knows by what it is scaled.
@test "a connection goes on across it" {
	cd "$BATS_TEST_TMPDIR"
	host_run gate nft -f - <<-EOF
		table inet strict {
			counter invalid { }
			chain forward { type filter hook forward priority 0; ct state invalid counter name invalid drop; }
		}
	EOF
	host_spawn outside nc -n -l -p 90 > got 2> /dev/null
	wait_for 5 host_listens outside tcp 90
	mkfifo pipe
	exec 8<> pipe
	host_spawn inside nc -n "$OUTSIDE4" 90 < pipe > /dev/null 8>&-
	echo hello >&8
	wait_for 5 received 6
	local format got=6
	for format in save,windows save json; do
		fwctl_in gate list -o $format --quiet > saved
		fwctl_in gate flush --all
		fwctl_in gate load saved
		echo hello >&8
		wait_for 5 received $((got += 6))
		head -c 10000000 /dev/zero >&8
		wait_for 5 received $((got += 10000000))
	done
	matches "$(host_run gate nft list counter inet strict invalid)" 'packets 0 '
	exec 8>&-
}
