/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/atoms.h"

#include <netinet/in.h>

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
