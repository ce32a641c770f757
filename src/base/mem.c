/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *fw_mem_check(void *memory)
{
	static const char message[] = "fwctl: out of memory\n";

	if (memory)
		return memory;
	/* write(2) and _exit: stdio may need memory itself. */
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(1);
	_exit(1);
}

void *fw_malloc(size_t size)
{
	return fw_mem_check(malloc(size ? size : 1));
}

void *fw_calloc(size_t count, size_t size)
{
	return fw_mem_check(calloc(count ? count : 1, size ? size : 1));
}

void *fw_realloc_array(void *old, size_t count, size_t size)
{
	return fw_mem_check(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *fw_strdup(const char *text)
{
	return fw_mem_check(strdup(text));
}

char *fw_strndup(const char *text, size_t length)
{
	return fw_mem_check(strndup(text, length));
}

char *fw_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return fw_mem_check(text);
}

void fw_array_grow(void *items, size_t *capacity, size_t count, size_t size)
{
	void *memory;

	if (count < *capacity)
		return;
	*capacity = *capacity < 8 ? 8 : *capacity + *capacity / 2;
	/* `items` is the address of a pointer of any object type. */
	memcpy(&memory, items, sizeof(memory));
	memory = fw_realloc_array(memory, *capacity, size);
	memcpy(items, &memory, sizeof(memory));
}
