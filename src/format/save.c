/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of options for each flow: those of conntrack(8) in its order, and behind them what it
 * leaves out (mark, labels, helper, master; when asked for what TCP's windows are judged by, which
 * `conntrack -R` does not know). The names of the options are those of the field rows.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "fwctl/format/formats.h"
#include "fwctl/format/sink.h"
#include "fwctl/format/value.h"

static const struct fw_field *const no_rows[] = { NULL };

/* The bits that can be set from outside, under the names that conntrack(8) takes. */
static const struct fw_word status_words[] = {
	{ "EXPECTED", FW_STATUS_EXPECTED },
	{ "SEEN_REPLY", FW_STATUS_SEEN_REPLY },
	{ "ASSURED", FW_STATUS_ASSURED },
	{ "FIXED_TIMEOUT", FW_STATUS_FIXED_TIMEOUT },
	{ 0 },
};

/* One of the names in "dport|orig-port-dst": that of this protocol ("icmpv6-…"), else the first. */
static void put_name(struct fw_buf *out, const struct fw_proto *proto, const char *names)
{
	size_t length = strlen(proto->name);
	const char *name = names;

	for (; name; name = strchr(name, '|') ? strchr(name, '|') + 1 : NULL)
		if (!strncmp(name, proto->name, length) && name[length] == '-')
			break;
	if (!name)
		name = names;
	fw_buf_printf(out, " --%.*s ", (int)strcspn(name, "|"), name);
}

static void put_protocol(struct fw_sink *sink, const struct fw_proto *proto, uint8_t number)
{
	if (fw_proto_is_generic(proto))
		fw_buf_printf(&sink->out, "%u", number);
	else
		fw_buf_puts(&sink->out, proto->name);
}

/* Rows without a key only with `all`. */
static void put_fields(struct fw_sink *sink, const struct fw_field *row, const void *record,
		       enum fw_dir dir, bool all)
{
	for (; row && !fw_field_is_end(row); row++) {
		if (!row->option[dir].names || !fw_field_present(row, record) || !(row->key || all))
			continue;
		put_name(&sink->out, sink->proto, row->option[dir].names);
		fw_value_put(&sink->out, sink, row, fw_field_at(row, record));
	}
}

static void put_status(struct fw_buf *out, uint32_t status)
{
	const struct fw_word *word;
	const char *before = " -u ";

	for (word = status_words; word->name; word++) {
		if (!(status & word->value))
			continue;
		fw_buf_puts(out, before);
		fw_buf_puts(out, word->name);
		before = ",";
	}
	if (*before == ' ')
		fw_buf_puts(out, " -u UNSET");
}

static void put_zones(struct fw_buf *out, const struct fw_flow *flow)
{
	if (flow->present >> FW_FLOW_ZONE & 1)
		fw_buf_printf(out, " -w %u", flow->zone);
	if (flow->orig.present >> FW_TUPLE_ZONE & 1)
		fw_buf_printf(out, " --orig-zone %u", flow->orig.zone);
	if (flow->reply.present >> FW_TUPLE_ZONE & 1)
		fw_buf_printf(out, " --reply-zone %u", flow->reply.zone);
}

static void put_addr(struct fw_sink *sink, char letter, const union fw_addr *addr)
{
	fw_buf_printf(&sink->out, " -%c ", letter);
	fw_value_put(&sink->out, sink, &fw_tuple_head[0], addr);
}

/*
 * An address that is another one in the replies was translated: -n and -g say so. Where it is the
 * same, the port alone may have been, and the status tells it; conntrack(8) writes -r and -q then.
 */
static void put_addrs(struct fw_sink *sink, const struct fw_flow *flow)
{
	const struct fw_tuple *orig = &flow->orig, *reply = &flow->reply;
	bool src_nat = flow->status & FW_STATUS_SRC_NAT ||
		       memcmp(&reply->dst, &orig->src, sizeof(orig->src));
	bool dst_nat = flow->status & FW_STATUS_DST_NAT ||
		       memcmp(&reply->src, &orig->dst, sizeof(orig->dst));

	put_addr(sink, 's', &orig->src);
	put_addr(sink, 'd', &orig->dst);
	put_addr(sink, dst_nat ? 'g' : 'r', &reply->src);
	put_addr(sink, src_nat ? 'n' : 'q', &reply->dst);
}

static void put_rest(struct fw_sink *sink, const struct fw_flow *flow)
{
	static const struct {
		enum fw_flow_field field;
		const char *option;
	} rest[] = { { FW_FIELD_LABELS, " -l " }, { FW_FIELD_HELPER, " --helper " } };
	const struct fw_bytes *bytes;
	const struct fw_field *row;
	size_t i, before;

	if (flow->mark)
		fw_buf_printf(&sink->out, " -m %u", flow->mark);
	for (i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
		row = &fw_flow_fields[rest[i].field];
		bytes = fw_field_at(row, flow);
		if (!fw_field_present(row, flow) || !bytes->length)
			continue;
		before = sink->out.length;
		fw_buf_puts(&sink->out, rest[i].option);
		fw_value_put(&sink->out, sink, row, bytes);
		/* Labels of which none is set. */
		if (sink->out.length == before + strlen(rest[i].option))
			sink->out.length = before;
	}
}

/* The flow that an expected one belongs to; the kernel makes it one of those with this alone. */
static void put_master(struct fw_sink *sink, const struct fw_tuple *master)
{
	fw_buf_puts(&sink->out, " --master-proto ");
	put_protocol(sink, fw_proto_by_number(sink->setup.protos, master->protonum),
		     master->protonum);
	fw_buf_puts(&sink->out, " --master-src ");
	fw_value_put(&sink->out, sink, &fw_tuple_head[0], &master->src);
	fw_buf_puts(&sink->out, " --master-dst ");
	fw_value_put(&sink->out, sink, &fw_tuple_head[1], &master->dst);
	fw_buf_printf(&sink->out, " --master-sport %u --master-dport %u", master->sport,
		      master->dport);
}

/* What brings about an event; the flow of a list is made. */
static const char *command_of(const struct fw_event *event)
{
	if (event && event->kind == FW_EVENT_UPDATE)
		return "-U";
	return event && event->kind == FW_EVENT_DESTROY ? "-D" : "-A";
}

static void begin(struct fw_sink *sink)
{
	const struct fw_flow *flow = sink->record;

	if (!flow) {
		fw_buf_printf(&sink->out, "# lost: %" PRIu64 ", ", sink->event->at_least);
		fw_value_time(&sink->out, sink->event->time);
		return;
	}
	fw_buf_printf(&sink->out, "%s -t %u", command_of(sink->event), flow->timeout);
	put_status(&sink->out, flow->status);
	put_zones(&sink->out, flow);
	put_addrs(sink, flow);
	fw_buf_puts(&sink->out, " -p ");
	put_protocol(sink, flow->proto, flow->protonum);
	put_fields(sink, flow->proto->tuple, &flow->orig, FW_DIR_ORIG, true);
	put_fields(sink, flow->proto->tuple, &flow->reply, FW_DIR_REPLY, true);
	if (flow->present >> FW_FLOW_STATE & 1 && flow->proto->states) {
		fw_buf_puts(&sink->out, " --state ");
		fw_value_put(&sink->out, sink, &fw_flow_fields[FW_FIELD_STATE], &flow->state);
	}
	put_fields(sink, flow->proto->info, flow, FW_DIR_ORIG, sink->flags & FW_OUTPUT_WINDOWS);
	put_rest(sink, flow);
	if (flow->present >> FW_FLOW_MASTER & 1 && fw_tuple_has(&flow->master, FW_TUPLE_SPORT))
		put_master(sink, &flow->master);
}

static void end(struct fw_sink *sink)
{
	fw_buf_putc(&sink->out, '\n');
}

const struct fw_format fw_format_save = {
	.name = "save",
	.help = "options that make the flow again",
	.flags = FW_OUTPUT_WINDOWS,
	.flow_rows = no_rows,
	.event_head = no_rows,
	.event_tail = no_rows,
	.begin = begin,
	.end = end,
};
