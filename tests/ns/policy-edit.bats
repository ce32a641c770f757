#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands that edit a policy, and those that answer questions about one.

load ../lib/fwctl
load ../lib/policy

setup_file() {
	needs_private
}

setup() {
	policy_hosts
	file=$(fwctl policy apply 2>&1 | sed -n 's/.*there is no \(.*\)).*/\1/p')
	policy_file_is_ours
}

# The suite has a copy of /etc to itself, and no other folder.
policy_file_is_ours() {
	[ -z "$file" ] || [ "$file" = /etc/fwctl/policy.conf ] ||
		skip "the policy file of this build is $file"
	file=/etc/fwctl/policy.conf
}

teardown() {
	fwctl policy reset
	rm -rf /etc/fwctl
	hosts_remove
}

@test "rules are added, inserted and deleted in the policy that is in force" {
	run -1 policy allow 22/tcp
	matches "$output" "no policy is in force"
	policy apply
	policy allow 22/tcp comment "web server"
	policy deny from 10.0.0.0/8
	policy insert 1 limit 2222/tcp
	policy route allow in on a out on b
	policy default reject incoming
	policy logging off
	run -0 policy show
	same "default reject incoming
default allow outgoing
default deny routed
logging off
profiles skip
limit 2222/tcp
allow 22/tcp comment \"web server\"
deny from 10.0.0.0/8
route allow in on a out on b" "$output"
	policy delete 1
	policy delete allow 22/tcp
	run -0 policy show
	lacks "$output" 2222
	lacks "$output" "web server"
	matches "$(table)" 'comment "deny from 10.0.0.0/8"'
	[ ! -e "$file" ]
}

@test "what is deleted or inserted is a rule, and it is said which one went" {
	lines "allow 22/tcp" "allow 80/tcp" > two.conf
	policy apply two.conf
	before=$(policy show)
	for words in 'delete ping off' 'delete timeout udp unreplied 40s' 'delete x' 'insert 1 logging high'; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr policy $words
		matches "$stderr" "is no rule"
	done
	same "$before" "$(policy show)"
	run -0 --separate-stderr policy delete 1
	matches "$stderr" "rule 1 goes: allow 22/tcp"
}

@test "an edit ends a trial, and says so" {
	lines "allow 22/tcp" > web.conf
	policy apply
	policy apply --confirm 60s web.conf
	run -0 --separate-stderr policy allow 80/tcp
	matches "$stderr" "the trial is over$"
	run -1 policy confirm
}

@test "a rule for the packets of another takes its place, as in ufw" {
	policy apply
	policy allow 22/tcp comment "one"
	policy allow from 10.0.0.1
	run -0 policy allow 22/tcp
	matches "$output" "the rule is there already, it is number 1"
	policy allow 22/tcp comment "two"
	matches "$(policy show)" $'\nallow 22/tcp comment "two"\n'
	run -0 --separate-stderr policy deny log 22/tcp
	same applied "$output"
	matches "$stderr" 'takes the place of rule 1, allow 22/tcp comment "two"'
	same "deny log 22/tcp
allow from 10.0.0.1" "$(policy show | sed 1,5d)"
	policy limit in on eth0 22/tcp
	same 3 "$(policy show | sed 1,5d | wc -l)"
}

@test "the switches are edited, too" {
	policy apply
	policy ping off
	policy mdns off
	policy dhcp off
	same '[false,false,false]' "$(policy status -o json | jq -c '[.ping,.mdns,.dhcp]')"
	policy ping on
	same true "$(policy status -o json | jq .ping)"
	run -2 policy ping of
	matches "$output" 'unknown switch "of", expected on, off'
}

@test "wrong words change nothing" {
	policy apply
	policy allow 22/tcp
	table > before
	run -2 policy allow 99999/tcp
	run -2 policy insert x allow 23/tcp
	run -1 policy insert 5 allow 23/tcp
	run -2 policy insert 1
	run -2 policy insert 1 ping off
	matches "$output" "'ping off' is no rule"
	run -1 policy delete 5
	run -1 policy delete allow 23/tcp
	matches "$output" "there is no rule 'allow 23/tcp'"
	# An edit is one line, whatever a script hands over.
	run -2 policy allow 22/tcp $'\nallow' from any
	matches "$output" "a line feed, or the like"
	run -2 policy allow 23/tcp comment $'two\nlines'
	run -2 policy allow 23/tcp "log\\"
	run -2 policy route insert 1 allow 23/tcp
	matches "$output" "'insert 1 route allow ...'"
	run -2 policy default allow incomming
	run -2 policy allow
	cmp before <(table)
}

@test "in the machine's own namespace the policy file is edited, comments kept" {
	mkdir -p /etc/fwctl
	lines '# ours' 'allow 22/tcp   # ssh' '' 'deny 23/tcp' > "$file"
	fwctl policy apply
	fwctl policy allow 80/tcp
	fwctl policy delete deny 23/tcp
	same "$(lines '# ours' 'allow 22/tcp   # ssh' '' 'allow 80/tcp')" "$(cat "$file")"
	lines '# ours' 'logging low   # enough' 'allow 22/tcp   # ssh' '' 'allow 80/tcp' > "$file"
	fwctl policy logging off
	fwctl policy limit 22/tcp
	same "$(lines '# ours' 'logging off   # enough' 'limit 22/tcp   # ssh' '' 'allow 80/tcp')" \
		"$(cat "$file")"
	matches "$(nft list table inet fwctl)" 'comment "allow 80/tcp"'
	# Another policy in force goes, and this is said.
	run -0 --separate-stderr fwctl policy allow 90/tcp
	lacks "$stderr" "what was in force"
	echo 'allow 91/tcp' > other.conf
	fwctl policy apply other.conf
	run -0 --separate-stderr fwctl policy delete allow 90/tcp
	matches "$stderr" "what was in force was not the policy of $file"
	# What fails leaves the file as it is.
	cp "$file" before
	run -2 fwctl policy allow 99999/tcp
	FWCTL_STATE_DIR=/dev/null run -1 fwctl policy allow 81/tcp
	cmp before "$file"
	same 1 "$(find /etc/fwctl -type f | wc -l)"
}

@test "an edited file keeps its mode, and a link to it stays a link" {
	mkdir -p /etc/fwctl
	echo 'allow 22/tcp' > ours.conf
	chmod 600 ours.conf
	ln -s "$PWD/ours.conf" "$file"
	fwctl policy allow 80/tcp
	[ -L "$file" ]
	same "600 allow 22/tcp allow 80/tcp" "$(stat -c %a ours.conf) $(paste -s -d ' ' ours.conf)"
	# One that leads nowhere is a file that cannot be read, and no reason for the default.
	mv ours.conf theirs.conf
	run -1 fwctl policy allow 81/tcp
	matches "$output" "$file: cannot open it: No such file"
	run -1 fwctl policy apply
	matches "$output" "$file: cannot open it: No such file"
	[ -L "$file" ]
	mv theirs.conf ours.conf
	# A rule that is named by its ports is not that of a profile.
	mkdir -p /etc/fwctl/applications.d
	lines '[Shell]' 'title=A shell' 'description=Far away' 'ports=22/tcp' > /etc/fwctl/applications.d/shell
	echo 'allow Shell' > ours.conf
	run -1 fwctl policy delete allow 22/tcp
	matches "$output" "there is no rule"
	same 'allow Shell' "$(cat ours.conf)"
	fwctl policy delete allow Shell
	# A full disk leaves nothing behind.
	mount -t tmpfs -o size=4k tmpfs /etc/fwctl
	{ lines 'allow 22/tcp'; head -c 4000 /dev/zero | tr '\0' '#'; } > "$file"
	run -1 fwctl policy allow 81/tcp
	matches "$output" "writing $file.new: No space left"
	same policy.conf "$(ls /etc/fwctl)"
	umount /etc/fwctl
}

@test "explain asks the policy that is in force" {
	policy apply
	policy allow 22/tcp
	run -0 policy explain in tcp from 10.1.1.1:4000 to 192.0.2.1:22
	matches "$output" "^allow: line [0-9]+: allow 22/tcp"
	run -0 policy explain in tcp from 10.1.1.1:4000 to 192.0.2.1:23
	matches "$output" "^deny: default deny incoming"
	# It is not the kernel's table that is asked.
	host_run m7500 nft insert rule inet fwctl input tcp dport 23 accept
	run -0 --separate-stderr policy explain in tcp from 10.1.1.1:4000 to 192.0.2.1:23
	matches "$output" "^deny: default deny incoming"
	matches "$stderr" "changed by someone else"
}

@test "app lists profiles and shows one" {
	mkdir -p /etc/fwctl/applications.d
	lines '[Web Thing]' 'title=A thing' 'description=Serves it' 'ports=80,443/tcp' \
		> /etc/fwctl/applications.d/thing
	run -0 policy app list
	matches "$output" "Web Thing"
	run -0 policy app info "Web Thing"
	matches "$output" "Ports: 80,443/tcp"
	run -1 policy app info "Web Thin"
	matches "$output" "did you mean 'Web Thing'"
	run -2 policy app lst
	# In force it is its ports; its name still finds the rule.
	policy apply
	policy allow "Web Thing"
	run -0 policy allow "Web Thing"
	matches "$output" "the rule is there already"
	policy delete allow "Web Thing"
	lacks "$(policy show)" "80,443"
}

@test "check names lines that never match" {
	lines 'allow 22/tcp' 'allow proto tcp from 10.1.0.0/16 to any port 22' > a.conf
	run -0 policy check a.conf
	matches "$output" "a.conf:2: note: never matches"
}
