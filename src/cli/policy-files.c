/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/format/json-text.h"
#include "fwctl/policy/check.h"
#include "fwctl/policy/diag.h"
#include "fwctl/policy/print.h"
#include "fwctl/policy/text.h"

/* What messages call a policy that was named `-`. */
#define STDIN_NAME "(stdin)"

static const char *const profile_dirs[] = { FWCTL_SYSCONFDIR "/applications.d",
					    "/etc/ufw/applications.d", NULL };

const struct fw_policy_options fw_policy_reading = { .protos = fw_protos,
						     .profile_dirs = profile_dirs };

static void print_diags(const struct fw_diags *diags)
{
	struct fw_buf buf = { 0 };

	if (!diags->count)
		return;
	fw_diags_print(&buf, diags);
	fflush(stdout);
	fwrite(buf.data, 1, buf.length, stderr);
	fw_buf_free(&buf);
}

/* For a program to read: an object for each, with its place. */
static void print_mistakes(const struct fw_diags *diags)
{
	const struct fw_diag *diag;
	struct fw_buf buf = { 0 };
	size_t i;

	for (i = 0; i < diags->count; i++) {
		diag = &diags->items[i];
		if (diag->note)
			continue;
		fw_buf_puts(&buf, "{\"error\":");
		fw_json_string(&buf, diag->text, strlen(diag->text));
		fw_buf_puts(&buf, ",\"file\":");
		fw_json_string(&buf, diag->file, strlen(diag->file));
		if (diag->line)
			fw_buf_printf(&buf, ",\"line\":%u", diag->line);
		if (diag->column)
			fw_buf_printf(&buf, ",\"column\":%u", diag->column);
		fw_buf_puts(&buf, "}\n");
	}
	fwrite(buf.data, 1, buf.length, stderr);
	fw_buf_free(&buf);
}

static struct fw_policy *parse_text(const char *name, const char *text, struct fw_diags *diags)
{
	return fw_policy_parse(name, text, strlen(text), &fw_policy_reading, diags);
}

static void report(struct fw_cli *cli, const char *name, const struct fw_diags *diags)
{
	if (fw_cli_wants_json(cli))
		print_mistakes(diags);
	else
		print_diags(diags);
	/* The only one, and of no line: the file as a whole could not be read. */
	if (diags->errors == 1 && diags->count == 1 && !diags->items[0].line)
		fw_err_set(&cli->err, FW_ERR_FAILED, "%s is no policy; nothing was changed", name);
	else
		fw_err_set(&cli->err, FW_ERR_FAILED, "%s has %zu mistake%s; nothing was changed",
			   name, diags->errors, diags->errors == 1 ? "" : "s");
}

static struct fw_policy *load_stdin(struct fw_cli *cli)
{
	struct fw_policy *policy = NULL;
	struct fw_buf text = { 0 };

	if (fw_text_read_open(STDIN_FILENO, &text, &cli->err) < 0)
		fw_err_prefix(&cli->err, STDIN_NAME);
	else
		policy = fw_policy_load_text(cli, STDIN_NAME, fw_buf_text(&text), text.length);
	fw_buf_free(&text);
	return policy;
}

struct fw_policy *fw_policy_load(struct fw_cli *cli, const char *path, const char **origin)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy;
	struct stat info;

	*origin = path ? path : FW_POLICY_FILE;
	if (path && !strcmp(path, "-")) {
		*origin = STDIN_NAME;
		return load_stdin(cli);
	}
	/* A policy file that is there but cannot be read is an error, not the default; and so is a
	 * link that leads nowhere. */
	if (!path && lstat(FW_POLICY_FILE, &info) < 0) {
		*origin = "the embedded default (there is no " FW_POLICY_FILE ")";
		policy = parse_text("(default)", fw_policy_default, &diags);
	} else {
		policy = fw_policy_read(*origin, &fw_policy_reading, &diags);
	}
	if (!policy)
		report(cli, *origin, &diags);
	fw_diags_free(&diags);
	return policy;
}

struct fw_policy *fw_policy_load_text(struct fw_cli *cli, const char *name, const char *text,
				      size_t length)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy = fw_policy_parse(name, text, length, &fw_policy_reading, &diags);

	if (!policy)
		report(cli, name, &diags);
	fw_diags_free(&diags);
	return policy;
}

void fw_policy_print_notes(const struct fw_policy *policy)
{
	struct fw_diags notes = { 0 };

	fw_policy_check(policy, &notes);
	print_diags(&notes);
	fw_diags_free(&notes);
}

/* --- the installed one --------------------------------------------------------------------- */

static char *file_name(const char *digest)
{
	return fw_format(FW_STATE_POLICY "%s", digest);
}

static int read_text(const struct fw_state *state, const char *digest, struct fw_buf *text,
		     struct fw_err *err)
{
	char *name = file_name(digest);
	int result = fw_state_read(state, name, text, err);

	free(name);
	if (result > 0)
		return fw_err_set(err, FW_ERR_FAILED,
				  "the table is there, but not the text of its policy in %s",
				  state->path);
	return result;
}

struct fw_policy *fw_policy_load_installed(const struct fw_state *state, const char *digest,
					   struct fw_err *err)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy = NULL;
	struct fw_buf text = { 0 };
	char found[65] = "";

	if (read_text(state, digest, &text, err) == 0) {
		policy = fw_policy_parse("(installed)", text.data ? text.data : "", text.length,
					 &fw_policy_reading, &diags);
		if (policy)
			fw_policy_digest(policy, found);
		if (strcmp(found, digest) != 0) {
			fw_err_set(err, FW_ERR_FAILED,
				   "the text of the installed policy in %s is damaged",
				   state->path);
			fw_policy_free(policy);
			policy = NULL;
		}
		fw_diags_free(&diags);
	}
	if (!policy)
		fw_err_hint(err, "'fwctl policy apply' puts a policy and its text in force again");
	fw_buf_free(&text);
	return policy;
}

int fw_policy_keep(const struct fw_state *state, const struct fw_policy *policy, const char *digest,
		   struct fw_err *err)
{
	struct fw_buf text = { 0 };
	char *name = file_name(digest);
	int result;

	fw_policy_print(&text, policy, FW_PRINT_RESOLVED);
	result = fw_state_write(state, name, text.data, text.length, err);
	fw_buf_free(&text);
	free(name);
	return result;
}
