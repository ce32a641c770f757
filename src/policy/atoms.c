/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/atoms.h"

#include <netinet/in.h>
#include <string.h>

#include "fwctl/base/mem.h"

/* Stands for "no ports named" beside real services. */
static const struct fw_service no_service = { .proto = FW_PROTO_ANY };

static void add(struct fw_atoms *list, const struct fw_atom *atom)
{
	fw_array_grow(&list->items, &list->capacity, list->count, sizeof(*list->items));
	list->items[list->count++] = *atom;
}

/* One atom for both families where nothing tells them apart, else one for each that can match. */
static void add_families(struct fw_atoms *list, const struct fw_policy *policy, struct fw_atom atom)
{
	static const uint8_t families[] = { FW_FAMILY_IPV4, FW_FAMILY_IPV6 };
	const struct fw_rule *rule = atom.rule;
	size_t i;

	if (rule->from.kind == FW_END_ANY && rule->to.kind == FW_END_ANY) {
		atom.family = fw_proto_family(atom.proto);
		add(list, &atom);
		return;
	}
	for (i = 0; i < 2; i++) {
		atom.family = families[i];
		if (fw_rule_has_family(policy, rule, families[i]))
			add(list, &atom);
	}
}

/* Each pair of a source and a destination port range; a missing end counts as one. */
static void add_ports(struct fw_atoms *list, const struct fw_policy *policy, struct fw_atom atom,
		      const struct fw_service *from, const struct fw_service *to)
{
	size_t i, j;

	atom.has_sport = from->count != 0;
	atom.has_dport = to->count != 0;
	for (i = 0; i < from->count + !from->count; i++) {
		for (j = 0; j < to->count + !to->count; j++) {
			if (atom.has_sport)
				atom.sport = from->ranges[i];
			if (atom.has_dport)
				atom.dport = to->ranges[j];
			add_families(list, policy, atom);
		}
	}
}

static bool service_has_proto(const struct fw_service *service, int proto)
{
	return service->proto == proto ||
	       (service->proto == FW_PROTO_ANY &&
		(!service->count || proto == IPPROTO_TCP || proto == IPPROTO_UDP));
}

static void add_services(struct fw_atoms *list, const struct fw_policy *policy,
			 const struct fw_rule *rule, const struct fw_service *from,
			 const struct fw_service *to)
{
	struct fw_atom atom = { .rule = rule };
	const struct fw_word *word;

	for (word = fw_policy_protos; word->name; word++) {
		atom.proto = (int16_t)word->value;
		if (fw_proto_has_ports(atom.proto) &&
		    (rule->proto == FW_PROTO_ANY || rule->proto == atom.proto) &&
		    service_has_proto(from, atom.proto) && service_has_proto(to, atom.proto))
			add_ports(list, policy, atom, from, to);
	}
}

void fw_atoms_add(struct fw_atoms *list, const struct fw_policy *policy, const struct fw_rule *rule)
{
	const struct fw_endpoint *from = &rule->from, *to = &rule->to;
	struct fw_atom atom = { .rule = rule, .proto = (int16_t)rule->proto };
	size_t i, j;

	if (!from->service_count && !to->service_count) {
		add_families(list, policy, atom);
		return;
	}
	for (i = 0; i < from->service_count + !from->service_count; i++)
		for (j = 0; j < to->service_count + !to->service_count; j++)
			add_services(list, policy, rule,
				     from->service_count ? &from->services[i] : &no_service,
				     to->service_count ? &to->services[j] : &no_service);
}

/* --- comparing --------------------------------------------------------------------------- */

static const struct fw_endpoint *end_of(const struct fw_atom *atom, bool to)
{
	return to ? &atom->rule->to : &atom->rule->from;
}

const struct fw_prefix *fw_atom_prefix(const struct fw_atom *atom, bool to)
{
	const struct fw_endpoint *end = end_of(atom, to);

	/* All addresses of a family are the family, which the atom has already. */
	return end->kind == FW_END_PREFIX && end->prefix.length ? &end->prefix : NULL;
}

/* The part of a name that must agree, and whether that is all of it. */
static size_t fixed_part(const char *name, bool *whole)
{
	size_t length = strlen(name);

	*whole = name[length - 1] != '+';
	return length - !*whole;
}

static bool interfaces_overlap(const char *a, const char *b)
{
	size_t a_length, b_length;
	bool a_whole, b_whole;

	if (!a || !b)
		return true;
	a_length = fixed_part(a, &a_whole);
	b_length = fixed_part(b, &b_whole);
	if (a_whole && b_whole)
		return !strcmp(a, b);
	if ((a_whole && a_length < b_length) || (b_whole && b_length < a_length))
		return false;
	return !memcmp(a, b, a_length < b_length ? a_length : b_length);
}

static bool interface_covers(const char *outer, const char *inner)
{
	size_t outer_length, inner_length;
	bool outer_whole, inner_whole;

	if (!outer)
		return true;
	if (!inner)
		return false;
	outer_length = fixed_part(outer, &outer_whole);
	inner_length = fixed_part(inner, &inner_whole);
	if (outer_whole)
		return !strcmp(outer, inner);
	return inner_length >= outer_length && !memcmp(outer, inner, outer_length);
}

static bool addresses_overlap(const struct fw_atom *a, const struct fw_atom *b, bool to)
{
	const struct fw_prefix *x = fw_atom_prefix(a, to), *y = fw_atom_prefix(b, to);

	return !x || !y || fw_prefix_covers(x, y) || fw_prefix_covers(y, x);
}

static bool address_covers(const struct fw_atom *outer, const struct fw_atom *inner, bool to)
{
	const struct fw_prefix *x = fw_atom_prefix(outer, to), *y = fw_atom_prefix(inner, to);

	if (end_of(outer, to)->kind == FW_END_SET)
		return end_of(inner, to)->kind == FW_END_SET &&
		       end_of(inner, to)->set == end_of(outer, to)->set;
	return !x || (y && fw_prefix_covers(x, y));
}

static bool ports_overlap(bool a_has, struct fw_port_range a, bool b_has, struct fw_port_range b)
{
	return !a_has || !b_has || (a.low <= b.high && b.low <= a.high);
}

static bool ports_cover(bool outer_has, struct fw_port_range outer, bool inner_has,
			struct fw_port_range inner)
{
	return !outer_has || (inner_has && outer.low <= inner.low && inner.high <= outer.high);
}

bool fw_atoms_overlap(const struct fw_atom *a, const struct fw_atom *b)
{
	if (a->family && b->family && a->family != b->family)
		return false;
	if (a->proto != FW_PROTO_ANY && b->proto != FW_PROTO_ANY && a->proto != b->proto)
		return false;
	return ports_overlap(a->has_dport, a->dport, b->has_dport, b->dport) &&
	       ports_overlap(a->has_sport, a->sport, b->has_sport, b->sport) &&
	       addresses_overlap(a, b, false) && addresses_overlap(a, b, true) &&
	       interfaces_overlap(a->rule->in_if, b->rule->in_if) &&
	       interfaces_overlap(a->rule->out_if, b->rule->out_if);
}

bool fw_atom_covers(const struct fw_atom *outer, const struct fw_atom *inner)
{
	if (outer->family && outer->family != inner->family)
		return false;
	if (outer->proto != FW_PROTO_ANY && outer->proto != inner->proto)
		return false;
	return ports_cover(outer->has_dport, outer->dport, inner->has_dport, inner->dport) &&
	       ports_cover(outer->has_sport, outer->sport, inner->has_sport, inner->sport) &&
	       address_covers(outer, inner, false) && address_covers(outer, inner, true) &&
	       interface_covers(outer->rule->in_if, inner->rule->in_if) &&
	       interface_covers(outer->rule->out_if, inner->rule->out_if);
}
