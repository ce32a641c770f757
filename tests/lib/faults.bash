# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Answers of the kernel that are damaged on their way (tests/faults/recvmsg.c). To be sourced after
# fwctl.bash.

# faults_build: for setup_file
faults_build() {
	${CC:-cc} -shared -fPIC -D_GNU_SOURCE -O1 -o "$BATS_FILE_TMPDIR/faults.so" \
		"$FWCTL_SOURCE/tests/faults/recvmsg.c" -ldl || skip "no compiler"
	preload=$BATS_FILE_TMPDIR/faults.so
	# The sanitizers' library, where the program has it as one, must come before any other.
	sanitizers=$(ldd "$FWCTL_BUILD/fwctl-list" | awk '/asan/ { print $3 }')
	preload=${sanitizers:+$sanitizers:}$preload
	export preload
}

# faulty HOST FAULT COMMAND [WORD...]: that command of fwctl under that fault
faulty() {
	local host=$1 fault=$2 command=$3
	shift 3
	rm -f "$BATS_TEST_TMPDIR/count"
	host_run "$host" timeout 60 env "FAULT=$fault" "FAULT_COUNT=$BATS_TEST_TMPDIR/count" \
		"LD_PRELOAD=$preload" "$FWCTL_BUILD/fwctl-$command" "$@"
}

# hits NUMBER: so many datagrams were tampered with.
hits() {
	same "$1" "$(wc -l < "$BATS_TEST_TMPDIR/count")"
}
