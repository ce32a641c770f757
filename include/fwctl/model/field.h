/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Field rows. A row names one thing that a record (a flow, a tuple, an expectation, …) has: its
 * key in JSON, its name in conntrack's text, its type, its place in the C struct, its netlink
 * attribute, the options that filter on it, and whether the kernel can filter on it. Decoders,
 * matchers and formats are driven by these rows and know no field by name.
 *
 * Every record struct begins with `uint64_t present`; row->bit says which bit of it tells that the
 * record has the field.
 */
#ifndef FWCTL_MODEL_FIELD_H
#define FWCTL_MODEL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/words.h"

enum fw_type {
	FW_TYPE_U8,      /* uint8_t */
	FW_TYPE_U16,     /* uint16_t, host order as all numbers */
	FW_TYPE_U32,     /* uint32_t */
	FW_TYPE_U64,     /* uint64_t */
	FW_TYPE_HEX16,   /* uint16_t that text shows as 0x… (gre keys) */
	FW_TYPE_ADDR,    /* union fw_addr; its family is the record's */
	FW_TYPE_FAMILY,  /* uint8_t, enum fw_family */
	FW_TYPE_PROTO,   /* const struct fw_proto *; never absent */
	FW_TYPE_WORD,    /* uint8_t, one of row->words */
	FW_TYPE_STATE,   /* uint8_t, one of the states of the record's protocol */
	FW_TYPE_FLAGS,   /* uint32_t, a set of the bits in row->words */
	FW_TYPE_STRING,  /* struct fw_bytes; bytes from the kernel, not escaped, no NUL */
	FW_TYPE_LABELS,  /* struct fw_bytes; a bit mask as the kernel sends it (native u32 words) */
	FW_TYPE_TIME,    /* uint64_t, nanoseconds since 1970 UTC */
	FW_TYPE_SECONDS, /* uint64_t, a length of time */
	FW_TYPE_DURATION, /* uint64_t, nanoseconds; shown in seconds, to the microsecond */
	FW_TYPE_TUPLE,    /* struct fw_tuple: a group of fields of its own */
};

/* Bytes that belong to somebody else, usually to the netlink message they came in. */
struct fw_bytes {
	const char *data;
	size_t length;
};

/*
 * The option side of a row. A flow row uses the first of two; a tuple row has one for the original
 * and one for the reply direction. `names` is "orig-src|src": the main name first. NULL: none.
 */
struct fw_field_option {
	const char *names;
	char letter; /* or 0 */
};

struct fw_field {
	const char *key;  /* record key in json, csv, table; NULL: not shown there */
	const char *text; /* name in conntrack's text and xml when it is not `key` */
	enum fw_type type;
	uint16_t offset; /* in the record struct */
	uint8_t bit;     /* of the record's `present` */
	uint16_t attr; /* netlink attribute inside the nest that the row's table belongs to; 0: none
			*/
	uint32_t kernel; /* CTA_FILTER_FLAG bit when the kernel can filter a dump on it, else 0 */
	const struct fw_word *words;
	struct fw_field_option option[2];
	uint8_t mask;     /* of a U8: the bits that are the field, if not all */
	bool zero_absent; /* the kernel leaves it out when it is 0: a filter sees 0 then */
	const char *arg;  /* what the option takes, for help: "PORT[:PORT]" */
	const char *help; /* one line for help; "%s" stands for the direction in a tuple row */
};

/* Tables of rows end with a row of which key and text are both NULL. */
static inline bool fw_field_is_end(const struct fw_field *row)
{
	return !row->key && !row->text;
}

static inline bool fw_field_present(const struct fw_field *row, const void *record)
{
	return *(const uint64_t *)record >> row->bit & 1;
}

static inline const void *fw_field_at(const struct fw_field *row, const void *record)
{
	return (const char *)record + row->offset;
}

/* The name in conntrack's text. */
static inline const char *fw_field_text(const struct fw_field *row)
{
	return row->text ? row->text : row->key;
}

#endif
