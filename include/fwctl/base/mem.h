/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is there or the process ends. A tool that runs for seconds has no better answer to
 * a failed small allocation, so this is the one place below src/cli that may end the process:
 * it writes "out of memory" to stderr and exits with status 1.
 */
#ifndef FWCTL_BASE_MEM_H
#define FWCTL_BASE_MEM_H

#include <stddef.h>

/* As malloc, calloc, realloc (with an overflow-checked product), strdup, strndup; never NULL. The
 * caller frees with free(). */
void *fw_malloc(size_t size);
void *fw_calloc(size_t count, size_t size);
void *fw_realloc_array(void *old, size_t count, size_t size);
char *fw_strdup(const char *text);
char *fw_strndup(const char *text, size_t length);

/* For what the allocators of libraries return: the same memory, never NULL. */
void *fw_mem_check(void *memory);

/* As vasprintf/asprintf. The caller frees the result. */
char *fw_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Grows the array `*items` of elements of `size` bytes so that one more fits behind the `count`
 * used ones; `*capacity` is in elements. Growth is geometric.
 */
void fw_array_grow(void *items, size_t *capacity, size_t count, size_t size);

#endif
