#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What `fwctl list` has beyond conntrack: order, number, count, other tables and namespaces.

load ../lib/fwctl
load ../lib/flows

setup_file() {
	flows_make 3>&-
	export HOSTS_DIR
}

teardown_file() {
	exec 7>&- 2> /dev/null
	hosts_remove
}

list() {
	fwctl_in gate list --quiet "$@"
}

# sorted KEY SORT-OPTION...: the order of --sort KEY is that of sort(1) by the jq expression on stdin.
sorted() {
	local key=$1 keys expression
	shift
	expression=$(cat)
	keys=$(list --sort "$key" -o json | jq -r "$expression")
	same "$(LC_ALL=C sort -s "$@" <<< "$keys")" "$keys"
	[ "$(sort -u <<< "$keys" | wc -l)" -gt 3 ]
}

@test "numbers are sorted from the most" {
	sorted bytes -rn <<< '.orig.bytes + .reply.bytes'
	sorted packets -rn <<< '.orig.packets + .reply.packets'
	# Where all is made within a moment, these are not different.
	for port in 6001 6002 6003 6004; do
		sleep 1
		flows_send inside "$OUTSIDE4" $port
	done
	sorted age -rn <<< .age
	sorted timeout -rn <<< .timeout
}

@test "addresses are sorted from the lowest, IPv4 first" {
	list --sort src -o json -f ipv4 | jq -r .orig.src > "$BATS_TEST_TMPDIR/src"
	LC_ALL=C sort -s -t . -n -k 1,1 -k 2,2 -k 3,3 -k 4,4 "$BATS_TEST_TMPDIR/src" |
		diff - "$BATS_TEST_TMPDIR/src"
	same "$(printf 'ipv4\nipv6')" "$(list --sort dst -o json | jq -r .family | uniq)"
	same "2001:db8::1 2001:db8::2 fd00:4::1" \
		"$(list --sort dst -f ipv6 -o json | jq -r .orig.dst | uniq | tr '\n' ' ' | sed 's/ $//')"
}

@test "a limit keeps the first of the order" {
	for key in bytes packets src dst; do
		list --sort $key -o json | jq -c .id | head -n 7 > "$BATS_TEST_TMPDIR/all"
		list --sort $key --limit 7 -o json | jq -c .id | diff "$BATS_TEST_TMPDIR/all" -
	done
	same 3 "$(list --limit 3 | wc -l)"
	run fwctl_in gate list --limit 3
	matches "$output" ': 3 flow entries have been shown'
}

# A sorted flow is a copy; it must have everything that the flow had.
@test "nothing is lost by sorting" {
	list -o json | sed 's/"timeout":[0-9]*/T/; s/"age":[0-9]*/A/' | sort > "$BATS_TEST_TMPDIR/plain"
	list -o json --sort bytes | sed 's/"timeout":[0-9]*/T/; s/"age":[0-9]*/A/' | sort |
		diff "$BATS_TEST_TMPDIR/plain" -
}

@test "counts" {
	same "$(host_run gate conntrack -C)" "$(list --count)"
	same "$(list | wc -l)" "$(list --count)"
	same "$(list -p sctp | wc -l)" "$(list --count -p sctp)"
	same 0 "$(list --count -m 999)"
	same 1 "$(list --count --table expect)"
}

@test "the exit status says whether anything matched, when asked" {
	run -0 fwctl_in gate list -m 999
	run -1 fwctl_in gate list -m 999 --exit-code
	run -0 fwctl_in gate list -m 5 --exit-code
	run -1 fwctl_in gate list -m 999 --exit-code --count
	same 0 "$output"
	run -1 fwctl_in gate list --table expect -p udp --exit-code
}

@test "expectations can be asked for" {
	same 1 "$(list --table expect -p tcp --dport 1025 --helper ftp -s "$OUTSIDE4" | wc -l)"
	same "" "$(list --table expect -p udp)"
	same "" "$(list --table expect --dport 1026)"
	same '["10.1.0.2",21,1025,65535]' \
		"$(list --table expect -o json | jq -c '[.master.src, .master.dport, .expected.dport, .mask.dport]')"
	run -2 fwctl_in gate list --table expect -u assured
	matches "$output" '--status assured'
	run -2 fwctl_in gate list --table expect --sort timeout
	matches "$output" '--sort'
}

@test "counters are reset while they are read" {
	cd "$BATS_TEST_TMPDIR" || return
	# Only what nobody sends more of: TCP repeats itself when the machine is busy.
	counts='select(.proto == "udp") | "\(.id) \(.orig.packets)"'
	list -o json | jq -r "$counts" | sort > before
	[ "$(awk '$2 > 0' before | wc -l)" -gt 10 ]
	list --zero -o json | jq -r "$counts" | sort > zeroed
	# The flow that did not fit into a part of the kernel's answer comes in the next, and its counts
	# were reset already.
	[ "$(comm -3 before zeroed | wc -l)" -le 2 ]
	same "" "$(comm -13 before zeroed | grep -v ' 0$' || :)"
	same "" "$(list -o json | jq -r "$counts" | grep -v ' 0$' || :)"
	same "$(list | wc -l)" "$(list -z | wc -l)"
	for other in '-p udp' '--limit 3' --count '--table expect'; do
		# shellcheck disable=SC2086 # words
		run -2 fwctl_in gate list --zero $other
		matches "$output" '--zero'
	done
}

@test "every namespace once, with its name" {
	host_add other
	host_run other conntrack -I -p udp -s 10.9.0.1 -d 10.9.0.2 --sport 1 --dport 2 -t 900 > /dev/null 2>&1
	# A second name and a process of one that has a name already; and one without a name.
	touch /run/netns/again
	mount --bind "/run/netns/$(host_ns other)" /run/netns/again
	host_spawn other sleep 60
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare -n sh -c 'conntrack -I -p udp -s 10.9.0.3 -d 10.9.0.4 --sport 1 --dport 2 -t 900 \
		> /dev/null 2>&1; echo $$; exec sleep 60' > "$BATS_TEST_TMPDIR/pid" 3>&- &
	wait_for 5 test -s "$BATS_TEST_TMPDIR/pid"
	wait_for 5 test -n "$(fwctl list --all-netns -s 10.9.0.3 --quiet)"
	run --separate-stderr fwctl list --all-netns -s 10.9.0.0/24 -o json
	same 2 "${#lines[@]}"
	same "again $(cat "$BATS_TEST_TMPDIR/pid")" "$(jq -r .netns <<< "$output" | sort -r | tr '\n' ' ' | sed 's/ $//')"
	for name in again "$(cat "$BATS_TEST_TMPDIR/pid")"; do
		matches "$(fwctl list --all-netns --sort src -s 10.9.0.0/24)" " netns=$name"
		same 1 "$(fwctl --netns "$name" list --count)"
	done
	same $(($(list --count) + 2)) "$(fwctl list --all-netns --count)"
	kill "$(cat "$BATS_TEST_TMPDIR/pid")"
	umount /run/netns/again
	rm /run/netns/again
}

# Root of a user namespace may look only into its own network namespace.
@test "a namespace that may not be read is told of, and the others are shown" {
	unshare --user --map-root-user true 2> /dev/null || skip "no user namespaces"
	run -4 --separate-stderr unshare --user --map-root-user --net "$FWCTL_BUILD/fwctl" list \
		--all-netns -o json
	same "" "$output"
	matches "$stderr" "fwctl list: left out: the network namespaces? of "
	matches "$stderr" "not all network namespaces could be read"
	# shellcheck disable=SC2016 # the inner shell expands it
	run -4 --separate-stderr unshare --user --map-root-user --net sh -c 'conntrack -I -p udp \
		--sport 5 --dport 6 -s 10.9.0.7 -d 10.9.0.8 -t 900 > /dev/null 2>&1
		"$1" list --all-netns --count; exec "$1" stats --all-netns --by netns,src -o csv' sh "$FWCTL_BUILD/fwctl"
	same 1 "${lines[0]}"
	matches "${lines[2]}" '^[0-9]+,10\.9\.0\.7,1,'
}

@test "what the kernel does not keep is said, with how to have it kept" {
	host_add plain
	run -0 --separate-stderr fwctl_in plain list --sort bytes
	matches "$stderr" "^fwctl list: the kernel does not keep packets and bytes of flows here; 'fwctl stats --enable accounting' "
	run -0 --separate-stderr fwctl_in plain list --age-above 1h
	matches "$stderr" "does not keep the age of flows here; 'fwctl stats --enable timestamps' "
	run -0 --separate-stderr fwctl_in plain list -o ktimestamp
	matches "$stderr" "--enable timestamps"
	run -0 --separate-stderr fwctl_in plain list --packets-above 5 --quiet
	same "" "$stderr"
	fwctl_in plain stats --enable accounting,timestamps
	run -0 --separate-stderr fwctl_in plain list --packets-above 5 --sort age -o ktimestamp
	lacks "$stderr" "does not keep"
}
