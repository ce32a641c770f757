/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/check.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/policy/atom-index.h"
#include "fwctl/policy/print.h"

static void add_note(const struct fw_policy *policy, const struct fw_rule *rule,
		     struct fw_diags *notes, char *text)
{
	struct fw_buf line = { 0 };

	fw_rule_print(&line, policy, rule, 0);
	fw_diag_add(notes, true, rule->place.file, rule->place.line, 0, 0, line.data, line.length,
		    text);
	fw_buf_free(&line);
}

/* --- lines that lines before them cover -------------------------------------------------- */

/* The first line that covers an atom. */
struct search {
	const struct fw_atom *atom;
	const struct fw_rule *first;
};

static bool look_at(void *context, const struct fw_index_entry *entry)
{
	struct search *search = context;

	if ((!search->first || entry->atom.rule < search->first) &&
	    fw_atom_covers(&entry->atom, search->atom))
		search->first = entry->atom.rule;
	return true;
}

/* What is known of the lines that cover one line. */
struct cover {
	const struct fw_rule *first, *last;
	bool all;         /* they cover every atom of the line */
	bool same_action; /* as the line's, all of them */
};

static struct cover find_cover(const struct fw_atom_index *before, const struct fw_atoms *atoms,
			       const struct fw_rule *rule)
{
	struct cover cover = { .all = atoms->count != 0, .same_action = true };
	struct search search;
	size_t i;

	for (i = 0; i < atoms->count && cover.all; i++) {
		search = (struct search){ .atom = &atoms->items[i] };
		fw_atom_index_covering(before, &atoms->items[i], look_at, &search);
		cover.all = search.first != NULL;
		if (!search.first)
			break;
		cover.same_action &= search.first->action == rule->action;
		if (!cover.first || search.first < cover.first)
			cover.first = search.first;
		if (!cover.last || search.first > cover.last)
			cover.last = search.first;
	}
	return cover;
}

/* A place in the same file is told by its line alone. */
static void print_place(struct fw_buf *buf, const struct fw_rule *rule, const struct fw_rule *of)
{
	if (strcmp(rule->place.file, of->place.file) != 0)
		fw_buf_printf(buf, "%s:", rule->place.file);
	else
		fw_buf_puts(buf, "line ");
	fw_buf_printf(buf, "%u", rule->place.line);
}

static bool same_match(const struct fw_policy *policy, const struct fw_rule *a,
		       const struct fw_rule *b)
{
	struct fw_rule x = *a, y = *b;
	struct fw_buf one = { 0 }, two = { 0 };
	bool same;

	/* Compared as text, without what happens to the packets. */
	x.action = y.action = FW_ACTION_ALLOW;
	x.log = y.log = FW_RULE_LOG_NONE;
	x.timer_count = y.timer_count = 0;
	x.helper = y.helper = x.comment = y.comment = NULL;
	fw_rule_print(&one, policy, &x, FW_PRINT_RESOLVED);
	fw_rule_print(&two, policy, &y, FW_PRINT_RESOLVED);
	same = one.length == two.length && !memcmp(one.data, two.data, one.length);
	fw_buf_free(&one);
	fw_buf_free(&two);
	return same;
}

static void note_cover(const struct fw_policy *policy, const struct fw_rule *rule,
		       const struct cover *cover, struct fw_diags *notes)
{
	bool one = cover->first == cover->last;
	struct fw_buf text = { 0 };

	if (one && same_match(policy, rule, cover->first))
		fw_buf_puts(&text,
			    cover->same_action ? "says again what stands in " : "contradicts ");
	else
		fw_buf_puts(&text, "never matches: all its packets are decided by ");
	print_place(&text, cover->first, rule);
	if (!one) {
		fw_buf_puts(&text, " and others up to ");
		print_place(&text, cover->last, rule);
	}
	if (one && !cover->same_action)
		fw_buf_printf(&text, ", which comes first and says %s",
			      fw_word_name(fw_action_words, cover->first->action));
	add_note(policy, rule, notes, fw_buf_take(&text));
}

static void check_direction(const struct fw_policy *policy, enum fw_direction direction,
			    struct fw_diags *notes)
{
	struct fw_atom_index before = { 0 };
	struct fw_atoms atoms = { 0 };
	struct cover cover;
	size_t i, j;

	for (i = 0; i < policy->rule_count; i++) {
		if (policy->rules[i].direction != direction)
			continue;
		atoms.count = 0;
		fw_atoms_add(&atoms, policy, &policy->rules[i]);
		cover = find_cover(&before, &atoms, &policy->rules[i]);
		if (cover.all)
			note_cover(policy, &policy->rules[i], &cover, notes);
		else
			for (j = 0; j < atoms.count; j++)
				fw_atom_index_add(&before, &atoms.items[j], 0);
	}
	free(atoms.items);
	fw_atom_index_free(&before);
}

/* --- sets -------------------------------------------------------------------------------- */

static void check_families(const struct fw_policy *policy, struct fw_diags *notes)
{
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (!fw_rule_has_family(policy, &policy->rules[i], FW_FAMILY_IPV4) &&
		    !fw_rule_has_family(policy, &policy->rules[i], FW_FAMILY_IPV6))
			add_note(policy, &policy->rules[i], notes,
				 fw_strdup("never matches: its sets have no addresses, or none of "
					   "one family"));
}

static void check_sets(const struct fw_policy *policy, struct fw_diags *notes)
{
	bool *used = fw_calloc(policy->set_count, sizeof(*used));
	size_t i;

	for (i = 0; i < policy->rule_count; i++) {
		const struct fw_rule *rule = &policy->rules[i];

		if (rule->from.kind == FW_END_SET)
			used[rule->from.set] = true;
		if (rule->to.kind == FW_END_SET)
			used[rule->to.set] = true;
	}
	for (i = 0; i < policy->set_count; i++)
		if (!used[i])
			fw_diag_add(notes, true, policy->sets[i].place.file,
				    policy->sets[i].place.line, 0, 0, NULL, 0,
				    fw_format("no line uses the set \"%s\"", policy->sets[i].name));
	free(used);
}

void fw_policy_check(const struct fw_policy *policy, struct fw_diags *notes)
{
	enum fw_direction direction;

	for (direction = FW_DIR_IN; direction < FW_DIRS; direction++)
		check_direction(policy, direction, notes);
	check_families(policy, notes);
	check_sets(policy, notes);
}
