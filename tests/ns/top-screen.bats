#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `fwctl top` in a real terminal, of 80 columns by 24 lines and larger: what it shows, and what its
# keys do.

load ../lib/fwctl

setup_file() {
	needs_private
	command -v tmux > /dev/null || skip "no tmux to make a terminal with"
	[ -x "$FWCTL_BUILD/fwctl-top" ] || skip "built without ncurses"
}

setup() {
	host_add table
	cd "$BATS_TEST_TMPDIR" || return
	flows 10.0.0.1 53 30
	flows 10.0.0.2 443 20
	flows 10.0.1.3 53 10
}

teardown() {
	tmux -S terminal kill-server 2> /dev/null || :
	hosts_remove
}

# flows SOURCE PORT COUNT
flows() {
	seq "$3" | awk -v src="$1" -v port="$2" '{
		print "-A -t 900 -p udp -s " src " -d 192.0.2.1 --sport " $1 " --dport " port }' > load
	host_run table conntrack -R load > /dev/null 2>&1
}

# starts WIDTH HEIGHT WORD...: fwctl top in a terminal of that size; its process id in "pid"
starts() {
	local size=(-x "$1" -y "$2")
	shift 2
	echo "echo \$\$ > pid; exec '$FWCTL_BUILD/fwctl' --netns '$(host_ns table)' top --interval 1 $*" > run
	env -u TMUX TERM=screen tmux -S terminal -f /dev/null new-session -d "${size[@]}" \
		"sh run 2> said; echo \$? > ended" 3>&-
	case $* in
	*--flows*) wait_for 10 shows '^fwctl top  [0-9:]{8}  flows' ;;
	*--by*) wait_for 10 shows '  by ' ;;
	*) wait_for 10 shows '  by src' ;;
	esac
}

# The server of terminals answers before it has gone, and a new session would still be sent to it.
ends_terminal() {
	local server
	server=$(tmux -S terminal display-message -p '#{pid}')
	tmux -S terminal kill-server
	wait_for 5 [ ! -e "/proc/$server" ]
}

press() {
	tmux -S terminal send-keys "$@"
}

screen() {
	tmux -S terminal capture-pane -p
}

shows() {
	screen | grep -Eq -- "$1"
}

@test "80 by 24: the table, its fill, and the groups with most flows" {
	starts 80 24
	same 24 "$(screen | wc -l)"
	same "" "$(screen | awk 'length > 80')"
	shows '^fwctl top  [0-9:]{8}  by src  sorted by flows$'
	shows '^\[\.{30}\] 0\.0%  60 of [0-9]+ flows$'
	shows '^assured 0 \(0\.0%\)  replied 0 \(0\.0%\)  unreplied 60 \(100\.0%\)  ipv6 0'
	shows '^   flows   share  flows/s  src$'
	same "30 50.0% 10.0.0.1
20 33.3% 10.0.0.2
10 16.7% 10.0.1.3" "$(screen | sed -n '8,10p' | awk '{ print $1, $2, $4 }')"
	matches "$(screen | tail -n 1)" '^q quit  h help'
}

@test "it follows the table, until it is frozen" {
	starts 80 24
	wait_for 5 shows 'growth 0\.0/s'
	flows 10.0.9.9 123 100
	wait_for 5 shows '^ +100   62\.5% +[0-9.]+  10\.0\.9\.9$'
	press Space
	wait_for 5 shows FROZEN
	flows 10.0.9.8 123 200
	sleep 2.5
	shows '^\[\.{30}\] 0\.1%  160 of '
	press Space
	wait_for 5 shows '^\[\.{30}\] 0\.1%  360 of '
	shows '10\.0\.9\.8$'
	# The line of what it was: it has risen.
	matches "$(screen | sed -n 6p)" '^_+[_.=+*#-]*#+$'
}

@test "keys: by, sort, help, quit" {
	starts 80 24
	press b
	wait_for 5 shows '^ +60  100\.0% .*  192\.0\.2\.1$'
	press b
	wait_for 5 shows '  udp 53$'
	matches "$(screen | sed -n 8p)" '^ +40   66\.7% .* udp 53$'
	press s
	wait_for 5 shows 'sorted by byte/s'
	press h
	wait_for 5 shows '^  q      quit$'
	fails shows '^ +flows +share'
	press h
	wait_for 5 shows '  udp 53$'
	press q
	wait_for 5 [ -s ended ]
	same 0 "$(cat ended)"
	same "" "$(cat said)"
}

# ---- flows ---------------------------------------------------------------------------------------

# sends PORT PAUSE: one flow that goes on, on the host's own loopback
sends() {
	# shellcheck disable=SC2016 # the inner shell expands it
	host_spawn table bash -c 'exec 5<> /dev/udp/127.0.0.1/$1
		while :; do echo 1234567890 >&5; sleep $2; done' sends "$1" "$2" 2> /dev/null
}

# tracks: flows of the host itself are tracked, counted and stamped.
tracks() {
	host_run table nft 'add table inet track; add chain inet track out {
		type filter hook output priority 0; }; add rule inet track out ct state new accept'
	host_run table sh -c 'cd /proc/sys/net/netfilter && echo 1 > nf_conntrack_acct &&
		echo 1 > nf_conntrack_timestamp'
	keep_flows table
}

# listed PATTERN: what there is of it in the list, from the top
listed() {
	screen | sed -n '8,$p' | grep -oE "$1" | tr '\n' ' '
}

lists() {
	[ "$(listed "$1")" = "$2" ]
}

# paged PATTERN: how the manual page shows that line of the screen
paged() {
	grep -- "$1" "$FWCTL_SOURCE/doc/fwctl-top.8"
}

@test "flows, by what they carry, by another column, and the other way round" {
	tracks
	sends 1001 0.2
	sends 1002 0.02
	starts 80 24 --flows -d 127.0.0.1
	same "" "$(screen | awk 'length > 80')"
	same "$(paged '^proto  ')" "$(screen | sed -n 7p)"
	wait_for 10 shows '^udp +unreplied +127\.0\.0\.1:[0-9]+ +127\.0\.0\.1:1002 +[0-9]+s +[1-9][0-9]* +[1-9][0-9]*$'
	wait_for 10 shows '^traffic [1-9][0-9]* packets/s  original [1-9][0-9]* bytes/s  reply 0 bytes/s$'
	wait_for 10 lists '127\.0\.0\.1:100[12]' '127.0.0.1:1002 127.0.0.1:1001 '
	press r
	wait_for 10 shows 'sorted by byte/s, reversed$'
	wait_for 10 lists '127\.0\.0\.1:100[12]' '127.0.0.1:1001 127.0.0.1:1002 '
	press r
	press s
	wait_for 10 shows 'sorted by proto$'
	press '<'
	press '<'
	wait_for 10 shows 'sorted by pkts/s$'
	# All columns where there is room for them.
	tmux -S terminal resize-window -x 200 -y 50
	wait_for 10 shows ' left +age +packets +bytes +pkts/s +byte/s$'
	same 50 "$(screen | wc -l)"
	# A flow that began is among them, one that ended says so or has gone.
	wait_for 10 shows ' new [0-9.]+/s  ended [0-9.]+/s '
	press f
	wait_for 10 shows '  by src  sorted by flows'
	same "$(paged '^   flows  ')" "$(screen | sed -n 7p)"
}

# agrees: there is one group, and it carries as much as all flows together
agrees() {
	screen | awk '/^traffic/ { all = $2 } NR == 8 { group = $4 }
		END { exit !(all && all == group) }'
}

@test "a group carries what its flows carry, also when they are short" {
	tracks
	host_run table sh -c 'echo 1 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout'
	host_spawn table bash -c 'while :; do exec 5<> /dev/udp/127.0.0.1/1003
		for _ in 1 2 3 4 5; do echo 1234567890 >&5; done; sleep 0.05; done' 2> /dev/null
	sleep 1
	starts 80 24 --by dst -d 127.0.0.1
	wait_for 10 shows '^traffic [1-9]'
	for _ in 1 2; do
		sleep 1
		wait_for 2 agrees
	done
	press s
	wait_for 10 shows 'sorted by byte/s$'
	# Of others nothing is counted, though they end.
	press /
	press -l -- '--dport 1004'
	press Enter
	wait_for 10 shows '^fwctl top .*filter: --dport 1004$'
	sleep 1.2
	fails shows '^traffic [1-9]'
}

@test "what is not counted is not shown, and the order is another one" {
	starts 80 24 --flows
	shows 'sorted by left$'
	shows '^proto +state +source +destination +left$'
	shows "^traffic is not counted here: 'fwctl stats --enable accounting' begins to$"
	press '<' '<'
	wait_for 10 shows 'sorted by source$'
	same 10.0.0.1 "$(listed '10\.0\.[01]\.[0-9]+' | cut -d ' ' -f 1)"
	press r
	wait_for 10 shows 'sorted by source, reversed$'
	same 10.0.1.3 "$(listed '10\.0\.[01]\.[0-9]+' | cut -d ' ' -f 1)"
}

@test "details: both directions, the policy's line, and its life" {
	printf 'default deny incoming\nallow 7777/udp\nallow from 10.7.0.0/16 to any port 4711 proto tcp\n' > policy.conf
	fwctl_in table policy apply policy.conf
	host_run table ip link add one0 type veth peer name two0
	host_run table ip link set two0 up
	host_run table ip addr add 10.6.0.1/16 dev one0
	host_run table ip link set one0 up
	host_run table conntrack -I -p tcp --state SYN_RECV -s 10.7.1.2 -d 10.6.0.1 --sport 1 \
		--dport 4711 -t 900
	host_run table ip route add 10.7.0.0/16 dev one0
	starts 80 24 --flows -p tcp
	wait_for 10 shows '^tcp +SYN_RECV '
	press Enter
	wait_for 10 shows '^original  10\.7\.1\.2:1 > 10\.6\.0\.1:4711$'
	fails shows '^proto +state'
	shows '^reply     10\.6\.0\.1:4711 > 10\.7\.1\.2:1$'
	shows '^policy    allow by line [0-9]+: allow proto tcp from 10\.7\.0\.0/16 to any port 4711$'
	shows '^          asked: in tcp from 10\.7\.1\.2:1 to 10\.6\.0\.1:4711 (on|in) one0 '
	host_run table conntrack -U -p tcp -s 10.7.1.2 --state ESTABLISHED -u SEEN_REPLY,ASSURED
	wait_for 10 shows '^          [0-9:.]+  was answered  became assured  ESTABLISHED$'
	wait_for 10 shows '^status    seen-reply, assured$'
	host_run table conntrack -D -p tcp -s 10.7.1.2
	wait_for 10 shows '^          [0-9:.]+  ended$'
	shows '^          it has ended$'
	# It stays to be looked at, until one goes back.
	sleep 2.5
	shows '^flow      tcp 10\.7\.1\.2:1 > 10\.6\.0\.1:4711'
	press Escape
	wait_for 10 shows '^proto '
}

@test "addresses of IPv6 in 80 columns" {
	local src=2001:db8:1111:2222:3333:4444:5555:6666 dst=2001:db8:7777:8888:9999:aaaa:bbbb:cccc
	host_run table conntrack -D > /dev/null 2>&1
	host_run table conntrack -I -p udp -s $src -d $dst --sport 50001 --dport 50002 -t 900
	tracks
	starts 80 24
	shows " $src\$"
	press f
	wait_for 10 shows '^udp +unreplied +\[2001:.*\+ '
	press k
	wait_for 10 shows '^delete it\? \(y: yes\)  udp '
	press n Enter
	wait_for 10 shows "^original  \[$src\]:50001 >\$"
	shows "^          \[$dst\]:50002"
}

@test "the selected flow is deleted, but only after a yes" {
	starts 80 24 --flows -p udp --dport 123
	shows ' 0 \(0\.0%\)  ipv6'
	press k
	wait_for 10 shows '^there is no flow to delete$'
	flows 10.0.0.9 123 2
	press '<'
	wait_for 10 shows ' 10\.0\.0\.9:2 '
	press '<' Down
	wait_for 10 shows 'sorted by source$'
	press k
	wait_for 10 shows '^delete it\? \(y: yes\)  udp 10\.0\.0\.9:[12] > 192\.0\.2\.1:123$'
	press n
	wait_for 10 shows '^q quit'
	same 2 "$(fwctl_in table list --count --dport 123)"
	press k
	wait_for 10 shows '^delete it'
	deleted=$(screen | grep -oE '10\.0\.0\.9:[12]' | tail -n 1)
	press y
	wait_for 10 shows '^deleted$'
	same 1 "$(fwctl_in table list --count --dport 123)"
	same 0 "$(fwctl_in table list --count --dport 123 --sport "${deleted##*:}")"
	same 60 "$(fwctl_in table list --count --not --dport 123)"
}

@test "a filter is typed live; a wrong one is said and changes nothing" {
	starts 80 24
	press /
	wait_for 5 shows '^filter: *$'
	press -l -- '--dport 443'
	press Enter
	wait_for 5 shows '^fwctl top .*filter: --dport 443$'
	same "20 100.0% 10.0.0.2" "$(screen | sed -n 8p | awk '{ print $1, $2, $4 }')"
	same "" "$(screen | sed -n 9p)"
	press /
	wait_for 5 shows '^filter: *$'
	press -l -- '--dport 99999'
	press Enter
	wait_for 5 shows "^--dport: '99999' is not a number between 0 and 65535"
	press x
	wait_for 5 shows '^q quit'
	shows '^fwctl top .*filter: --dport 443$'
	# Escape gives up what was typed, backspace takes it back, and the figures go on meanwhile.
	press /
	press -l -- '--dport 5'
	press Escape
	wait_for 5 shows '^q quit'
	shows '^fwctl top .*filter: --dport 443$'
	press /
	press -l -- '--dport 53x'
	press BSpace
	wait_for 5 shows '^filter: --dport 53$'
	flows 10.0.0.2 443 25
	wait_for 5 shows '^ +25  100\.0% .*  10\.0\.0\.2$'
	tmux -S terminal resize-window -x 70 -y 20
	wait_for 5 shows '^filter: --dport 53$'
	press Enter
	wait_for 5 shows '^fwctl top .*filter: --dport 53$'
	wait_for 5 shows '^ +30   75\.0% .*  10\.0\.0\.1$'
	# An empty one is none.
	press /
	wait_for 5 shows '^filter: *$'
	press Enter
	wait_for 5 shows '10\.0\.0\.1$'
}

@test "200 by 50, and resized while it runs" {
	starts 200 50 --by src/24,dport -p udp
	same 50 "$(screen | wc -l)"
	wait_for 5 shows '^ +30   50\.0% .*  10\.0\.0\.0/24 53$'
	tmux -S terminal resize-window -x 60 -y 10
	wait_for 5 [ "$(screen | wc -l)" = 10 ]
	wait_for 5 shows '^q quit'
	same "" "$(screen | awk 'length > 60')"
	tmux -S terminal resize-window -x 20 -y 3
	sleep 1.5
	fails [ -s ended ]
	tmux -S terminal resize-window -x 120 -y 30
	wait_for 5 shows '10\.0\.0\.0/24 53$'
}

@test "colours, unless told not to" {
	starts 80 24
	tmux -S terminal capture-pane -p -e | grep -q $'\033\[32m'
	ends_terminal
	starts 80 24 --color never
	tmux -S terminal capture-pane -p -e > coloured
	fails grep -q $'\033\[3[0-7]m' coloured
}

@test "a signal ends it with the terminal as it was" {
	starts 80 24
	kill "$(cat pid)"
	wait_for 5 [ -s ended ]
	same 0 "$(cat ended)"
}

@test "Ctrl-C ends it, also while a filter is typed" {
	starts 80 24
	press /
	wait_for 5 shows '^filter:'
	press C-c
	wait_for 5 [ -s ended ]
	same 0 "$(cat ended)"
}

@test "without a terminal it says so" {
	run -1 --separate-stderr fwctl_in table top < /dev/null
	matches "$stderr" "this needs a terminal"
	matches "$stderr" "fwctl stats --interval"
}

# refused_by TERM: it starts in a terminal that it believes to be that, and ends
refused_by() {
	rm -f ended
	env -u TMUX tmux -S terminal -f /dev/null new-session -d -x 80 -y 24 \
		"TERM=$1 '$FWCTL_BUILD/fwctl' --netns '$(host_ns table)' top 2> said; echo \$? > ended; sleep 9" 3>&-
	wait_for 5 [ -s ended ]
	same 1 "$(cat ended)"
	ends_terminal
}

@test "an unknown terminal is said, and one without a screen" {
	refused_by nothing-known
	matches "$(cat said)" "the terminal 'nothing-known' is not known"
	refused_by dumb
	matches "$(cat said)" "the terminal 'dumb' has no screen to draw on"
}
