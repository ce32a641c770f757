#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl policy when something is wrong: files, privileges, output, system calls, and its own death.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private
}

setup() {
	policy_hosts
	lines 'allow 22/tcp' 'timeout udp unreplied 11' > a.conf
	lines 'deny 22/tcp' 'allow 80/tcp' 'timeout udp unreplied 12' > b.conf
}

teardown() {
	hosts_remove
}

# refused FILE STATUS TEXT: apply fails so, says so, and changes nothing.
refused() {
	table > before
	run policy apply "$1"
	same "$2" "$status"
	matches "$output" "$3"
	cmp before <(table)
	same 11 "$(timeout_of udp_timeout)"
}

@test "all mistakes of a file are said in one run, with place, line and caret" {
	policy apply a.conf
	lines 'default deny incomming' 'allow 22/tcp' '  allow 99999/tcp' 'timeout udp replid 3' > bad.conf
	refused bad.conf 1 'bad.conf:1:14: '
	matches "$output" 'bad.conf:3:9: '
	matches "$output" 'bad.conf:4:13: '
	matches "$output" "  allow 99999/tcp"
	matches "$output" "        \^"
	matches "$output" "3 mistakes; nothing was changed"
}

@test "a file that cannot be a policy is a clear error" {
	policy apply a.conf
	refused nowhere.conf 1 "nowhere.conf: .*No such file"
	matches "$output" "nowhere.conf is no policy; nothing was changed"
	mkdir folder.conf
	refused folder.conf 1 "folder.conf: .*directory"
	printf 'allow 22/tcp\nallow \0 80/tcp\n' > nul.conf
	refused nul.conf 1 "nul.conf:2:7: "
	head -c 100000000 /dev/zero | tr '\0' a > long.conf
	refused long.conf 1 "long.conf"
	rm long.conf
	ln -s loop.conf loop.conf
	refused loop.conf 1 "loop.conf: "
	refused /dev/zero 1 "/dev/zero"
	mkfifo fifo.conf
	run timeout 10 "$FWCTL_BUILD/fwctl" --netns "$(host_ns m7500)" policy apply fifo.conf
	same 1 "$status"
	matches "$output" fifo.conf
}

@test "without privileges: one sentence, one hint, exit 3" {
	# The same user, who can still run what lies in a folder of his own.
	for words in apply check status "status verbose" show reset "timeout udp unreplied 3"; do
		# shellcheck disable=SC2086 # words
		run -3 setpriv --inh-caps=-all --bounding-set=-all \
			"$FWCTL_BUILD/fwctl" policy $words
		same 2 "${#lines[@]}"
		matches "${lines[1]}" "as root, or with CAP_NET_ADMIN"
	done
	for words in --help "apply --help" --version; do
		# shellcheck disable=SC2086 # words
		run -0 setpriv --inh-caps=-all --bounding-set=-all \
			"$FWCTL_BUILD/fwctl" policy $words
	done
}

@test "a full disk behind stdout is an error, a closed pipe is not" {
	run -1 bash -c "'$FWCTL_BUILD/fwctl' --netns '$(host_ns m7500)' policy apply a.conf > /dev/full"
	matches "$output" "it was done, but the output could not be written: No space left"
	# What was done is done all the same.
	run -0 policy apply a.conf
	matches "$output" unchanged
	bash -c "set -o pipefail; '$FWCTL_BUILD/fwctl' --netns '$(host_ns m7500)' policy show | true"
	run -1 bash -c "'$FWCTL_BUILD/fwctl' --netns '$(host_ns m7500)' policy show >&-"
	run -0 bash -c "'$FWCTL_BUILD/fwctl' --netns '$(host_ns m7500)' policy apply b.conf <&- >&- 2>&-" ||
		same 1 "$status"
	run -0 policy apply b.conf
	matches "$output" unchanged
}

@test "state that cannot be kept means no apply, and a clear word" {
	policy apply a.conf
	table > before
	touch file
	FWCTL_STATE_DIR=$PWD/file run -1 policy apply b.conf
	matches "$output" "file"
	cmp before <(table)
	same 11 "$(timeout_of udp_timeout)"
}

@test "state that is lost or damaged is said, and made good by apply" {
	policy apply a.conf
	local kept
	kept=$(echo "/run/fwctl/$(host_run m7500 stat -L -c %i /proc/self/ns/net)"/policy-*)
	echo "allow 23/tcp" >> "$kept"
	run -1 policy status
	matches "$output" "damaged"
	run -0 --separate-stderr policy apply a.conf
	same unchanged "$output"
	run -0 policy status
	rm "$kept"
	run -1 policy show
	matches "$output" "not the text of its policy"
	policy apply a.conf
	run -0 policy show
	matches "$output" "allow 22/tcp"
}

# ---- death ----------------------------------------------------------------------------------------

@test "kill -9 at random moments leaves the old policy or the new one, and its text" {
	both_policies
	local netns next=b killed=0
	netns=$(host_ns m7500)
	for _ in $(seq "$(rounds 40)"); do
		"$FWCTL_BUILD/fwctl" --netns "$netns" policy apply $next.conf > /dev/null 2>&1 3>&- &
		sleep "0.00$((RANDOM % 10))$((RANDOM % 10))"
		kill -9 $! 2> /dev/null && killed=$((killed + 1))
		wait $! || :
		whole
		[ $next = a ] && next=b || next=a
	done
	[ "$killed" -gt 0 ]
	policy apply a.conf
	same 11 "$(timeout_of udp_timeout)"
	policy reset
	same 30 "$(timeout_of udp_timeout)"
}

@test "kill -9 at each system call leaves the old policy or the new one, and its text" {
	both_policies
	local call n
	for call in sendto wait4 recvmsg openat renameat fsync unlinkat flock; do
		for n in $(some 1 2 3 8); do
			policy apply a.conf
			run nsenter --net="/run/netns/$(host_ns m7500)" strace -qq -o /dev/null -e "trace=$call" \
				-e "inject=$call:signal=KILL:when=$n" "$FWCTL_BUILD/fwctl-policy" apply b.conf
			whole
			# Timeouts are other objects of the kernel: the next apply makes them those of its policy.
			policy apply "$(in_force).conf"
			same "$([ "$(in_force)" = a ] && echo 11 || echo 12)" "$(timeout_of udp_timeout)"
		done
	done
	# The values before fwctl came are still known after all that.
	policy apply b.conf
	same 12 "$(timeout_of udp_timeout)"
	policy reset
	same 30 "$(timeout_of udp_timeout)"
}

# in_force: a or b
in_force() {
	[ "$(digest)" = "$digest_a" ] && echo a || echo b
}

@test "SIGTERM, SIGINT and SIGHUP do no more harm than kill -9" {
	both_policies
	local signal call
	for signal in TERM INT HUP; do
		for call in sendto:when=5 recvmsg:when=9 renameat:when=1 wait4:when=1; do
			policy apply a.conf
			run nsenter --net="/run/netns/$(host_ns m7500)" strace -qq -o /dev/null \
				-e "trace=${call%%:*}" -e "inject=${call%%:*}:signal=$signal:${call#*:}" \
				"$FWCTL_BUILD/fwctl-policy" apply b.conf
			whole
			[ "$status" -ne 0 ] || same b "$(in_force)"
		done
	done
}

@test "system calls that fail leave the old policy or the new one, and status 0 means done" {
	both_policies
	local call n
	while read -r call; do
		for n in $(some 1 3 6); do
			policy apply a.conf
			run timeout 20 nsenter --net="/run/netns/$(host_ns m7500)" strace -qq -o /dev/null \
				-e "trace=${call%%:*}" -e "inject=$call:when=$n" "$FWCTL_BUILD/fwctl-policy" apply b.conf
			[ "$status" -lt 5 ]
			whole
			[ "$status" -ne 0 ] || same "$digest_b" "$(digest)"
		done
	done <<-EOF
		recvmsg:error=EINTR
		recvmsg:error=ENOBUFS
		recvmsg:error=ENOMEM
		recvmsg:retval=0
		recvmsg:retval=16
		sendto:error=EINTR
		sendto:error=ENOBUFS
		sendto:error=EPERM
		clone:error=EAGAIN
		wait4:error=EINTR
		openat:error=EINTR
		write:error=ENOSPC
		fsync:error=EIO
		renameat:error=EXDEV
		mkdir:error=EROFS
	EOF
}

@test "two and four applies at once end in one whole policy" {
	both_policies
	local conf pid pids
	for _ in $(seq "$(rounds 15)"); do
		for words in "a b" "b a b a"; do
			pids=
			for conf in $words; do
				policy apply "$conf.conf" > apply.out 2>&1 3>&- & pids="$pids $!"
			done
			for pid in $pids; do
				wait "$pid"
			done
			whole
		done
	done
}

@test "another program that changes rulesets all the time does not break an apply" {
	both_policies
	# shellcheck disable=SC2016 # the inner shell expands it
	host_spawn m7500 sh -c 'while :; do nft add table inet noise; nft delete table inet noise; done'
	for _ in $(seq "$(rounds 10)"); do
		run policy apply b.conf
		between 0 4 "$status"
		[ "$status" -ne 0 ] || same "$digest_b" "$(digest)"
		whole
		run policy apply a.conf
		whole
	done
	host_kill "$host_pid" || :
	policy apply b.conf
	same "$digest_b" "$(digest)"
}

# ---- little of everything -------------------------------------------------------------------------

# sanitized: AddressSanitizer is built in, which needs more stack and memory than there is below.
sanitized() {
	grep -q __asan_init "$FWCTL_BUILD/fwctl-policy"
}

# within LIMIT WORD...: fwctl policy at m7500 under that limit of ulimit
within() {
	# shellcheck disable=SC2016 # the inner shell expands it
	run bash -c 'exec 3>&- && ulimit $1 && shift && exec "$@"' within "$1" \
		"$FWCTL_BUILD/fwctl" --netns "$(host_ns m7500)" policy "${@:2}"
}

@test "little stack, few files, none that may grow: the old policy or the new one, and a sentence" {
	both_policies
	local limit
	for limit in "-s 64" "-n 5" "-n 6" "-n 7" "-f 0" "-l 0"; do
		[ "$limit" = "-s 64" ] && sanitized && continue
		policy apply a.conf
		within "$limit" apply b.conf
		between 0 1 "$status"
		whole
		[ "$status" -ne 0 ] || same "b $limit" "$(in_force) $limit"
		[ "$status" -eq 0 ] || matches "$output" "^fwctl policy apply: .*(Too many open files|File too large)"
		[ "$limit" != "-s 64" ] || same 0 "$status"
		[ "$limit" != "-f 0" ] || matches "$output" "File too large"
	done
	policy apply a.conf
	mkdir gone
	(cd gone && rmdir ../gone &&
		env -i "$FWCTL_BUILD/fwctl" --netns "$(host_ns m7500)" policy apply "$BATS_TEST_TMPDIR/b.conf")
	same b "$(in_force)"
}

# large_policy: 20,000 lines of which the kernel needs a rule each
large_policy() {
	seq -f 'allow in on eth%.0f to any port 22 proto tcp' 20000
}

@test "twenty thousand rules are one transaction, or a clear error" {
	large_policy > large.conf
	policy apply a.conf
	run -0 --separate-stderr policy apply large.conf
	same applied "$output"
	between 20000 20100 "$(table | wc -l)"
	run -0 --separate-stderr policy apply large.conf
	same unchanged "$output"
	policy apply a.conf
	table > before
	# Who may not have a larger buffer.
	run -1 nsenter --net="/run/netns/$(host_ns m7500)" strace -qq -o /dev/null -e trace=setsockopt \
		-e inject=setsockopt:error=EPERM "$FWCTL_BUILD/fwctl-policy" apply large.conf
	matches "$output" "Message too long.*raise net.core.wmem_max"
	cmp before <(table)
	! sanitized || return 0
	within "-v 10000" apply large.conf
	same 1 "$status"
	matches "$output" "out of memory"
	cmp before <(table)
}

@test "a kernel without netfilter netlink, or without settings of conntrack" {
	policy apply a.conf
	for words in "apply b.conf" status check reset; do
		# shellcheck disable=SC2086 # words
		run -3 nsenter --net="/run/netns/$(host_ns m7500)" strace -qq -o /dev/null -e trace=socket \
			-e inject=socket:error=EPROTONOSUPPORT "$FWCTL_BUILD/fwctl-policy" $words
		matches "$output" "no netfilter netlink"
		matches "$output" "module nfnetlink"
	done
	# shellcheck disable=SC2016 # the inner shell expands it
	run -0 host_run m7500 unshare --mount sh -c 'mount -t tmpfs none /proc/sys/net/netfilter &&
		exec "$1" apply b.conf' none "$FWCTL_BUILD/fwctl-policy"
	run -0 policy show
	matches "$output" "deny 22/tcp"
}
