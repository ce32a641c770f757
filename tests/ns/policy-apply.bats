#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fwctl policy apply, status, show, reset, timeout: what they say, and what nft and sysctl see.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private
}

setup() {
	policy_hosts
}

teardown() {
	hosts_remove
}

@test "apply says applied, then unchanged, and which policy it is" {
	run -0 --separate-stderr policy apply
	same applied "$output"
	matches "$stderr" "the policy is the embedded default .there is no .*/policy.conf"
	run -0 --separate-stderr policy apply
	same unchanged "$output"

	echo "allow 22/tcp" > a.conf
	run -0 --separate-stderr policy apply a.conf
	same applied "$output"
	same "" "$stderr"
}

@test "--exit-code tells 10 for applied from 0 for unchanged" {
	run -10 policy apply --exit-code
	run -0 policy apply --exit-code
	echo "allow 22/tcp" > a.conf
	run -10 policy apply --exit-code a.conf
	run -0 policy apply --exit-code a.conf
}

@test "unchanged sends nothing: nobody who listens hears of a new generation" {
	policy apply
	host_spawn m7500 nft monitor > monitor.out 2>&1
	sleep 0.3
	run -0 policy apply
	run -0 policy status verbose
	run -0 policy check
	# The end of the silence is marked by a change that must be heard.
	host_run m7500 nft add table inet end
	wait_for 5 grep -q 'add table inet end' monitor.out
	run -0 grep -c '^# new generation' monitor.out
	same 1 "$output"
	lacks "$(cat monitor.out)" "inet fwctl"
}

@test "nft, an independent reader, shows the policy's lines as comments" {
	lines 'allow 22/tcp' 'deny from 198.51.100.0/24' 'reject out 25/tcp' > a.conf
	policy apply a.conf
	run -0 table
	matches "$output" 'comment "allow 22/tcp"'
	matches "$output" 'comment "deny from 198.51.100.0/24"'
	matches "$output" 'comment "reject out 25/tcp"'
	matches "$output" 'comment "default deny incoming"'
	matches "$output" 'hook input priority filter; policy drop'
	table > listing
	host_run m7500 nft -c -f listing
}

@test "show prints what can be applied again, and --nft what nft takes" {
	lines 'allow 22/tcp' 'allow 80/tcp' 'allow 443/tcp' 'allow 53/udp' 'limit 2222/tcp' \
		'allow proto esp' 'allow proto ah' 'allow proto gre' 'set bad { 192.0.2.1, 2001:db8::/32 }' 'deny from @bad' 'timeout udp unreplied 20' > a.conf
	policy apply a.conf
	run -0 --separate-stderr policy show
	echo "$output" > shown.conf
	run -0 --separate-stderr policy apply shown.conf
	same unchanged "$output"
	run -0 --separate-stderr policy diff shown.conf
	same "" "$output"
	policy show --nft > shown.nft
	matches "$(cat shown.nft)" "map input_proto_dport_"
	matches "$(cat shown.nft)" $'type inet_proto : verdict\n'
	# Beside the policy that is in force as well: the maps are those that nft itself would make.
	host_run m7500 nft -c -f - < shown.nft
	table | host_run m7500 nft -c -f -
	host_add other
	host_run other nft -f - < shown.nft
	for chain in input forward output; do
		same "$(host_run m7500 nft -s list chain inet fwctl $chain)" \
			"$(host_run other nft -s list chain inet fwctl $chain)"
	done
}

@test "diff prints the lines that change and exits 1, or 2 and up when it cannot say" {
	echo "allow 22/tcp" > a.conf
	lines "allow 22/tcp" "allow 80/tcp" > b.conf
	policy apply a.conf
	run -0 policy diff a.conf
	same "" "$output"
	run -1 policy diff b.conf
	same "+allow 80/tcp" "$output"
	policy apply b.conf
	run -1 policy diff a.conf
	same "-allow 80/tcp" "$output"
	run policy diff nowhere.conf
	between 2 4 "$status"
}

@test "other tables are untouched by apply and reset" {
	host_run m7500 nft -f - <<-EOF
		table inet fwctl2 {
			set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
			chain input { type filter hook input priority 0; ip saddr @s counter accept; }
		}
		table ip fwctl {
			chain c { counter comment "same name, other family"; }
		}
		table ip6 mine {
			counter named { packets 7 bytes 700; }
		}
		table inet filter {
			map m { type inet_service : verdict; elements = { 22 : accept }; }
		}
	EOF
	foreign() {
		host_run m7500 nft -a list ruleset | awk '/^table inet fwctl \{/ { skip = 1 } !skip
			/^}/ { skip = 0 }'
	}
	foreign > before
	policy apply
	policy apply
	echo "allow 22/tcp" > a.conf
	policy apply a.conf
	policy timeout udp unreplied 10
	policy check
	cmp before <(foreign)
	policy reset
	cmp before <(host_run m7500 nft -a list ruleset)
}

@test "check names who else could drop a packet" {
	run -0 policy check
	same 1 "${#lines[@]}"
	host_run m7500 nft -f - <<-EOF
		add table inet fwctl2
		add chain inet fwctl2 input { type filter hook input priority 10; policy drop; }
		add table ip fwctl
		add chain ip fwctl f { type filter hook forward priority -5; }
		add table ip6 nat
		add chain ip6 nat p { type nat hook prerouting priority dstnat; }
		add table inet plain
		add chain inet plain nobase
	EOF
	policy apply
	run -0 policy check
	same "Others decide, too; a packet passes when each of these lets it:
  table inet fwctl2, chain input: input, priority 10, policy drop
  table ip fwctl, chain f: forward, priority -5, policy accept" "$(lines "${lines[@]:1}")"
}

@test "check names the ports that others send on and the policy does not route" {
	host_run m7500 nft -f - <<-EOF
		table inet mine {
			map hosts { type inet_service : ipv4_addr; }
			chain pre {
				type nat hook prerouting priority dstnat;
				tcp dport 8443 dnat ip to 10.0.0.5:443
				meta nfproto ipv6 udp dport 5353 dnat ip6 to 2001:db8::1
				dnat ip to tcp dport map @hosts
				tcp dport 99 redirect to :100
				iifname "eth9" dnat ip to 10.0.0.7
				iifname "eth9" dnat ip to 10.0.0.8
			}
		}
	EOF
	if command -v iptables-nft > /dev/null; then
		host_run m7500 iptables-nft -t nat -N DOCKER
		host_run m7500 iptables-nft -t nat -A DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT \
			--to-destination 172.17.0.2:80
	fi
	lines 'route allow in on eth0 proto udp from any to 2001:db8::/32' \
		'route allow proto tcp from any to 10.0.0.7 port 80' > a.conf
	run -0 policy check a.conf
	matches "$output" "does not let through \\(default deny routed\\):"
	matches "$output" "
  table inet mine, chain pre: tcp port 8443 to 10.0.0.5 port 443
  table inet mine, chain pre: tcp to addresses of a map"
	# Of packets of all kinds some get through to the one, and none to the other.
	matches "$output" "chain pre: packets to 10.0.0.8"
	lacks "$output" "2001:db8::1|port 99|10.0.0.7"
	[[ $output != *DOCKER* ]] ||
		matches "$output" "table ip nat, chain DOCKER: tcp port 8080 to 172.17.0.2 port 80"
	lines 'default allow routed' > a.conf
	run -0 policy check a.conf
	same 1 "${#lines[@]}"
}

@test "a table that someone else changed is named by status and put right by apply" {
	lines 'allow 22/tcp' 'allow 80/tcp' > a.conf
	policy apply a.conf
	table > right
	run -0 policy status
	lacks "$output" "someone else"
	while read -r change; do
		# shellcheck disable=SC2086 # words of nft
		host_run m7500 nft $change
		run -0 policy status
		matches "$output" "changed by someone else"
		run -0 --separate-stderr policy apply a.conf
		same applied "$output"
		matches "$stderr" "changed by someone else, and was put right"
		cmp right <(table)
	done <<-EOF
		insert rule inet fwctl input accept
		add rule inet fwctl output drop
		add chain inet fwctl mine
		add set inet fwctl mine { type ipv4_addr; }
		add counter inet fwctl mine
		add table inet fwctl { flags dormant; }
		flush chain inet fwctl input
		chain inet fwctl forward { policy accept; }
	EOF
	run -0 policy apply a.conf
	same unchanged "$output"
}

@test "so are the elements of a set, with the same policy and with another" {
	lines 'set bad { 192.0.2.1, 192.0.2.2, 2001:db8::/32 }' 'deny from @bad' > a.conf
	{ cat a.conf; echo 'allow 22/tcp'; } > b.conf
	policy apply b.conf
	table > right-b
	policy apply a.conf
	table > right-a
	while read -r change; do
		# shellcheck disable=SC2086 # words of nft
		host_run m7500 nft $change
		run -0 policy status
		matches "$output" "element.* of set set_bad|an element was added to set set_bad"
		run -0 --separate-stderr policy apply a.conf
		same applied "$output"
		matches "$stderr" "set set_bad_v"
		cmp right-a <(table)
		# shellcheck disable=SC2086 # words of nft
		host_run m7500 nft $change
		policy apply b.conf
		cmp right-b <(table)
		policy apply a.conf
	done <<-EOF
		delete element inet fwctl set_bad_v4 { 192.0.2.2 } ; add element inet fwctl set_bad_v4 { 192.0.2.77 }
		delete element inet fwctl set_bad_v4 { 192.0.2.1 }
		delete element inet fwctl set_bad_v6 { 2001:db8::/32 }
	EOF
}

@test "a table that someone else removed is inactive, and comes back" {
	policy apply
	table > right
	host_run m7500 nft flush ruleset
	run -0 policy status verbose
	same "Status: inactive" "$output"
	run -0 policy apply
	matches "$output" applied
	cmp right <(table)
}

@test "the file - is standard input" {
	policy apply - <<< "deny 7001/udp"
	run -0 policy show
	matches "$output" "deny 7001/udp"
	run -0 policy diff - <<< "deny 7001/udp"
	run -0 policy check - <<< "allow 7001/udp"
	run -1 policy apply - <<< "alow 7001/udp"
	matches "$output" '^.stdin.:1:1: unknown statement "alow"'
	run -0 policy explain --file - in udp from 192.0.2.1:7 to 192.0.2.2:7001 <<< "allow 7001/udp"
	matches "$output" '^allow: .stdin.:1:'
}

@test "counters of the lines that stay survive" {
	lines 'allow 7001/udp' 'allow 7002/udp' > a.conf
	policy apply a.conf
	witness 7001
	for i in 1 2 3; do
		echo "$i" | host_run outsider nc -n -u -q 0 -w 1 "$HOST4" 7001 || :
	done
	wait_for 5 seen_at_least inside 7001 3
	run -0 policy status verbose
	matches "$output" '7001/udp +ALLOW IN +Anywhere +3 '
	# Lines before, behind, and in the middle of the others.
	lines 'deny 6999/udp' 'allow 7001/udp' 'reject 7003/udp' 'allow 7002/udp' 'allow 9/udp' > b.conf
	policy apply b.conf
	run -0 policy status verbose
	matches "$output" '7001/udp +ALLOW IN +Anywhere +3 '
	matches "$output" '7002/udp +ALLOW IN +Anywhere +0 '
	host_run m7500 nft insert rule inet fwctl input accept
	policy apply b.conf
	run -0 policy status verbose
	matches "$output" '7001/udp +ALLOW IN +Anywhere +3 '
}

@test "counters survive lines of another kind before theirs, and are kept for lines with a timeout" {
	lines 'allow 7001/udp timeout unreplied 200' 'allow 7002/udp' > a.conf
	lines 'deny from 198.51.100.1 to any port 5' 'deny from 198.51.100.2 to any port 5' \
		'deny from 198.51.100.0/24 to any port 6' 'allow 7009/tcp' 'allow 7002/udp' \
		'allow 7001/udp timeout unreplied 200' > b.conf
	policy apply a.conf
	witness 7001
	for i in 1 2 3; do
		echo "$i" | host_run outsider nc -n -u -q 0 -w 1 "$HOST4" 7001 || :
	done
	wait_for 5 seen_at_least inside 7001 3
	# The flows that the line admitted have its timeout, not the namespace's 30 seconds.
	between 100 200 "$(fwctl_in m7500 list -p udp --dport 7001 -o json --quiet | jq -s '.[0].timeout')"
	run -0 policy status verbose
	matches "$output" '7001/udp .*ALLOW IN +Anywhere +3 '
	for conf in b.conf a.conf; do
		policy apply $conf
		run -0 policy status verbose
		matches "$output" '7001/udp .*ALLOW IN +Anywhere +3 '
	done
}

@test "status has ufw's table" {
	lines 'allow 22/tcp' 'limit 2222/tcp comment "SSH alt"' \
		'allow in on d0 proto tcp from any to any port 80,443' 'reject out 25/tcp' \
		'route allow in on d0 out on d1 from any to 10.0.0.0/8' > a.conf
	policy apply a.conf
	run -0 policy status
	same "Status: active

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW       Anywhere                  
2222/tcp                   LIMIT       Anywhere                   # SSH alt
80,443/tcp on d0           ALLOW       Anywhere                  
22/tcp (v6)                ALLOW       Anywhere (v6)             
2222/tcp (v6)              LIMIT       Anywhere (v6)              # SSH alt
80,443/tcp (v6) on d0      ALLOW       Anywhere (v6)             

25/tcp                     REJECT OUT  Anywhere                  
25/tcp (v6)                REJECT OUT  Anywhere (v6)             

10.0.0.0/8 on d1           ALLOW FWD   Anywhere on d0            " "$output"
	lines 'deny to 10.0.0.1 proto esp' 'deny from 10.0.0.1 proto ah' 'deny proto gre' \
		'deny from 2001:db8::1 to any port 25' > b.conf
	policy apply b.conf
	run -0 policy status
	same "10.0.0.1/esp               DENY        Anywhere                  
Anywhere                   DENY        10.0.0.1/ah               
Anywhere/gre               DENY        Anywhere/gre              
Anywhere/gre (v6)          DENY        Anywhere/gre (v6)         
25                         DENY        2001:db8::1               " "$(lines "${lines[@]:3}")"
	policy apply a.conf
	run -0 policy status numbered
	matches "$output" '\[ 1\] 22/tcp                     ALLOW IN    Anywhere'
	matches "$output" '\[ 4\] 25/tcp                     REJECT OUT  Anywhere'
	matches "$output" '\[ 5\] 10.0.0.0/8 on d1           ALLOW FWD   Anywhere on d0'
	run -2 policy status verbos
	matches "$output" "'verbos' is none of: verbose, numbered"
}

@test "status -o json has the settings, the rules with their counts, and what was changed" {
	run -0 policy status -o json
	same '{"active":false}' "$output"
	lines 'default reject outgoing' 'logging off' 'mdns off' 'timeout udp unreplied 11' \
		'timeout icmp 7' 'allow 7001/udp comment "a \\ and \x1b"' 'route deny from 10.0.0.0/8' > a.conf
	policy apply a.conf
	witness 7001
	echo | host_run outsider nc -n -u -q 0 -w 1 "$HOST4" 7001 || :
	wait_for 5 seen_at_least inside 7001 1
	policy status -o json > status.json
	same "$(digest)" "$(jq -r .digest status.json)"
	same '{"active":true,"logging":"off","default":{"incoming":"deny","outgoing":"reject","routed":"deny"},"profiles":"skip","ping":true,"mdns":false,"dhcp":true,"timeouts":[{"proto":"icmp","seconds":7},{"proto":"udp","timer":"unreplied","seconds":11}],"differences":0,"different":[]}' \
		"$(jq -c 'del(.digest, .rules)' status.json)"
	same '[1,"allow","in",1,29]' "$(jq -c '.rules[0] | [.number,.action,.direction,.packets,.bytes]' status.json)"
	same '[2,"deny","routed",0,0]' "$(jq -c '.rules[1] | [.number,.action,.direction,.packets,.bytes]' status.json)"
	same "$(policy show | sed -n "$(jq '.rules[1].line' status.json)p")" "$(jq -r '.rules[1].rule' status.json)"
	same 'a \\ and \x1b' "$(jq -r '.rules[0].comment' status.json)"

	host_run m7500 nft add chain inet fwctl mine
	host_run m7500 nft insert rule inet fwctl input accept
	policy status -o json > status.json
	same '2 ["a rule was added to chain input","chain mine was added"]' \
		"$(jq -r .differences status.json) $(jq -c '.different | sort' status.json)"
	policy apply --confirm 60 a.conf
	policy status -o json > status.json
	between 40 60 "$(jq .trial.seconds_left status.json)"
	run -2 policy status -o csv
	matches "$output" "'csv' is none of: text, json"
}

# ---- timeouts -------------------------------------------------------------------------------------

@test "timeouts of a policy are set, stay when it says so, go back when not, and at reset" {
	lines 'timeout udp unreplied 11 replied 2m' 'timeout tcp established 1h' 'timeout icmp 7' > a.conf
	lines 'timeout udp unreplied 12' > b.conf
	local before
	before=$(timeout_of tcp_timeout_established)
	policy apply a.conf
	same "11 120 3600 7" "$(timeout_of udp_timeout) $(timeout_of udp_timeout_stream) \
$(timeout_of tcp_timeout_established) $(timeout_of icmp_timeout)"
	policy apply b.conf
	same "12 120 $before 30" "$(timeout_of udp_timeout) $(timeout_of udp_timeout_stream) \
$(timeout_of tcp_timeout_established) $(timeout_of icmp_timeout)"
	policy reset
	same 30 "$(timeout_of udp_timeout)"
	run -0 policy reset
	same unchanged "$output"
}

@test "policy timeout changes the policy that is in force, 0 included" {
	run -1 policy timeout udp unreplied 5
	matches "$output" "no policy is in force"
	policy apply
	run -0 --separate-stderr policy timeout udp unreplied 0 replied 0
	same applied "$output"
	same "0 0" "$(timeout_of udp_timeout) $(timeout_of udp_timeout_stream)"
	run -0 policy show
	matches "$output" "timeout udp unreplied 0s replied 0s"
	run -0 --separate-stderr policy timeout udp unreplied 0 replied 0
	same unchanged "$output"
	policy timeout generic 77
	same "0 77" "$(timeout_of udp_timeout) $(timeout_of generic_timeout)"
	for words in "udp unreplied" "udp unreplied -1" "udp unreplid 3" "upd unreplied 3" \
		"udp unreplied 99999999999" "udp unreplied 3s4"; do
		# shellcheck disable=SC2086 # words
		run -2 policy timeout $words
		matches "$output" "^fwctl policy timeout: "
	done
	same "0 77" "$(timeout_of udp_timeout) $(timeout_of generic_timeout)"
	policy reset
	same "30 120 600" "$(timeout_of udp_timeout) $(timeout_of udp_timeout_stream) \
$(timeout_of generic_timeout)"
}

@test "a timeout that someone else changed is set again by apply, and left alone by reset" {
	lines 'timeout udp unreplied 11' > a.conf
	policy apply a.conf
	host_run m7500 sh -c 'echo 50 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout'
	run -0 policy apply a.conf
	matches "$output" applied
	same 11 "$(timeout_of udp_timeout)"
	policy reset
	same 50 "$(timeout_of udp_timeout)"
	policy apply a.conf
	host_run m7500 sh -c 'echo 51 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout'
	policy reset
	same 51 "$(timeout_of udp_timeout)"
}

@test "a protocol that this kernel does not track is refused, and nothing is changed" {
	policy apply
	table > before
	lines 'timeout udp unreplied 11' 'timeout dccp open 5' > a.conf
	if [ -e /proc/sys/net/netfilter/nf_conntrack_dccp_timeout_open ]; then
		skip "this kernel tracks dccp"
	fi
	run -3 policy apply a.conf
	matches "$output" "this kernel does not track dccp"
	cmp before <(table)
	same 30 "$(timeout_of udp_timeout)"
}

# The kernel has some helpers for one family only, and says so.
@test "a policy with helpers is unchanged the second time" {
	lines "allow 21/tcp helper ftp" "allow 6667/tcp helper irc" "allow 1723/tcp helper pptp" \
		"allow 5060/udp helper sip" "allow 69/udp helper tftp" > helpers.conf
	policy apply helpers.conf
	same unchanged "$(policy apply helpers.conf)"
	lacks "$(policy status)" "changed by someone else"
}
