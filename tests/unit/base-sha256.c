/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 against the examples of FIPS 180-4 and around the block borders. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fwctl/base/sha256.h"

static const struct {
	const char *text;
	size_t repeat;
	const char *hex;
} vectors[] = {
	{ "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
	{ "a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
	{ "a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
	{ "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void vector_rows(void **state)
{
	size_t i, j, length;
	char hex[65], *text;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		length = strlen(vectors[i].text);
		text = malloc(length * vectors[i].repeat + 1);
		assert_non_null(text);
		for (j = 0; j < vectors[i].repeat; j++)
			memcpy(text + j * length, vectors[i].text, length);
		fw_sha256_hex(text, length * vectors[i].repeat, hex);
		assert_string_equal(hex, vectors[i].hex);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(vector_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
