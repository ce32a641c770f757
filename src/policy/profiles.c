/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/policy/profiles.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fwctl/base/mem.h"
#include "fwctl/policy/text.h"

static void profile_free(struct fw_profile *profile)
{
	free(profile->name);
	free(profile->title);
	free(profile->description);
	free(profile->ports);
	free(profile->file);
}

void fw_profiles_free(struct fw_profile_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		profile_free(&list->items[i]);
	free(list->items);
	*list = (struct fw_profile_list){ 0 };
}

static void trim(const char **text, size_t *length)
{
	while (*length && strchr(" \t\r", **text)) {
		++*text;
		--*length;
	}
	while (*length && strchr(" \t\r", (*text)[*length - 1]))
		--*length;
}

static void begin_profile(struct fw_profile_list *list, const char *name, size_t length,
			  const char *file)
{
	fw_array_grow(&list->items, &list->capacity, list->count, sizeof(*list->items));
	list->items[list->count++] = (struct fw_profile){
		.name = fw_strndup(name, length),
		.title = fw_strdup(""),
		.description = fw_strdup(""),
		.ports = fw_strdup(""),
		.file = fw_strdup(file),
	};
}

static void set_field(struct fw_profile *profile, const char *key, size_t key_length,
		      const char *value, size_t length)
{
	char **field;

	if (key_length == 5 && !strncasecmp(key, "title", 5))
		field = &profile->title;
	else if (key_length == 11 && !strncasecmp(key, "description", 11))
		field = &profile->description;
	else if (key_length == 5 && !strncasecmp(key, "ports", 5))
		field = &profile->ports;
	else
		return;
	free(*field);
	*field = fw_strndup(value, length);
}

static void read_line(struct fw_profile_list *list, const char *line, size_t length,
		      const char *file, bool *in_profile)
{
	const char *equals, *value;
	size_t key_length, value_length;

	trim(&line, &length);
	if (!length || *line == '#' || *line == ';')
		return;
	if (*line == '[') {
		*in_profile = length > 2 && line[length - 1] == ']';
		if (*in_profile)
			begin_profile(list, line + 1, length - 2, file);
		return;
	}
	equals = memchr(line, '=', length);
	if (!equals || !*in_profile)
		return;
	key_length = (size_t)(equals - line);
	value = equals + 1;
	value_length = length - key_length - 1;
	trim(&line, &key_length);
	trim(&value, &value_length);
	set_field(&list->items[list->count - 1], line, key_length, value, value_length);
}

static void read_file(struct fw_profile_list *list, const char *file)
{
	struct fw_buf text = { 0 };
	bool in_profile = false;
	const char *at, *end, *newline;

	if (fw_text_read(file, &text, NULL, NULL) < 0 || !text.length ||
	    memchr(text.data, '\0', text.length)) {
		fw_buf_free(&text);
		return;
	}
	end = text.data + text.length;
	for (at = text.data; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			newline = end;
		read_line(list, at, (size_t)(newline - at), file, &in_profile);
	}
	fw_buf_free(&text);
}

/* What package managers and editors leave behind is no profile. */
static int is_profile_file(const struct dirent *entry)
{
	static const char *const endings[] = { "~",          ".dpkg-new", ".dpkg-old",
					       ".dpkg-dist", ".rpmnew",   ".rpmsave" };
	size_t length = strlen(entry->d_name), i, end;

	if (entry->d_name[0] == '.')
		return 0;
	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		end = strlen(endings[i]);
		if (length >= end && !strcmp(entry->d_name + length - end, endings[i]))
			return 0;
	}
	return 1;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_dir(struct fw_profile_list *list, const char *dir)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_profile_file, by_bytes), i;
	char *path;

	for (i = 0; i < count; i++) {
		path = fw_format("%s/%s", dir, entries[i]->d_name);
		read_file(list, path);
		free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* By name; of the same name the one that was read first stays first (insertion order is kept by
 * comparing places: qsort(3) alone is not stable). */
struct ranked {
	struct fw_profile profile;
	size_t rank;
};

static int by_name(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order = strcmp(x->profile.name, y->profile.name);

	return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static void sort_unique(struct fw_profile_list *list)
{
	struct ranked *ranked = fw_calloc(list->count, sizeof(*ranked));
	size_t i, kept = 0;

	for (i = 0; i < list->count; i++)
		ranked[i] = (struct ranked){ list->items[i], i };
	qsort(ranked, list->count, sizeof(*ranked), by_name);
	for (i = 0; i < list->count; i++) {
		if (kept && !strcmp(list->items[kept - 1].name, ranked[i].profile.name))
			profile_free(&ranked[i].profile);
		else
			list->items[kept++] = ranked[i].profile;
	}
	list->count = kept;
	free(ranked);
}

void fw_profiles_load(struct fw_profile_list *list, const char *const *dirs)
{
	for (; dirs && *dirs; dirs++)
		read_dir(list, *dirs);
	if (list->count)
		sort_unique(list);
}

const struct fw_profile *fw_profile_find(const struct fw_profile_list *list, const char *name,
					 size_t length)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strlen(list->items[i].name) == length &&
		    !memcmp(list->items[i].name, name, length))
			return &list->items[i];
	return NULL;
}

const char *fw_profile_nearest(const struct fw_profile_list *list, const char *name, size_t length)
{
	struct fw_word *words = fw_calloc(list->count + 1, sizeof(*words));
	const char *nearest;
	size_t i;

	for (i = 0; i < list->count; i++)
		words[i].name = list->items[i].name;
	nearest = fw_word_nearest(words, name, length);
	free(words);
	return nearest;
}
