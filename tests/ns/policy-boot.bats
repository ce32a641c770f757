#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl policy boot, which fwctl.service runs: whatever happened to the policy file, the host is not
# open afterwards, and the status tells whether the file is what is in force.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private || return
	POLICY_FILE=$(fwctl policy check 2>&1 | sed -n 's/.*there is no \(.*\)).*/\1/p')
	export POLICY_FILE CONF=/etc/fwctl/policy.conf
}

setup() {
	# The suite has a copy of /etc to itself, and no other folder.
	[ "$POLICY_FILE" = "$CONF" ] || skip "the policy file of this build is $POLICY_FILE"
	host_add m7500
	mkdir /etc/fwctl
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	rm -rf /etc/fwctl /var/lib/fwctl
	hosts_remove
}

# restart: what a restart leaves of all this
restart() {
	host_run m7500 nft flush ruleset
	rm -rf /run/fwctl
}

# in_force LINE...: the policy that is, as `show` prints it, settings left out
in_force() {
	same "$(lines "$@")" "$(policy show | grep -vE '^(default|logging|profiles) ')"
}

@test "a valid file is applied; without one it is the embedded default" {
	run -0 --separate-stderr policy boot
	same applied "$output"
	matches "$stderr" "embedded default"
	matches "$(table)" 'comment "default deny incoming"'
	restart
	lines 'allow 22/tcp' > "$CONF"
	run -0 --separate-stderr policy boot
	same applied "$output"
	matches "$stderr" "the policy is $CONF"
	in_force 'allow 22/tcp'
	run -0 --separate-stderr policy boot
	same unchanged "$output"
}

@test "a broken file: the last good policy, with all that it had named, and status 1" {
	echo 192.0.2.0/24 > /etc/fwctl/bad.txt
	lines 'allow 22/tcp' 'set bad file "bad.txt"' 'include "more.conf"' > "$CONF"
	lines 'deny from @bad' > /etc/fwctl/more.conf
	policy boot
	rm /etc/fwctl/more.conf /etc/fwctl/bad.txt
	echo 'allow 22/tpc' >> "$CONF"
	table > before
	restart
	run -1 --separate-stderr policy boot
	same applied "$output"
	matches "$stderr" "policy.conf:4:10: "
	matches "$stderr" "the policy file is not in force, but the last policy that was"
	cmp before <(table)
	# What is kept is not what was broken.
	restart
	run -1 policy boot
	cmp before <(table)
}

@test "a broken file and none before, or a damaged one: the embedded default, and status 1" {
	lines 'allow 22/tpc' > "$CONF"
	run -1 --separate-stderr policy boot
	same applied "$output"
	matches "$stderr" "not in force, but the embedded default"
	matches "$(table)" 'comment "default deny incoming"'
	lines 'allow 80/tcp' > "$CONF"
	policy apply
	lines 'allow 22/tpc' > "$CONF"
	head -c 20 /dev/urandom > /var/lib/fwctl/last-good.conf
	restart
	run -1 policy boot
	matches "$output" "not in force, but the embedded default"
	matches "$(table)" 'comment "default deny incoming"'
	lacks "$(table)" "allow 80"
}

@test "a file that cannot be read, or that hangs, is a broken one" {
	mkdir "$CONF"
	run -1 policy boot
	matches "$(table)" 'comment "default deny incoming"'
	restart
	rmdir "$CONF"
	mkfifo "$CONF"
	run timeout 20 "$FWCTL_BUILD/fwctl" --netns "$(host_ns m7500)" policy boot
	same 1 "$status"
	matches "$(table)" 'comment "default deny incoming"'
}

@test "a valid file that this kernel refuses: the last good policy" {
	if [ -e /proc/sys/net/netfilter/nf_conntrack_dccp_timeout_open ]; then
		skip "this kernel tracks dccp"
	fi
	lines 'allow 22/tcp' > "$CONF"
	policy apply
	lines 'allow 80/tcp' 'timeout dccp open 5' > "$CONF"
	restart
	run -1 --separate-stderr policy boot
	matches "$stderr" "does not track dccp"
	in_force 'allow 22/tcp'
}

@test "not permitted: one sentence, one hint, exit 3, and no other policy is tried" {
	run -3 --separate-stderr host_run m7500 unshare -Ur "$FWCTL_BUILD/fwctl-policy" boot
	same 2 "${#stderr_lines[@]}"
	matches "$stderr" "not permitted"
}

@test "with a policy in force already, a broken file leaves it" {
	lines 'allow 22/tcp' > "$CONF"
	policy boot
	lines 'allow 80/tcp' > other.conf
	policy apply other.conf
	lines 'allow 22/tpc' > "$CONF"
	table > before
	run -1 policy boot
	matches "$output" "the policy before still is"
	cmp before <(table)
}

@test "a restart while a policy is on trial, or after it: the one before" {
	lines 'allow 22/tcp' > "$CONF"
	policy boot
	lines 'deny 22/tcp' > "$CONF"
	policy apply --confirm 600
	restart
	run -1 --separate-stderr policy boot
	matches "$stderr" "was on trial, and not confirmed"
	in_force 'allow 22/tcp'
	# Applied for good it is as good as any other.
	policy apply
	restart
	policy boot
	in_force 'deny 22/tcp'

	lines 'allow 80/tcp' > "$CONF"
	policy apply --confirm 600
	policy confirm
	restart
	policy boot
	in_force 'allow 80/tcp'
	# A file that was changed after the trial is another one.
	lines 'allow 81/tcp' > "$CONF"
	policy apply --confirm 600
	policy rollback
	lines 'allow 82/tcp' > "$CONF"
	restart
	policy boot
	in_force 'allow 82/tcp'
}

@test "an edit is the last good policy" {
	fwctl policy boot
	fwctl policy allow 22/tcp
	fwctl policy reset
	lines 'allow 22/tpc' > "$CONF"
	run -1 policy boot
	in_force 'allow 22/tcp'
}

# service COMMAND...: under the limits of the unit that can be had without systemd: its capability,
# its folders, read-only all else, and of /proc processes only.
service() {
	mkdir -p /run/fwctl /var/lib/fwctl
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run m7500 unshare --mount sh -c '
		mount --bind /run/fwctl /run/fwctl && mount --bind /var/lib/fwctl /var/lib/fwctl || exit 125
		for folder in / /run /var/lib /etc; do
			mount -o remount,bind,ro $folder || exit 125
		done
		mount -o remount,bind,rw /run/fwctl && mount -o remount,bind,rw /var/lib/fwctl &&
			mount -t proc -o subset=pid,hidepid=2 proc /proc || exit 125
		exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+net_admin "$@"' \
		service "$@"
}

@test "what the unit permits is enough" {
	lines 'allow 22/tcp' 'timeout udp unreplied 11' 'limit 2222/tcp' > "$CONF"
	run -0 service "$FWCTL_BUILD/fwctl" policy boot
	matches "$output" applied
	lacks "$output" "cannot"
	in_force 'timeout udp unreplied 11s' 'allow 22/tcp' 'limit 2222/tcp'
	same 11 "$(timeout_of udp_timeout)"
	same 1 "$(grep -c 'limit 2222/tcp' /var/lib/fwctl/last-good.conf)"
	# And not too much: elsewhere it could not write.
	run -1 service touch /etc/fwctl/policy.conf
	run -1 service touch /run/other
}

# calls SET: the system calls of a set of systemd, sets in it resolved
calls() {
	local word
	systemd-analyze syscall-filter "$1" | sed '1d;s/#.*//' | while read -r word; do
		case $word in
		@*) calls "$word" ;;
		?*) echo "$word" ;;
		esac
	done
}

@test "no system call that the unit forbids is made" {
	command -v systemd-analyze > /dev/null || skip "no systemd-analyze"
	local unit=$FWCTL_SOURCE/data/systemd/fwctl.service.in set
	calls "$(sed -n 's/^SystemCallFilter=\(@.*\)/\1/p' "$unit")" | sort -u > allowed
	sed -n 's/^SystemCallFilter=~//p' "$unit" | tr ' ' '\n' | while read -r set; do
		calls "$set"
	done | sort -u > forbidden
	sed -n 's/^SystemCallFilter=\([^@~].*\)/\1/p' "$unit" > again
	comm -23 allowed forbidden | cat - again | sort -u > permitted
	# What is there before has maps, which are taken away by a process of their own.
	lines 'allow 22/tcp' 'allow 23/tcp' > "$CONF"
	policy apply "$CONF"
	lines 'allow 22/tcp' 'allow http' 'timeout udp unreplied 11' > "$CONF"
	# The sanitizers' own search for leaks does not work while strace looks on.
	ASAN_OPTIONS=detect_leaks=0 host_run m7500 strace -f -qq -o trace \
		"$FWCTL_BUILD/fwctl" policy boot
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' trace | sort -u > made
	grep -qx sendmsg made || grep -qx sendto made
	grep -qx membarrier made
	same "" "$(comm -23 made permitted)"
	fails grep -qx mount permitted
}
