#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# apply --confirm, confirm, rollback: a policy for a while, and the kernel that goes back by itself.
# And apply in an ssh session that would be locked out.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private
}

setup() {
	policy_hosts
	echo "allow 7001/udp" > old.conf
	lines "deny 7001/udp" "timeout udp unreplied 11" > new.conf
	witness 7001
}

teardown() {
	hosts_remove
}

# knock: one packet of the outsider to port 7001, from a new port each time.
knock() {
	local arrived
	arrived=$(seen arrived 7001)
	echo knock | host_run outsider nc -n -u -q 0 -w 1 "$HOST4" 7001 || :
	wait_for 5 seen_at_least arrived 7001 $((arrived + 1))
}

gets_in() {
	local inside
	inside=$(seen inside 7001)
	knock
	[ "$(seen inside 7001)" -gt "$inside" ]
}

@test "a trial decides, and the policy before decides again when nobody confirms" {
	policy apply old.conf
	gets_in
	run -0 --separate-stderr policy apply --confirm 10s new.conf
	same applied "$output"
	matches "$stderr" "for 10 seconds; then the policy before decides again"
	fails gets_in
	run -0 policy status
	matches "$output" "On trial for ([1-9]|10) more second"
	run -0 policy show
	matches "$output" "deny 7001/udp"
	# Timeouts of the namespace have no way back of their own: they wait for the confirmation.
	same 30 "$(timeout_of udp_timeout)"
	wait_for 15 gets_in
	run -0 policy show
	matches "$output" "allow 7001/udp"
	run -0 policy status
	matches "$output" "not confirmed in time"
	lacks "$output" "someone else"
	run -1 policy confirm
	matches "$output" "too late"
	gets_in
	run -0 policy apply old.conf
	same 30 "$(timeout_of udp_timeout)"
}

@test "confirm keeps it, and rollback goes back to the one before" {
	policy apply old.conf
	policy apply --confirm 2s new.conf
	run -0 policy confirm
	matches "$output" applied
	same 11 "$(timeout_of udp_timeout)"
	sleep 2.1
	fails gets_in
	run -0 policy status
	lacks "$output" "trial"
	run -1 policy confirm
	matches "$output" "no policy is on trial"
	run -0 policy apply new.conf
	matches "$output" unchanged
	policy rollback
	gets_in
	same 30 "$(timeout_of udp_timeout)"
	policy rollback
	fails gets_in
}

@test "rollback ends a trial at once; a second trial has to wait; apply ends it" {
	policy apply old.conf
	policy apply --confirm 60s new.conf
	run -1 policy apply --confirm 60s new.conf
	matches "$output" "on trial"
	run -0 --separate-stderr policy rollback
	matches "$stderr" "the policy before decides again"
	lacks "$stderr" "this policy stays"
	gets_in
	policy apply --confirm 60s new.conf
	policy apply old.conf
	gets_in
	run -0 policy status
	lacks "$output" trial
}

@test "without a policy before, the end of a trial leaves none" {
	run -0 --separate-stderr policy apply --confirm 6s new.conf
	matches "$stderr" "then nothing is blocked any more, as before"
	fails gets_in
	wait_for 20 gets_in
	run -0 policy status
	same "Status: inactive" "$output"
	policy apply --confirm 60s new.conf
	run -0 policy rollback
	matches "$output" removed
	run -2 policy apply --confirm 0 new.conf
	run -2 policy apply --confirm abc new.conf
}

@test "kill -9 around a trial leaves the old policy, the trial, or nothing to confirm" {
	policy apply old.conf
	local call n
	for call in sendto wait4 renameat fsync; do
		for n in 1 2 3 4; do
			run nsenter --net="/run/netns/$(host_ns m7500)" strace -qq -o /dev/null -e "trace=$call" \
				-e "inject=$call:signal=KILL:when=$n" "$FWCTL_BUILD/fwctl-policy" \
				apply --confirm 60s new.conf
			run -0 policy show
			matches "$output" "(allow|deny) 7001/udp"
			run -0 policy status
			lacks "$output" "someone else"
			policy apply old.conf
			gets_in
		done
	done
}

# ---- the ssh session that apply runs in -----------------------------------------------------------

# in_session CLIENT PORT SERVER PORT COMMAND...: as sshd starts it.
in_session() {
	SSH_CONNECTION="$1 $2 $3 $4" "${@:5}"
}

@test "a policy that would lock the ssh session out is refused, but for --confirm and --force" {
	echo "allow 22/tcp" > open.conf
	lines "allow 2222/tcp" "deny 22/tcp" > closed.conf
	policy apply open.conf
	table > before
	run -1 in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy apply closed.conf
	matches "$output" "lock you out.* from $OUTSIDER4 to port 22.*line 7: deny 22/tcp"
	matches "$output" "--confirm 60s.*--force"
	run -1 in_session "$OUTSIDER6" 40000 "$HOST6" 22 policy apply closed.conf
	run -1 in_session "::ffff:$OUTSIDER4" 40000 "::ffff:$HOST4" 22 policy apply closed.conf
	run -1 in_session "$OUTSIDER4" 40000 "$HOST4" 2023 policy apply open.conf
	matches "$output" "default deny incoming"
	# It is let in, and its flow forgotten at once.
	lines "allow 22/tcp" "timeout tcp syn_sent 0" > forgetful.conf
	run -1 in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy apply forgetful.conf
	matches "$output" "lock you out.*its timeout tcp syn_sent is 0"
	run -1 in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy timeout tcp retrans 0
	lines "allow 22/tcp timeout syn_sent 0" > forgetful.conf
	run -1 in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy apply forgetful.conf
	lines "allow 22/tcp" "default deny outgoing" "timeout tcp established 0" > forgetful.conf
	run -1 in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy apply forgetful.conf
	cmp before <(table)
	# The rule's own timer counts, and an open connection goes on where packets may go out.
	lines "allow 22/tcp timeout syn_sent 60" "timeout tcp syn_sent 0" "timeout tcp established 0" > own.conf
	in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy apply own.conf
	policy apply open.conf
	in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy apply --confirm 60s closed.conf
	policy rollback
	in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy apply --force closed.conf
	run -0 policy show
	matches "$output" "deny 22/tcp"
}

@test "a policy that lets the ssh session in again is no matter, nor is a session elsewhere" {
	lines "allow in on eth0 from $OUTSIDER4 to any port 22 proto tcp" \
		"limit from $OUTSIDER6 to any port 22 proto tcp" > some.conf
	in_session "$OUTSIDER4" 40000 "$HOST4" 22 policy apply some.conf
	in_session "$OUTSIDER6" 40000 "$HOST6" 22 policy apply some.conf
	run -1 in_session 192.168.86.98 40000 "$HOST4" 22 policy apply some.conf
	# That server is in no address of this namespace.
	in_session 192.168.86.98 40000 192.0.2.1 22 policy apply some.conf
	in_session banana 40000 "$HOST4" 22 policy apply some.conf
}
