/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/write.h"

#include <string.h>

/* ---- directions ------------------------------------------------------------------------------ */

/* Fields that are the same thing seen from the two ends. */
static const struct pair {
	uint8_t bit, other; /* enum fw_tuple_bit */
	uint16_t at, other_at;
	uint16_t size;
} pairs[] = {
#define PAIR(BIT, MEMBER, OTHER_BIT, OTHER)                                                        \
	{                                                                                          \
		BIT, OTHER_BIT, offsetof(struct fw_tuple, MEMBER),                                 \
			offsetof(struct fw_tuple, OTHER), sizeof(((struct fw_tuple *)0)->MEMBER)   \
	}
	PAIR(FW_TUPLE_SRC, src, FW_TUPLE_DST, dst),
	PAIR(FW_TUPLE_DST, dst, FW_TUPLE_SRC, src),
	PAIR(FW_TUPLE_SPORT, sport, FW_TUPLE_DPORT, dport),
	PAIR(FW_TUPLE_DPORT, dport, FW_TUPLE_SPORT, sport),
	PAIR(FW_TUPLE_SRCKEY, srckey, FW_TUPLE_DSTKEY, dstkey),
	PAIR(FW_TUPLE_DSTKEY, dstkey, FW_TUPLE_SRCKEY, srckey),
	PAIR(FW_TUPLE_ICMP_ID, icmp_id, FW_TUPLE_ICMP_ID, icmp_id),
#undef PAIR
};

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/* Gives `to` what it lacks and `from`, the other direction, has. */
static void fill_from(struct fw_tuple *to, const struct fw_tuple *from)
{
	const struct pair *pair;

	for (pair = pairs; pair < pairs + PAIRS; pair++) {
		if (fw_tuple_has(to, pair->bit) || !fw_tuple_has(from, pair->other))
			continue;
		memcpy((char *)to + pair->at, (const char *)from + pair->other_at, pair->size);
		to->present |= 1ull << pair->bit;
	}
}

/* ---- translations ---------------------------------------------------------------------------- */

/* What stands for a port in the tuple of that protocol: false when it has nothing of the kind. */
static bool source_port(const struct fw_tuple *tuple, uint16_t *port)
{
	if (fw_tuple_has(tuple, FW_TUPLE_SPORT))
		*port = tuple->sport;
	else if (fw_tuple_has(tuple, FW_TUPLE_SRCKEY))
		*port = tuple->srckey;
	else
		return false;
	return true;
}

static bool destination_port(const struct fw_tuple *tuple, uint16_t *port)
{
	if (fw_tuple_has(tuple, FW_TUPLE_DPORT))
		*port = tuple->dport;
	else if (fw_tuple_has(tuple, FW_TUPLE_DSTKEY))
		*port = tuple->dstkey;
	/* The kernel translates the identifier of a ping with the source. */
	else if (fw_tuple_has(tuple, FW_TUPLE_ICMP_ID))
		*port = tuple->icmp_id;
	else
		return false;
	return true;
}

/* A translation that is known by its address only, or only by its status bit. */
static void learn(struct fw_nat *nat, bool status, bool has_addr, const union fw_addr *addr,
		  bool has_port, uint16_t port)
{
	if (!nat->wanted && status && has_addr) {
		nat->wanted = true;
		nat->addr = *addr;
	}
	if (nat->wanted && !nat->has_port && has_port) {
		nat->has_port = true;
		nat->port = port;
	}
}

static int learn_translations(struct fw_write *write, struct fw_err *err)
{
	const struct fw_tuple *reply = &write->flow.reply;
	uint32_t status = write->flow.status;
	uint16_t port = 0;
	bool has_port;

	has_port = destination_port(reply, &port);
	learn(&write->src_nat, status & FW_STATUS_SRC_NAT, fw_tuple_has(reply, FW_TUPLE_DST),
	      &reply->dst, has_port, port);
	has_port = source_port(reply, &port);
	learn(&write->dst_nat, status & FW_STATUS_DST_NAT, fw_tuple_has(reply, FW_TUPLE_SRC),
	      &reply->src, has_port, port);
	if ((status & FW_STATUS_SRC_NAT && !write->src_nat.wanted) ||
	    (status & FW_STATUS_DST_NAT && !write->dst_nat.wanted))
		return fw_err_set(err, FW_ERR_MISUSE,
				  "it is translated, but its replies do not say to what");
	return 0;
}

/*
 * The kernel translates the replies that it is given, and marks the flow as translated when they
 * become others by it: so it must be given the untranslated ones.
 */
static void undo_translations(struct fw_write *write)
{
	struct fw_tuple *reply = &write->flow.reply;

	if (write->src_nat.wanted)
		reply->present &= ~(1ull << FW_TUPLE_DST | 1ull << FW_TUPLE_DPORT |
				    1ull << FW_TUPLE_DSTKEY | 1ull << FW_TUPLE_ICMP_ID);
	if (write->dst_nat.wanted)
		reply->present &=
			~(1ull << FW_TUPLE_SRC | 1ull << FW_TUPLE_SPORT | 1ull << FW_TUPLE_SRCKEY);
	fill_from(reply, &write->flow.orig);
}

/* JSON has one key of gre a direction; the source's is that of the replies, translated or not. */
static void fill_key(struct fw_tuple *orig, const struct fw_tuple *reply)
{
	if (fw_tuple_has(orig, FW_TUPLE_SRCKEY) || !fw_tuple_has(orig, FW_TUPLE_DSTKEY) ||
	    !fw_tuple_has(reply, FW_TUPLE_DSTKEY))
		return;
	orig->srckey = reply->dstkey;
	orig->present |= 1ull << FW_TUPLE_SRCKEY;
}

/* ---- what is needed -------------------------------------------------------------------------- */

static int missing(struct fw_err *err, const char *what)
{
	return fw_err_set(err, FW_ERR_MISUSE, "%s is missing", what);
}

static int check_tuple(const struct fw_flow *flow, struct fw_err *err)
{
	const struct fw_field *row;

	if (!fw_tuple_has(&flow->orig, FW_TUPLE_SRC))
		return missing(err, "the source address (-s)");
	if (!fw_tuple_has(&flow->orig, FW_TUPLE_DST))
		return missing(err, "the destination address (-d)");
	if (flow->proto->maybe_untracked)
		return 0;
	for (row = flow->proto->tuple; !fw_field_is_end(row); row++)
		if (!fw_field_present(row, &flow->orig))
			return fw_err_set(err, FW_ERR_MISUSE, "--%.*s is missing, of protocol %s",
					  (int)strcspn(row->option[0].names, "|"),
					  row->option[0].names, flow->proto->name);
	return 0;
}

/* Of what an echo has in its tuple, the identifier alone may be left out: it is 0 then. */
static void default_icmp_id(struct fw_tuple *orig, const struct fw_proto *proto)
{
	const struct fw_field *row;

	for (row = proto->tuple; row && !fw_field_is_end(row); row++)
		if (row->bit == FW_TUPLE_ICMP_ID)
			orig->present |= 1ull << FW_TUPLE_ICMP_ID;
}

/* Of the flow that it belongs to: the kernel looks for it in the zone of this one. */
static int check_master(const struct fw_flow *flow, struct fw_err *err)
{
	static const struct {
		enum fw_tuple_bit bit;
		const char *name;
	} parts[] = { { FW_TUPLE_PROTO, "the protocol of the master (--master-proto)" },
		      { FW_TUPLE_SRC, "the source of the master (--master-src)" },
		      { FW_TUPLE_DST, "the destination of the master (--master-dst)" },
		      { FW_TUPLE_SPORT, "the source port of the master (--master-sport)" },
		      { FW_TUPLE_DPORT, "the destination port of the master (--master-dport)" } };
	size_t i;

	if (!(flow->present >> FW_FLOW_MASTER & 1))
		return 0;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!fw_tuple_has(&flow->master, parts[i].bit))
			return missing(err, parts[i].name);
	return 0;
}

static int check_zones(const struct fw_flow *flow, struct fw_err *err)
{
	bool one_sided = (flow->orig.present | flow->reply.present) >> FW_TUPLE_ZONE & 1;

	if (!(flow->present >> FW_FLOW_ZONE & 1) || !one_sided)
		return 0;
	return fw_err_set(err, FW_ERR_MISUSE,
			  "--zone is the zone of both directions: it goes with neither --orig-zone "
			  "nor --reply-zone");
}

static int check_family(struct fw_flow *flow, struct fw_err *err)
{
	if (!flow->proto)
		return missing(err, "the protocol (-p)");
	if (!flow->family)
		flow->family = flow->proto->family;
	if (!flow->family)
		return missing(err, "an address");
	if (flow->proto->family && flow->proto->family != flow->family)
		return fw_err_set(err, FW_ERR_MISUSE, "%s is not a protocol of %s",
				  flow->proto->name, fw_family_name(flow->family));
	return 0;
}

static int check_new(const struct fw_flow *flow, struct fw_err *err)
{
	if (!(flow->present >> FW_FLOW_TIMEOUT & 1))
		return missing(err, "the timeout (-t) of the new flow");
	if (flow->proto->states && !flow->proto->maybe_untracked &&
	    !(flow->present >> FW_FLOW_STATE & 1))
		return fw_err_set(err, FW_ERR_MISUSE, "--state is missing, of protocol %s",
				  flow->proto->name);
	return 0;
}

static void set_protocol(struct fw_tuple *tuple, const struct fw_flow *flow)
{
	tuple->protonum = flow->protonum;
	tuple->present |= 1ull << FW_TUPLE_PROTO;
}

int fw_write_complete(struct fw_write *write, struct fw_err *err)
{
	struct fw_flow *flow = &write->flow;

	if (write->verb == FW_WRITE_FLUSH)
		return 0;
	if (check_family(flow, err) < 0)
		return -1;
	if (learn_translations(write, err) < 0)
		return -1;
	fill_key(&flow->orig, &flow->reply);
	undo_translations(write);
	fill_from(&flow->orig, &flow->reply);
	default_icmp_id(&flow->orig, flow->proto);
	fill_from(&flow->reply, &flow->orig);
	if (check_tuple(flow, err) < 0 || check_master(flow, err) < 0 || check_zones(flow, err) < 0)
		return -1;
	if (fw_write_adds(write) && check_new(flow, err) < 0)
		return -1;
	set_protocol(&flow->orig, flow);
	set_protocol(&flow->reply, flow);
	flow->present |= 1ull << FW_FLOW_BASICS | 1ull << FW_FLOW_REPLY;
	return 0;
}

/* ---- labels and changes ---------------------------------------------------------------------- */

void fw_write_label(struct fw_write *write, unsigned int bit, bool set)
{
	uint32_t one = 1u << bit % 32;

	write->labels_mask[bit / 32] |= one;
	if (set)
		write->labels[bit / 32] |= one;
	else
		write->labels[bit / 32] &= ~one;
}

bool fw_write_has_labels(const struct fw_write *write)
{
	uint32_t all = 0;
	unsigned int i;

	for (i = 0; i < FW_LABEL_WORDS; i++)
		all |= write->labels_mask[i];
	return all;
}

static void apply_labels(const struct fw_write *write, struct fw_flow *flow, uint32_t *labels)
{
	size_t size = FW_LABEL_WORDS * sizeof(*labels), i;

	memset(labels, 0, size);
	if (flow->labels.length)
		memcpy(labels, flow->labels.data,
		       flow->labels.length < size ? flow->labels.length : size);
	for (i = 0; i < FW_LABEL_WORDS; i++)
		labels[i] = (labels[i] & ~write->labels_mask[i]) | write->labels[i];
	flow->labels = (struct fw_bytes){ (const char *)labels, size };
	flow->present |= 1ull << FW_FLOW_LABELS;
}

void fw_write_apply(const struct fw_write *write, struct fw_flow *flow, uint32_t *labels)
{
	const struct fw_flow *new = &write->flow;
	uint32_t mask = write->has_mark_mask ? write->mark_mask : UINT32_MAX;

	if (new->present >> FW_FLOW_TIMEOUT & 1)
		flow->timeout = new->timeout;
	if (new->present >> FW_FLOW_STATUS & 1)
		flow->status |= new->status;
	if (new->present >> FW_FLOW_STATE & 1)
		flow->state = new->state;
	if (new->present >> FW_FLOW_MARK & 1) {
		flow->mark = (flow->mark & ~mask) ^ new->mark;
		flow->present |= 1ull << FW_FLOW_MARK;
	}
	if (fw_write_has_labels(write))
		apply_labels(write, flow, labels);
}
