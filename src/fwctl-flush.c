/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fwctl flush: the same filtered reading as list, with each flow that matches deleted by its
 * identity. What it says of a flow, it says after the kernel has deleted it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "fwctl/cli/command.h"
#include "fwctl/cli/filter-options.h"
#include "fwctl/cli/output.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/cli/stale.h"
#include "fwctl/format/formats.h"
#include "fwctl/kernel/ct-delete.h"
#include "fwctl/kernel/ct-query.h"
#include "fwctl/kernel/exp-delete.h"
#include "fwctl/kernel/exp-query.h"
#include "fwctl/kernel/labels.h"
#include "fwctl/kernel/ssh-session.h"

struct values {
	struct fw_output output;
	uint64_t table; /* enum fw_ct_table */
	bool all, dry_run, keep_mine, stale, quiet;
};

#define AT(member) .offset = offsetof(struct values, member)

static const struct fw_option options[] = {
	{ .names = "all",
	  .set = fw_set_flag,
	  AT(all),
	  .help = "every flow: without a filter it must be said" },
	{ .names = "dry-run",
	  .set = fw_set_flag,
	  AT(dry_run),
	  .help = "only show what would be deleted" },
	{ .names = "keep-mine",
	  .set = fw_set_flag,
	  AT(keep_mine),
	  .help = "spare the flow of the ssh session that runs this" },
	{ .names = "stale",
	  .set = fw_set_flag,
	  AT(stale),
	  .help = "only UDP flows that their sender alone keeps alive, by two looks" },
	{ .names = "table",
	  .arg = "conntrack|expect",
	  .set = fw_set_word,
	  AT(table),
	  .data = fw_table_words,
	  .help = "flows, or what helpers expect to come" },
	{ .names = "output",
	  .letter = 'o',
	  .arg = "FORMAT[,FLAG...]",
	  .set = fw_set_output,
	  AT(output),
	  .help = "how to show what was deleted, as of list" },
	{ .names = "quiet",
	  .set = fw_set_flag,
	  AT(quiet),
	  .help = "show nothing but errors, and what -o asks for" },
	{ 0 },
};

/* One flush that is under way. */
struct flush {
	const struct values *values;
	const struct fw_filter *filter;
	struct fw_ct_deleter deleter;
	struct fw_ssh_session session;
	struct fw_stale stale; /* with --stale: what the first look saw */
	struct fw_sink sink;
	struct fw_socket socket; /* for expectations */
	uint64_t shown;          /* in a dry run */
	struct fw_err *err;
};

static int show(void *context, const struct fw_flow *flow)
{
	struct flush *flush = context;

	/* When nobody reads any more, the deleting goes on: it was asked for. */
	if (fw_output_is_shown(&flush->values->output, flush->values->quiet))
		fw_sink_flow(&flush->sink, flow);
	return 0;
}

/* Of each flow that matches. */
static int take(void *context, const struct fw_flow *flow)
{
	struct flush *flush = context;

	if (fw_ssh_session_owns(&flush->session, flow) ||
	    (flush->values->stale && !fw_stale_is(&flush->stale, flow, FW_STALE_SECONDS)))
		return 0;
	if (!flush->values->dry_run)
		return fw_ct_delete(&flush->deleter, flow, flush->err);
	flush->shown++;
	return show(flush, flow);
}

/* What it was chosen by may have changed: it got an answer, say. */
static bool is_still_wanted(void *context, const struct fw_flow *flow)
{
	struct flush *flush = context;

	return fw_filter_match(flush->filter, flow) &&
	       (!flush->values->stale || fw_stale_is(&flush->stale, flow, FW_STALE_SECONDS));
}

static int flush_matching(struct fw_cli *cli, struct flush *flush)
{
	struct fw_ct_query query = { .filter = cli->filter };
	fw_ct_still_fn *still = NULL;
	int status;

	if (flush->values->stale &&
	    fw_stale_begin(&flush->stale, cli->filter, FW_STALE_SECONDS, &cli->err) < 0)
		return -1;
	if (flush->values->stale || !fw_ct_is_lasting(cli->filter))
		still = is_still_wanted;
	if (fw_ct_deleter_open(&flush->deleter, still, show, flush, &cli->err) < 0)
		return -1;
	flush->deleter.decoder.stamp = cli->filter->stamp;
	status = fw_ct_each(&query, take, flush, &cli->err);
	if (fw_ct_deleter_finish(&flush->deleter, &cli->err) < 0 || flush->deleter.failed)
		status = -1;
	/* An error of deleting ends the reading, which knows of no error then. */
	return cli->err.kind == FW_ERR_NONE ? status : -1;
}

/* Of each expectation that matches. There are few at a time, so each is deleted by itself. */
static int take_expect(void *context, const struct fw_expect *expect)
{
	struct flush *flush = context;
	int deleted = 1;

	if (!flush->values->dry_run)
		deleted = fw_exp_delete(&flush->socket, expect, flush->err);
	if (deleted <= 0)
		return deleted;
	flush->deleter.count++;
	flush->shown++;
	if (fw_output_is_shown(&flush->values->output, flush->values->quiet))
		fw_sink_expect(&flush->sink, expect);
	return 0;
}

static int flush_expectations(struct fw_cli *cli, struct flush *flush)
{
	int status;

	if (fw_socket_open(&flush->socket, 0, &cli->err) < 0)
		return -1;
	status = fw_exp_each(cli->filter, take_expect, flush, &cli->err);
	fw_socket_close(&flush->socket);
	return cli->err.kind == FW_ERR_NONE ? status : -1;
}

static int check_expect(struct fw_cli *cli, const struct values *values)
{
	if (values->keep_mine || values->stale)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--%s is about flows, not about expectations",
				  values->stale ? "stale" : "keep-mine");
	return fw_filter_check_expects(cli->filter, &cli->err);
}

static int check_usage(struct fw_cli *cli, const struct values *values)
{
	if (values->all && cli->filter->count)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--all is every flow, and %s only some: give one of them",
				  cli->filter->conds[0].option);
	if (values->table == FW_TABLE_EXPECT && check_expect(cli, values) < 0)
		return -1;
	if (values->all && values->stale)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "--all is every flow, and --stale only some: give one of them");
	if (values->all || values->stale || cli->filter->count)
		return 0;
	fw_err_set(&cli->err, FW_ERR_MISUSE, "without a filter this would delete everything");
	return fw_err_hint(&cli->err, "say --all if that is meant");
}

/* Whether the kernel's own flush does what is asked. */
static bool is_plain(const struct values *values)
{
	return values->all && !values->dry_run && !values->keep_mine && !values->output.format;
}

static void find_session(const struct fw_cli *cli, struct flush *flush)
{
	fw_ssh_session_find(&flush->session);
	if (!flush->session.count && !flush->values->quiet)
		fw_cli_note(cli, "no ssh session runs this, so none is spared");
}

static void say_count(const struct flush *flush, uint64_t count)
{
	const struct values *values = flush->values;

	if (values->quiet || flush->sink.format != &fw_format_text)
		return;
	fprintf(stderr, "fwctl %s: %" PRIu64 " %s %s deleted.\n", PACKAGE_VERSION, count,
		values->table == FW_TABLE_EXPECT ? "expectations" : "flow entries",
		values->dry_run ? "would be" : "have been");
}

static int run(struct fw_cli *cli)
{
	struct flush flush = { .values = cli->values, .filter = cli->filter, .err = &cli->err };
	struct fw_word *labels;
	int status;

	if (check_usage(cli, flush.values) < 0)
		return -1;
	if (flush.values->keep_mine)
		find_session(cli, &flush);
	labels = fw_labels_read();
	status = fw_output_open(&flush.values->output, fw_output_record(flush.values->table),
				labels, &flush.sink, &cli->err);
	/* Everything that needs more to be read has been read. */
	if (!status)
		status = fw_privilege_limit(&cli->err);
	if (status < 0)
		goto out;
	if (flush.values->table == FW_TABLE_EXPECT)
		status = flush_expectations(cli, &flush);
	else if (is_plain(flush.values))
		status = fw_ct_flush_all(&flush.deleter.count, &cli->err);
	else
		status = flush_matching(cli, &flush);
	fw_privilege_drop();
	status = fw_output_finish(&flush.sink, status, "the flows were deleted", &cli->err);
	if (!status || flush.deleter.count)
		say_count(&flush, flush.values->dry_run ? flush.shown : flush.deleter.count);
	fw_ct_deleter_close(&flush.deleter);
out:
	fw_stale_free(&flush.stale);
	fw_sink_free(&flush.sink);
	fw_labels_free(labels);
	return status;
}

static const struct fw_command command = {
	.name = "flush",
	.summary = "Delete flows from the connection table",
	.usage = "FILTER|--all [--table TABLE] [--dry-run] [-o FORMAT]",
	.options = options,
	.values_size = sizeof(struct values),
	.filter_source = &fw_filter_source,
	.run = run,
};

int main(int argc, char **argv)
{
	return fw_main(&command, argc, argv);
}
