/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's table against the messages that would make it. */
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
#include "fwctl/kernel/nft-names.h"
#include "fwctl/kernel/nft-set-index.h"
#include "fwctl/kernel/nft.h"
#include "fwctl/model/ruleset-names.h"

#define READING "reading table inet " FW_NFT_TABLE
/* The same inconsistent answer so often means that somebody changes rulesets without a pause. */
#define TRIES 10
/* How far a rule is looked for when it is not where it should be. */
#define LOOK_AHEAD 1024

struct comparison {
	struct fw_socket *sock;
	struct fw_nft_batch *batch;
	struct fw_nft_state *state;
	struct fw_err *err;
	bool *seen; /* by entry */
	struct fw_nft_names chains, sets, objects;
	size_t *first_rule; /* entry of each chain's first rule */
	size_t *next_rule;  /* and which of its rules is expected next */
	size_t chain;       /* index of the one that the last rule was of */
	char **old_sets;    /* by index of the set: what the kernel's one of that name is called */
	struct fw_set_index index; /* of the set whose elements are being read */
};

static void differ(struct fw_nft_state *state, char *text)
{
	state->differences++;
	if (state->count == FW_NFT_DIFFERENCES_MAX) {
		free(text);
		return;
	}
	fw_array_grow(&state->different, &state->capacity, state->count, sizeof(char *));
	state->different[state->count++] = text;
}

void fw_nft_state_free(struct fw_nft_state *state)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		free(state->different[i]);
	free(state->different);
	fw_nft_old_free(&state->old);
	memset(state, 0, sizeof(*state));
}

static struct fw_attr_list entry_attrs(const struct comparison *c, size_t entry)
{
	return fw_attrs_of_message(fw_nft_entry_message(c->batch, &c->batch->entries[entry]));
}

static bool has_same_digest(const struct comparison *c)
{
	return !strcmp(c->state->digest, c->batch->ruleset->digest);
}

/* The entry of what has that name in the kernel; in the table of another policy it differs. */
static size_t find_old_name(const struct comparison *c, const struct fw_nft_names *names,
			    const char *name)
{
	size_t entry;
	char *here;

	if (has_same_digest(c))
		return fw_nft_names_find(names, name);
	here = fw_signed_name(name, c->batch->ruleset->digest);
	entry = fw_nft_names_find(names, here);
	free(here);
	return entry;
}

static void comparison_begin(struct comparison *c)
{
	const struct fw_ruleset *ruleset = c->batch->ruleset;
	size_t entry, i = c->batch->count;

	c->seen = fw_calloc(c->batch->count, sizeof(bool));
	fw_nft_names_build(&c->chains, c->batch, FW_NFT_PART_CHAIN);
	fw_nft_names_build(&c->sets, c->batch, FW_NFT_PART_SET);
	fw_nft_names_build(&c->objects, c->batch, FW_NFT_PART_OBJECT);
	c->first_rule = fw_calloc(ruleset->chain_count + 1, sizeof(size_t));
	c->next_rule = fw_calloc(ruleset->chain_count + 1, sizeof(size_t));
	c->old_sets = fw_calloc(ruleset->set_count + 1, sizeof(char *));
	for (entry = i; entry-- > 0;)
		if (c->batch->entries[entry].part == FW_NFT_PART_RULE)
			c->first_rule[c->batch->entries[entry].index] = entry;
}

static void comparison_end(struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->batch->ruleset->set_count; i++)
		free(c->old_sets[i]);
	free(c->old_sets);
	free(c->seen);
	fw_nft_names_free(&c->chains);
	fw_nft_names_free(&c->sets);
	fw_nft_names_free(&c->objects);
	free(c->first_rule);
	free(c->next_rule);
	fw_set_index_free(&c->index);
}

/* --- table, chains, sets, objects ---------------------------------------------------------- */

static void compare_entry(struct comparison *c, size_t entry, struct fw_attr_list actual,
			  uint64_t ignore)
{
	char *name = fw_nft_entry_name(c->batch, &c->batch->entries[entry]);

	c->seen[entry] = true;
	if (!fw_attrs_match(entry_attrs(c, entry), actual, ignore))
		differ(c->state, fw_format("%s differs", name));
	free(name);
}

/* The digest is a comment in the chain's user data: type 0, length, text with its NUL. */
static int take_digest(const struct nlmsghdr *message, void *data)
{
	struct comparison *c = data;
	const struct nlattr *attr =
		fw_attrs_find(fw_attrs_of_message(message), NFTA_CHAIN_USERDATA);
	const uint8_t *udata = attr ? mnl_attr_get_payload(attr) : NULL;
	const size_t size = sizeof(c->state->digest);

	if (attr && mnl_attr_get_payload_len(attr) == 2 + size && udata[0] == 0 &&
	    udata[1] == size && udata[2 + size - 1] == '\0')
		memcpy(c->state->digest, udata + 2, size);
	return 0;
}

static int take_table(const struct nlmsghdr *message, void *data)
{
	struct comparison *c = data;

	c->state->present = true;
	c->state->old.keep = true;
	if (c->batch) {
		compare_entry(c, FW_NFT_ENTRY_TABLE, fw_attrs_of_message(message), 0);
		/* A table that was put to sleep, say, is made anew. */
		c->state->old.keep = !c->state->differences;
	}
	return 0;
}

/* The entry that the thing stands for, or 0. */
static size_t take_named(struct comparison *c, struct fw_attr_list attrs,
			 const struct fw_nft_names *names, const char *kind, const char *name,
			 uint64_t ignore)
{
	size_t entry = find_old_name(c, names, name);

	if (entry)
		compare_entry(c, entry, attrs, ignore);
	else
		differ(c->state, fw_format("%s %s was added", kind, name));
	return entry;
}

/*
 * What packets come to by way of maps. When something of its name comes with the batch, the two
 * cannot stand side by side.
 */
static void note_old_way(struct comparison *c, enum fw_nft_part part, const char *name,
			 size_t same_name)
{
	fw_nft_old_add(&c->state->old, part, 0, name)->way = true;
	c->state->old.in_the_way |= same_name != 0;
}

/* A base chain can stay when it is hooked where the batch wants it; its policy can be changed. */
static void note_old_chain(struct comparison *c, struct fw_attr_list attrs, const char *name)
{
	const uint64_t changeable = 1ull << NFTA_CHAIN_POLICY;
	size_t entry = fw_nft_names_find(&c->chains, name);

	if (!strcmp(name, FW_NFT_DIGEST_CHAIN)) {
		fw_nft_old_add(&c->state->old, FW_NFT_PART_CHAIN, 0, name);
		return;
	}
	if (!fw_attrs_find(attrs, NFTA_CHAIN_HOOK)) {
		note_old_way(c, FW_NFT_PART_CHAIN, name, entry);
		return;
	}
	if (!entry || !fw_attrs_match(entry_attrs(c, entry), attrs, changeable))
		c->state->old.keep = false;
}

static int take_chain(const struct nlmsghdr *message, void *data)
{
	struct comparison *c = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);
	const char *name = fw_attrs_text(attrs, NFTA_CHAIN_NAME);

	/* Kernels dump the chains of all tables. */
	if (strcmp(fw_attrs_text(attrs, NFTA_CHAIN_TABLE), FW_NFT_TABLE) != 0)
		return 0;
	note_old_chain(c, attrs, name);
	if (!strcmp(name, FW_NFT_DIGEST_CHAIN))
		return 0;
	take_named(c, attrs, &c->chains, "chain", name, 0);
	return 0;
}

static int take_set(const struct nlmsghdr *message, void *data)
{
	struct comparison *c = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);
	const char *name = fw_attrs_text(attrs, NFTA_SET_NAME);
	size_t entry;

	if (fw_attrs_u64(attrs, NFTA_SET_FLAGS) & NFT_SET_MAP) {
		note_old_way(c, FW_NFT_PART_SET, name, fw_nft_names_find(&c->sets, name));
		c->state->old.maps = true;
	} else {
		fw_nft_old_add(&c->state->old, FW_NFT_PART_SET, 0, name);
	}
	entry = take_named(c, attrs, &c->sets, "set", name, 1ull << NFTA_SET_ID);
	if (entry) {
		uint32_t index = c->batch->entries[entry].index;

		free(c->old_sets[index]);
		c->old_sets[index] = fw_strdup(name);
	}
	return 0;
}

static int take_object(const struct nlmsghdr *message, void *data)
{
	struct comparison *c = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);

	fw_nft_old_add(&c->state->old, FW_NFT_PART_OBJECT,
		       (uint32_t)fw_attrs_u64(attrs, NFTA_OBJ_TYPE),
		       fw_attrs_text(attrs, NFTA_OBJ_NAME));
	take_named(c, attrs, &c->objects, "object", fw_attrs_text(attrs, NFTA_OBJ_NAME), 0);
	return 0;
}

/* --- rules --------------------------------------------------------------------------------- */

static bool same_comment(struct fw_attr_list a, struct fw_attr_list b)
{
	const struct nlattr *x = fw_attrs_find(a, NFTA_RULE_USERDATA);
	const struct nlattr *y = fw_attrs_find(b, NFTA_RULE_USERDATA);

	return x && y && x->nla_len == y->nla_len &&
	       !memcmp(mnl_attr_get_payload(x), mnl_attr_get_payload(y),
		       mnl_attr_get_payload_len(x));
}

/* From `from` on: the rule that is the same, else one with the same comment; `count` if none. */
static size_t find_rule(const struct comparison *c, size_t chain, size_t from,
			struct fw_attr_list actual, bool *same)
{
	size_t count = c->batch->ruleset->chains[chain].count, candidate = count, i;

	*same = true;
	for (i = from; i < count && i - from < LOOK_AHEAD; i++) {
		struct fw_attr_list expected = entry_attrs(c, c->first_rule[chain] + i);
		bool comment = same_comment(expected, actual);

		/* Comments are cheap to compare; where they differ, rules do. */
		if ((comment || !fw_attrs_find(actual, NFTA_RULE_USERDATA)) &&
		    fw_attrs_match(expected, actual, 0))
			return i;
		if (comment && candidate == count)
			candidate = i;
	}
	*same = false;
	return candidate;
}

static int take_rule(const struct nlmsghdr *message, void *data)
{
	struct comparison *c = data;
	const struct fw_ruleset *ruleset = c->batch->ruleset;
	struct fw_attr_list actual = fw_attrs_of_message(message);
	const char *chain = fw_attrs_text(actual, NFTA_RULE_CHAIN);
	size_t entry = find_old_name(c, &c->chains, chain), index, at;
	bool same;

	if (!entry) {
		differ(c->state, fw_format("a rule was added to chain %s", chain));
		return 0;
	}
	index = c->batch->entries[entry].index;
	at = find_rule(c, index, c->next_rule[index], actual, &same);
	if (at == ruleset->chains[index].count) {
		differ(c->state, fw_format("a rule was added to chain %s", chain));
		return 0;
	}
	entry = c->first_rule[index] + at;
	c->next_rule[index] = at + 1;
	c->seen[entry] = true;
	fw_attrs_carry_counter(entry_attrs(c, entry), actual, NFTA_RULE_EXPRESSIONS);
	if (!same)
		compare_entry(c, entry, actual, 0);
	return 0;
}

/* --- elements ------------------------------------------------------------------------------ */

static int take_elems(const struct nlmsghdr *message, void *data)
{
	struct comparison *c = data;
	struct fw_attr_list attrs = fw_attrs_of_message(message);
	const struct nlattr *list = fw_attrs_find(attrs, NFTA_SET_ELEM_LIST_ELEMENTS), *elem;
	const char *set = fw_attrs_text(attrs, NFTA_SET_ELEM_LIST_SET);

	if (!list)
		return 0;
	mnl_attr_for_each_nested(elem, list)
	{
		switch (fw_set_index_take(&c->index, fw_attrs_nested(elem))) {
		case FW_SET_ELEM_ADDED:
			differ(c->state, fw_format("an element was added to set %s", set));
			break;
		case FW_SET_ELEM_DIFFERS:
			differ(c->state, fw_format("an element of set %s differs", set));
			break;
		default: break;
		}
	}
	return 0;
}

/* --- requests ------------------------------------------------------------------------------ */

/* One request of the whole reading; `names` are pairs of attribute and text, ended by 0. */
struct question {
	uint16_t type, flags;
	uint16_t table_attr, name_attr; /* 0: none */
	const char *name;
	fw_message_fn *take;
};

static int ask(struct comparison *c, const struct question *question, bool *interrupted)
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
	struct comparison *c = data;
	const struct nlattr *id = fw_attrs_find(fw_attrs_of_message(message), NFTA_GEN_ID);
	uint32_t value = 0;

	if (id && mnl_attr_get_payload_len(id) == sizeof(value))
		memcpy(&value, mnl_attr_get_payload(id), sizeof(value));
	c->state->generation = be32toh(value);
	return 0;
}

static int read_generation(struct comparison *c)
{
	static const struct question question = { NFT_MSG_GETGEN, 0, 0, 0, NULL, take_generation };
	bool interrupted = false;

	return ask(c, &question, &interrupted);
}

static int read_table(struct comparison *c)
{
	static const struct question question = { NFT_MSG_GETTABLE, 0, NFTA_TABLE_NAME, 0, NULL,
						  take_table };
	static const struct question digest = { NFT_MSG_GETCHAIN,    0,
						NFTA_CHAIN_TABLE,    NFTA_CHAIN_NAME,
						FW_NFT_DIGEST_CHAIN, take_digest };
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
static bool is_worth_reading(const struct comparison *c, const struct fw_nft_set *set)
{
	if (set->dynamic || set->timeouts)
		return false;
	return set->counters || has_same_digest(c);
}

static int read_set_elems(struct comparison *c, uint32_t set, bool *interrupted)
{
	const char *name = c->old_sets[set];
	const struct question question = {
		NFT_MSG_GETSETELEM,     NLM_F_DUMP, NFTA_SET_ELEM_LIST_TABLE,
		NFTA_SET_ELEM_LIST_SET, name,       take_elems
	};
	size_t missing;

	if (!name || !is_worth_reading(c, &c->batch->ruleset->sets[set]))
		return 0;
	fw_set_index_build(&c->index, c->batch, set);
	if (ask(c, &question, interrupted) < 0)
		return -1;
	missing = fw_set_index_missing(&c->index);
	if (missing)
		differ(c->state, fw_format("%zu %s of set %s %s gone", missing,
					   missing == 1 ? "element" : "elements", name,
					   missing == 1 ? "is" : "are"));
	return 0;
}

static int read_objects(struct comparison *c, bool *interrupted)
{
	static const struct question questions[] = {
		{ NFT_MSG_GETCHAIN, NLM_F_DUMP, 0, 0, NULL, take_chain },
		{ NFT_MSG_GETSET, NLM_F_DUMP, NFTA_SET_TABLE, 0, NULL, take_set },
		{ NFT_MSG_GETOBJ, NLM_F_DUMP, NFTA_OBJ_TABLE, 0, NULL, take_object },
		{ NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, 0, NULL, take_rule },
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

/* Elements are counted set by set. */
static void report_missing(struct comparison *c)
{
	size_t entry;

	for (entry = 0; entry < c->batch->count; entry++) {
		uint8_t part = c->batch->entries[entry].part;
		char *name;

		if (c->seen[entry] || part == FW_NFT_PART_FRAME || part == FW_NFT_PART_ELEMS)
			continue;
		name = fw_nft_entry_name(c->batch, &c->batch->entries[entry]);
		differ(c->state, fw_format("%s is gone", name));
		free(name);
	}
}

/* 1: read and true at state->generation, 0: changed meanwhile, -1: error. */
static int read_once(struct comparison *c)
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
		report_missing(c);
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
		struct comparison c = { .sock = sock, .batch = batch, .state = state, .err = &own };

		fw_err_free(&own);
		if (batch)
			comparison_begin(&c);
		result = read_once(&c);
		if (batch)
			comparison_end(&c);
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
