/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/format/columns.h"

#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"

/* ---- all that there are ---------------------------------------------------------------------- */

static struct fw_column *find(const struct fw_columns *columns, const char *name, size_t length)
{
	unsigned int i;

	for (i = 0; i < columns->count; i++)
		if (strlen(columns->columns[i].name) == length &&
		    !strncmp(columns->columns[i].name, name, length))
			return &columns->columns[i];
	return NULL;
}

static void append(struct fw_columns *columns, const struct fw_column *column)
{
	columns->columns = fw_realloc_array(columns->columns, columns->count + 1, sizeof(*column));
	columns->columns[columns->count++] = *column;
}

/* A key that several protocols have is one column. */
static void add(struct fw_columns *columns, const struct fw_field *group,
		const struct fw_field *row)
{
	struct fw_column column = { .group = group, .row = row };

	if (!row->key)
		return;
	column.name = group ? fw_format("%s.%s", group->key, row->key) : fw_strdup(row->key);
	if (find(columns, column.name, strlen(column.name)))
		free(column.name);
	else
		append(columns, &column);
}

static void add_rows(struct fw_columns *columns, const struct fw_field *group,
		     const struct fw_field *row)
{
	for (; !fw_field_is_end(row); row++)
		add(columns, group, row);
}

static void add_tuple(struct fw_columns *columns, const struct fw_field *group,
		      const struct fw_proto *const *protos)
{
	add_rows(columns, group, fw_tuple_head);
	for (; protos && *protos; protos++)
		add_rows(columns, group, (*protos)->tuple);
	add_rows(columns, group, fw_tuple_tail);
}

static void add_list(struct fw_columns *columns, const struct fw_sink *sink,
		     const struct fw_field *const *row)
{
	for (; *row; row++) {
		if ((*row)->type == FW_TYPE_TUPLE)
			add_tuple(columns, *row, sink->setup.protos);
		else
			add(columns, NULL, *row);
	}
}

static void add_all(struct fw_columns *columns, const struct fw_sink *sink)
{
	bool is_event = fw_sink_is_event(sink);

	if (is_event)
		add_list(columns, sink, sink->format->event_head);
	add_list(columns, sink, sink->rows);
	if (is_event)
		add_list(columns, sink, sink->format->event_tail);
}

/* ---- those that are wanted ------------------------------------------------------------------- */

static int no_such(const struct fw_columns *all, const char *name, size_t length,
		   struct fw_err *err)
{
	struct fw_guess guess = { .wrong = name, .length = length };
	struct fw_buf accepted = { 0 };
	unsigned int i;

	for (i = 0; i < all->count; i++) {
		fw_guess_try(&guess, all->columns[i].name);
		fw_buf_printf(&accepted, "%s%s", i ? ", " : "", all->columns[i].name);
	}
	fw_err_set(err, FW_ERR_MISUSE, "--columns: '%.*s' is not a column", (int)length, name);
	fw_guess_hint(&guess, fw_buf_text(&accepted), err);
	fw_buf_free(&accepted);
	return -1;
}

static int choose(struct fw_columns *columns, const struct fw_columns *all, const char *names,
		  struct fw_err *err)
{
	struct fw_column column, *found;
	size_t length;

	for (;; names += length + 1) {
		length = strcspn(names, ",");
		found = find(all, names, length);
		if (!found)
			return no_such(all, names, length, err);
		if (find(columns, names, length))
			return fw_err_set(err, FW_ERR_MISUSE, "--columns: '%.*s' is there twice",
					  (int)length, names);
		column = *found;
		column.name = fw_strdup(found->name);
		append(columns, &column);
		if (!names[length])
			return 0;
	}
}

int fw_columns_init(struct fw_columns *columns, const struct fw_sink *sink, const char *standard,
		    struct fw_err *err)
{
	const char *names = sink->setup.columns ? sink->setup.columns : standard;
	struct fw_columns all = { 0 };
	int status;

	memset(columns, 0, sizeof(*columns));
	add_all(&all, sink);
	if (names) {
		status = choose(columns, &all, names, err);
		fw_columns_free(&all);
		if (status < 0)
			return -1;
	} else {
		*columns = all;
	}
	columns->cells = fw_calloc(columns->count, sizeof(*columns->cells));
	return 0;
}

void fw_columns_free(struct fw_columns *columns)
{
	unsigned int i;

	for (i = 0; i < columns->count; i++)
		free(columns->columns[i].name);
	free(columns->columns);
	free(columns->cells);
	memset(columns, 0, sizeof(*columns));
}

/* ---- cells ----------------------------------------------------------------------------------- */

void fw_columns_clear(struct fw_columns *columns)
{
	memset(columns->cells, 0, columns->count * sizeof(*columns->cells));
}

/* Rows of different protocols are the same column when they have the same key. */
static bool is_same(const struct fw_field *a, const struct fw_field *b)
{
	return a == b || (a->bit == b->bit && a->key && !strcmp(a->key, b->key));
}

void fw_columns_set(struct fw_columns *columns, const struct fw_sink *sink,
		    const struct fw_field *row, const void *at)
{
	unsigned int i;

	for (i = 0; i < columns->count; i++)
		if (columns->columns[i].group == sink->group &&
		    is_same(row, columns->columns[i].row)) {
			columns->cells[i] = (struct fw_cell){ row, at };
			return;
		}
}
