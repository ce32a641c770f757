# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the suites of `fwctl policy` share. To be sourced after fwctl.bash.

# policy_hosts: m7500, which has the policy, and an outsider, in one network.
HOST4=192.168.86.56 OUTSIDER4=192.168.86.99
HOST6=fd00:86::56 OUTSIDER6=fd00:86::99
policy_hosts() {
	switch_add switch
	host_add m7500
	host_add outsider
	host_join m7500 eth0 switch $HOST4/24 $HOST6/64
	host_join outsider eth0 switch $OUTSIDER4/24 $OUTSIDER6/64
	cd "$BATS_TEST_TMPDIR" || return
}

# policy COMMAND...: fwctl policy at m7500.
policy() {
	fwctl_in m7500 policy "$@"
}

# table: what the independent reader sees of fwctl's table, counters aside.
table() {
	host_run m7500 nft -s list table inet fwctl
}

# timeout_of TIMER: the sysctl of that name, which the kernel keeps in step.
timeout_of() {
	host_run m7500 cat "/proc/sys/net/netfilter/nf_conntrack_$1"
}

# digest: of the policy, the comment of the chain that carries it.
digest() {
	host_run m7500 nft list chain inet fwctl digest | sed -n 's/^\t\tcomment "\(.*\)"$/\1/p'
}

# lines LINE...: the arguments, a line each.
lines() {
	printf '%s\n' "$@"
}

# witness PORT...: counts at m7500 the UDP packets to each port that arrive (before every firewall,
# reassembled) and those that get in (behind fwctl).
witness() {
	local port
	for port; do
		lines "add table inet witness" \
			"add counter inet witness arrived$port" \
			"add counter inet witness inside$port" \
			"add chain inet witness arrived { type filter hook prerouting priority -190; }" \
			"add chain inet witness inside { type filter hook input priority 100; }" \
			"add rule inet witness arrived udp dport $port counter name arrived$port" \
			"add rule inet witness inside udp dport $port counter name inside$port"
	done | host_run m7500 nft -f -
}

# seen arrived|inside PORT: how many.
seen() {
	host_run m7500 nft list counter inet witness "$1$2" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# seen_at_least arrived|inside PORT NUMBER
seen_at_least() {
	[ "$(seen "$1" "$2")" -ge "$3" ]
}

# both_policies: what the table and the text of a.conf and b.conf are; a.conf is in force then.
both_policies() {
	policy apply b.conf
	digest_b=$(digest)
	table > table_b
	policy show > show_b
	policy apply a.conf
	digest_a=$(digest)
	table > table_a
	policy show > show_a
}

# whole: the table is that of one of the policies, and the text on disk belongs to it.
whole() {
	local now
	# The transaction that a killed apply has begun is ended by its child, which has the lock.
	flock "/run/fwctl/$(stat -L -c %i "/run/netns/$(host_ns m7500)")/lock" true
	now=$(digest)
	if [ "$now" = "$digest_a" ]; then
		diff table_a <(table)
		same "$(policy show)" "$(cat show_a)"
	else
		same "$digest_b" "$now"
		diff table_b <(table)
		same "$(policy show)" "$(cat show_b)"
	fi
}
