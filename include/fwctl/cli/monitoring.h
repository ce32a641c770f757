/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs that run monitoring plugins want of a failure (Monitoring Plugins Development
 * Guidelines, "Plugin Return Codes"): UNKNOWN, on stdout, and neither fwctl's own statuses, of
 * which 1 and 2 would be a warning and an alarm, nor words on stderr, which nobody there sees.
 */
#ifndef FWCTL_CLI_MONITORING_H
#define FWCTL_CLI_MONITORING_H

#include <stdbool.h>

enum { FW_MONITORING_OK, FW_MONITORING_WARNING, FW_MONITORING_CRITICAL, FW_MONITORING_UNKNOWN };

/* Whether the words of `fwctl stats`, which end with NULL, ask for the line of a plugin. They need
 * not be right. */
bool fw_monitoring_is_asked(char *const *words);

/* Prints the line that says so, and returns the status. `reason` may be NULL. */
int fw_monitoring_unknown(const char *reason);

#endif
