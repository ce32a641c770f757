/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of the kernel to know its table, and whether the answers belong together. */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "fwctl/base/mem.h"
#include "fwctl/kernel/nft-attrs.h"
#include "fwctl/kernel/nft-comparison.h"
#include "fwctl/kernel/nft.h"

#define READING "reading table inet " FW_NFT_TABLE
/* The same inconsistent answer so often means that somebody changes rulesets without a pause. */
#define TRIES 10

void fw_nft_state_free(struct fw_nft_state *state)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		free(state->different[i]);
	free(state->different);
	fw_nft_old_free(&state->old);
	memset(state, 0, sizeof(*state));
}

/* --- requests ------------------------------------------------------------------------------ */

/* One request of the whole reading; `names` are pairs of attribute and text, ended by 0. */
struct question {
	uint16_t type, flags;
	uint16_t table_attr, name_attr; /* 0: none */
	const char *name;
	fw_message_fn *take;
};

static int ask(struct fw_nft_comparison *c, const struct question *question, bool *interrupted)
{
	char buffer[512] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *message = fw_message_begin(
		c->sock, buffer, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | question->type),
		question->flags, NFPROTO_INET);
	bool once = false;
	int result;

	if (question->table_attr)
		mnl_attr_put_strz(message, question->table_attr, FW_NFT_TABLE);
	if (question->name_attr)
		mnl_attr_put_strz(message, question->name_attr, question->name);
	result = fw_socket_request(c->sock, message, READING, question->take, c, &once, c->err);
	*interrupted |= once;
	return result;
}

static int take_generation(const struct nlmsghdr *message, void *data)
{
	struct fw_nft_comparison *c = data;
	const struct nlattr *id = fw_attrs_find(fw_attrs_of_message(message), NFTA_GEN_ID);
	uint32_t value = 0;

	if (id && mnl_attr_get_payload_len(id) == sizeof(value))
		memcpy(&value, mnl_attr_get_payload(id), sizeof(value));
	c->state->generation = be32toh(value);
	return 0;
}

static int read_generation(struct fw_nft_comparison *c)
{
	static const struct question question = { NFT_MSG_GETGEN, 0, 0, 0, NULL, take_generation };
	bool interrupted = false;

	return ask(c, &question, &interrupted);
}

static int read_table(struct fw_nft_comparison *c)
{
	static const struct question question = { NFT_MSG_GETTABLE, 0, NFTA_TABLE_NAME, 0, NULL,
						  fw_nft_take_table };
	static const struct question digest = { NFT_MSG_GETCHAIN,    0,
						NFTA_CHAIN_TABLE,    NFTA_CHAIN_NAME,
						FW_NFT_DIGEST_CHAIN, fw_nft_take_digest };
	bool interrupted = false;

	if (ask(c, &question, &interrupted) == 0 && ask(c, &digest, &interrupted) == 0)
		return 0;
	if (!c->err || c->err->sys != ENOENT)
		return -1;
	/* No such table, or one without the chain, whose digest is unknown then. */
	fw_err_free(c->err);
	return 0;
}

/*
 * What packets or timeouts change is not the policy's. Of the table of another policy only counts
 * are of use: the kernel walks a set from its beginning for each part of the answer, which takes
 * longer than all the rest of an apply.
 */
static bool is_worth_reading(const struct fw_nft_comparison *c, const struct fw_nft_set *set)
{
	if (set->dynamic || set->timeouts)
		return false;
	return set->counters || fw_nft_same_digest(c);
}

static int read_set_elems(struct fw_nft_comparison *c, uint32_t set, bool *interrupted)
{
	const char *name = c->old_sets[set];
	const struct question question = {
		NFT_MSG_GETSETELEM,     NLM_F_DUMP, NFTA_SET_ELEM_LIST_TABLE,
		NFTA_SET_ELEM_LIST_SET, name,       fw_nft_take_elems
	};
	size_t missing;

	if (!name || !is_worth_reading(c, &c->batch->ruleset->sets[set]))
		return 0;
	fw_set_index_build(&c->index, c->batch, set);
	if (ask(c, &question, interrupted) < 0)
		return -1;
	missing = fw_set_index_missing(&c->index);
	if (missing)
		fw_nft_differ(c->state, fw_format("%zu %s of set %s %s gone", missing,
						  missing == 1 ? "element" : "elements", name,
						  missing == 1 ? "is" : "are"));
	return 0;
}

static int read_objects(struct fw_nft_comparison *c, bool *interrupted)
{
	static const struct question questions[] = {
		{ NFT_MSG_GETCHAIN, NLM_F_DUMP, 0, 0, NULL, fw_nft_take_chain },
		{ NFT_MSG_GETSET, NLM_F_DUMP, NFTA_SET_TABLE, 0, NULL, fw_nft_take_set },
		{ NFT_MSG_GETOBJ, NLM_F_DUMP, NFTA_OBJ_TABLE, 0, NULL, fw_nft_take_object },
		{ NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, 0, NULL, fw_nft_take_rule },
	};
	uint32_t i;

	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (ask(c, &questions[i], interrupted) < 0)
			return -1;
	for (i = 0; i < c->batch->ruleset->set_count; i++)
		if (read_set_elems(c, i, interrupted) < 0)
			return -1;
	return 0;
}

/* 1: read and true at state->generation, 0: changed meanwhile, -1: error. */
static int read_once(struct fw_nft_comparison *c)
{
	bool interrupted = false;
	uint32_t generation;

	fw_nft_state_free(c->state);
	if (read_generation(c) < 0)
		return -1;
	generation = c->state->generation;
	if (read_table(c) < 0)
		return -1;
	if (c->state->present && c->batch) {
		/* ENOENT: the table or a set went away between two requests. */
		if (read_objects(c, &interrupted) < 0)
			return c->err && c->err->sys == ENOENT ? 0 : -1;
		fw_nft_comparison_missing(c);
	}
	if (read_generation(c) < 0)
		return -1;
	return !interrupted && generation == c->state->generation;
}

static int read_consistently(struct fw_socket *sock, struct fw_nft_batch *batch,
			     struct fw_nft_state *state, struct fw_err *err)
{
	struct fw_err own = FW_ERR_INIT;
	int tries, result = 0;

	memset(state, 0, sizeof(*state));
	for (tries = 0; tries < TRIES && result == 0; tries++) {
		struct fw_nft_comparison c = {
			.sock = sock, .batch = batch, .state = state, .err = &own
		};

		fw_err_free(&own);
		if (batch)
			fw_nft_comparison_begin(&c);
		result = read_once(&c);
		if (batch)
			fw_nft_comparison_end(&c);
	}
	if (result > 0) {
		fw_err_free(&own);
		return 0;
	}
	fw_nft_state_free(state);
	if (result < 0 && err) {
		fw_err_free(err);
		*err = own;
		return -1;
	}
	fw_err_free(&own);
	if (result < 0)
		return -1;
	fw_err_set(err, FW_ERR_INCOMPLETE,
		   READING ": the rulesets changed during each of %d readings", TRIES);
	return fw_err_hint(err, "another program changes nftables all the time; try again");
}

int fw_nft_read(struct fw_socket *sock, struct fw_nft_state *state, struct fw_err *err)
{
	return read_consistently(sock, NULL, state, err);
}

int fw_nft_compare(struct fw_socket *sock, struct fw_nft_batch *batch, struct fw_nft_state *state,
		   struct fw_err *err)
{
	return read_consistently(sock, batch, state, err);
}
