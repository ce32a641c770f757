#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2094 # a file is called like the format in it
# fwctl watch: what there is to watch besides the events of flows, and the formats of all of it.

load ../lib/fwctl
load ../lib/table
load ../lib/watch

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

@test "expectations of flows that will be silent: their number is said at the start" {
	host_run table conntrack -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 21 -t 100 \
		--state ESTABLISHED > /dev/null 2>&1
	watch --table expect
	wait_for 5 grep -q "^fwctl watch: 1 flow is older .* what they expect may stay silent" said
	watch_ends 0 INT
	watch --table expect --quiet
	watch_ends 0 INT
	same "" "$(cat said)"
	host_run table sysctl -qw net.netfilter.nf_conntrack_events=0
	watch --table expect
	wait_for 5 grep -q "nor what it expects (nf_conntrack_events=0)" said
	watch_ends 0 INT
}

# phases PORT: those of the flow with that source port, and why it ended
phases() {
	sed -nE "/ sport=$1 /{
		/ reason=/!s/^ *(\[[A-Z]+\]) .*/\1/
		s/^ *(\[[A-Z]+\]).*( reason=[a-z]+).*/\1\2/
		p
	}" shown | tr '\n' ' '
}

# change PORT WORD...: the flow with that source port gets these bits of status
change() {
	host_run table conntrack -U -p udp --orig-src 10.0.0.1 --sport "$1" "${@:2}" > /dev/null 2>&1
}

@test "--lifecycle: a line for each phase, how long the one before took, and why it ended" {
	watch --lifecycle
	udp_flow 1 53
	# Two seconds, because the watch may hear of its beginning a moment late.
	udp_flow 2 53 2
	change 1 -m 7
	change 1 -u SEEN_REPLY
	change 1 -u SEEN_REPLY -m 8
	sleep 2.1
	change 1 -u ASSURED,SEEN_REPLY
	host_run table conntrack -D -p udp --sport 1 > /dev/null 2>&1
	# Reading the table clears away what has expired.
	host_run table conntrack -L > /dev/null 2>&1
	wait_for 5 shows 6
	watch_ends 0 INT
	same "[NEW] [REPLIED] [ASSURED] [GONE] reason=deleted " "$(phases 1)"
	same "[NEW] [GONE] reason=expired " "$(phases 2)"
	matches "$(grep 'ASSURED.*sport=1 ' shown)" ' after=([1-9]|[0-9]{2})\.[0-9]{6}'
	matches "$(grep 'GONE.*sport=2 ' shown)" ' after=([1-9]|[0-9]{2})\.[0-9]{6} lived=([1-9]|[0-9]{2})\.[0-9]{6} '
}

@test "--lifecycle of a TCP connection, as JSON: its states until it is gone" {
	host_run table nft -f - <<-EOF
		table inet track {
			chain out {
				type filter hook output priority 0; policy accept;
				ct state new accept
			}
		}
	EOF
	watch --lifecycle -p tcp -o json
	host_spawn table nc -l -n 127.0.0.1 7000 > /dev/null
	wait_for 5 host_listens table tcp 7000
	echo hello | host_run table nc -N -n 127.0.0.1 7000
	wait_for 5 grep -q TIME_WAIT shown
	host_run table conntrack -F 2> /dev/null
	wait_for 5 grep -q '"gone"' shown
	watch_ends 0 INT
	same "new SYN_SENT replied SYN_RECV assured ESTABLISHED closing FIN_WAIT" \
		"$(jq -r '.event, .state' shown | head -n 8 | paste -sd ' ')"
	same "closing TIME_WAIT gone deleted" \
		"$(tail -n 2 shown | jq -r '.event, .reason // .state' | paste -sd ' ')"
	same true "$(tail -n 1 shown | jq '.lived >= .after and .after >= 0')"
}

@test "--lifecycle takes no kinds, and expectations have no phases" {
	run -2 --separate-stderr fwctl_in table watch --lifecycle -e new
	run -2 --separate-stderr fwctl_in table watch --lifecycle --table expect
	run -2 --separate-stderr fwctl_in table watch --lifecycle -o save
}

@test "--lifecycle of a flow that a reading finds gone does not say why" {
	host_run table sysctl -qw net.netfilter.nf_conntrack_events=0
	udp_flow 1 53
	watch --cover --lifecycle -o json
	host_run table conntrack -D -p udp --sport 1 > /dev/null 2>&1
	wait_for 15 grep -q '"gone"' shown
	watch_ends 0 INT
	same '["gone","resync",null]' "$(jq -c '[.event, .source, .reason]' shown)"
}

# traffic: some connections and datagrams to nobody, and their end
traffic() {
	host_spawn table nc -l -n 127.0.0.1 7000 > /dev/null
	wait_for 5 host_listens table tcp 7000
	echo hello | host_run table nc -N -n 127.0.0.1 7000
	host_run table nc -n ::1 7001 < /dev/null 2> /dev/null || :
	host_run table bash -c 'echo x > /dev/udp/127.0.0.1/7002; echo x > /dev/udp/::1/7003' 2> /dev/null
	host_run table conntrack -F 2> /dev/null
}

@test "xml and save: what conntrack -E prints; csv: rows of one length" {
	host_run table nft 'add table inet t; add chain inet t c { type filter hook output priority 0; }
		add rule inet t c ct state new accept'
	host_spawn table conntrack -E -p tcp -o xml,timestamp > xml_expected 2> /dev/null
	local theirs=$host_pid
	host_spawn table conntrack -E -p udp -o save > save_expected 2> /dev/null
	theirs="$theirs $host_pid"
	wait_for 5 listen 2
	host_spawn table "$FWCTL_BUILD/fwctl-watch" -p udp -o save > save 2> /dev/null
	wait_for 5 listens "$host_pid"
	host_spawn table "$FWCTL_BUILD/fwctl-watch" -o csv > csv 2> /dev/null
	wait_for 5 listens "$host_pid"
	watch -p tcp -o xml,timestamp
	traffic
	wait_for 5 grep -q "^-D.*7003" save
	wait_for 5 grep -q '"destroy".*7001' shown
	wait_for 5 grep -q '"destroy".*7001' xml_expected
	watch_ends 0 INT
	# shellcheck disable=SC2086 # numbers
	kill -INT $theirs
	wait_for 5 grep -q "</conntrack>" xml_expected
	wait_for 5 grep -q 7003.*7003 save_expected
	# Seconds may differ by one, and who did it is an element here.
	same "$(sed -E 's/ \[USER.*//; s/<sec>[0-9]*</</; s/<min>[0-9]*</</' xml_expected)" \
		"$(sed -E 's/<(changed|portid)>.*(<.flow>)/\2/; s/<sec>[0-9]*</</; s/<min>[0-9]*</</' shown)"
	same "$(sed 's/ \[USER.*//' save_expected)" "$(cat save)"
	between 4 20 "$(wc -l < save)"
	wait_for 5 grep -q "destroy.*7003" csv
	python3 - csv <<-'EOF'
		import csv, sys
		rows = list(csv.reader(open(sys.argv[1])))
		assert len(rows) > 8 and len(set(map(len, rows))) == 1, rows
		assert rows[0][:3] == ["event", "time", "at_least"] and rows[0][-1] == "program", rows[0]
		assert {row[0] for row in rows[1:]} == {"new", "update", "destroy"}, rows
		assert any("assured,state" in row for row in rows) or any("state" in row for row in rows)
	EOF
}

@test "formats that cannot show it say so" {
	for wrong in "-o table" "-o prometheus" "--table expect -o save"; do
		# shellcheck disable=SC2086 # options and their values
		run --separate-stderr fwctl_in table watch $wrong
		same 2 "$status"
	done
}

# keeps PID CAPABILITIES: all threads of the process have these, in hexadecimal
keeps() {
	same "$2" "$(sed -n 's/^Cap\(Prm\|Eff\):\t0*//p' /proc/"$1"/task/*/status | sort -u)" > /dev/null
}

@test "no more privilege than is needed: none, or CAP_NET_ADMIN to read the table again" {
	watch
	wait_for 5 keeps "$watch_pid" ""
	udp_flow 1 53
	wait_for 5 shows 1
	watch_ends 0 INT
	watch --resync
	wait_for 5 keeps "$watch_pid" 1000
	watch_ends 0 INT
	host_spawn table "$FWCTL_BUILD/fwctl-stats" --interval 1 > /dev/null
	wait_for 5 keeps "$host_pid" 1000
	host_kill "$host_pid" || :
}

@test "what the kernel filters already is what the filter says" {
	local filter
	for address in 10.0.0.1 10.0.0.3 10.0.0.4 fd00:1::1 fd00:8::1; do
		other=10.0.0.2
		[ "${address#*:}" = "$address" ] || other=fd00:1::9
		echo "-A -p udp -s $address -d $other --sport 1 --dport 2 -t 100"
		echo "-A -p tcp -s $other -d $address --sport 3 --dport 4 --state ESTABLISHED -t 100"
	done > save
	printf '%s\n' "-p udp" "-s 10.0.0.0/30" "-d fd00:1::/29" "-s fd00:1::1 -p udp" \
		"--src 10.0.0.1 --not -d 10.0.0.3" "-s ::/0" > filters
	while read -r filter; do
		# shellcheck disable=SC2086 # options and their values
		watch -e new,destroy $filter
		fwctl_in table load --quiet save
		# shellcheck disable=SC2086 # options and their values
		fwctl_in table list --quiet $filter | sed 's/.* src=/src=/; s/ mark=.*//' | sort > listed
		fwctl_in table flush --all --quiet
		between 1 9 "$(wc -l < listed)"
		wait_for 5 shows $(($(wc -l < listed) * 2))
		watch_ends 0 INT
		same "$(cat listed)" \
			"$(sed -n '/NEW/{s/.* src=/src=/; s/ mark=.*//; s/ \[USER.*//; p}' shown | sort)"
	done < filters
	# With room for a few events, nothing of what is not asked for pushes them out.
	watch -p sctp --queue 64K --buffer-size 4K
	kill -STOP "$watch_pid"
	host_run table "$FWCTL_BUILD/tests/bench/bench-fill" 5000 2> filled
	kill -CONT "$watch_pid"
	host_run table conntrack -I -t 600 -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 \
		--state ESTABLISHED --orig-vtag 1 --reply-vtag 2 > /dev/null 2>&1
	wait_for 5 shows 1
	watch_ends 0 INT
}

# rss PID: resident memory in KiB
rss() {
	awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}

# Half of the flows live on through each round, so that there is something to know of.
churn() {
	local round
	for ((round = 1; round <= $1; round++)); do
		host_run table "$FWCTL_BUILD/tests/bench/bench-fill" 2000 $((round * 2000)) 2> filled
		host_run table "$FWCTL_BUILD/fwctl-flush" -p udp --quiet
		[ $((round % 2)) -eq 1 ] || host_run table conntrack -F 2> /dev/null
	done
}

@test "memory stays flat while flows come and go" {
	for way in "-o json" "--lifecycle"; do
		# shellcheck disable=SC2086 # options and their values
		watch --quiet $way
		churn 4
		before=$(rss "$watch_pid")
		churn "${FWCTL_CHURN:-8}"
		after=$(rss "$watch_pid")
		wait_for 20 stays_the_same
		watch_ends 0 INT
		echo "$way: $before to $after KiB"
		between -1000000 $((before / 10 + 2048)) $((after - before))
	done
}
