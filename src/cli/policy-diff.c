/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/policy-diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

/* Cells of the table of common subsequences: 2,000 by 2,000 lines. */
#define TABLE_MAX 4000000

struct line {
	const char *text;
	size_t length;
};

struct lines {
	struct line *items;
	size_t count, capacity;
};

static void split(struct lines *lines, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		fw_array_grow(&lines->items, &lines->capacity, lines->count, sizeof(struct line));
		lines->items[lines->count++] = (struct line){ text, length };
		text += length + (text[length] == '\n');
	}
}

static bool same(const struct line *a, const struct line *b)
{
	return a->length == b->length && !memcmp(a->text, b->text, a->length);
}

static void put(struct fw_buf *buf, char mark, const struct line *line)
{
	fw_buf_putc(buf, mark);
	fw_buf_put(buf, line->text, line->length);
	fw_buf_putc(buf, '\n');
}

/* length[i][j]: of the longest common subsequence of old[i..] and new[j..]. */
static uint16_t *common_lengths(const struct line *old, size_t n, const struct line *new, size_t m)
{
	uint16_t *length = fw_calloc((n + 1) * (m + 1), sizeof(*length));
	size_t i, j, width = m + 1;

	for (i = n; i-- > 0;)
		for (j = m; j-- > 0;) {
			uint16_t down = length[(i + 1) * width + j];
			uint16_t right = length[i * width + j + 1];

			if (same(&old[i], &new[j]))
				length[i * width + j] =
					(uint16_t)(length[(i + 1) * width + j + 1] + 1);
			else
				length[i * width + j] = down > right ? down : right;
		}
	return length;
}

static void put_differences(struct fw_buf *buf, const struct line *old, size_t n,
			    const struct line *new, size_t m)
{
	uint16_t *length = NULL;
	size_t i = 0, j = 0, width = m + 1;

	if (n && m && n * m <= TABLE_MAX && n < UINT16_MAX && m < UINT16_MAX)
		length = common_lengths(old, n, new, m);
	while (length && i < n && j < m) {
		if (same(&old[i], &new[j])) {
			i++;
			j++;
		} else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) {
			put(buf, '-', &old[i++]);
		} else {
			put(buf, '+', &new[j++]);
		}
	}
	while (i < n)
		put(buf, '-', &old[i++]);
	while (j < m)
		put(buf, '+', &new[j++]);
	free(length);
}

bool fw_diff_print(struct fw_buf *buf, const char *old, const char *new)
{
	struct lines a = { 0 }, b = { 0 };
	size_t head = 0, tail = 0, before = buf->length;

	split(&a, old);
	split(&b, new);
	while (head < a.count && head < b.count && same(&a.items[head], &b.items[head]))
		head++;
	while (tail < a.count - head && tail < b.count - head &&
	       same(&a.items[a.count - 1 - tail], &b.items[b.count - 1 - tail]))
		tail++;
	if (a.count + b.count > 2 * head + 2 * tail)
		put_differences(buf, a.items + head, a.count - head - tail, b.items + head,
				b.count - head - tail);
	free(a.items);
	free(b.items);
	return buf->length > before;
}
