# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts through which tests/wire/verdicts sends packets of any addresses, in and out of interfaces
# eth0, eth1, eth2 and wlan0. To be sourced after fwctl.bash.

# wire_add HOST [ADDRESS/LENGTH...]: the host and HOST-wire at the other ends of its interfaces. The
# host takes each packet for itself, or sends it on, as its frame says; it answers nothing and asks
# for no neighbours. The addresses are those of eth0.
wire_add() {
	local host=$1 family
	shift
	host_add "$host" && host_add "$host-wire" || return
	wire_devices "$(host_ns "$host-wire")" "$@" | ip -n "$(host_ns "$host")" -batch - || return
	wire_ups | ip -n "$(host_ns "$host-wire")" -batch - || return
	for family in -4 -6; do
		wire_routes | ip -n "$(host_ns "$host")" $family -batch - || return
	done
	wire_settings "$host" && wire_witness "$host"
}

wire_ups() {
	local device
	for device in eth0 eth1 eth2 wlan0; do
		echo "link set $device arp off addrgenmode none up"
	done
}

# wire_devices WIRE ADDRESS...
wire_devices() {
	local device address wire=$1
	shift
	for device in eth0 eth1 eth2 wlan0; do
		echo "link add $device address 02:00:00:00:00:01 type veth peer name $device netns $wire"
	done
	wire_ups
	for address; do
		echo "address add $address dev eth0"
	done
}

# Packets with mark 1 to 4 go out of that interface, those with mark 9 are the host's own.
wire_routes() {
	local device number=0
	for device in eth0 eth1 eth2 wlan0; do
		number=$((number + 1))
		echo "route add default dev $device metric $number"
		echo "route add default dev $device table 10$number"
		echo "rule add fwmark $number lookup 10$number"
	done
	echo "route add local default dev lo table 109"
	echo "rule add fwmark 9 lookup 109"
}

wire_settings() {
	# shellcheck disable=SC2016 # the inner shell expands it
	host_run "$1" sh -c '
		cd /proc/sys/net
		echo 1 > ipv4/ip_forward && echo 1 > ipv6/conf/all/forwarding
		for file in ipv4/conf/*/rp_filter; do echo 0 > "$file"; done
		# Each packet is answered that is to be, however many there are.
		echo 0 > ipv4/icmp_ratemask && echo 0 > ipv6/icmp/ratelimit && echo "" > ipv6/icmp/ratemask
		echo 0 > netfilter/nf_conntrack_checksum'
}

# Before and behind every firewall.
wire_witness() {
	local hook
	{
		echo "table inet wire {"
		echo "chain frames { type filter hook prerouting priority -350"
		echo 'ether saddr 02:00:00:00:00:fe log prefix "S" group 1001 drop'
		echo "meta mark set ether saddr map { 02:00:00:00:00:01 : 1, 02:00:00:00:00:02 : 2,"
		echo "02:00:00:00:00:03 : 3, 02:00:00:00:00:04 : 4, 02:00:00:00:00:09 : 9 }"
		echo "}"
		for hook in input forward output; do
			echo "chain before-$hook { type filter hook $hook priority -350"
			[ $hook = output ] && echo 'meta mark != 0x77 return'
			echo 'log prefix "P" group 1001'
			echo "}"
			echo "chain behind-$hook { type filter hook $hook priority 300"
			[ $hook = output ] && wire_answers
			echo 'log prefix "A" group 1001 drop'
			echo "}"
		done
		echo "}"
	} | host_run "$1" nft -f -
}

# What is sent by the host itself; not all of it is an answer.
wire_answers() {
	echo 'meta mark != 0x77 tcp flags rst log prefix "R" group 1001 drop'
	echo 'meta mark != 0x77 icmp type destination-unreachable log prefix "R" group 1001 drop'
	echo 'meta mark != 0x77 icmpv6 type destination-unreachable log prefix "R" group 1001 drop'
	echo 'meta mark != 0x77 drop'
}

# verdicts HOST: what became of each packet on stdin
verdicts() {
	host_run "$1" "$FWCTL_BUILD/tests/wire/verdicts" "$(host_ns "$1-wire")"
}
