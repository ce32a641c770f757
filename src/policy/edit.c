/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/edit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fwctl/base/num.h"
#include "fwctl/policy/print.h"

/* --- lines of text -----------------------------------------------------------------------------
 */

/* Where line `number` (from 1) begins; the end of the text when it has fewer lines. */
static size_t line_start(const struct fw_edit *edit, unsigned int number)
{
	const char *at = edit->text, *end = edit->text + edit->length, *newline;

	for (; number > 1 && at < end; number--) {
		newline = memchr(at, '\n', (size_t)(end - at));
		at = newline ? newline + 1 : end;
	}
	return (size_t)(at - edit->text);
}

static bool is_comment(const struct fw_edit *edit, unsigned int number)
{
	const char *at = edit->text + line_start(edit, number), *end = edit->text + edit->length;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at < end && *at == '#';
}

/* The new text: the old one with the bytes from `begin` to `end` replaced by a line. */
static void splice(const struct fw_edit *edit, size_t begin, size_t end, const char *line,
		   struct fw_buf *out)
{
	fw_buf_put(out, edit->text, begin);
	if (line) {
		/* The last line of a file may lack its end. */
		if (begin && edit->text[begin - 1] != '\n')
			fw_buf_putc(out, '\n');
		fw_buf_puts(out, line);
		fw_buf_putc(out, '\n');
	}
	fw_buf_put(out, edit->text + end, edit->length - end);
}

/* Where a # begins a word, as the lexer sees words; the end when there is none. */
static const char *find_remark(const char *at, const char *end)
{
	bool begins = true;

	while (at < end && !(begins && *at == '#')) {
		const char *quoted = begins && (*at == '"' || *at == '\'')
					     ? memchr(at + 1, *at, (size_t)(end - at - 1))
					     : NULL;

		begins = quoted || *at == ' ' || *at == '\t' || *at == '{' || *at == '}';
		at = (quoted ? quoted : at) + 1;
	}
	return at;
}

/* What stands behind the statement: its remark, with the blanks before it. */
static void put_remark(const struct fw_edit *edit, const struct fw_place *place, struct fw_buf *out)
{
	const char *begin = edit->text + line_start(edit, place->last_line);
	const char *end = edit->text + line_start(edit, place->last_line + 1), *remark;

	if (end > begin && end[-1] == '\n')
		end--;
	remark = find_remark(begin, end);
	while (remark < end && remark > begin && (remark[-1] == ' ' || remark[-1] == '\t'))
		remark--;
	fw_buf_put(out, remark, (size_t)(end - remark));
}

static bool is_in_text(const struct fw_edit *edit, const struct fw_place *place)
{
	/* The names of files are kept once each, so the same file has the same pointer. */
	return place->file == edit->policy->files[0];
}

/* --- rules -------------------------------------------------------------------------------------
 */

static const struct fw_rule *rule_to_edit(const struct fw_edit *edit, size_t number,
					  struct fw_err *err)
{
	const struct fw_policy *policy = edit->policy;
	const struct fw_rule *rule;

	if (!number || number > policy->rule_count) {
		fw_err_set(err, FW_ERR_FAILED, "there is no rule %zu, the policy has %zu", number,
			   policy->rule_count);
		return NULL;
	}
	rule = &policy->rules[number - 1];
	if (is_in_text(edit, &rule->place))
		return rule;
	fw_err_set(err, FW_ERR_FAILED, "rule %zu stands in %s, line %u", number, rule->place.file,
		   rule->place.line);
	fw_err_hint(err, "only the policy file itself is edited, not what it includes");
	return NULL;
}

int fw_edit_append(const struct fw_edit *edit, const char *statement, struct fw_buf *out,
		   struct fw_err *err)
{
	size_t i, at = edit->length;

	(void)err;
	for (i = edit->policy->rule_count; i-- > 0;) {
		const struct fw_place *place = &edit->policy->rules[i].place;

		/* What an included file says last stays before the new line, too. */
		if (!is_in_text(edit, place))
			break;
		at = line_start(edit, place->last_line + 1);
		break;
	}
	splice(edit, at, at, statement, out);
	return 0;
}

int fw_edit_insert(const struct fw_edit *edit, size_t number, const char *statement,
		   struct fw_buf *out, struct fw_err *err)
{
	const struct fw_rule *rule;
	unsigned int line;
	size_t at;

	if (number == edit->policy->rule_count + 1)
		return fw_edit_append(edit, statement, out, err);
	rule = rule_to_edit(edit, number, err);
	if (!rule)
		return -1;
	line = rule->place.line;
	while (line > 1 && is_comment(edit, line - 1))
		line--;
	at = line_start(edit, line);
	splice(edit, at, at, statement, out);
	return 0;
}

int fw_edit_replace(const struct fw_edit *edit, size_t number, const char *statement,
		    struct fw_buf *out, struct fw_err *err)
{
	const struct fw_rule *rule = rule_to_edit(edit, number, err);
	struct fw_buf line = { 0 };

	if (!rule)
		return -1;
	fw_buf_puts(&line, statement);
	put_remark(edit, &rule->place, &line);
	splice(edit, line_start(edit, rule->place.line),
	       line_start(edit, rule->place.last_line + 1), fw_buf_text(&line), out);
	fw_buf_free(&line);
	return 0;
}

int fw_edit_delete(const struct fw_edit *edit, size_t number, struct fw_buf *out,
		   struct fw_err *err)
{
	const struct fw_rule *rule = rule_to_edit(edit, number, err);

	if (!rule)
		return -1;
	splice(edit, line_start(edit, rule->place.line),
	       line_start(edit, rule->place.last_line + 1), NULL, out);
	return 0;
}

/* --- settings ----------------------------------------------------------------------------------
 */

/* The setting as a policy of its own. */
static struct fw_policy *parse_setting(const char *statement,
				       const struct fw_policy_options *options, struct fw_err *err)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy;

	policy = fw_policy_parse("(setting)", statement, strlen(statement), options, &diags);
	if (!policy)
		fw_err_set(err, FW_ERR_MISUSE, "%s",
			   diags.count ? diags.items[0].text : "this is no setting");
	fw_diags_free(&diags);
	if (policy && policy->setting_count != 1) {
		fw_policy_free(policy);
		policy = NULL;
		fw_err_set(err, FW_ERR_MISUSE, "this is no setting");
	}
	return policy;
}

/* Whether a timeout statement in the text is about that protocol: its second word. */
static bool is_about(const struct fw_edit *edit, const struct fw_place *place,
		     const struct fw_proto *proto)
{
	const char *at = edit->text + line_start(edit, place->line);
	size_t length = strlen(proto->name);
	const char *end = edit->text + edit->length;

	at += strspn(at, " \t");
	at += strcspn(at, " \t");
	at += strspn(at, " \t");
	return (size_t)(end - at) > length && !strncasecmp(at, proto->name, length) &&
	       (at[length] == ' ' || at[length] == '\t');
}

static bool names_timer(const struct fw_policy *policy, const struct fw_timer *timer)
{
	size_t i;

	for (i = 0; i < policy->timeout_count; i++)
		if (policy->timeouts[i].timer == timer)
			return true;
	return false;
}

static void put_timer(struct fw_buf *line, const struct fw_policy_timeout *timeout)
{
	char text[FW_DURATION_MAX_TEXT];

	fw_buf_printf(line, "%s%s %s", *timeout->timer->name ? " " : "", timeout->timer->name,
		      fw_duration_print(timeout->seconds, text));
}

/* The protocol's timers: those that are set now and those that are set anew. */
static void merge_timers(struct fw_buf *line, const struct fw_policy *old,
			 const struct fw_policy *setting)
{
	const struct fw_proto *proto = setting->timeouts[0].proto;
	size_t i;

	fw_buf_printf(line, "timeout %s", proto->name);
	for (i = 0; i < old->timeout_count; i++)
		if (old->timeouts[i].proto == proto &&
		    !names_timer(setting, old->timeouts[i].timer))
			put_timer(line, &old->timeouts[i]);
	for (i = 0; i < setting->timeout_count; i++)
		put_timer(line, &setting->timeouts[i]);
}

/* What a setting replaces: places in the text, at most the first of which gets the new line. */
static bool is_replaced(const struct fw_edit *edit, const struct fw_setting_place *old,
			const struct fw_policy *setting)
{
	if (old->setting != setting->settings[0].setting || !is_in_text(edit, &old->place))
		return false;
	return old->setting != FW_SET_TIMEOUT ||
	       is_about(edit, &old->place, setting->timeouts[0].proto);
}

/* Behind the last setting, so that rules stay together; sets and includes do not count. */
static size_t behind_settings(const struct fw_edit *edit)
{
	unsigned int line = 0;
	size_t i;

	for (i = 0; i < edit->policy->setting_count; i++) {
		const struct fw_setting_place *setting = &edit->policy->settings[i];

		if (setting->setting < FW_SET_INCLUDE && is_in_text(edit, &setting->place) &&
		    setting->place.last_line > line)
			line = setting->place.last_line;
	}
	return line_start(edit, line + 1);
}

static void replace_setting(const struct fw_edit *edit, const struct fw_policy *setting,
			    const char *line, struct fw_buf *out)
{
	const struct fw_policy *policy = edit->policy;
	size_t at = 0, begin, i;
	bool written = false;

	/* Settings are in the order of the text as far as they are in it. */
	for (i = 0; i < policy->setting_count; i++) {
		const struct fw_place *place = &policy->settings[i].place;
		size_t length;

		if (!is_replaced(edit, &policy->settings[i], setting))
			continue;
		begin = line_start(edit, place->line);
		fw_buf_put(out, edit->text + at, begin - at);
		length = out->length;
		if (!written)
			fw_buf_puts(out, line);
		written = true;
		put_remark(edit, place, out);
		if (out->length > length)
			fw_buf_putc(out, '\n');
		at = line_start(edit, place->last_line + 1);
	}
	if (written) {
		fw_buf_put(out, edit->text + at, edit->length - at);
	} else {
		at = behind_settings(edit);
		splice(edit, at, at, line, out);
	}
}

int fw_edit_set(const struct fw_edit *edit, const char *statement,
		const struct fw_policy_options *options, struct fw_buf *out, struct fw_err *err)
{
	struct fw_policy *setting = parse_setting(statement, options, err);
	struct fw_buf line = { 0 };

	if (!setting)
		return -1;
	if (setting->settings[0].setting == FW_SET_TIMEOUT)
		merge_timers(&line, edit->policy, setting);
	else
		fw_buf_puts(&line, statement);
	replace_setting(edit, setting, fw_buf_text(&line), out);
	fw_policy_free(setting);
	fw_buf_free(&line);
	return 0;
}

/* --- finding a rule ----------------------------------------------------------------------------
 */

/* Without the comment, or with nothing but which packets it is for. */
static void print_plain(struct fw_buf *buf, const struct fw_policy *policy,
			const struct fw_rule *rule, bool packets_only, unsigned int flags)
{
	struct fw_rule plain = *rule;

	plain.comment = NULL;
	if (packets_only) {
		plain.action = FW_ACTION_ALLOW;
		plain.log = FW_RULE_LOG_NONE;
		plain.helper = NULL;
		plain.timer_count = 0;
	}
	buf->length = 0;
	fw_rule_print(buf, policy, &plain, flags);
}

static size_t find_printed(const struct fw_policy *policy, const struct fw_policy *other,
			   bool packets_only, unsigned int flags)
{
	struct fw_buf wanted = { 0 }, text = { 0 };
	size_t i, found = 0;

	print_plain(&wanted, other, &other->rules[other->rule_count - 1], packets_only, flags);
	for (i = 0; i < policy->rule_count && !found; i++) {
		print_plain(&text, policy, &policy->rules[i], packets_only, flags);
		if (text.length == wanted.length && !memcmp(text.data, wanted.data, text.length))
			found = i + 1;
	}
	fw_buf_free(&wanted);
	fw_buf_free(&text);
	return found;
}

static size_t find(const struct fw_policy *policy, const struct fw_policy *other, bool packets_only,
		   bool by_ports)
{
	size_t found;

	if (!other->rule_count)
		return 0;
	found = find_printed(policy, other, packets_only, 0);
	if (!found && by_ports)
		found = find_printed(policy, other, packets_only, FW_PRINT_RESOLVED);
	return found;
}

size_t fw_policy_find_rule(const struct fw_policy *policy, const struct fw_policy *other,
			   bool by_ports)
{
	return find(policy, other, false, by_ports);
}

size_t fw_policy_find_rival(const struct fw_policy *policy, const struct fw_policy *other,
			    bool by_ports)
{
	return find(policy, other, true, by_ports);
}
