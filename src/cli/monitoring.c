/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/monitoring.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "fwctl/base/buf.h"

/* "--warn" or "--warn=80" */
static bool is_option(const char *word, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(word, name, length) && (!word[length] || word[length] == '=');
}

bool fw_monitoring_is_asked(char *const *words)
{
	for (; *words; words++)
		if (is_option(*words, "--warn") || is_option(*words, "--crit"))
			return true;
	return false;
}

int fw_monitoring_unknown(const char *reason)
{
	struct fw_buf line = { 0 };
	size_t i;

	fw_buf_puts(&line, "CONNTRACK UNKNOWN - ");
	reason = reason ? reason : "it failed";
	fw_buf_escaped(&line, reason, strlen(reason));
	/* Behind a bar there would be performance data. */
	for (i = 0; i < line.length; i++)
		if (line.data[i] == '|')
			line.data[i] = '!';
	printf("%s\n", fw_buf_text(&line));
	fflush(stdout);
	fw_buf_free(&line);
	return FW_MONITORING_UNKNOWN;
}
