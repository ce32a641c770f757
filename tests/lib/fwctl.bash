# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What every bats suite loads: `load ../lib/fwctl`. The programs under test are those in
# $FWCTL_BUILD; $FWCTL_WRAP is put before them (valgrind and its options, for example).

bats_require_minimum_version 1.5.0
: "${FWCTL_SOURCE:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
: "${FWCTL_BUILD:=$FWCTL_SOURCE/build}"
# shellcheck source=scripts/lib/hosts.sh
. "$FWCTL_SOURCE/scripts/lib/hosts.sh"

fwctl() {
	# shellcheck disable=SC2086 # the wrapper is a command with its options
	$FWCTL_WRAP "$FWCTL_BUILD/fwctl" "$@"
}

# fwctl_in HOST WORD...: fwctl, working in that host's namespace.
fwctl_in() {
	local host=$1
	shift
	fwctl --netns "$(host_ns "$host")" "$@"
}

# needs_private: for setup_file of suites that make hosts. The machine's own files and firewall
# are not theirs to change.
needs_private() {
	[ -n "$FWCTL_PRIVATE" ] && return
	echo "run this suite as: tests/lib/run-bats SUITE.bats" >&2
	return 1
}

# keep_flows HOST: unanswered flows last for ten minutes there: what a test has made shall still be
# there when a slow machine comes to look at it.
keep_flows() {
	host_run "$1" sh -c 'cd /proc/sys/net/netfilter && echo 600 > nf_conntrack_udp_timeout &&
		echo 600 > nf_conntrack_icmp_timeout && echo 600 > nf_conntrack_icmpv6_timeout'
}

# ---- assertions: silent when true, else they say what there was -----------------------------------

# same EXPECTED ACTUAL
same() {
	[ "$1" = "$2" ] && return
	printf 'expected: %s\nthere was: %s\n' "$1" "$2"
	return 1
}

# matches TEXT REGEX: extended regular expression, anywhere in the text
matches() {
	[[ $1 =~ $2 ]] && return
	printf 'expected to match: %s\nthere was: %s\n' "$2" "$1"
	return 1
}

# lacks TEXT REGEX
lacks() {
	[[ $1 =~ $2 ]] || return 0
	printf 'expected not to match: %s\nthere was: %s\n' "$2" "$1"
	return 1
}

# between LOW HIGH NUMBER
between() {
	[ "$1" -le "$3" ] && [ "$3" -le "$2" ] && return
	printf 'expected: %s to %s\nthere was: %s\n' "$1" "$2" "$3"
	return 1
}

# fails COMMAND...: for a step in the middle of a test, where bash's -e overlooks `! COMMAND`
fails() {
	if "$@"; then
		printf 'expected to fail: %s\n' "$*"
		return 1
	fi
}

# rounds NUMBER: how often to try what depends on the moment; fewer where programs are slow.
rounds() {
	echo $((FWCTL_SLOW ? ($1 + 3) / 4 : $1))
}

# some WORD...: all of them; every third where programs are slow.
some() {
	printf '%s\n' "$@" | awk -v step="${FWCTL_SLOW:+3}" 'NR % (step ? step : 1) == 0'
}

# sends NUMBER: so many sends, at least, are in the file trace that strace writes
sends() {
	[ -e trace ] && [ "$(grep -c sendto trace)" -ge "$1" ]
}
