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
	wait_for 10 shows "by $([[ $* == *--by* ]] && echo "" || echo src)"
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
	shows '^     flows   share   flows/s  src$'
	same "30 50.0% 10.0.0.1
20 33.3% 10.0.0.2
10 16.7% 10.0.1.3" "$(screen | sed -n '7,9p' | awk '{ print $1, $2, $4 }')"
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
	matches "$(screen | sed -n 5p)" '^_+[_.=+*#-]*#+$'
}

@test "keys: by, sort, help, quit" {
	starts 80 24
	press b
	wait_for 5 shows '^ +60  100\.0% .*  192\.0\.2\.1$'
	press b
	wait_for 5 shows '  udp 53$'
	matches "$(screen | sed -n 7p)" '^ +40   66\.7% .* udp 53$'
	press s
	wait_for 5 shows 'sorted by bytes'
	press h
	wait_for 5 shows '^  q      quit$'
	press h
	wait_for 5 shows '  udp 53$'
	press q
	wait_for 5 [ -s ended ]
	same 0 "$(cat ended)"
	same "" "$(cat said)"
}

@test "a filter is typed live; a wrong one is said and changes nothing" {
	starts 80 24
	press /
	wait_for 5 shows '^filter: *$'
	press -l -- '--dport 443'
	press Enter
	wait_for 5 shows 'filter: --dport 443$'
	same "20 100.0% 10.0.0.2" "$(screen | sed -n 7p | awk '{ print $1, $2, $4 }')"
	same "" "$(screen | sed -n 8p)"
	press /
	wait_for 5 shows '^filter: *$'
	press -l -- '--dport 99999'
	press Enter
	wait_for 5 shows "^--dport: '99999' is not a number between 0 and 65535"
	press x
	wait_for 5 shows '^q quit'
	shows 'filter: --dport 443$'
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
	tmux -S terminal kill-server
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

@test "without a terminal it says so" {
	run -1 --separate-stderr fwctl_in table top < /dev/null
	matches "$stderr" "this needs a terminal"
	matches "$stderr" "fwctl stats --interval"
}

@test "an unknown terminal is said" {
	env -u TMUX tmux -S terminal -f /dev/null new-session -d -x 80 -y 24 \
		"TERM=nothing-known '$FWCTL_BUILD/fwctl' --netns '$(host_ns table)' top 2> said; echo \$? > ended" 3>&-
	wait_for 5 [ -s ended ]
	same 1 "$(cat ended)"
	matches "$(cat said)" "the terminal 'nothing-known' is not known"
}
