#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# -o prometheus is what Prometheus takes: its own checker says so, and it scrapes the figures through
# node_exporter. The alert rules do what they say.

load ../lib/fwctl

setup_file() {
	needs_private
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	host_add table
}

teardown() {
	hosts_remove
}

needs() {
	command -v "$1" > /dev/null || skip "no $1 here"
}

sample() {
	sed -n "s/^$1 //p" metrics
}

@test "samples are figures of the table, with HELP and TYPE, each once" {
	local name
	host_run table conntrack -I -p udp --sport 7 --dport 7 -s 10.0.0.1 -d 10.0.0.2 -t 900
	host_run table conntrack -I -p tcp --sport 7 --dport 7 -s 10.0.0.1 -d 10.0.0.2 -t 900 \
		--state SYN_SENT
	fwctl_in table stats -o prometheus > metrics
	same 2 "$(sample fwctl_conntrack_entries)"
	same "$(host_run table cat /proc/sys/net/netfilter/nf_conntrack_max)" \
		"$(sample fwctl_conntrack_limit)"
	same 1 "$(sample 'fwctl_conntrack_flows{proto="udp"}')"
	same 1 "$(sample 'fwctl_conntrack_flows_by_state{proto="tcp",state="SYN_SENT"}')"
	same 2 "$(sample fwctl_conntrack_reclaimable)"
	same 2 "$(sed -n 's/^fwctl_conntrack_insert_total{cpu="[0-9]*"} //p' metrics |
		awk '{ sum += $1 } END { print sum }')"
	same 30 "$(sample 'fwctl_conntrack_timeout_seconds{proto="udp",timer="unreplied"}')"
	same 0 "$(sample fwctl_policy_active)"
	same "" "$(grep -v '^#' metrics | sort | uniq -d)"
	grep -v '^#' metrics | sed 's/[{ ].*//' | uniq > names
	same "" "$(sort names | uniq -d)"
	while read -r name; do
		same 2 "$(grep -cE "^# (HELP|TYPE) $name " metrics)"
	done < names
}

@test "the lines of the policy have their packets, and drift is seen" {
	printf 'default deny incoming\ndefault allow outgoing\nallow 7/udp\n' > policy.conf
	fwctl_in table policy apply policy.conf
	fwctl_in table stats -o prometheus > metrics
	same 1 "$(sample fwctl_policy_active)"
	same 0 "$(sample fwctl_policy_differences)"
	same 1 "$(grep -c '^fwctl_policy_packets_total{line="[0-9]*"} 0$' metrics)"
	host_run table nft add chain inet fwctl intruder
	fwctl_in table stats -o prometheus > metrics
	same 1 "$(sample fwctl_policy_differences)"
	run -0 fwctl_in table stats
	matches "$output" $'differences +1\n      someone else changed the table'
}

@test "promtool finds nothing wrong with it" {
	needs promtool
	fwctl_in table policy apply
	fwctl_in table stats -o prometheus | promtool check metrics
	fwctl_in table stats --per-cpu -p udp -o prometheus | promtool check metrics
}

@test "the alert rules pass their tests" {
	needs promtool
	promtool check rules "$FWCTL_SOURCE/data/prometheus/fwctl.rules.yml"
	promtool test rules "$FWCTL_SOURCE/data/prometheus/fwctl.rules.test.yml"
}

# service_run: what the service of data/ does, with this build's program and in this folder
service_run() {
	sed -n 's/^ExecStart=//p' "$FWCTL_SOURCE/data/systemd/fwctl-stats.service.in" |
		sed "s|@bindir@|$FWCTL_BUILD|" > service.sh
	TEXTFILE_DIRECTORY=$PWD/textfiles host_run table sh service.sh
}

@test "the service leaves a whole file or none" {
	mkdir textfiles
	service_run
	same fwctl.prom "$(ls textfiles)"
	grep -q '^fwctl_conntrack_entries 0$' textfiles/fwctl.prom
	rm textfiles/fwctl.prom
	TEXTFILE_DIRECTORY=$PWD/textfiles run host_run table setpriv --bounding-set -all --inh-caps -all \
		--reuid 65534 --clear-groups sh service.sh
	fails [ -e textfiles/fwctl.prom ]
}

# answers QUERY: what Prometheus has scraped
answers() {
	host_run table promtool query instant http://127.0.0.1:9090 "$1" | grep -q "=> $2 "
}

@test "Prometheus scrapes it through node_exporter" {
	needs prometheus
	needs prometheus-node-exporter
	needs promtool
	mkdir textfiles
	host_run table conntrack -I -p udp --sport 7 --dport 7 -s 10.0.0.1 -d 10.0.0.2 -t 900
	service_run
	printf '%s\n' 'global: { scrape_interval: 1s }' 'scrape_configs:' '- job_name: node' \
		'  static_configs: [ { targets: [ "127.0.0.1:9100" ] } ]' \
		"rule_files: [ $FWCTL_SOURCE/data/prometheus/fwctl.rules.yml ]" > prometheus.yml
	host_spawn table prometheus-node-exporter --collector.disable-defaults --collector.textfile \
		--collector.textfile.directory="$PWD/textfiles" --web.listen-address=127.0.0.1:9100 \
		> exporter.log 2>&1
	host_spawn table prometheus --config.file=prometheus.yml --storage.tsdb.path=data \
		--web.listen-address=127.0.0.1:9090 > prometheus.log 2>&1
	wait_for 30 answers fwctl_conntrack_entries 1
	answers 'fwctl_conntrack_flows{proto="udp"}' 1
	answers 'sum(fwctl_conntrack_insert_total)' 1
	answers 'node_textfile_scrape_error' 0
}
