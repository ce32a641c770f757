/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a packet, and the sentences about why a line does not decide it. */
#include "tests/unit/unit.h"

#include "fwctl/policy/explain.h"
#include "fwctl/policy/read.h"

#define MAX_WORDS 20

static const struct {
	const char *words;
	const char *printed, *error; /* one of them */
} packets[] = {
	{ "in tcp from 198.51.100.7:40000 to 192.0.2.1:22 on eth0",
	  "in tcp from 198.51.100.7:40000 to 192.0.2.1:22 in eth0 state new ttl 64", NULL },
	{ "out udp on eth1 to [2001:db8::1]:53",
	  "out udp from [::]:0 to [2001:db8::1]:53 out eth1 state new ttl 64", NULL },
	{ "in tcp from 2001:db8::1", "in tcp from [2001:db8::1]:0 to [::]:0 state new ttl 64",
	  NULL },
	{ "in tcp from [2001:db8::1]", "in tcp from [2001:db8::1]:0 to [::]:0 state new ttl 64",
	  NULL },
	{ "routed gre in a out b state established",
	  "routed gre from 0.0.0.0 to 0.0.0.0 in a out b state established ttl 64", NULL },
	{ "in icmp", "in icmp from 0.0.0.0 to 0.0.0.0 type 8 code 0 state new ttl 64", NULL },
	{ "in icmpv6", "in icmpv6 from :: to :: type 128 code 0 state new ttl 64", NULL },
	{ "in icmpv6 type 135", "in icmpv6 from :: to :: type 135 code 0 state untracked ttl 255",
	  NULL },
	{ "in icmpv6 type 130 code 1", "in icmpv6 from :: to :: type 130 code 1 state new ttl 1",
	  NULL },
	{ "IN 89 ttl 3", "in 89 from 0.0.0.0 to 0.0.0.0 state new ttl 3", NULL },
	{ "in", NULL,
	  "a packet is a direction and a protocol at least, as in tcp from 198.51.100.7:40000 to "
	  "192.0.2.1:22 on eth0" },
	{ "inn tcp", NULL, "\"inn\" is no direction, expected in, out, routed" },
	{ "in tpc", NULL,
	  "\"tpc\" is no protocol or number from 0 to 255, expected tcp, udp, udplite, sctp, dccp, "
	  "icmp, icmpv6, ah, esp, gre, igmp, vrrp, ipv6" },
	{ "in tcp from 10.0.0.1:99999", NULL, "\"99999\" is no port from 0 to 65535" },
	{ "in tcp from 10.0.0.256", NULL,
	  "\"10.0.0.256\" is no address, expected ADDR, ADDR:PORT or [ADDR]:PORT" },
	{ "in tcp from [::1", NULL,
	  "\"[::1\" is no address, expected ADDR, ADDR:PORT or [ADDR]:PORT" },
	{ "in tcp from [", NULL, "\"[\" is no address, expected ADDR, ADDR:PORT or [ADDR]:PORT" },
	{ "in tcp from ]", NULL, "\"]\" is no address, expected ADDR, ADDR:PORT or [ADDR]:PORT" },
	{ "in tcp from 10.0.0.1 to ::1", NULL, "one address is IPv4 and the other one is IPv6" },
	{ "in tcp from", NULL, "a value is missing behind \"from\"" },
	{ "in tcp on averyverylongname", NULL,
	  "\"averyverylongname\" is no name of an interface, they have 1 to 15 bytes" },
	{ "in tcp state old", NULL,
	  "\"old\" is no state, expected new, established, related, invalid, untracked" },
	{ "in tcp ttl 256", NULL, "\"256\" is no number from 0 to 255" },
	{ "in tcp by eth0", NULL,
	  "\"by\" is no word here, expected from, to, on, in, out, type, code, state, ttl" },
};

static int parse(const char *text, struct fw_packet *packet, struct fw_err *err)
{
	const char *words[MAX_WORDS];
	size_t count = 0;
	char copy[200], *word, *rest;

	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	return fw_packet_parse(count, words, packet, NULL, err);
}

static void packet_rows(void **state)
{
	struct fw_buf text = { 0 };
	struct fw_packet packet;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(packets); i++) {
		struct fw_err err = FW_ERR_INIT;
		int result = parse(packets[i].words, &packet, &err);

		if (packets[i].error) {
			assert_int_equal(result, -1);
			assert_int_equal(err.kind, FW_ERR_MISUSE);
			assert_string_equal(err.what, packets[i].error);
		} else {
			assert_int_equal(result, 0);
			text.length = 0;
			fw_packet_print(&text, &packet);
			assert_string_equal(fw_buf_text(&text), packets[i].printed);
			/* What is printed is read again as the same packet. */
			assert_int_equal(parse(packets[i].printed, &packet, &err), 0);
			text.length = 0;
			fw_packet_print(&text, &packet);
			assert_string_equal(fw_buf_text(&text), packets[i].printed);
		}
		fw_err_free(&err);
	}
	fw_buf_free(&text);
}

static const char policy_text[] = "default reject routed\n"
				  "set few { 192.0.2.1 }\n"
				  "deny in on eth1 from any\n"
				  "allow proto udp from any\n"
				  "deny from 2001:db8::/32\n"
				  "deny from @few\n"
				  "deny proto tcp from any port 99\n"
				  "deny to 10.0.0.0/8\n"
				  "allow 80,443/tcp\n"
				  "limit 22/tcp\n";

static const struct {
	const char *words, *decider;
	const char *misses[8];
} answers[] = {
	{ "in tcp from 198.51.100.7:4000 to 192.0.2.9:22 on eth0",
	  "line 14: limit 22/tcp",
	  { "the packet came in on eth0, the line says eth1", "tcp is another protocol",
	    "the packet is IPv4, the line is not", "source 198.51.100.7 is not in @few",
	    "source port 4000 is another one", "destination 192.0.2.9 is not in 10.0.0.0/8",
	    "destination port 22 is another one" } },
	{ "in udp",
	  "line 8: allow proto udp",
	  { "the line is for eth1 only, the packet's interface is not given" } },
	{ "in tcp state established", "established and related flows", { 0 } },
	{ "in tcp state invalid", "packets that tracking calls invalid", { 0 } },
	{ "out tcp on lo", "loopback", { 0 } },
	{ "out tcp", "default allow outgoing", { 0 } },
	{ "routed tcp", "default reject routed", { 0 } },
	{ "in udp from 10.0.0.1:67 to 255.255.255.255:68",
	  "answers of DHCP servers (dhcp on)",
	  { 0 } },
	{ "in icmpv6 type 134 from fe80::1",
	  "IPv6 neighbour and router discovery, and MLD",
	  { 0 } },
};

static void answer_rows(void **state)
{
	static const struct fw_policy_options options = { fw_protos, NULL };
	struct fw_diags diags = { 0 };
	struct fw_policy *policy =
		fw_policy_parse("policy", policy_text, strlen(policy_text), &options, &diags);
	struct fw_explanation explanation;
	struct fw_buf text = { 0 };
	struct fw_packet packet;
	size_t i, j;

	(void)state;
	assert_non_null(policy);
	for (i = 0; i < COUNT(answers); i++) {
		assert_int_equal(parse(answers[i].words, &packet, NULL), 0);
		fw_policy_explain(policy, &packet, &explanation);
		text.length = 0;
		fw_decider_print(&text, policy, &packet, &explanation);
		assert_string_equal(fw_buf_text(&text), answers[i].decider);
		for (j = 0; j < explanation.miss_count; j++) {
			assert_non_null(answers[i].misses[j]);
			text.length = 0;
			fw_miss_print(&text, policy, &explanation.misses[j], &packet);
			assert_string_equal(fw_buf_text(&text), answers[i].misses[j]);
		}
		assert_null(answers[i].misses[j]);
		fw_explanation_free(&explanation);
	}
	fw_policy_free(policy);
	fw_diags_free(&diags);
	fw_buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet_rows),
		cmocka_unit_test(answer_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
