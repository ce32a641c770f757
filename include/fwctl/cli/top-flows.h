/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flows that `fwctl top` lists: the first ones of the table in some order, kept up to date by
 * events until the table is read again. */
#ifndef FWCTL_CLI_TOP_FLOWS_H
#define FWCTL_CLI_TOP_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/buf.h"
#include "fwctl/base/map.h"
#include "fwctl/model/event.h"
#include "fwctl/model/flow.h"
#include "fwctl/model/meter.h"
#include "fwctl/model/rank.h"

/* So many are kept, for scrolling. */
#define FW_TOP_FLOWS 1000

/* So many of the last changes of each. */
#define FW_TOP_LIFE 10

enum fw_top_column {
	FW_TOP_PROTO,
	FW_TOP_STATE,
	FW_TOP_SRC,
	FW_TOP_DST,
	FW_TOP_LEFT,
	FW_TOP_AGE,
	FW_TOP_PACKETS,
	FW_TOP_BYTES,
	FW_TOP_PACKET_RATE,
	FW_TOP_BYTE_RATE,
	FW_TOP_COLUMNS,
};

/* A column: its heading, and what it sorts by; a rate is a number given to the rank. */
struct fw_top_column_row {
	const char *name;
	enum fw_rank_key key;
};
extern const struct fw_top_column_row fw_top_columns[FW_TOP_COLUMNS];

/* Something that an event told of a flow. */
struct fw_top_change {
	uint64_t time; /* nanoseconds since 1970 */
	uint8_t kind;  /* enum fw_event_kind */
	bool replied, assured;
	bool has_state; /* it told one: */
	uint8_t state;
};

struct fw_top_flow {
	struct fw_flow flow;             /* what it points to belongs to the rank */
	uint64_t key;                    /* fw_flow_key() */
	uint64_t packet_rate, byte_rate; /* per second */
	bool ended;
	struct fw_top_change life[FW_TOP_LIFE]; /* the oldest first */
	unsigned int changes;
};

/* Start with all zero and an order; release with fw_top_flows_free(). */
struct fw_top_flows {
	enum fw_top_column order;
	bool reverse;
	bool pinned; /* the selected flow stays, even when it is no longer one of the first */
	struct fw_top_flow *rows;
	size_t count;
	size_t selected; /* < count, when there is any */
	/* Private: */
	struct fw_rank rank, next; /* what is shown, and what is being read */
	struct fw_map index;       /* uint32_t, the place in rows, by key */
};

/* A reading: begin, each flow with what it carried, finish with the nanoseconds since the one
 * before (0: it is the first) and when it was, in nanoseconds since 1970. The selection stays on
 * its flow, or on the first line. */
void fw_top_flows_begin(struct fw_top_flows *flows);
void fw_top_flows_add(struct fw_top_flows *flows, const struct fw_flow *flow,
		      const struct fw_growth *growth);
void fw_top_flows_finish(struct fw_top_flows *flows, const struct fw_meter *meter, uint64_t passed,
			 uint64_t time);

/* Puts those that are kept in the present order, until the table is read again. */
void fw_top_flows_sort(struct fw_top_flows *flows);

/* Takes an event in. Whether it was of a flow that is kept. */
bool fw_top_flows_hear(struct fw_top_flows *flows, const struct fw_event *event,
		       const struct fw_flow *flow);

/* The selected flow, or NULL. */
struct fw_top_flow *fw_top_flows_selected(const struct fw_top_flows *flows);

/* Moves the selection by so many lines, as far as there are any. */
void fw_top_flows_move(struct fw_top_flows *flows, long lines);

void fw_top_flows_forget(struct fw_top_flows *flows);
void fw_top_flows_free(struct fw_top_flows *flows);

/* ---- on the screen ----------------------------------------------------------------------------
 */

/* "10.0.0.1:53", "[2001:db8::1]:53", or the address alone where there are no ports. */
void fw_top_put_end(struct fw_buf *out, const struct fw_flow *flow, const struct fw_tuple *tuple,
		    bool destination);

/* "udp 10.0.0.1:1 > 192.0.2.1:53" */
void fw_top_put_name(struct fw_buf *out, const struct fw_flow *flow);

/* The columns that there are: of a flow, or their headings (`row` NULL), for `width` columns of
 * the terminal. */
void fw_top_put_flow(struct fw_buf *out, const struct fw_top_flow *row, unsigned int width,
		     bool counted, bool stamped);

/* "9999", "12.3k", "4.56G": in at most six characters. */
void fw_top_put_short(struct fw_buf *out, uint64_t number);

#endif
