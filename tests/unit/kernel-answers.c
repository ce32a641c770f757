/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel answers, right and wrong, without a kernel. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "fwctl/kernel/socket.h"

#define PORT 4711
#define SEQ  7

static const struct fw_socket sock = { .portid = PORT };

/* One datagram, and what came of reading it. */
struct talk {
	char bytes[4096] __attribute__((aligned(8)));
	size_t size;
	struct fw_answer answer;
	struct fw_err err;
	int seen; /* messages that were handed over */
	int result;
};

static int count(const struct nlmsghdr *message, void *data)
{
	(void)message;
	((struct talk *)data)->seen++;
	return 0;
}

static struct nlmsghdr *add(struct talk *talk, uint16_t type, size_t payload)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(talk->bytes + talk->size);

	message->nlmsg_type = type;
	message->nlmsg_seq = SEQ;
	message->nlmsg_pid = PORT;
	mnl_nlmsg_put_extra_header(message, payload);
	talk->size += MNL_ALIGN(message->nlmsg_len);
	return message;
}

static struct nlmsghdr *add_error(struct talk *talk, int sys)
{
	struct nlmsghdr *message = add(talk, NLMSG_ERROR, sizeof(struct nlmsgerr));

	((struct nlmsgerr *)mnl_nlmsg_get_payload(message))->error = -sys;
	message->nlmsg_flags = NLM_F_CAPPED;
	return message;
}

static void read_talk(struct talk *talk)
{
	talk->answer =
		(struct fw_answer){ .seq = SEQ, .what = "asking", .fn = count, .data = talk };
	talk->result = fw_answer_read(&sock, talk->bytes, talk->size, &talk->answer, &talk->err);
}

#define DATA (NFNL_SUBSYS_CTNETLINK << 8)

static void a_dump_is_handed_over_and_ends(void **state)
{
	struct talk talk = { 0 };

	(void)state;
	add(&talk, DATA, sizeof(struct nfgenmsg));
	add(&talk, DATA, sizeof(struct nfgenmsg) + 8);
	read_talk(&talk);
	assert_int_equal(talk.result, 0);
	assert_int_equal(talk.seen, 2);
	add(&talk, NLMSG_DONE, sizeof(int));
	read_talk(&talk);
	assert_int_equal(talk.result, 1);
	assert_false(talk.answer.interrupted);
}

static void an_interrupted_dump_is_reported(void **state)
{
	struct talk talk = { 0 };

	(void)state;
	add(&talk, DATA, sizeof(struct nfgenmsg))->nlmsg_flags = NLM_F_MULTI | NLM_F_DUMP_INTR;
	read_talk(&talk);
	assert_true(talk.answer.interrupted);
}

static void messages_of_others_are_skipped(void **state)
{
	struct talk talk = { 0 };

	(void)state;
	add(&talk, DATA, sizeof(struct nfgenmsg))->nlmsg_seq = SEQ + 1;
	add(&talk, DATA, sizeof(struct nfgenmsg))->nlmsg_pid = PORT + 1;
	add_error(&talk, EPERM)->nlmsg_seq = SEQ - 1;
	add(&talk, NLMSG_NOOP, 0);
	read_talk(&talk);
	assert_int_equal(talk.result, 0);
	assert_int_equal(talk.seen, 0);
}

static void an_acknowledgement_ends(void **state)
{
	struct talk talk = { 0 };

	(void)state;
	add_error(&talk, 0);
	read_talk(&talk);
	assert_int_equal(talk.result, 1);
}

static void an_error_says_what_was_asked_and_what_the_kernel_says(void **state)
{
	struct talk talk = { 0 };
	struct nlmsghdr *message = add_error(&talk, EINVAL);

	(void)state;
	message->nlmsg_flags |= NLM_F_ACK_TLVS;
	mnl_attr_put_strz(message, NLMSGERR_ATTR_MSG, "no such thing");
	mnl_attr_put_u32(message, NLMSGERR_ATTR_OFFS, 24);
	talk.size = MNL_ALIGN(message->nlmsg_len);
	read_talk(&talk);
	assert_int_equal(talk.result, -1);
	assert_int_equal(talk.err.kind, FW_ERR_FAILED);
	assert_int_equal(talk.err.sys, EINVAL);
	assert_string_equal(talk.err.what,
			    "asking: Invalid argument (the kernel says: no such thing)");
	fw_err_free(&talk.err);
}

/* An error that is not capped echoes the request before its attributes. */
static void an_echoed_request_is_passed_over(void **state)
{
	struct talk talk = { 0 };
	struct nlmsghdr *message = add(&talk, NLMSG_ERROR, sizeof(struct nlmsgerr) + 16);
	struct nlmsgerr *body = mnl_nlmsg_get_payload(message);
	struct fw_message_error error;

	(void)state;
	body->error = -EEXIST;
	body->msg.nlmsg_len = sizeof(struct nlmsghdr) + 16;
	message->nlmsg_flags = NLM_F_ACK_TLVS;
	mnl_attr_put_strz(message, NLMSGERR_ATTR_MSG, "there");
	assert_int_equal(fw_message_error_read(message, &error), 0);
	assert_int_equal(error.sys, EEXIST);
	assert_string_equal(error.detail, "there");
	/* An echo that claims to be longer than the message leaves no attributes. */
	body->msg.nlmsg_len = 60000;
	assert_int_equal(fw_message_error_read(message, &error), 0);
	assert_null(error.detail);
}

static const struct {
	int sys;
	enum fw_err_kind kind;
	bool hint;
} kinds[] = {
	{ EPERM, FW_ERR_DENIED, true },           { EOPNOTSUPP, FW_ERR_DENIED, true },
	{ EPROTONOSUPPORT, FW_ERR_DENIED, true }, { ENOBUFS, FW_ERR_FAILED, true },
	{ ENOENT, FW_ERR_FAILED, false },
};

static void errors_have_their_kind(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++) {
		struct talk talk = { 0 };

		add_error(&talk, kinds[i].sys);
		read_talk(&talk);
		assert_int_equal(talk.result, -1);
		assert_int_equal(talk.err.kind, kinds[i].kind);
		assert_int_equal(talk.err.sys, kinds[i].sys);
		assert_int_equal(talk.err.hint != NULL, kinds[i].hint);
		fw_err_free(&talk.err);
	}
}

/* Every cut of a datagram, and every length field that lies, is an error or more to come, and
 * never a read behind the end (the sanitizers and valgrind watch). */
static void damaged_answers_are_errors(void **state)
{
	struct talk talk = { 0 };
	size_t size, cut;

	(void)state;
	add(&talk, DATA, sizeof(struct nfgenmsg) + 20);
	add_error(&talk, ENOENT);
	size = talk.size;
	for (cut = 1; cut < size; cut++) {
		char *exact = malloc(cut);

		assert_non_null(exact);
		memcpy(exact, talk.bytes, cut);
		talk.answer = (struct fw_answer){ SEQ, "asking", count, &talk, false };
		talk.result = fw_answer_read(&sock, exact, cut, &talk.answer, &talk.err);
		if (cut != 40)
			assert_int_equal(talk.result, -1);
		fw_err_free(&talk.err);
		free(exact);
	}
	/* Too short for the header that every message of netfilter has. */
	talk.size = 0;
	add(&talk, DATA, sizeof(struct nfgenmsg))->nlmsg_len = sizeof(struct nlmsghdr) + 2;
	read_talk(&talk);
	assert_int_equal(talk.result, -1);
	assert_string_equal(talk.err.what, "asking: the kernel's answer is cut short or malformed");
	fw_err_free(&talk.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_is_handed_over_and_ends),
		cmocka_unit_test(an_interrupted_dump_is_reported),
		cmocka_unit_test(messages_of_others_are_skipped),
		cmocka_unit_test(an_acknowledgement_ends),
		cmocka_unit_test(an_error_says_what_was_asked_and_what_the_kernel_says),
		cmocka_unit_test(an_echoed_request_is_passed_over),
		cmocka_unit_test(errors_have_their_kind),
		cmocka_unit_test(damaged_answers_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
