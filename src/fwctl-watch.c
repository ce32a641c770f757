/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl watch: what happens to flows, as it happens, through a filter, in a format. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/watch.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-request.h"
#include "fwctl/kernel/labels.h"
#include "fwctl/kernel/listener.h"
#include "fwctl/model/event.h"
#include "fwctl/model/expect.h"

/* Three seconds of the fastest stream that was measured. */
#define DEFAULT_QUEUE  (256ull << 20)
#define DEFAULT_BUFFER (64ull << 20)

/* Seconds between readings of the table for flows that send no events. */
#define COVER_INTERVAL 5

struct values {
	struct fw_output output;
	struct fw_watch_options watch;
	uint64_t table; /* enum fw_ct_table */
	bool cover;
};

#define AT(member) .offset = offsetof(struct values, member)

#define KIND(kind) (1u << (kind))
#define ALL_KINDS  (~0u)

static const struct fw_word kind_words[] = {
	{ "new", KIND(FW_EVENT_NEW) },
	{ "update", KIND(FW_EVENT_UPDATE) },
	{ "updates", KIND(FW_EVENT_UPDATE) },
	{ "destroy", KIND(FW_EVENT_DESTROY) },
	{ "all", KIND(FW_EVENT_NEW) | KIND(FW_EVENT_UPDATE) | KIND(FW_EVENT_DESTROY) },
	{ 0 },
};

static int set_kinds(void *values, const struct fw_option *option, const char *value,
		     struct fw_err *err)
{
	unsigned int *kinds = &((struct values *)values)->watch.kinds;
	const struct fw_word *word;
	size_t length;

	(void)option;
	for (;; value += length + 1) {
		length = strcspn(value, ",");
		word = fw_word_find(kind_words, value, length);
		if (!word)
			return fw_err_set(err, FW_ERR_MISUSE,
					  "'%.*s' is none of: new, update, destroy, all",
					  (int)length, value);
		*kinds |= (unsigned int)word->value;
		if (!value[length])
			return 0;
	}
}

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "events|event-mask", .letter = 'e', .arg = "KIND[,...]", .set = set_kinds,
	  .help = "only these: new, update, destroy" },
	{ .names = "table", .arg = "conntrack|expect", .set = fw_set_word, AT(table),
	  .data = fw_table_words, .help = "of flows, or of expectations" },
	{ .names = "lifecycle", .set = fw_set_flag, AT(watch.lifecycle),
	  .help = "a line for each phase of a flow, and how long the one before took" },
	{ .names = "denied", .set = fw_set_flag, AT(watch.denied),
	  .help = "packets that the policy blocks, and by which line" },
	{ .names = "policy", .set = fw_set_flag, AT(watch.policy),
	  .help = "changes of the ruleset, and who made them" },
	{ .names = "count", .arg = "N", .set = fw_set_number, AT(watch.count), .min = 1,
	  .help = "end after so many events" },
	{ .names = "for", .arg = "DURATION", .set = fw_set_duration, AT(watch.seconds), .min = 1,
	  .max = 366 * 86400, .help = "end after so long" },
	{ .names = "cover", .set = fw_set_flag, AT(cover),
	  .help = "read the table now and then for flows that send no events" },
	{ .names = "resync", .set = fw_set_flag, AT(watch.resync),
	  .help = "after a loss, read the table and tell what changed meanwhile" },
	{ .names = "reliable", .set = fw_set_flag, AT(watch.reliable),
	  .help = "let the kernel keep the end of a flow until it could be told" },
	{ .names = "queue", .arg = "SIZE", .set = fw_set_size, AT(watch.queue),
	  .min = FW_LISTENER_QUEUE_MIN, .max = 64ull << 30,
	  .help = "how much may wait for a slow reader (default 256M)" },
	{ .names = "buffer-size", .letter = 'b', .arg = "SIZE", .set = fw_set_size,
	  AT(watch.buffer), .min = 4096, .max = 1ull << 30,
	  .help = "receive buffer of the socket (default 64M)" },
	{ .names = "output", .letter = 'o', .arg = "FORMAT[,FLAG...]", .set = fw_set_output,
	  AT(output), .help = "text (default), json, csv, xml, save; text and xml flags: as list, and "
			      "timestamp; text also: changes" },
	{ .names = "quiet", .set = fw_set_flag, AT(watch.quiet),
	  .help = "no notes and no closing line on stderr" },
	{ 0 },
};
/* clang-format on */

/* ---- what is asked for ----------------------------------------------------------------------- */

static int check_lifecycle(struct fw_cli *cli, const struct values *values)
{
	if (values->watch.kinds)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--lifecycle shows phases, not kinds of events: -e says nothing");
	if (values->table == FW_TABLE_EXPECT)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "an expectation has no phases: --lifecycle is for flows");
	if (fw_output_format(&values->output) == &fw_format_save)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "lines of conntrack's options (-o save) have no phases");
	return 0;
}

static int check_expects(struct fw_cli *cli, const struct values *values)
{
	const struct fw_watch_options *watch = &values->watch;

	if (watch->resync || watch->reliable || values->cover)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--resync, --cover and --reliable are for flows, not for "
				  "--table expect");
	/* ctnetlink_expect_event() in net/netfilter/nf_conntrack_netlink.c knows two kinds. */
	if (watch->kinds == KIND(FW_EVENT_UPDATE))
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "an expectation is never updated: -e new, destroy");
	return fw_filter_check_expects(cli->filter, &cli->err);
}

static int check_notices(struct fw_cli *cli, const struct values *values)
{
	static const enum fw_flow_field fields[] = { FW_FIELD_FAMILY, FW_FIELD_PROTONUM };
	const struct fw_cond *unfit = fw_filter_beyond(cli->filter, fields, 2);

	if (values->table == FW_TABLE_EXPECT)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--denied and --policy go with flows, not with --table expect");
	if (values->watch.policy && cli->filter->count)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "%s says nothing about a change of the ruleset",
				  cli->filter->conds[0].option);
	if (unfit)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "%s says nothing about a packet, only about a flow",
				  unfit->option);
	return 0;
}

static int check_usage(struct fw_cli *cli, const struct values *values)
{
	const struct fw_watch_options *watch = &values->watch;

	if (values->table == FW_TABLE_EXPECT && check_expects(cli, values) < 0)
		return -1;
	if (watch->lifecycle && check_lifecycle(cli, values) < 0)
		return -1;
	return watch->denied || watch->policy ? check_notices(cli, values) : 0;
}

static void choose_defaults(struct values *values)
{
	struct fw_watch_options *watch = &values->watch;

	watch->expects = values->table == FW_TABLE_EXPECT;
	watch->flows = !watch->expects &&
		       ((!watch->denied && !watch->policy) || watch->kinds || watch->lifecycle);
	if (watch->lifecycle)
		watch->kinds = ALL_KINDS;
	if (!watch->kinds)
		watch->kinds = KIND(FW_EVENT_NEW) | KIND(FW_EVENT_UPDATE) | KIND(FW_EVENT_DESTROY);
	if (!watch->queue)
		watch->queue = DEFAULT_QUEUE;
	if (!watch->buffer)
		watch->buffer = DEFAULT_BUFFER;
	if (values->cover)
		watch->cover = COVER_INTERVAL;
	watch->changes =
		!watch->lifecycle && (fw_output_format(&values->output) != &fw_format_text ||
				      values->output.flags & FW_OUTPUT_CHANGES);
}

/* ---- the run --------------------------------------------------------------------------------- */

static enum fw_record record_of(const struct fw_watch_options *watch)
{
	if (watch->denied || watch->policy)
		return FW_RECORD_NOTICE;
	return watch->expects ? FW_RECORD_EXPECT_EVENT : FW_RECORD_EVENT;
}

/* What the events are called that were counted. */
static const char *what_of(const struct fw_watch_options *watch)
{
	if (!watch->denied && !watch->policy)
		return watch->expects ? "expectation events" : "flow events";
	if (watch->flows || (watch->denied && watch->policy))
		return "events";
	return watch->denied ? "blocked packets" : "changes of the ruleset";
}

static void say_count(const struct values *values, const struct fw_sink *sink, uint64_t shown)
{
	if (sink->format == &fw_format_text && !values->watch.quiet)
		fprintf(stderr, "fwctl %s: %" PRIu64 " %s have been shown.\n", PACKAGE_VERSION,
			shown, what_of(&values->watch));
}

static int run(struct fw_cli *cli)
{
	struct values *values = cli->values;
	struct fw_word *labels;
	struct fw_sink sink;
	uint64_t shown;
	int status;

	if (check_usage(cli, values) < 0)
		return -1;
	choose_defaults(values);
	labels = fw_labels_read();
	status = fw_output_open(&values->output, record_of(&values->watch), labels, &sink,
				&cli->err);
	if (status < 0)
		goto out;
	status = fw_watch_run(cli, &values->watch, &sink, &shown);
	fw_sink_finish(&sink);
	if (status >= 0 && sink.write_error)
		status = fw_output_check(&sink, &cli->err);
	if (status >= 0)
		say_count(values, &sink, shown);
out:
	fw_sink_free(&sink);
	fw_labels_free(labels);
	return status;
}

static const struct fw_command command = {
	.name = "watch",
	.summary = "Show flows as they come, change and go",
	.usage = "[FILTER] [-e KIND,...] [-o FORMAT]",
	.options = options,
	.values_size = sizeof(struct values),
	.filter_source = &fw_filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
