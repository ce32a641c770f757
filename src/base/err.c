/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		return fw_strdup(format);
	return text;
}

int fw_err_set(struct fw_err *err, enum fw_err_kind kind, const char *format, ...)
{
	va_list args;
	char *what;

	if (!err)
		return -1;
	/* Formatted before the old text goes: it may be one of the arguments. */
	va_start(args, format);
	what = format_text(format, args);
	va_end(args);
	fw_err_free(err);
	err->kind = kind;
	err->what = what;
	return -1;
}

int fw_err_sys(struct fw_err *err, int sys, const char *format, ...)
{
	va_list args;
	char *what;

	if (!err)
		return -1;
	va_start(args, format);
	what = format_text(format, args);
	va_end(args);
	fw_err_set(err, sys == EPERM || sys == EACCES ? FW_ERR_DENIED : FW_ERR_FAILED, "%s: %s",
		   what, strerror(sys));
	err->sys = sys;
	free(what);
	return -1;
}

int fw_err_hint(struct fw_err *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return -1;
	free(err->hint);
	va_start(args, format);
	err->hint = format_text(format, args);
	va_end(args);
	return -1;
}

int fw_err_copy(struct fw_err *err, const struct fw_err *from)
{
	if (!err)
		return -1;
	fw_err_set(err, from->kind, "%s", from->what);
	err->sys = from->sys;
	if (from->hint)
		fw_err_hint(err, "%s", from->hint);
	return -1;
}

int fw_err_move(struct fw_err *err, struct fw_err *from)
{
	fw_err_copy(err, from);
	fw_err_free(from);
	return -1;
}

int fw_err_prefix(struct fw_err *err, const char *format, ...)
{
	va_list args;
	char *prefix, *what;

	if (!err || !err->what)
		return -1;
	va_start(args, format);
	prefix = format_text(format, args);
	va_end(args);
	what = fw_format("%s: %s", prefix, err->what);
	free(prefix);
	free(err->what);
	err->what = what;
	return -1;
}

void fw_err_free(struct fw_err *err)
{
	if (!err)
		return;
	free(err->what);
	free(err->hint);
	memset(err, 0, sizeof(*err));
}
