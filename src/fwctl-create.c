/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwctl create: a flow, or an expectation, that no packet has made. */
#include <inttypes.h>
#include <stdio.h>

#include "config.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/expect-options.h"
#include "fwctl/cli/flow-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/ct-write.h"
#include "fwctl/kernel/labels.h"

struct values {
	struct fw_flow_reader flow; /* the first, because the rows of flows fill it */
	struct fw_output output;
	struct fw_expect expect; /* its master is the flow */
	uint64_t table;          /* enum fw_ct_table */
	bool add, quiet;
};

#define AT(member) .offset = offsetof(struct values, member)

/* clang-format off */
static const struct fw_option options[] = {
	{ .names = "table", .arg = "conntrack|expect", .set = fw_set_word, AT(table),
	  .data = fw_table_words, .help = "a flow, or what the helper of the flow shall expect" },
	{ .names = "add", .letter = 'A', .set = fw_set_flag, AT(add),
	  .help = "when the flow exists, update it instead of failing" },
	{ .names = "output", .letter = 'o', .arg = "FORMAT[,FLAG...]", .set = fw_set_output,
	  AT(output), .help = "how to show the flow, as of list" },
	{ .names = "quiet", .set = fw_set_flag, AT(quiet),
	  .help = "show nothing but errors, and what -o asks for" },
	{ .names = "tuple-proto", .arg = "NAME|NUMBER", .set = fw_expect_set_tuple, AT(expect),
	  .min = FW_TUPLE_PROTO, .help = "the protocol that is expected; the flow's if not given" },
	{ .names = "tuple-src", .arg = "ADDR[/PREFIX]", .set = fw_expect_set_tuple, AT(expect),
	  .min = FW_TUPLE_SRC, .help = "the source that is expected; any if not given" },
	{ .names = "tuple-dst", .arg = "ADDR[/PREFIX]", .set = fw_expect_set_tuple, AT(expect),
	  .min = FW_TUPLE_DST, .help = "the destination that is expected" },
	{ .names = "tuple-port-src", .arg = "PORT", .set = fw_expect_set_tuple,
	  AT(expect), .min = FW_TUPLE_SPORT,
	  .help = "the source port that is expected; any if not given" },
	{ .names = "tuple-port-dst", .arg = "PORT", .set = fw_expect_set_tuple,
	  AT(expect), .min = FW_TUPLE_DPORT,
	  .help = "the destination port that is expected" },
	{ .names = "tuple-key-src", .arg = "KEY", .set = fw_expect_set_tuple, AT(expect),
	  .min = FW_TUPLE_SRCKEY, .help = "of gre: the key of its replies; any if not given" },
	{ .names = "tuple-key-dst", .arg = "KEY", .set = fw_expect_set_tuple, AT(expect),
	  .min = FW_TUPLE_DSTKEY, .help = "of gre: the key that is expected" },
	{ .names = "mask-src", .arg = "ADDR", .set = fw_expect_set_mask, AT(expect),
	  .min = FW_TUPLE_SRC, .help = "which bits of the source count" },
	{ .names = "mask-dst", .arg = "ADDR", .set = fw_expect_set_mask, AT(expect),
	  .min = FW_TUPLE_DST, .help = "which bits of the destination count" },
	{ .names = "mask-port-src", .arg = "MASK", .set = fw_expect_set_mask, AT(expect),
	  .min = FW_TUPLE_SPORT, .help = "which bits of the source port count" },
	{ .names = "mask-port-dst", .arg = "MASK", .set = fw_expect_set_mask, AT(expect),
	  .min = FW_TUPLE_DPORT, .help = "which bits of the destination port count" },
	{ .names = "mask-key-src", .arg = "MASK", .set = fw_expect_set_mask, AT(expect),
	  .min = FW_TUPLE_SRCKEY, .help = "of gre: which bits of the key of its replies count" },
	{ .names = "mask-key-dst", .arg = "MASK", .set = fw_expect_set_mask, AT(expect),
	  .min = FW_TUPLE_DSTKEY, .help = "of gre: which bits of the key count" },
	{ 0 },
};
/* clang-format on */

/* Of the one write: the refusal is the error of the program. */
static void written(void *context, uint64_t tag, const struct fw_err *refusal)
{
	(void)tag;
	if (refusal)
		fw_err_copy(context, refusal);
}

static int write_flow(const struct fw_write *write, struct fw_err *err)
{
	struct fw_ct_writer writer;

	if (fw_ct_writer_open(&writer, written, err, err) < 0)
		return -1;
	if (!fw_ct_write(&writer, write, 0, err))
		fw_ct_writer_finish(&writer, err);
	fw_ct_writer_close(&writer);
	return err->kind == FW_ERR_NONE ? 0 : -1;
}

struct shown {
	struct fw_sink sink;
	bool found, labelled;
};

static int show(void *context, const struct fw_flow *flow)
{
	struct shown *shown = context;

	shown->found = true;
	shown->labelled = flow->present >> FW_FLOW_LABELS & 1;
	return fw_sink_flow(&shown->sink, flow);
}

/* As the kernel has it now: its own view of what was asked for. */
static int show_flow(struct fw_cli *cli, const struct values *values)
{
	const struct fw_write *write = &values->flow.write;
	struct fw_word *labels = fw_labels_read();
	struct shown shown = { 0 };
	int status =
		fw_output_open(&values->output, FW_RECORD_FLOW, labels, &shown.sink, &cli->err);

	if (!status)
		status = fw_ct_find(&write->flow, show, &shown, &cli->err);
	fw_privilege_drop();
	status = fw_output_finish(&shown.sink, status, "the flow was made", &cli->err);
	if (!status && !values->quiet && !shown.found)
		fw_cli_note(cli, "it has ended already");
	if (!status && !values->quiet && shown.found && fw_write_has_labels(write) &&
	    !shown.labelled)
		fw_cli_note(cli, "the kernel has not kept the labels, because no rule of this "
				 "network namespace uses some (ct label)");
	if (!status && !values->quiet && shown.sink.format == &fw_format_text)
		fprintf(stderr, "fwctl %s: 1 flow entries have been created.\n", PACKAGE_VERSION);
	fw_sink_free(&shown.sink);
	fw_labels_free(labels);
	return status;
}

/* ---- expectations ---------------------------------------------------------------------------- */

static int create_expect(struct fw_cli *cli, struct values *values)
{
	if (values->add || values->output.format)
		return fw_err_set(&cli->err, FW_ERR_MISUSE, "%s is for flows",
				  values->add ? "--add" : "--output");
	if (values->flow.write.flow.present >> FW_FLOW_MASTER & 1)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--master-... is for flows: the master of an expectation is the "
				  "flow that the other options name");
	/* The master is there already: it is named by its tuple, as for an update. */
	values->flow.write.verb = FW_WRITE_UPDATE;
	if (fw_flow_reader_finish(&values->flow, &cli->err) < 0 ||
	    fw_expect_complete(&values->flow, &values->expect, &cli->err) < 0 ||
	    fw_privilege_limit(&cli->err) < 0 || fw_exp_create(&values->expect, &cli->err) < 0)
		return -1;
	fw_privilege_drop();
	if (!values->quiet)
		fprintf(stderr, "fwctl %s: 1 expectations have been created.\n", PACKAGE_VERSION);
	return 0;
}

static int check_flow(struct fw_cli *cli, const struct values *values)
{
	if (values->expect.expected.present || values->expect.mask.present)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--tuple-... and --mask-... are for --table expect");
	return 0;
}

static int run(struct fw_cli *cli)
{
	struct values *values = cli->values;
	struct fw_write *write = &values->flow.write;

	if (values->table == FW_TABLE_EXPECT)
		return create_expect(cli, values);
	write->verb = values->add ? FW_WRITE_ADD : FW_WRITE_CREATE;
	if (check_flow(cli, values) < 0 || fw_flow_reader_finish(&values->flow, &cli->err) < 0 ||
	    fw_privilege_limit(&cli->err) < 0 || write_flow(write, &cli->err) < 0)
		return -1;
	return fw_output_is_shown(&values->output, values->quiet) ? show_flow(cli, values) : 0;
}

static const struct fw_command command = {
	.name = "create",
	.summary = "Put a flow into the connection table",
	.usage = "-p PROTO -s ADDR -d ADDR -t DURATION [--sport PORT] [--dport PORT] "
		 "[--state NAME] [OPTIONS]",
	.options = options,
	.more_options = fw_flow_options,
	.values_size = sizeof(struct values),
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
