/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands that edit a policy in ufw's manner. In the machine's own network namespace they edit
 * the policy file, which the next boot goes by; in another one they edit the policy that is in
 * force there, because the file is not that namespace's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/cli/policy-boot.h"
#include "fwctl/cli/policy-commands.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-files.h"
#include "fwctl/cli/policy-install.h"
#include "fwctl/cli/policy-session.h"
#include "fwctl/cli/policy-write.h"
#include "fwctl/cli/privilege.h"
#include "fwctl/policy/edit.h"
#include "fwctl/policy/print.h"
#include "fwctl/policy/text.h"

struct job {
	struct fw_cli *cli;
	struct fw_state state;
	const char *file; /* that is edited, or NULL: the policy that is in force */
	const char *name; /* of the text, in messages */
	struct fw_buf old, new;
	struct fw_policy *policy;      /* what `old` means */
	struct fw_policy *edited;      /* what `new` means */
	struct fw_ssh_session session; /* that must not be locked out */
	bool there;                    /* the rule that was to be added */
};

/* --- the words ----------------------------------------------------------------------------- */

/* A word with blanks was one word for the shell, and must stay one. */
static void put_word(struct fw_buf *buf, const char *word)
{
	char quote = strchr(word, '"') ? '\'' : '"';

	if (*word && !strpbrk(word, " \t#\"'\\")) {
		fw_buf_puts(buf, word);
		return;
	}
	fw_buf_putc(buf, quote);
	fw_buf_puts(buf, word);
	fw_buf_putc(buf, quote);
}

/* The statement that the words from `from` on are; the caller frees it. */
static char *statement(const char *verb, const struct fw_cli *cli, int from)
{
	struct fw_buf text = { 0 };
	int i;

	if (verb)
		fw_buf_puts(&text, verb);
	for (i = from; i < cli->argc; i++) {
		if (text.length)
			fw_buf_putc(&text, ' ');
		put_word(&text, cli->argv[i]);
	}
	return fw_buf_take(&text);
}

static bool is_setting(const char *verb)
{
	static const char *const settings[] = { "default", "logging", "ping",
						"mdns",    "dhcp",    "timeout" };
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!strcmp(verb, settings[i]))
			return true;
	return false;
}

/* --- the edits ----------------------------------------------------------------------------- */

static int read_new(struct job *job)
{
	fw_buf_text(&job->new);
	job->edited = fw_policy_load_text(job->cli, job->name, job->new.data, job->new.length);
	if (job->edited)
		return 0;
	/* The old text was read without mistakes: it is the words of the command line. */
	job->cli->err.kind = FW_ERR_MISUSE;
	return -1;
}

/* By its first word; what stands behind that is the parser's to judge. */
static int check_rule(const char *text, const char *like, struct fw_err *err)
{
	static const struct fw_word route[] = { { "route", 0 }, { 0 } };
	size_t length = strcspn(text, " ");

	if (fw_word_find(fw_action_words, text, length) || fw_word_find(route, text, length))
		return 0;
	return fw_err_set(err, FW_ERR_MISUSE, "'%s' is no rule, as in '%s'", text, like);
}

static int edit_insert(struct job *job, const struct fw_edit *edit)
{
	struct fw_cli *cli = job->cli;
	uint64_t number;
	char *text;
	int result;

	if (fw_num_parse(cli->argv[0], 1, SIZE_MAX, &number) != FW_NUM_OK)
		return fw_err_set(&cli->err, FW_ERR_MISUSE,
				  "'%s' is no number of a rule, as in 'insert 1 allow 22/tcp'",
				  cli->argv[0]);
	text = statement(NULL, cli, 1);
	result = check_rule(text, "insert 1 allow 22/tcp", &cli->err);
	if (result == 0)
		result = fw_edit_insert(edit, (size_t)number, text, &job->new, &cli->err);
	if (result == 0)
		result = read_new(job);
	free(text);
	return result;
}

/* The number of the rule that the words describe; 0 with an error when there is none. */
static size_t find_rule(struct job *job, const struct fw_edit *edit)
{
	char *text = statement(NULL, job->cli, 0);
	struct fw_policy *other = NULL;
	struct fw_buf with = { 0 };
	size_t number = 0;

	if (check_rule(text, "delete allow 22/tcp", &job->cli->err) == 0 &&
	    fw_edit_append(edit, text, &with, &job->cli->err) == 0)
		other = fw_policy_load_text(job->cli, job->name, with.data, with.length);
	if (other) {
		number = fw_policy_find_rule(job->policy, other, !job->file);
		if (!number)
			fw_err_set(&job->cli->err, FW_ERR_FAILED, "there is no rule '%s'", text);
	}
	fw_policy_free(other);
	fw_buf_free(&with);
	free(text);
	return number;
}

static int edit_delete(struct job *job, const struct fw_edit *edit)
{
	struct fw_buf was = { 0 };
	uint64_t number = 0;

	if (job->cli->argc != 1 ||
	    fw_num_parse(job->cli->argv[0], 1, SIZE_MAX, &number) != FW_NUM_OK)
		number = find_rule(job, edit);
	if (!number || fw_edit_delete(edit, (size_t)number, &job->new, &job->cli->err) < 0)
		return -1;
	fw_rule_print(&was, job->policy, &job->policy->rules[number - 1], 0);
	fw_cli_note(job->cli, "rule %zu goes: %s", (size_t)number, fw_buf_text(&was));
	fw_buf_free(&was);
	return 0;
}

/* Without a comment of its own the new rule is content with any. */
static bool is_there_already(const struct job *job, size_t number)
{
	const char *comment = job->edited->rules[job->edited->rule_count - 1].comment;
	const char *old = number ? job->policy->rules[number - 1].comment : NULL;

	return number && (!comment || (old && !strcmp(comment, old)));
}

/*
 * As in ufw: a rule that is there already is not added again, and one for the same packets as
 * another takes its place, because behind it it would never match.
 */
static int settle_rule(struct job *job, const struct fw_edit *edit, const char *text)
{
	size_t number = fw_policy_find_rule(job->policy, job->edited, !job->file);
	struct fw_buf was = { 0 };

	job->there = is_there_already(job, number);
	if (job->there)
		fw_cli_note(job->cli, "the rule is there already, it is number %zu", number);
	if (!number)
		number = fw_policy_find_rival(job->policy, job->edited, !job->file);
	if (!number || job->there)
		return 0;
	fw_policy_free(job->edited);
	job->edited = NULL;
	job->new.length = 0;
	fw_rule_print(&was, job->policy, &job->policy->rules[number - 1], 0);
	fw_cli_note(job->cli, "it takes the place of rule %zu, %s", number, fw_buf_text(&was));
	fw_buf_free(&was);
	return fw_edit_replace(edit, number, text, &job->new, &job->cli->err);
}

/* A setting replaces the one that is there, a rule comes behind the others. */
static int edit_add(struct job *job, const struct fw_edit *edit, const char *verb)
{
	char *text = statement(verb, job->cli, 0);
	struct fw_err *err = &job->cli->err;
	int result;

	if (is_setting(verb)) {
		result = fw_edit_set(edit, text, &fw_policy_reading, &job->new, err);
	} else {
		result = fw_edit_append(edit, text, &job->new, err);
		if (result == 0)
			result = read_new(job);
		if (result == 0)
			result = settle_rule(job, edit, text);
	}
	free(text);
	return result;
}

static int edit_text(struct job *job)
{
	const struct fw_edit edit = { job->policy, job->old.data, job->old.length };
	const char *verb = job->cli->command->name;

	if (!strcmp(verb, "insert"))
		return edit_insert(job, &edit);
	if (!strcmp(verb, "delete"))
		return edit_delete(job, &edit);
	return edit_add(job, &edit, verb);
}

/* --- where the text comes from ------------------------------------------------------------- */

static bool is_machines_namespace(void)
{
	struct stat own, first;

	return stat("/proc/self/ns/net", &own) == 0 && stat("/proc/1/ns/net", &first) == 0 &&
	       own.st_ino == first.st_ino && own.st_dev == first.st_dev;
}

static int read_file(struct job *job)
{
	struct stat there;

	/* A link that leads nowhere is a file that cannot be read. */
	if (lstat(job->file, &there) < 0 && errno == ENOENT) {
		fw_buf_puts(&job->old, fw_policy_default);
		fw_cli_note(job->cli, "%s is new, and begins with the embedded default", job->file);
	} else if (fw_text_read(job->file, &job->old, NULL, &job->cli->err) < 0) {
		return fw_err_prefix(&job->cli->err, "%s", job->file);
	}
	return 0;
}

static int read_installed(struct job *job)
{
	struct fw_current current;
	bool active;

	if (fw_current_read(&current, &job->state, &job->cli->err) < 0)
		return -1;
	active = current.policy != NULL;
	if (active)
		fw_policy_print(&job->old, current.policy, FW_PRINT_RESOLVED);
	fw_current_free(&current);
	if (active)
		return 0;
	fw_err_set(&job->cli->err, FW_ERR_FAILED, "no policy is in force");
	return fw_err_hint(&job->cli->err, "'fwctl policy apply' puts one in force");
}

static int read_old(struct job *job)
{
	if ((job->file ? read_file(job) : read_installed(job)) < 0)
		return -1;
	fw_buf_text(&job->old);
	job->policy = fw_policy_load_text(job->cli, job->name, job->old.data, job->old.length);
	return job->policy ? 0 : -1;
}

/* Lines that are in force and not in the file go out of force with an edit of the file. */
static bool is_of_another_text(struct job *job)
{
	char in_force[65], in_file[65];
	struct fw_err ignored = FW_ERR_INIT;
	struct fw_current current;
	bool another = false;

	if (job->file && fw_current_read(&current, &job->state, &ignored) == 0) {
		fw_policy_digest(job->policy, in_file);
		if (current.policy)
			fw_policy_digest(current.policy, in_force);
		another = current.policy && strcmp(in_force, in_file) != 0;
		fw_current_free(&current);
	}
	fw_err_free(&ignored);
	return another;
}

/* --- putting it in force ------------------------------------------------------------------ */

/* The file changes only when the kernel has taken the policy. */
static int install_file(struct job *job)
{
	char *file = fw_policy_file_real(job->file);
	char *path = fw_policy_file_prepare(job->cli, file, &job->new);
	bool changed;
	int result = path ? 0 : -1;

	if (result == 0)
		result = fw_policy_install_and_drop(job->cli, job->edited, &job->state, &changed);
	if (result == 0)
		result = fw_policy_file_replace(path, file, &job->cli->err);
	if (path && result < 0)
		unlink(path);
	if (result == 0)
		fw_boot_keep(job->cli, job->edited);
	free(path);
	free(file);
	return result;
}

static int install(struct job *job)
{
	bool changed;

	if (!job->edited && read_new(job) < 0)
		return -1;
	if (job->there)
		return fw_policy_install_and_drop(job->cli, job->policy, &job->state, &changed);
	if (fw_policy_check_session(job->edited, &job->session, &job->cli->err) < 0)
		return -1;
	if (job->file)
		return install_file(job);
	return fw_policy_install_and_drop(job->cli, job->edited, &job->state, &changed);
}

static bool has_control(const char *word)
{
	for (; *word; word++)
		if ((unsigned char)*word < ' ' && *word != '\t')
			return true;
	return false;
}

/* The words become one line of a file: what would make more of it, or less, is not for an edit. */
static int check_word(const char *word, struct fw_err *err)
{
	if (!has_control(word))
		return 0;
	return fw_err_set(err, FW_ERR_MISUSE, "a line feed, or the like, is in '%s'", word);
}

/* No word of a rule looks like one, but what a comment says may. */
static int check_words(struct fw_cli *cli)
{
	int i;

	for (i = 0; i < cli->argc; i++)
		if (check_word(cli->argv[i], &cli->err) < 0)
			return -1;
		else if (!strncmp(cli->argv[i], "--", 2) &&
			 (!i || strcmp(cli->argv[i - 1], "comment") != 0))
			return fw_err_set(&cli->err, FW_ERR_MISUSE,
					  "options stand before the words of the policy, and %s "
					  "behind them",
					  cli->argv[i]);
	return 0;
}

/* The order of ufw's words. */
static int check_route(struct fw_cli *cli)
{
	static const struct fw_word verbs[] = {
		{ "insert", 0 }, { "prepend", 0 }, { "delete", 0 }, { 0 }
	};
	const char *word = cli->argv[0];

	if (strcmp(cli->command->name, "route") != 0 || !fw_word_find(verbs, word, strlen(word)))
		return 0;
	fw_err_set(&cli->err, FW_ERR_MISUSE, "'%s' stands before 'route'", word);
	return fw_err_hint(&cli->err, "'insert 1 route allow ...', 'delete route allow ...'");
}

int fw_policy_edit_run(struct fw_cli *cli)
{
	const struct fw_policy_force_values *values = cli->values;
	struct job job = { .cli = cli };
	bool another = false;
	int result;

	if (check_words(cli) < 0 || check_route(cli) < 0)
		return -1;
	/* While the files of other processes may be read. */
	if (!values->force)
		fw_ssh_session_find(&job.session);
	job.file = is_machines_namespace() ? FW_POLICY_FILE : NULL;
	job.name = job.file ? job.file : "(installed)";
	if (fw_privilege_limit(&cli->err) < 0 || fw_state_open(&job.state, true, &cli->err) < 0)
		return -1;
	result = read_old(&job);
	if (result == 0)
		another = is_of_another_text(&job);
	if (result == 0)
		result = edit_text(&job);
	if (result == 0)
		result = install(&job);
	if (result == 0 && another)
		fw_cli_note(cli,
			    "what was in force was not the policy of %s, which is in force now",
			    job.file);
	fw_policy_free(job.policy);
	fw_policy_free(job.edited);
	fw_buf_free(&job.old);
	fw_buf_free(&job.new);
	fw_state_close(&job.state);
	return result;
}
