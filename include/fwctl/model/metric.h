/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report as a list of metrics. Each has a place in the report, written as a path
 * ("flows/state/tcp/ESTABLISHED"), and a number. Formats know no metric by name: text makes the
 * first word of the path a heading, JSON makes the words keys, CSV a column, and Prometheus turns
 * those with a kind into samples.
 */
#ifndef FWCTL_MODEL_METRIC_H
#define FWCTL_MODEL_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FW_METRIC_LABELS 2

/* What monitoring calls it. Metrics of one kind stand together in the list. */
struct fw_metric_kind {
	const char *name; /* "fwctl_conntrack_entries" */
	const char *help;
	bool counter; /* only grows; else a gauge */
	struct {
		const char *key;   /* NULL: no such label */
		unsigned int word; /* which word of the path is its value */
	} labels[FW_METRIC_LABELS];
};

struct fw_metric {
	char *path;                        /* words separated by '/' */
	const struct fw_metric_kind *kind; /* NULL: not for monitoring */
	int64_t value;                     /* times 10 to the power of `decimals` */
	unsigned int decimals;
	const char *unit; /* "%", "s", "/s"; NULL: a number of things */
	const char *note; /* a sentence for people, or NULL; static */
	uint64_t whole;   /* what it is a share of, in the same unit; 0: of nothing */
};

/* All zero is an empty list. */
struct fw_metrics {
	uint64_t time; /* nanoseconds since 1970, when it was measured */
	struct fw_metric *items;
	size_t count, capacity;
};

/* Adds a metric with a path made by printf; the address is good until the next call. */
struct fw_metric *fw_metrics_add(struct fw_metrics *metrics, int64_t value, const char *path, ...)
	__attribute__((format(printf, 3, 4)));

/* The metric with that path, or NULL. */
const struct fw_metric *fw_metrics_find(const struct fw_metrics *metrics, const char *path);

/* part/whole times 10 to the power of `decimals`, times 100: a percentage. 0 of 0 is 0. */
int64_t fw_metric_percent(uint64_t part, uint64_t whole, unsigned int decimals);

/* "-12.50": at most FW_METRIC_MAX_TEXT bytes with the NUL. Returns `text`. */
#define FW_METRIC_MAX_TEXT 32
const char *fw_metric_print(const struct fw_metric *metric, char text[FW_METRIC_MAX_TEXT]);

/* The word number `word` of a path, and its length; NULL when there are fewer. */
const char *fw_metric_word(const char *path, unsigned int word, size_t *length);

/* Releases what the list holds, not the struct itself. */
void fw_metrics_free(struct fw_metrics *metrics);

#endif
