/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz target is a file that includes this and defines the function below. Compiled as it is, it
 * runs each file of its corpus, and that file cut in two places, as a test of `make check`. For a
 * real search compile it with clang -fsanitize=fuzzer,address -DFW_FUZZING.
 */
#ifndef FWCTL_TESTS_FUZZ_H
#define FWCTL_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifndef FW_FUZZING

/* In memory of exactly that length. */
static void fuzz_try(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + !size);

	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int fuzz_file(const char *name)
{
	const char *source = getenv("FWCTL_SOURCE");
	static uint8_t data[1 << 20];
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/%s", source ? source : ".", name);
	file = fopen(path, "rb");
	if (!file)
		return -1;
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	fuzz_try(data, size);
	fuzz_try(data, size / 2);
	fuzz_try(data + size / 3, size - size / 3);
	return size ? 0 : -1;
}

/* Prints TAP; `names` ends with NULL. */
static int fuzz_corpus(const char *const *names)
{
	unsigned int count = 0;
	int failed = 0;

	for (; *names; names++) {
		int result = fuzz_file(*names);

		printf("%sok %u - %s\n", result < 0 ? "not " : "", ++count, *names);
		failed |= result < 0;
	}
	printf("1..%u\n", count);
	return failed;
}

#define FUZZ_MAIN(...)                                                                             \
	int main(void)                                                                             \
	{                                                                                          \
		static const char *const names[] = { __VA_ARGS__, NULL };                          \
                                                                                                   \
		return fuzz_corpus(names);                                                         \
	}

#else
#define FUZZ_MAIN(...)
#endif

#endif
