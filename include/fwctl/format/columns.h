/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as rows of cells, for the formats with columns. The columns are the keys of JSON, those
 * of a tuple behind the tuple's name and a dot ("orig.src"); of protocols, each key once.
 */
#ifndef FWCTL_FORMAT_COLUMNS_H
#define FWCTL_FORMAT_COLUMNS_H

#include "fwctl/format/sink.h"

struct fw_column {
	char *name;
	const struct fw_field *group; /* the tuple that it is in, or NULL */
	const struct fw_field *row;   /* one of those that fill it */
};

/* What the record has in a column: row NULL for nothing. */
struct fw_cell {
	const struct fw_field *row;
	const void *at;
};

struct fw_columns {
	struct fw_column *columns;
	struct fw_cell *cells;
	unsigned int count;
};

/*
 * The columns that sink->setup.columns names, or `standard` (NULL: all there are). -1 with `err`
 * set (misuse) when one is unknown or there twice. Release with fw_columns_free().
 */
int fw_columns_init(struct fw_columns *columns, const struct fw_sink *sink, const char *standard,
		    struct fw_err *err);
void fw_columns_free(struct fw_columns *columns);

/* Empties all cells; then puts what the format is told into its cell, if there is such a column. */
void fw_columns_clear(struct fw_columns *columns);
void fw_columns_set(struct fw_columns *columns, const struct fw_sink *sink,
		    const struct fw_field *row, const void *at);

#endif
