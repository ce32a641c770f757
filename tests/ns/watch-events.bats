#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl watch: every event, in order, whatever the speed and whoever reads.

load ../lib/fwctl
load ../lib/table
load ../lib/watch

# fill COUNT [FIRST]: flows as fast as the kernel takes them
fill() {
	host_run table "$FWCTL_BUILD/tests/bench/bench-fill" "$@" 2> filled || { cat filled; return 1; }
}

track() {
	host_run table nft -f - <<-EOF
		table inet track {
			chain out {
				type filter hook output priority 0; policy accept;
				ct state new accept
			}
			chain nat {
				type nat hook output priority -100; policy accept;
				udp dport 7001 redirect to :7000
			}
		}
	EOF
}

@test "the lines of real traffic are those of conntrack -E" {
	track
	watch
	host_spawn table conntrack -E > expected 2> /dev/null
	wait_for 5 listen 2
	host_spawn table nc -l -n 127.0.0.1 7000 > /dev/null
	wait_for 5 host_listens table tcp 7000
	echo hello | host_run table nc -N -n 127.0.0.1 7000
	host_run table ping -c 1 127.0.0.1 > /dev/null
	host_run table ping -c 1 ::1 > /dev/null
	host_spawn table nc -l -u -n -W 1 127.0.0.1 7000 > /dev/null
	wait_for 5 host_listens table udp 7000
	echo hello | host_run table nc -u -n -q 0 -w 1 127.0.0.1 7001 > /dev/null || :
	udp_flow 1 53
	host_run table conntrack -U -p udp -s 10.0.0.1 --sport 1 -m 7 > /dev/null 2>&1
	host_run table conntrack -D -p udp --sport 1 > /dev/null 2>&1
	host_run table conntrack -F 2> /dev/null
	wait_for 5 grep -q "DESTROY.*icmpv6" shown
	wait_for 5 grep -q "DESTROY.*icmpv6" expected
	watch_ends 0 INT
	between 15 60 "$(wc -l < shown)"
	# What conntrack can name is luck: it looks for a program that may have ended.
	same "$(sed 's/ progname=.*//' expected)" "$(sed -E 's/ (progname|maybe)=.*//' shown)"
	matches "$(cat said)" "$(wc -l < shown) flow events have been shown.$"
}

# perf_is_permitted: by CAP_PERFMON or CAP_SYS_ADMIN, outside of user namespaces
perf_is_permitted() {
	[ -e /proc/sys/kernel/perf_event_paranoid ] &&
		[ "$(awk '{ print $1, $2, $3 }' /proc/self/uid_map)" = "0 0 4294967295" ] &&
		(((0x$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status) & (1 << 38 | 1 << 21)) != 0))
}

@test "a program is named that has ended before its change was heard of" {
	local i
	perf_is_permitted || skip "perf events are not permitted"
	watch -o json
	for i in {1..10}; do
		udp_flow "$i" 53
		host_run table conntrack -F 2> /dev/null
		udp_flow "$i" 443
		fwctl_in table flush -p udp --sport "$i" > /dev/null 2>&1
	done
	wait_for 5 shows 40
	watch_ends 0 INT
	# On a machine that begins hundreds of programs meanwhile one may be missed; none is named wrongly.
	jq -r 'select(.program) | "\(.event) \(.program)"' shown > named
	between 36 40 "$(wc -l < named)"
	same 'destroy conntrack
destroy fwctl-flush
new conntrack' "$(sort -u named)"
}

# conntrack -D deletes by its second socket, whose number is the kernel's choice. Another program of
# that library that runs all the while is not it.
@test "a program that used a further socket and has ended is guessed, and that is said" {
	local i other
	perf_is_permitted || skip "perf events are not permitted"
	watch -o json
	cp "$(type -P conntrack)" other
	host_spawn table ./other -E > /dev/null 2>&1
	other=$host_pid
	# It runs long enough not to be one that is about to end.
	sleep 1
	for i in {1..20}; do
		udp_flow "$i" 53
		host_run table conntrack -D -p udp --sport "$i" > /dev/null 2>&1
	done
	wait_for 5 shows 40
	kill "$other"
	watch_ends 0 INT
	jq -r 'select(.event == "destroy" and .program_guess) | .program_guess' shown > named
	between 18 20 "$(wc -l < named)"
	same conntrack "$(sort -u named)"
	same "" "$(jq -r 'select(.event == "destroy" and .program) | .program' shown)"
	same 20 "$(jq 'select(.event == "destroy" and .portid > 2147483647) | .id' shown | wc -l)"
	watch
	udp_flow 1 53
	host_run table conntrack -D -p udp --sport 1 > /dev/null 2>&1
	wait_for 5 shows 2
	watch_ends 0 INT
	matches "$(tail -n 1 shown)" ' \[USERSPACE\] portid=[0-9]+ maybe=conntrack$'
}

@test "none is guessed where it may have been either of two" {
	local i
	perf_is_permitted || skip "perf events are not permitted"
	cp "$(type -P conntrack)" other
	watch -e new,destroy -o json
	for i in {1..5}; do
		udp_flow "$i" 53
		host_spawn table ./other -E > /dev/null 2>&1
		wait_for 5 listen 2
		host_run table conntrack -D -p udp --sport "$i" > /dev/null 2>&1
		wait_for 5 shows $((2 * i))
		host_kill "$host_pid" || :
	done
	watch_ends 0 INT
	same "" "$(jq -r 'select(.event == "destroy") | .program // .program_guess // empty' shown)"
}

@test "a program is named that numbers its sockets behind its own number, as libnl does" {
	perf_is_permitted || skip "perf events are not permitted"
	local socket
	watch -o json
	# Of libnl's sockets about half have the highest bit set.
	for socket in 5 600; do
		udp_flow "$socket" 53
		# An empty IPCTNL_MSG_CT_DELETE.
		host_run table python3 - "$socket" <<-'EOF'
			import os, socket, struct, sys
			s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
			s.bind((os.getpid() + (int(sys.argv[1]) << 22), 0))
			s.send(struct.pack("=IHHIIBBH", 20, 0x102, 1, 1, 0, 2, 0, 0))
		EOF
	done
	wait_for 5 shows 4
	watch_ends 0 INT
	same 2 "$(jq -r 'select(.event == "destroy") | .program' shown | grep -c "^python3")"
}

@test "a program that has got the number of an earlier one is named itself" {
	local name
	perf_is_permitted || skip "perf events are not permitted"
	watch -o json
	for name in earlier later; do
		cp "$(type -P conntrack)" "$name"
		# shellcheck disable=SC2016 # the inner shell expands it
		host_run table sh -c 'echo 20000 > /proc/sys/kernel/ns_last_pid
			./"$1" -I -t 600 -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport "$2" > /dev/null 2>&1; :' \
			sh "$name" "${#name}"
		sleep 1
	done
	wait_for 5 shows 2
	watch_ends 0 INT
	same "20001 earlier 20001 later" "$(jq -r '"\(.portid) \(.program)"' shown | xargs)"
}

@test "where descriptors are short, names are done without" {
	local files with without pid
	for files in 7 8 9 20; do
		with=0 without=0
		# shellcheck disable=SC2016 # the inner shell expands it
		host_run table sh -c 'ulimit -n "$1"; shift; exec "$@"' sh "$files" \
			"$FWCTL_BUILD/fwctl-watch" --for 1 > /dev/null 2>&1 &
		pid=$!
		# shellcheck disable=SC2016
		host_run table sh -c 'ulimit -n "$1"; shift; exec "$@"' sh "$files" \
			setpriv --bounding-set=-all,+net_admin --inh-caps=-all \
			"$FWCTL_BUILD/fwctl-watch" --for 1 > /dev/null 2>&1 || without=$?
		wait "$pid" || with=$?
		same "$files $without" "$files $with"
	done
	same 0 "$with"
}

# Its number means another process here: one that runs, with no more privileges than a watch, which
# so can see that it is not the one; or one that has ended elsewhere.
@test "a process of a container is not named for another with its number" {
	perf_is_permitted || skip "perf events are not permitted"
	local number other
	host_spawn table setpriv --bounding-set=-all --inh-caps=-all sleep 60
	other=$host_pid
	wait_for 5 grep -q sleep "/proc/$other/comm"
	watch -o json
	"$BASH" -c true &
	number=$!
	wait "$number"
	for number in "$other" "$number"; do
		# shellcheck disable=SC2016 # the inner shell expands it
		host_run table unshare -pf --mount-proc sh -c 'echo $(($1 - 1)) > /proc/sys/kernel/ns_last_pid
			conntrack -I -t 600 -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport "$1" > /dev/null 2>&1' sh "$number"
	done
	wait_for 5 shows 2
	watch_ends 0 INT
	kill "$other"
	same "" "$(jq -r '.program // empty' shown | grep -v '^conntrack$' || :)"
}

@test "an event is there at once, not when a buffer is full or the watch ends" {
	watch
	udp_flow 1 53
	wait_for 5 grep -q '^    \[NEW\] udp .*sport=1 ' shown
	kill -0 "$watch_pid"
	watch_ends 0 TERM
}

# shows_while PID: something is shown, and the process has not ended
shows_while() {
	until [ -s shown ]; do
		kill -0 "$1" || return
		sleep 0.02
	done
	kill -0 "$1"
}

@test "a stream that never rests does not hold back the one event that a filter lets through" {
	watch -e new --dport 61111
	# Ready to make that flow at once, so that little of the stream is before it.
	mkfifo lines
	exec 8<> lines
	# shellcheck disable=SC2094 # a pipe
	host_spawn table "$FWCTL_BUILD/fwctl-load" - < lines 2> /dev/null 8>&-
	# Two, so that one goes on where the other is held up.
	host_spawn table "$FWCTL_BUILD/tests/bench/bench-fill" 100000
	host_spawn table "$FWCTL_BUILD/tests/bench/bench-fill" 100000 1000000
	until [ "$(host_run table cat /proc/sys/net/netfilter/nf_conntrack_count)" -gt 1000 ]; do
		kill -0 "$host_pid"
	done
	echo '-A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 61111 -t 600' >&8
	# A slow program is still with the beginning of the stream when that ends.
	if [ -n "${FWCTL_SLOW-}" ]; then wait_for 30 shows 1; else shows_while "$host_pid"; fi
	exec 8>&-
	watch_ends 0 INT
	shows 1
}

@test "a filter, kinds and a number of events" {
	watch -e new,destroy --count 2 --dport 53
	udp_flow 1 443
	udp_flow 2 53
	host_run table conntrack -U -p udp -s 10.0.0.1 --sport 2 -m 7 > /dev/null 2>&1
	udp_flow 3 53
	watch_ends 0
	same "[NEW]2 [NEW]3 " "$(sed -E 's/ *(\[[A-Z]*\]).*sport=([0-9]*) dport=53 .*/\1\2/' shown |
		tr '\n' ' ')"
}

@test "--for ends it, with what came until then" {
	watch --for 1
	udp_flow 1 53
	watch_ends 0
	shows 1
}

@test "what an update changed, and who did it" {
	watch -o json
	udp_flow 1 53
	host_run table conntrack -U -p udp -s 10.0.0.1 --sport 1 -m 7 > /dev/null 2>&1
	host_run table conntrack -U -p udp -s 10.0.0.1 --sport 1 -u SEEN_REPLY > /dev/null 2>&1
	host_run table conntrack -U -p udp -s 10.0.0.1 --sport 1 -u ASSURED,SEEN_REPLY -m 9 > /dev/null 2>&1
	host_run table conntrack -D -p udp --sport 1 > /dev/null 2>&1
	wait_for 5 shows 5
	watch_ends 0 INT
	same '[null,["mark"],["seen-reply"],["assured","mark"],null]' "$(jq -s -c 'map(.changed)' shown)"
	same '["new","update","update","update","destroy"]' "$(jq -s -c 'map(.event)' shown)"
	same 5 "$(jq -s 'map(select(.portid > 0)) | length' shown)"
	matches "$(jq -r .time shown | head -n 1)" '^20[0-9-]*T[0-9:]*\.[0-9]{9}Z$'
}

# Only what is plain from the event is said of a flow that was there before the watch.
@test "what changed: flows older than the watch, and labels that are cleared" {
	host_run table nft "add table inet t; add chain inet t c; add rule inet t c ct label set 3"
	host_run table sysctl -qw net.netfilter.nf_conntrack_events=1
	host_run table conntrack -I -t 300 -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 1 \
		--state ESTABLISHED -u SEEN_REPLY,ASSURED -m 4 > /dev/null 2>&1
	watch -o json
	host_run table conntrack -U -p tcp -s 10.0.0.1 --sport 1 -m 5 > /dev/null 2>&1
	fwctl_in table update -p tcp --label-add 3,5 --quiet
	fwctl_in table update -p tcp --label-del --quiet
	fwctl_in table update -p tcp --label-add 3 --quiet
	wait_for 5 shows 4
	watch_ends 0 INT
	same '[] ["labels"] ["labels"] ["labels"]' "$(jq -c .changed shown | xargs -d '\n')"
}

@test "what has to do with one protocol is told in events, too" {
	watch -o json
	host_run table conntrack -I -t 300 -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 1 \
		--state ESTABLISHED --orig-vtag 17 --reply-vtag 18 > /dev/null 2>&1
	wait_for 5 shows 1
	watch_ends 0 INT
	same "$(fwctl_in table list -o json --quiet | jq -c '[.state, .vtag_orig, .vtag_reply]')" \
		"$(jq -c '[.state, .vtag_orig, .vtag_reply]' shown)"
	lacks "$(cat shown)" null
	matches "$(cat shown)" vtag_reply
}

@test "changes in text are said where they are asked for" {
	watch -o changes,timestamp
	udp_flow 1 53
	host_run table conntrack -U -p udp -s 10.0.0.1 --sport 1 -m 7 > /dev/null 2>&1
	wait_for 5 shows 2
	watch_ends 0 INT
	matches "$(tail -n 1 shown)" '^\[[0-9]+\.[0-9]{6}\]	 \[UPDATE\] .* changed=mark \[USERSPACE\]'
}

@test "a hundred thousand events at full speed: every one of them, text and json" {
	watch -e new
	fill 100000
	wait_for 30 shows 100000
	watch_ends 0 INT
	same 100000 "$(grep -c '^    \[NEW\] ' shown)"
	same 100000 "$(sed 's/.*src=\(.*\) dport.*/\1/' shown | sort -u | wc -l)"
	host_run table conntrack -F 2> /dev/null
	watch -e new -o json --quiet
	fill 100000
	wait_for 30 shows 100000
	watch_ends 0 INT
	same 100000 "$(jq -r .event shown | grep -c '^new$')"
	same "" "$(cat said)"
}

# watch_slowly WORD...: its reader, `slow`, is stopped until `read_on`
watch_slowly() {
	mkfifo pipe
	watch_to_pipe "$@" &
	host_spawn table cat < pipe > shown
	reader=$host_pid
	wait_for 5 test -s pid
	watch_pid=$(cat pid)
	wait_for 5 listen 1
	kill -STOP "$reader"
}

watch_to_pipe() {
	local status=0
	host_run table sh -c 'echo $$ > pid; exec "$@"' watch "$FWCTL_BUILD/fwctl-watch" "$@" \
		> pipe 2> said 3>&- || status=$?
	echo "$status" > ended
}

# slow_ends STATUS: after a signal, once the reader reads on
slow_ends() {
	kill -CONT "$reader"
	kill -INT "$watch_pid"
	wait_for 30 test -s ended
	wait_for 5 fails kill -0 "$reader" 2> /dev/null
	same "$1" "$(cat ended)"
}

@test "a reader that stalls for two seconds loses nothing" {
	watch_slowly -e new
	fill 100000
	sleep 2
	kill -CONT "$reader"
	wait_for 30 shows 100000
	slow_ends 0
	shows 100000
}

@test "a queue too small for the stall: the gap is told, the sum is right, and exit 4" {
	watch_slowly -e new --queue 64K --buffer-size 64K -o json
	fill 50000
	slow_ends 4
	same 50000 "$(jq -s 'map(if .event == "lost" then .at_least else 1 end) | add' shown)"
	between 1 20 "$(grep -c '"event":"lost"' shown)"
	between 100 40000 "$(grep -c '"event":"new"' shown)"
	rm pid pipe ended
	host_run table conntrack -F 2> /dev/null
	watch_slowly -e new --queue 64K --buffer-size 64K
	fill 50000
	slow_ends 4
	matches "$(grep LOST shown)" '^   \[LOST\] at_least=[0-9]+ time=20[0-9-]+T[0-9:.]+Z'
}

@test "a gap says when it was, in every format" {
	local format
	for format in text text,timestamp csv xml save; do
		watch -e new --queue 64K --buffer-size 4096 -o $format
		fill 5000
		wait_for 5 grep -qiE 'lost' shown
		watch_ends 4 INT
		matches "$(grep -i lost shown | head -n 1)" \
			'^   \[LOST\] at_least=[0-9]+ time=20..-..-..T|^\[[0-9.]+\].*at_least=[0-9]+ *$|^lost,20..-..-..T|<when><hour>|^# lost: [0-9]+, 20..-..-..T'
		host_run table conntrack -F 2> /dev/null
	done
}

# amounts_to_the_table: of the first thousand, which no watch was told of, some ended and are told of;
# all others that are there were shown, and none twice.
amounts_to_the_table() {
	jq -c 'select(.event == "new") | [.id, .orig]' shown | sort > came &&
		jq -c 'select(.event == "destroy") | [.id, .orig]' shown | sort > went &&
		same "" "$(uniq -d came)" && same "" "$(uniq -d went)" &&
		fwctl_in table list -o json | jq -c '[.id, .orig]' | sort > there &&
		same "" "$(comm -23 came went | comm -23 - there)" &&
		same "$((1000 - $(comm -13 came went | wc -l)))" \
			"$(comm -23 came went | comm -13 - there | wc -l)"
}

@test "--resync: what was shown amounts to the table" {
	fill 1000
	watch_slowly -e new,destroy --queue 64K --buffer-size 64K --resync -o json
	fill 30000 1000
	host_run table conntrack -D -p tcp --dport 22 > /dev/null 2>&1
	kill -CONT "$reader"
	wait_for 20 grep -q '"event":"lost"' shown
	wait_for 30 amounts_to_the_table > /dev/null 2>&1 || :
	# The gap is over: what happens now is told as ever, and once.
	fill 5 40000
	wait_for 30 amounts_to_the_table > /dev/null 2>&1 || :
	slow_ends 4
	between 1000 30000 "$(grep -c '"source":"resync"' shown)"
	amounts_to_the_table
}

@test "--resync: the end of a flow is told before the next one with its addresses and ports" {
	fill 1000
	udp_flow 7 9
	watch --resync --queue 64K --buffer-size 4K -o json
	kill -STOP "$watch_pid"
	fill 3000 1000
	host_run table conntrack -D -p udp --sport 7 > /dev/null 2>&1
	# The kernel makes an id of the place in memory, too: that is taken meanwhile.
	sleep 0.3
	fill 100 5000
	udp_flow 7 9
	kill -CONT "$watch_pid"
	wait_for 10 grep -q '"sport":7,"dport":9.*resync' shown
	sleep 0.3
	watch_ends 4 INT
	same "destroy new" "$(jq -r 'select(.orig.sport == 7 and .orig.dport == 9) | .event' shown | xargs)"
}

# Each round makes flows that there were not before, and ends all that are there.
@test "--resync: loss after loss, no flow comes or goes twice, and the end is soon" {
	local round began
	fill 20000
	watch --resync --queue 64K --buffer-size 16K -o json
	for round in {1..30}; do
		fill 1000 $((20000 + round * 1000))
		host_run table "$FWCTL_BUILD/fwctl-flush" -p udp --quiet
		host_run table "$FWCTL_BUILD/fwctl-flush" -p tcp --dport 443 --quiet
	done
	began=$SECONDS
	watch_ends 4 INT
	between 0 5 $((SECONDS - began))
	between 5 100000 "$(grep -c '"event":"lost"' shown)"
	same "" "$(jq -c 'select(.event == "new") | [.id, .orig]' shown | sort | uniq -d | head -n 5)"
	same "" "$(jq -c 'select(.event == "destroy") | [.id, .orig]' shown | sort | uniq -d | head -n 5)"
}

# has_news COUNT: so many flows were told of
has_news() {
	[ "$(grep -c '^    \[NEW\] ' shown)" -eq "$1" ]
}

@test "--resync: a gap while the watch begins hides nothing either" {
	fill 60000
	host_spawn table "$FWCTL_BUILD/fwctl-watch" --resync -e new --queue 64K --buffer-size 4K \
		> shown 2> said
	watch_pid=$host_pid
	until listen 1; do
		kill -0 "$watch_pid"
	done
	fill 5000 60000
	wait_for 5 has_news 5000
	watch_ends 4 INT
	has_news 5000
}

@test "flows that will be silent are counted at the start; --cover tells of their end" {
	# With 2, any listener of the machine keeps new flows from being silent.
	host_run table sysctl -qw net.netfilter.nf_conntrack_events=0
	udp_flow 1 53
	udp_flow 2 53
	host_run table sysctl -qw net.netfilter.nf_conntrack_events=2
	watch
	wait_for 5 grep -q "2 flows are older than this watch" said
	host_run table conntrack -D -p udp --sport 1 > /dev/null 2>&1
	udp_flow 3 53
	wait_for 5 shows 1
	watch_ends 0 INT
	matches "$(cat shown)" "NEW.*sport=3"
	watch --cover
	host_run table conntrack -D -p udp --sport 2 > /dev/null 2>&1
	wait_for 15 grep -q '^\[DESTROY\] udp .*sport=2 .*\[RESYNC\]$' shown
	watch_ends 0 INT
	shows 1
}

# events VALUE: what nf_conntrack_events is at the host
events() {
	same "$1" "$(host_run table cat /proc/sys/net/netfilter/nf_conntrack_events)" > /dev/null
}

@test "--cover lets new flows send events, and puts the setting back however it ends" {
	local before signal
	for before in 0 2; do
		for signal in INT TERM HUP; do
			host_run table sysctl -qw "net.netfilter.nf_conntrack_events=$before"
			watch --cover -e new
			events 1
			udp_flow 1 53
			wait_for 5 shows 1
			watch_ends 0 "$signal"
			lacks "$(cat said)" "nf_conntrack_events"
			matches "$(cat shown)" 'NEW.*sport=1 .*\[USERSPACE\]'
			events "$before"
			host_run table conntrack -F 2> /dev/null
		done
	done
	# Somebody else's wish, meanwhile, is respected.
	watch --cover
	host_run table sysctl -qw net.netfilter.nf_conntrack_events=0
	watch_ends 0 INT
	events 0
	watch
	wait_for 5 grep -q "no flow made from now on will send events .*; --cover" said
	watch_ends 0 INT
}

@test "--reliable: the end of each flow is told, after any stall" {
	watch_slowly --reliable -e destroy --queue 64K --buffer-size 64K
	# Made by packets: those can be made to wait for their last event.
	track
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run table bash -c 'for ((port = 1; port <= 3000; port++)); do
		echo x > /dev/udp/127.0.0.1/$port; done' 2> /dev/null
	host_run table conntrack -F 2> /dev/null
	sleep 1
	kill -CONT "$reader"
	wait_for 30 has_ends 3000
	# What failed is told where it failed, not when all is over.
	wait_for 5 grep -q '^   \[LOST\] at_least=' shown
	kill -INT "$watch_pid"
	wait_for 10 test -s ended
}

# has_ends COUNT: so many flows to different ports have ended
has_ends() {
	[ "$(sed -n 's/^\[DESTROY\] udp .* dport=\([0-9]*\) .*src.*/\1/p' shown | sort -u | wc -l)" -ge "$1" ]
}

@test "a signal in the middle of a stream: complete lines" {
	for signal in INT TERM; do
		watch -o json
		fill 20000 $((RANDOM * 1000)) &
		wait_for 5 test -s shown
		watch_ends 0 "$signal"
		wait $!
		same "}" "$(tail -c 2 shown)"
		jq -e .event shown > /dev/null
	done
}

has_ended() {
	! kill -0 "$watch_pid" 2> /dev/null
}

@test "a reader that stalls for ever: of two different signals the second ends it at once" {
	mkfifo pipe
	exec 8<> pipe
	host_spawn table "$FWCTL_BUILD/fwctl-watch" > pipe 2> said 8>&-
	watch_pid=$host_pid
	wait_for 5 listens "$watch_pid"
	fill 1000
	kill -s TERM "$watch_pid"
	sleep 0.2
	run ! has_ended
	kill -s INT "$watch_pid"
	wait_for 2 has_ended || kill -s KILL "$watch_pid"
	watch_ends 130
	exec 8>&-
}

@test "nohup outlives its terminal" {
	trap '' HUP
	watch
	trap - HUP
	kill -s HUP "$watch_pid"
	udp_flow 1 53
	wait_for 5 shows 1
	watch_ends 0 INT
}

@test "a reader that leaves ends it, quietly and at once" {
	mkfifo pipe
	watch_to_pipe &
	timeout 10 head -n 1 < pipe > shown &
	wait_for 5 test -s pid
	wait_for 5 listen 1
	udp_flow 1 53
	wait_for 5 test -s ended
	same 0 "$(cat ended)"
	lacks "$(cat said)" "[Ee]rror|pipe"
}

@test "a full disk is exit 1" {
	host_spawn table "$FWCTL_BUILD/fwctl-watch" > /dev/full 2> said
	watch_pid=$host_pid
	wait_for 5 listen 1
	udp_flow 1 53
	watch_ends 1
	matches "$(cat said)" "No space left on device"
}

@test "a disk that fills up has complete lines, and a log can go on there" {
	local format
	mkdir /run/small # which is private
	mount -t tmpfs -o size=64k tmpfs /run/small
	for format in json text; do
		host_spawn table "$FWCTL_BUILD/fwctl-watch" -e new -o $format >> /run/small/log 2> said
		watch_pid=$host_pid
		wait_for 5 listen 1
		fill 1000
		watch_ends 1
		between 100 500 "$(wc -l < /run/small/log)"
		same "" "$(tail -c 1 /run/small/log)"
		host_run table conntrack -F 2> /dev/null
		: > /run/small/log
	done
	umount /run/small
}

@test "wrong words are exit 2, no privilege is exit 3" {
	for wrong in "-e renew" "-e" "--count 0" "--for x" "--queue 1" "-o nonsense" "--dport 99999"; do
		# shellcheck disable=SC2086 # an option and its value
		run --separate-stderr fwctl_in table watch $wrong
		same 2 "$status"
		same "" "$output"
	done
	run -3 --separate-stderr host_run table setpriv --bounding-set -net_admin \
		"$FWCTL_BUILD/fwctl" watch --for 1
}
