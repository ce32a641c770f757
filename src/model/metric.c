/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/metric.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

struct fw_metric *fw_metrics_add(struct fw_metrics *metrics, int64_t value, const char *path, ...)
{
	struct fw_metric *metric;
	va_list args;
	char text[256];

	va_start(args, path);
	vsnprintf(text, sizeof(text), path, args);
	va_end(args);
	fw_array_grow(&metrics->items, &metrics->capacity, metrics->count, sizeof(*metric));
	metric = &metrics->items[metrics->count++];
	memset(metric, 0, sizeof(*metric));
	metric->path = fw_strdup(text);
	metric->value = value;
	return metric;
}

const struct fw_metric *fw_metrics_find(const struct fw_metrics *metrics, const char *path)
{
	size_t i;

	for (i = 0; i < metrics->count; i++)
		if (!strcmp(metrics->items[i].path, path))
			return &metrics->items[i];
	return NULL;
}

static uint64_t power_of_ten(unsigned int exponent)
{
	uint64_t power = 1;

	while (exponent--)
		power *= 10;
	return power;
}

int64_t fw_metric_percent(uint64_t part, uint64_t whole, unsigned int decimals)
{
	__extension__ unsigned __int128 scaled = part;

	if (!whole)
		return 0;
	return (int64_t)((scaled * 100 * power_of_ten(decimals) + whole / 2) / whole);
}

const char *fw_metric_print(const struct fw_metric *metric, char text[FW_METRIC_MAX_TEXT])
{
	uint64_t unit = power_of_ten(metric->decimals);
	uint64_t size = metric->value < 0 ? -(uint64_t)metric->value : (uint64_t)metric->value;
	int length = snprintf(text, FW_METRIC_MAX_TEXT, "%s%llu", metric->value < 0 ? "-" : "",
			      (unsigned long long)(size / unit));

	if (metric->decimals)
		snprintf(text + length, FW_METRIC_MAX_TEXT - (size_t)length, ".%0*llu",
			 (int)metric->decimals, (unsigned long long)(size % unit));
	return text;
}

const char *fw_metric_word(const char *path, unsigned int word, size_t *length)
{
	for (;; path += *length + 1) {
		*length = strcspn(path, "/");
		if (!word--)
			return path;
		if (!path[*length])
			return NULL;
	}
}

void fw_metrics_free(struct fw_metrics *metrics)
{
	size_t i;

	if (!metrics)
		return;
	for (i = 0; i < metrics->count; i++)
		free(metrics->items[i].path);
	free(metrics->items);
	memset(metrics, 0, sizeof(*metrics));
}
