/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are no policies: each gives one clear message, and none is waited for. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwctl/policy/read.h"
#include "fwctl/policy/text.h"

static const struct fw_policy_options options = { fw_protos, NULL };

/* The messages about the file `path`; fails when it is accepted. */
static char *refusal(const char *path)
{
	struct fw_diags diags = { 0 };
	struct fw_buf text = { 0 };

	assert_null(fw_policy_read(path, &options, &diags));
	fw_diags_print(&text, &diags);
	fw_diags_free(&diags);
	return fw_buf_take(&text);
}

static void refused(const char *path, const char *want)
{
	char *got = refusal(path);

	assert_string_equal(got, want);
	free(got);
}

static void write_file(const char *path, const char *begin, size_t fill, const char *end)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(begin, file);
	while (fill--)
		fputc('x', file);
	fputs(end, file);
	assert_int_equal(fclose(file), 0);
}

static void no_files(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(symlink("loop", "loop"), 0);
	refused("missing", "missing: cannot open it: No such file or directory\n");
	refused(".", ".: is a directory, a file of text is needed\n");
	refused("pipe", "pipe: is a named pipe, a file of text is needed; - is standard input\n");
	refused("loop", "loop: cannot open it: Too many levels of symbolic links\n");
	refused("/dev/zero", "/dev/zero: is a device, a file of text is needed\n");
	refused("/proc/self/mem", "/proc/self/mem: cannot read it: Input/output error\n");
	refused("", ": cannot open it: No such file or directory\n");
}

static void too_large(void **state)
{
	(void)state;
	write_file("large", "", 0, "");
	assert_int_equal(truncate("large", 100 << 20), 0);
	refused("large", "large: is larger than 64 MiB\n");
}

/* A long line is shown around the mistake only. */
static void long_line(void **state)
{
	const char *newline;
	char *got;

	(void)state;
	write_file("long", "allow 22/tcp ", 1 << 20, " from\n");
	got = refusal("long");
	assert_true(strlen(got) < 2000);
	newline = strchr(got, '\n');
	assert_non_null(newline);
	assert_memory_equal(got, "long:1:14: unknown word \"xxx", 27);
	assert_memory_equal(newline + 1, "allow 22/tcp xxx", 16);
	free(got);
}

static void too_many_mistakes(void **state)
{
	FILE *file = fopen("many", "w");
	char *got;
	int i;

	(void)state;
	assert_non_null(file);
	for (i = 0; i < 1000; i++)
		fputs("nonsense\n", file);
	assert_int_equal(fclose(file), 0);
	got = refusal("many");
	assert_non_null(strstr(got, "\nand 900 more mistakes\n"));
	assert_non_null(strstr(got, "\nmany:100:1: "));
	assert_null(strstr(got, "\nmany:101:1: "));
	free(got);
}

/* A million lines end with one message and not with all memory gone. */
static void too_many_rules(void **state)
{
	FILE *file = fopen("rules", "w");
	char *got;
	int i;

	(void)state;
	assert_non_null(file);
	for (i = 0; i < 1000000; i++)
		fputs("allow 22/tcp\n", file);
	assert_int_equal(fclose(file), 0);
	got = refusal("rules");
	assert_string_equal(got, "rules:100001:1: a policy has at most 100000 rules, many "
				 "addresses go into a set\nallow 22/tcp\n^^^^^\n");
	free(got);
}

static int enter_directory(void **state)
{
	char *dir = strdup("/tmp/fwctl-files-XXXXXX");

	*state = dir;
	return !dir || !mkdtemp(dir) || chdir(dir) < 0;
}

static int leave_directory(void **state)
{
	static const char *const files[] = { "pipe", "loop", "large", "long", "many", "rules" };
	size_t i;
	int result;

	for (i = 0; i < COUNT(files); i++)
		unlink(files[i]);
	result = chdir("/") < 0 || rmdir(*state) < 0;
	free(*state);
	return result;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_files),       cmocka_unit_test(too_large),
		cmocka_unit_test(long_line),      cmocka_unit_test(too_many_mistakes),
		cmocka_unit_test(too_many_rules),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
