/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flows counted by key: by source address, by protocol and port, by anything that a field row
 * names. One pass; memory in proportion to the distinct keys, or bounded (Space-Saving: A.
 * Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k elements in
 * data streams", 2005).
 */
#ifndef FWCTL_MODEL_TALLY_H
#define FWCTL_MODEL_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "fwctl/base/buf.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/flow.h"

/* ---- keys --------------------------------------------------------------------------------------
 */

#define FW_TALLY_PARTS 4

/* One field of a key. Addresses are cut to a prefix of length4 or length6 bits. */
struct fw_tally_part {
	const char *name; /* what it is called in the output; borrowed */
	size_t name_length;
	const struct fw_field *field;
	enum fw_where where; /* in the flow, or in the tuple of one direction */
	uint8_t length4, length6;
};

struct fw_tally_key {
	struct fw_tally_part parts[FW_TALLY_PARTS];
	unsigned int count;
};

enum fw_tally_type {
	FW_TALLY_ABSENT, /* the flow does not have it */
	FW_TALLY_NUMBER,
	FW_TALLY_ADDR,
	FW_TALLY_TEXT, /* a name; bytes from the kernel, not escaped */
};

/* The value of one part, as a format gets it. */
struct fw_tally_value {
	enum fw_tally_type type;
	uint64_t number;
	struct fw_prefix prefix; /* of FW_TALLY_ADDR */
	const char *text;
	size_t length;
};

/* Bytes that the longest key needs. */
#define FW_TALLY_KEY_SIZE (FW_TALLY_PARTS * 264)

/*
 * The key of a flow as bytes: equal keys have equal bytes, and bytes compare as the values do. All
 * FW_TALLY_KEY_SIZE bytes of `bytes` may be written. Returns how many the key has.
 */
size_t fw_tally_key_of(const struct fw_tally_key *key, const struct fw_flow *flow, char *bytes);

/* Reads the value of a part at `bytes` and returns where that of the next part begins. */
const char *fw_tally_value_read(const struct fw_tally_part *part, const char *bytes,
				struct fw_tally_value *value);

/* ---- counting ----------------------------------------------------------------------------------
 */

struct fw_tally_entry {
	uint64_t flows;
	uint64_t packets, bytes; /* both directions, as far as the kernel counted them */
	uint64_t error; /* that many of the flows may be of keys that were given up; 0: exact */
	uint32_t hash;
	uint32_t key; /* where its bytes begin in tally->keys */
	uint16_t length, room;
	uint32_t place; /* in the heap of a bounded tally */
};

struct fw_tally {
	const struct fw_tally_key *key; /* borrowed */
	uint64_t flows, packets, bytes; /* of all */
	uint64_t counted;               /* flows that have counters */
	struct fw_tally_entry *entries;
	size_t count, capacity;
	/* Private: */
	size_t bound;    /* the most entries there may be; 0: no bound */
	uint64_t seed;   /* of the hash */
	uint32_t *slots; /* open addressing: number of an entry plus 1, or 0 */
	size_t mask;
	uint32_t *heap; /* of a bounded tally: numbers of entries, the least on top */
	struct fw_buf keys;
};

/*
 * `bound` 0: every key gets its count. Else no more than `bound` keys are kept: the smallest makes
 * room for a new one, which takes over its count, so a count is too high by entry->error at most,
 * and every key with more than flows/bound flows is there. `seed` should be a random number, or
 * those who choose addresses could choose ones that are slow to count.
 */
void fw_tally_init(struct fw_tally *tally, const struct fw_tally_key *key, size_t bound,
		   uint64_t seed);
void fw_tally_add(struct fw_tally *tally, const struct fw_flow *flow);

/* The same, but so many packets and bytes count instead of all that it carried since it began;
 * none where the kernel does not count them. */
void fw_tally_add_as(struct fw_tally *tally, const struct fw_flow *flow, uint64_t packets,
		     uint64_t bytes);

static inline const char *fw_tally_entry_key(const struct fw_tally *tally,
					     const struct fw_tally_entry *entry)
{
	return tally->keys.data + entry->key;
}

/* The entry of the key with those bytes, or NULL. */
const struct fw_tally_entry *fw_tally_find(const struct fw_tally *tally, const char *key,
					   size_t length);

enum fw_tally_order { FW_TALLY_BY_FLOWS, FW_TALLY_BY_BYTES, FW_TALLY_BY_PACKETS };

/*
 * The `top` largest entries (0: all), largest first, equal ones by key; their number in *count. The
 * caller frees the array.
 */
const struct fw_tally_entry **fw_tally_top(const struct fw_tally *tally, enum fw_tally_order order,
					   size_t top, size_t *count);

/* The most that the count of any key can be wrong: 0 for one without bound. */
uint64_t fw_tally_error(const struct fw_tally *tally);

void fw_tally_free(struct fw_tally *tally);

#endif
