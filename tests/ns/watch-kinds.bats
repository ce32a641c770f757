#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl watch: what there is to watch besides the events of flows, and the formats of all of it.

load ../lib/fwctl
load ../lib/watch

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

# ftp_begins: a control connection that the kernel's helper reads along
ftp_begins() {
	host_run table nft -f - <<-EOF
		table inet ftp {
			ct helper ftp { type "ftp" protocol tcp; }
			chain out {
				type filter hook output priority 0; policy accept;
				tcp dport 21 ct helper set "ftp"
			}
		}
	EOF
	host_spawn table nc -n -l 127.0.0.1 21 < /dev/null > /dev/null
	wait_for 5 host_listens table tcp 21
	mkfifo ftp
	exec 7<> ftp
	host_spawn table nc -n 127.0.0.1 21 < ftp > /dev/null
	wait_for 5 grep -q "UPDATE.*ESTABLISHED.*dport=21 " flows
	# A line before the command: the helper looks for commands only behind a line that it has seen.
	printf 'USER x\r\n' >&7
	sleep 0.2
}

# ftp_transfers PORT: the client asks for data there, and the server connects to it
ftp_transfers() {
	host_spawn table nc -n -l 127.0.0.1 "$1" > /dev/null
	wait_for 5 host_listens table tcp "$1"
	printf 'PORT 127,0,0,1,%d,%d\r\n' $(($1 / 256)) $(($1 % 256)) >&7
	wait_for 5 grep -q "NEW.* dport=$1 " shown
	host_run table nc -n -N 127.0.0.1 "$1" < /dev/null
}

@test "an FTP session: its flows and expectations, as conntrack -E tells them" {
	host_spawn table conntrack -E expect > expected 2> /dev/null
	host_spawn table conntrack -E > flows_expected 2> /dev/null
	host_spawn table "$FWCTL_BUILD/fwctl-watch" > flows 2> /dev/null
	wait_for 5 listen 3
	watch --table expect
	host_spawn table "$FWCTL_BUILD/fwctl-watch" --table expect -o json > json 2> /dev/null
	wait_for 5 listen 5
	ftp_begins
	ftp_transfers 1025
	ftp_transfers 1026
	host_run table conntrack -F expect 2> /dev/null
	host_run table conntrack -F 2> /dev/null
	wait_for 5 grep -q "DESTROY.* dport=21 " flows
	wait_for 5 grep -q "DESTROY.* dport=21 " flows_expected
	wait_for 5 grep -q "DESTROY.* dport=1026 " shown
	watch_ends 0 INT
	# A helper announces again what is there already: new, destroy, new.
	between 4 20 "$(wc -l < shown)"
	same "$(sed 's/ \[USERSPACE\].*//' expected)" "$(sed 's/ \[USERSPACE\].*//' shown)"
	same "$(sed 's/ progname=.*//' flows_expected)" "$(sed 's/ progname=.*//' flows)"
	matches "$(cat said)" "$(wc -l < shown) expectation events have been shown.$"
	wait_for 5 grep -q '"dport":1026' json
	same "tcp ftp 21" "$(jq -r 'select(.event == "new" and .expected.dport == 1026) |
		"\(.proto) \(.helper) \(.master.dport)"' json | uniq)"
}

@test "expectations: their own filter, kinds and words" {
	for wrong in "-e update" "--resync" "--cover" "--reliable" "-m 7" "--state ESTABLISHED"; do
		# shellcheck disable=SC2086 # an option and its value
		run --separate-stderr fwctl_in table watch --table expect $wrong
		same 2 "$status"
	done
	host_spawn table "$FWCTL_BUILD/fwctl-watch" > flows 2> /dev/null
	wait_for 5 listens "$host_pid"
	watch --table expect -e new --dport 1026 --count 1
	ftp_begins
	printf 'PORT 127,0,0,1,4,1\r\n' >&7
	sleep 0.2
	printf 'PORT 127,0,0,1,4,2\r\n' >&7
	watch_ends 0
	shows 1
	matches "$(cat shown)" '^    \[NEW\] .* dport=1026 '
}
