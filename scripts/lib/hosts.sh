# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts made of network namespaces, for the show of scripts/quickstart and for the tests. To be
# sourced. The hosts are those of the shell that sourced this and of its children (by $HOSTS_DIR, a
# folder of notes), and hosts_remove takes away exactly what was made. Addresses work at once: no duplicate address
# detection, no router solicitation.

# host_ns HOST: the name of its network namespace, as `ip netns` and `fwctl --netns` take it.
host_ns() {
	echo "fw${HOSTS_DIR##*.}-$1"
}

# host_run HOST COMMAND [ARGUMENT...]
host_run() {
	host_to_enter=$(host_ns "$1")
	shift
	nsenter --net="/run/netns/$host_to_enter" "$@"
}

# host_spawn HOST COMMAND [ARGUMENT...]: in the background; its process id is then in $host_pid.
# It is ended by hosts_remove if not before.
host_spawn() {
	host_to_enter=$(host_ns "$1")
	shift
	# Not through host_run: the process id must be that of the command.
	# Its stdin by way of a copy, as a shell gives /dev/null to what runs in the background; and not
	# bats' own output, or bats would wait for it.
	{ nsenter --net="/run/netns/$host_to_enter" "$@" <&9 9<&- 3>&- & } 9<&0
	host_pid=$!
	echo "$host_pid" >> "$HOSTS_DIR/pids"
}

# host_kill PID: ends a process of host_spawn and waits for it.
host_kill() {
	kill "$1" 2> /dev/null
	wait "$1" 2> /dev/null
	return 0
}

# host_add HOST: a host with a loopback device and nothing else.
host_add() {
	if [ -z "${HOSTS_DIR-}" ]; then
		# In a private /run (scripts/lib/in-private) it goes with it, even when this is killed.
		host_notes=${FWCTL_PRIVATE:+/run}
		HOSTS_DIR=$(mktemp -d "${host_notes:-${TMPDIR:-/tmp}}/fwctl-hosts.XXXXXX") || return
		export HOSTS_DIR
	fi
	ip netns add "$(host_ns "$1")" || return
	echo "$1" >> "$HOSTS_DIR/names"
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run "$1" sh -c '
		for kind in all default; do
			echo 0 > "/proc/sys/net/ipv6/conf/$kind/accept_dad"
			echo 0 > "/proc/sys/net/ipv6/conf/$kind/accept_ra"
			echo 0 > "/proc/sys/net/ipv6/conf/$kind/router_solicitations"
		done
		ip link set lo up'
}

# switch_add SWITCH: a host that does nothing but connect those that join it.
switch_add() {
	host_add "$1" && host_run "$1" ip link add bridge type bridge mcast_snooping 0 &&
		host_run "$1" ip link set bridge up
}

# host_join HOST DEVICE SWITCH ADDRESS/LENGTH...: plugs a new device of HOST into SWITCH.
host_join() {
	host_name=$1 host_device=$2 host_switch=$3
	shift 3
	ip link add name "$host_device" netns "$(host_ns "$host_name")" type veth \
		peer name "$host_name-$host_device" netns "$(host_ns "$host_switch")" || return
	host_run "$host_switch" ip link set "$host_name-$host_device" master bridge up
	host_run "$host_name" ip link set "$host_device" up
	for host_address; do
		host_run "$host_name" ip address add "$host_address" dev "$host_device" || return
	done
}

hosts_end() {
	[ -f "$HOSTS_DIR/pids" ] || return 0
	while read -r host_pid; do
		kill -s "$1" "$host_pid" 2> /dev/null || :
	done < "$HOSTS_DIR/pids"
}

# hosts_remove: ends what host_spawn began, and removes every host.
hosts_remove() {
	[ -n "${HOSTS_DIR-}" ] || return 0
	hosts_end TERM
	if [ -f "$HOSTS_DIR/names" ]; then
		while read -r host_name; do
			ip netns delete "$(host_ns "$host_name")"
		done < "$HOSTS_DIR/names"
	fi
	# One whose reader was stopped has not ended yet: it waits to write what it still has.
	hosts_end KILL
	rm -rf "$HOSTS_DIR"
	unset HOSTS_DIR
}

# host_listens HOST tcp|udp PORT: whether somebody there waits for packets or connections to it.
host_listens() {
	host_run "$1" cat "/proc/net/$2" "/proc/net/${2}6" | awk -v port="$(printf %04X "$3")" '
		$2 ~ (":" port "$") && ($4 == "0A" || $4 == "07") { found = 1 }
		END { exit !found }'
}

# wait_for SECONDS COMMAND [ARGUMENT...]: tries COMMAND until it succeeds; fails when it did not in
# four times as many seconds: what an idle machine needs, a busy or slow one needs several times.
wait_for() {
	wait_left=$(($1 * 5 * 4))
	shift
	until "$@"; do
		wait_left=$((wait_left - 1))
		[ "$wait_left" -gt 0 ] || return 1
		sleep 0.2
	done
}
