#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Not locking oneself out, under a real sshd at m7500 and a client at the outsider.

load ../lib/fwctl
load ../lib/policy

# sshd_find: the path of one that runs is then in $sshd, and libraries that were unpacked with it
# in $LD_LIBRARY_PATH.
sshd_find() {
	local folder
	sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd) && command -v ssh-keygen > /dev/null || return
	if ldd "$sshd" | grep -q 'not found'; then
		folder=$(find "${sshd%/sbin/sshd}/lib" -name 'libwrap.so*' -printf '%h\n' -quit)
		export LD_LIBRARY_PATH=$folder
	fi
	[ "$(id -u)" -eq 0 ] && ! ldd "$sshd" | grep -q 'not found'
}

setup_file() {
	needs_private
}

# The accounts are those of the suite's own /etc.
sshd_start() {
	mkdir -p /run/sshd
	grep -q '^sshd:' /etc/passwd || echo 'sshd:x:199:65534::/run/sshd:/bin/false' >> /etc/passwd
	sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow
	ssh-keygen -q -t ed25519 -N '' -f host.key
	ssh-keygen -q -t ed25519 -N '' -f client.key
	lines "HostKey $PWD/host.key" "AuthorizedKeysFile $PWD/client.key.pub" "PidFile none" \
		"StrictModes no" "UsePAM no" "PermitRootLogin yes" "UseDNS no" > sshd.conf
	host_spawn m7500 "$sshd" -D -e -f "$PWD/sshd.conf" 2> sshd.log
	daemon=$host_pid
	wait_for 10 host_listens m7500 tcp 22
}

setup() {
	sshd_find || skip "needs root and sshd"
	policy_hosts
	echo "allow 22/tcp" > open.conf
	echo "allow 2222/tcp" > closed.conf
	sshd_start
	client=(ssh -F none -i client.key -o BatchMode=yes -o StrictHostKeyChecking=no
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=1 "root@$HOST4")
}

teardown() {
	hosts_remove
}

# ssh COMMAND: at m7500, as root, in this folder, from the outsider.
ssh() {
	host_run outsider "${client[@]}" "cd '$PWD' && PATH='$FWCTL_BUILD':\$PATH && $1"
}

# children PID...: those processes and all that they began.
children() {
	local pid
	for pid; do
		echo "$pid"
		# shellcheck disable=SC2046 # words
		children $(cat "/proc/$pid/task/"*/children 2> /dev/null)
	done
}

@test "apply in an ssh session refuses a policy that lets its client in no more" {
	policy apply open.conf
	table > before
	run -1 ssh "fwctl policy apply closed.conf"
	matches "$output" "lock you out: your ssh session comes from $OUTSIDER4 to port 22,"
	matches "$output" "nothing was changed"
	# sudo and su take the variable away.
	run -1 ssh "unset SSH_CONNECTION SSH_CLIENT; fwctl policy apply closed.conf"
	matches "$output" "from $OUTSIDER4 to port 22,"
	cmp before <(table)
	# Another namespace's firewall is not that of the session.
	host_add other
	run -0 ssh "fwctl --netns '$(host_ns other)' policy apply closed.conf"
	run -0 ssh "fwctl policy apply open.conf"
	same unchanged "$output"
	run -0 ssh "fwctl policy apply --force closed.conf"
	fails ssh true
}

@test "so do edits and rollback" {
	policy apply closed.conf
	policy apply open.conf
	table > before
	for words in "delete 1" "insert 1 deny from $OUTSIDER4" "rollback"; do
		run -1 ssh "fwctl policy $words"
		matches "$output" "lock you out: your ssh session comes from $OUTSIDER4 to port 22,"
	done
	cmp before <(table)
	run -0 ssh "fwctl policy insert 1 deny from 198.51.100.1"
	run -0 ssh "fwctl policy delete 1"
	policy apply closed.conf
	policy apply open.conf
	run -0 ssh "fwctl policy rollback --force"
	fails ssh true
	policy apply open.conf
	run -0 ssh "fwctl policy delete --force 1"
	fails ssh true
}

@test "--confirm and silence: the old policy decides again, whatever was killed meanwhile" {
	policy apply open.conf
	host_spawn outsider "${client[@]}" "cd '$PWD' && '$FWCTL_BUILD/fwctl' policy apply --confirm 6s closed.conf; sleep 100" > apply.txt 2>&1
	local session=$host_pid victims works=no
	wait_for 20 grep -q applied apply.txt
	victims=$(children "$daemon" | tail -n +2)
	[ "$(wc -w <<< "$victims")" -ge 2 ]
	# shellcheck disable=SC2086 # words
	kill -9 $victims "$session"
	run -0 policy status
	matches "$output" "On trial for [1-6] more seconds"
	ssh true && works=yes
	run -0 policy status
	[[ $output != *"On trial"* ]] || same no "$works"
	wait_for 20 ssh true
	run -1 ssh "fwctl policy confirm"
	matches "$output" "too late"
	run -0 ssh "fwctl policy status"
	matches "$output" "22/tcp"
	matches "$output" "not confirmed in time"
}
