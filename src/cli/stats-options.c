/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "fwctl/base/num.h"
#include "fwctl/cli/kept.h"
#include "fwctl/cli/stats.h"
#include "fwctl/kernel/sysctl.h"

static void *member(void *values, const struct fw_option *option)
{
	return (char *)values + option->offset;
}

int fw_stats_set_output(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	const struct fw_report_format *const *format;
	struct fw_buf accepted = { 0 };

	for (format = fw_report_formats; *format; format++) {
		if (!strcmp((*format)->name, value)) {
			*(const struct fw_report_format **)member(values, option) = *format;
			fw_buf_free(&accepted);
			return 0;
		}
		fw_buf_printf(&accepted, "%s%s", accepted.length ? ", " : "", (*format)->name);
	}
	fw_err_set(err, FW_ERR_MISUSE, "'%s' is not a format", value);
	fw_err_hint(err, "accepted: %s", fw_buf_text(&accepted));
	fw_buf_free(&accepted);
	return -1;
}

int fw_stats_set_top(void *values, const struct fw_option *option, const char *value,
		     struct fw_err *err)
{
	uint64_t top;

	if (fw_num_parse(value, 0, UINT32_MAX, &top) != FW_NUM_OK)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not a number of groups", value);
	*(uint64_t *)member(values, option) = top ? top : UINT64_MAX;
	return 0;
}

int fw_stats_set_percent(void *values, const struct fw_option *option, const char *value,
			 struct fw_err *err)
{
	size_t length = strlen(value);
	uint64_t percent;

	if (length && value[length - 1] == '%')
		length--;
	if (fw_num_parse_n(value, length, 0, 100, &percent) != FW_NUM_OK)
		return fw_err_set(err, FW_ERR_MISUSE, "'%s' is not a percentage from 0 to 100",
				  value);
	*(uint64_t *)member(values, option) = percent + 1;
	return 0;
}

/* ---- what the kernel keeps of a flow -----------------------------------------------------------
 */

int fw_stats_set_enable(void *values, const struct fw_option *option, const char *value,
			struct fw_err *err)
{
	const struct fw_word *word;
	size_t length;

	for (;; value += length + 1) {
		length = strcspn(value, ",");
		word = fw_word_find(fw_kept_words, value, length);
		if (!word)
			return fw_err_set(err, FW_ERR_MISUSE,
					  "'%.*s' is neither accounting nor timestamps",
					  (int)length, value);
		*(uint64_t *)member(values, option) |= word->value;
		if (!value[length])
			return 0;
	}
}

int fw_stats_run_enable(struct fw_cli *cli, const struct fw_stats_values *values)
{
	const struct fw_word *word;
	uint64_t before;

	for (word = fw_kept_words; word->name; word++) {
		if (!(values->enable & word->value))
			continue;
		if (fw_sysctl_read(fw_kept_sysctl(word->value), &before) && before) {
			printf("%s: on already\n", word->name);
			continue;
		}
		if (fw_sysctl_write(fw_kept_sysctl(word->value), 1, &cli->err) < 0)
			return -1;
		printf("%s: on from now, for flows that begin from now on (net.netfilter.%s=1)\n",
		       word->name, fw_kept_sysctl(word->value));
	}
	return 0;
}

/* ---- hints -------------------------------------------------------------------------------------
 */

void fw_stats_hint(const struct fw_cli *cli, const struct fw_stats_values *values)
{
	bool age = false;
	size_t i;

	for (i = 0; i < values->by.count; i++)
		age |= fw_kept_is_age(values->by.parts[i].field);
	fw_kept_hint(cli, values->order != FW_TALLY_BY_FLOWS, age);
}
