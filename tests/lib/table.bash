# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For suites whose every case has one host of its own, "table". To be loaded behind fwctl.bash.

setup_file() {
	needs_private
}

setup() {
	host_add table
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	hosts_remove
}
