/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines of `list` as far as the filter and -o go, without a program and without root: each
 * row is {the words; what the message says, which is misuse, or NULL when they are understood}.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/model/filter.h"

struct values {
	struct fw_output output;
};

static const struct fw_option own_options[] = {
	{ .names = "output", .letter = 'o', .arg = "FORMAT[,FLAG...]", .set = fw_set_output },
	{ 0 },
};

#define WORDS 12

struct row {
	const char *words; /* between blanks; "_" is an empty word */
	const char *what;  /* a part of the message, or of its hint */
};

static const struct row rows[] = {
	{ "", NULL },
	{ "-p udp --sport 62222 --dport=61111", NULL },
	{ "--sport 62222", NULL },
	{ "-pudp", NULL },
	{ "-p 17,tcp,89", NULL },
	{ "-s 10.0.0.0/8,192.0.2.1 -d 2001:db8::/32", "exclude each other" },
	{ "--sport 1:5,7,65535", NULL },
	{ "--state ESTABLISHED,time_wait", NULL },
	{ "-u assured,!seen-reply", NULL },
	{ "-u SEEN_REPLY -u ASSURED", NULL },
	{ "-m 0x15 -m 0x10/0xf0", NULL },
	{ "-f ipv4,ipv6 -s 2001:db8::1", NULL },
	{ "-n -g 10.0.0.1:80 -j [2001:db8::1]:80", "exclude each other" },
	{ "-l 3,127", NULL },
	{ "--not -s 10.0.0.1 --not --sport 53", NULL },
	{ "--timeout-below 1h30m --age-above 90 --bytes-above 0", NULL },
	/* Two that no flow can match: of one thing, */
	{ "-s 10.0.0.0/8 -s 10.1.0.0/16", NULL },
	{ "-s 10.0.0.1 -s 10.0.0.2", "--orig-src 10.0.0.1 and --orig-src 10.0.0.2 exclude" },
	{ "-s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.3 --addr 10.0.0.4 --addr 10.0.0.5", NULL },
	{ "--sport 1:5 --sport 5:9 --dport 1 --port 2 --port 3", NULL },
	{ "--sport 1:5 --sport 6", "--sport 1:5 and --sport 6 exclude" },
	{ "-m 5 -m 6", "--mark 5 and --mark 6 exclude" },
	{ "-u assured -u unassured", "--status assured and --status unassured exclude" },
	{ "-w 5 -w 6", "--zone 5 and --zone 6 exclude" },
	{ "--helper ftp,sip --helper sip", NULL },
	{ "--helper ftp --helper sip", "--helper ftp and --helper sip exclude" },
	{ "--state ESTABLISHED --state CLOSE,ESTABLISHED", NULL },
	{ "--state SYN_SENT --state CLOSE", "--state SYN_SENT and --state CLOSE exclude" },
	{ "--timeout-below 60 --timeout-above 59", "exclude each other" },
	{ "--timeout-below 60 --timeout-above 58", NULL },
	{ "-n --not -n", "--src-nat and --not --src-nat exclude" },
	{ "--not -s 10.0.0.1 --not -s 10.0.0.2", NULL },
	{ "--not -m 5 --not -m 6", NULL },
	/* of the family and the protocol. */
	{ "--not -f ipv4 -s 10.0.0.1", "--not --family ipv4 and --orig-src 10.0.0.1 exclude" },
	{ "--not -f ipv4 -s 2001:db8::1", NULL },
	{ "--not -p tcp --state SYN_SENT", "--not --proto tcp and --state SYN_SENT exclude" },
	{ "--not -p tcp --state ESTABLISHED", NULL },
	{ "--not -p 89 -p 88", NULL },
	{ "-g 10.0.0.1:80 -p icmp", "--dst-nat 10.0.0.1:80 and --proto icmp exclude" },
	{ "-g 10.0.0.1 -p icmp", NULL },
	{ "-o json", NULL },
	{ "-o extended,id,ktimestamp,labels,timestamp", NULL },
	{ "-o text,id", NULL },
	/* Numbers. */
	{ "--sport 99999", "--sport: '99999'" },
	{ "--sport=99999", "--sport: '99999'" },
	{ "--dport abc", "--dport: 'abc'" },
	{ "--dport -1", "'-1'" },
	{ "--dport _", "empty" },
	{ "--dport 30-5", "'30-5'" },
	{ "--dport 30:5", "ends before it begins" },
	{ "--dport 1,,2", "empty" },
	{ "--dport 1,", "empty" },
	{ "--dport +1", "'+1'" },
	{ "--dport 0x", "'0x'" },
	{ "--icmp-type 256", "'256'" },
	{ "--id 4294967296", "'4294967296'" },
	{ "-w 65536", "'65536'" },
	{ "-m banana", "VALUE/MASK" },
	{ "-m 1/", "VALUE/MASK" },
	{ "-m 3/1", "the mask does not look at" },
	{ "--timeout-below 5x", "duration" },
	{ "--timeout-below 0", "below 0" },
	{ "--bytes-above -5", "'-5'" },
	/* Words. */
	{ "-f ipv4banana", "ipv4" },
	{ "-f ipv5", "neither ipv4 nor ipv6" },
	{ "-p tpc", "'tpc' is not a protocol" },
	{ "-p tpc", "accepted: tcp" },
	{ "-p 256", "'256'" },
	{ "--state ESTAB", "ESTABLISHED" },
	{ "-u ASSU", "assured" },
	{ "-u assured,!assured", "contradicts" },
	{ "-u assured,unassured", "contradicts" },
	{ "--role boss", "client, server" },
	{ "-o yaml", "json" },
	{ "-o json,csv", "two formats" },
	{ "-o json,id", "json does not take" },
	{ "-o _", "accepted" },
	/* Addresses. */
	{ "-s 10.0.0", "'10.0.0'" },
	{ "-s 10.0.0.1/33", "'10.0.0.1/33'" },
	{ "-d localhost", "'localhost'" },
	{ "-n 10.0.0.1:99999", "ADDR:PORT" },
	{ "-n banana", "'banana'" },
	{ "-g 10.0.0.1:", "ADDR:PORT" },
	/* What no flow can be: both words are named. */
	{ "-f ipv6 -s 10.0.0.1", "--family ipv6 and --orig-src 10.0.0.1" },
	{ "-s 10.0.0.1 -r 2001:db8::1", "--orig-src 10.0.0.1 and --reply-src" },
	{ "-p tcp --icmp-type 8", "--proto tcp and --icmp-type 8" },
	{ "--icmp-id 8 --sport 1", "--icmp-id 8 and --sport 1" },
	{ "-p udp --state ESTABLISHED", "--proto udp and --state" },
	{ "-p sctp --state SYN_SENT", "--proto sctp and --state" },
	{ "-p icmp -f ipv6", "--proto icmp and --family ipv6" },
	{ "-p udp --not --state ESTABLISHED", NULL },
	/* The options themselves. */
	{ "--sprot 5", "did you mean --sport?" },
	{ "--spor 5", "unknown option --spor" },
	{ "-Z", "unknown option -Z" },
	{ "--sport", "needs a value: PORT" },
	{ "--not=5", "takes no value" },
	{ "--not", "needs a condition" },
	{ "--not --not -s 10.0.0.1", "once is enough" },
};

/* Parses the words of a row as a program would; what came of it is in `err`. */
static void parse(const char *words, struct fw_err *err)
{
	struct fw_option *filter_options = fw_filter_source.options();
	char *copy = strdup(words), *argv[WORDS], *word, *rest = NULL;
	struct fw_filter filter = { 0 };
	struct fw_filter_reader reader = { .filter = &filter };
	struct values values = { 0 };
	const struct fw_option_group groups[] = {
		{ NULL, own_options, &values },
		{ NULL, filter_options, &reader },
		{ 0 },
	};
	int argc = 0;

	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (!strcmp(word, "_"))
			*word = '\0';
		argv[argc++] = word;
	}
	if (fw_options_parse(groups, argc, argv, false, err) == 0)
		(void)fw_filter_source.finish(&reader, err);
	fw_filter_free(&filter);
	free(filter_options);
	free(copy);
}

static void command_lines(void **state)
{
	struct fw_err err = FW_ERR_INIT;
	char said[4096];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		/* A row that names a message is one that is refused. */
		enum fw_err_kind kind = rows[i].what ? FW_ERR_MISUSE : FW_ERR_NONE;

		parse(rows[i].words, &err);
		snprintf(said, sizeof(said), "%s; %s", err.what ? err.what : "",
			 err.hint ? err.hint : "");
		if (err.kind != kind || (rows[i].what && !strstr(said, rows[i].what)))
			fail_msg("'%s': kind %d, said: %s", rows[i].words, (int)err.kind, said);
		fw_err_free(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(command_lines) };

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
