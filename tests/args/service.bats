#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The systemd units, by systemd's own checkers.

load ../lib/fwctl

setup() {
	command -v systemd-analyze > /dev/null || skip "no systemd-analyze"
	cd "$BATS_TEST_TMPDIR" || return
	local unit
	for unit in fwctl fwctl-stats; do
		sed "s|@bindir@|$FWCTL_BUILD|" "$FWCTL_SOURCE/data/systemd/$unit.service.in" > $unit.service
	done
	cp "$FWCTL_SOURCE/data/systemd/fwctl-stats.timer" .
}

@test "systemd finds nothing wrong with the units" {
	run -0 --separate-stderr systemd-analyze verify --man=no ./fwctl.service ./fwctl-stats.service \
		./fwctl-stats.timer
	same "" "$stderr"
	# It would have: a word that is not systemd's is named.
	sed -i 's/^ProtectHome=/ProtectHom=/' fwctl.service
	run --separate-stderr systemd-analyze verify --man=no ./fwctl.service
	matches "$stderr" "ProtectHom"
}

# Of 10; what is left is being root in the host's own network, with CAP_NET_ADMIN.
@test "the service of the policy is little exposed" {
	LC_ALL=C.UTF-8 systemd-analyze security --offline=yes --threshold=20 --no-pager ./fwctl.service > report
	run -0 grep -o '✗ CapabilityBoundingSet=[^ ]*' report
	same "✗ CapabilityBoundingSet=~CAP_NET_ADMIN" "$output"
}

@test "the policy is there before the network is" {
	grep -q '^Before=.*\bnetwork-pre\.target\b' fwctl.service
	grep -q '^Wants=.*\bnetwork-pre\.target\b' fwctl.service
	# Without it, the state of the policy would be gone with the unit, and the table nobody's.
	grep -qx 'RuntimeDirectoryPreserve=yes' fwctl.service
	fails grep -q '^ExecStop' fwctl.service
}
