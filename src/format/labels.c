/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/format/labels.h"

#include <string.h>

bool fw_label_next(struct fw_label_walk *walk)
{
	uint32_t word;

	/* The kernel sends an array of native longs; on 64-bit little endian, and on 32-bit of any
	 * kind, that is an array of native 32-bit words with the lowest bits first. */
	for (; walk->next / 32 * 4 + 4 <= walk->labels->length; walk->next++) {
		memcpy(&word, walk->labels->data + walk->next / 32 * 4, sizeof(word));
		if (word >> (walk->next % 32) & 1) {
			walk->bit = walk->next++;
			return true;
		}
	}
	return false;
}
