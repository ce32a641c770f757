/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libnetfilter_conntrack/libnetfilter_conntrack.h>

#include "fwctl/base/mem.h"

static int no_label(const char *name, size_t length, struct fw_err *err)
{
	struct fw_guess guess = { .wrong = name, .length = length };
	struct fw_word *labels = fw_labels_read();
	struct fw_buf accepted = { 0 };

	fw_err_set(err, FW_ERR_MISUSE,
		   "'%.*s' is not a label of connlabel.conf, nor a number from 0 to %d",
		   (int)length, name, FW_LABELS_MAX);
	fw_guess_try_all(&guess, labels);
	fw_words_print(&accepted, labels);
	if (accepted.length)
		fw_guess_hint(&guess, fw_buf_text(&accepted), err);
	fw_buf_free(&accepted);
	fw_labels_free(labels);
	return -1;
}

int fw_label_find(const char *name, size_t length, uint64_t *bit, struct fw_err *err)
{
	struct nfct_labelmap *map = nfct_labelmap_new(NULL);
	char *text;
	int found;

	if (!map) {
		fw_err_set(err, FW_ERR_MISUSE,
			   "no name file for labels can be read, to find '%.*s'", (int)length,
			   name);
		return fw_err_hint(err, "give the number of the label, 0 to %d", FW_LABELS_MAX);
	}
	text = fw_strndup(name, length);
	found = nfct_labelmap_get_bit(map, text);
	free(text);
	nfct_labelmap_destroy(map);
	if (found < 0)
		return no_label(name, length, err);
	*bit = (uint64_t)found;
	return 0;
}

struct fw_word *fw_labels_read(void)
{
	struct fw_word *labels = fw_calloc(FW_LABELS_MAX + 2, sizeof(*labels));
	struct nfct_labelmap *map = nfct_labelmap_new(NULL);
	unsigned int bit, count = 0;
	const char *name;

	if (!map)
		return labels;
	for (bit = 0; bit <= FW_LABELS_MAX; bit++) {
		name = nfct_labelmap_get_name(map, bit);
		if (name && *name)
			labels[count++] = (struct fw_word){ fw_strdup(name), bit };
	}
	nfct_labelmap_destroy(map);
	return labels;
}

void fw_labels_free(struct fw_word *labels)
{
	struct fw_word *label;

	for (label = labels; label && label->name; label++)
		free((void *)(uintptr_t)label->name);
	free(labels);
}
