/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong, as data: functions that can fail return 0 or -1 and fill a struct fw_err that
 * the caller passes in. Only src/cli prints it and turns its kind into an exit status.
 */
#ifndef FWCTL_BASE_ERR_H
#define FWCTL_BASE_ERR_H

/* The values are the exit statuses of every fwctl program. */
enum fw_err_kind {
	FW_ERR_NONE = 0,
	FW_ERR_FAILED = 1,     /* tried, and it did not work */
	FW_ERR_MISUSE = 2,     /* the command line is wrong */
	FW_ERR_DENIED = 3,     /* not permitted, or the kernel lacks it */
	FW_ERR_INCOMPLETE = 4, /* a dump stayed interrupted, or events were lost */
};

/* Start with FW_ERR_INIT (or all zero); release with fw_err_free(). */
struct fw_err {
	enum fw_err_kind kind;
	int sys;    /* errno of the cause, or 0 */
	char *what; /* one sentence without a full stop: what was asked and what failed */
	char *hint; /* what to try, or NULL */
};

#define FW_ERR_INIT                                                                                \
	{                                                                                          \
		FW_ERR_NONE, 0, NULL, NULL                                                         \
	}

/*
 * Sets kind and sentence; whatever `err` held before is released. Always returns -1, so that
 * `return fw_err_set(err, …)` reads well. `err` may be NULL: then nothing is kept.
 */
int fw_err_set(struct fw_err *err, enum fw_err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same for a failed system call: ": " and the text of `sys` (an errno) are appended. The kind
 * is FW_ERR_DENIED for EPERM and EACCES, else FW_ERR_FAILED.
 */
int fw_err_sys(struct fw_err *err, int sys, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds what to try; replaces an earlier hint. Returns -1. */
int fw_err_hint(struct fw_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes `err` (may be NULL) the same as `from`. Returns -1. */
int fw_err_copy(struct fw_err *err, const struct fw_err *from);

/* The same, and makes `from` empty. */
int fw_err_move(struct fw_err *err, struct fw_err *from);

/* Puts "TEXT: " in front of the sentence that is already there. Returns -1. */
int fw_err_prefix(struct fw_err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Releases the texts and makes `err` empty again. NULL is fine. */
void fw_err_free(struct fw_err *err);

#endif
