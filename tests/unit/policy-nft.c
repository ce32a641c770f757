/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `policy show --nft` prints for the corpus is accepted by nft(8), which checks it with the
 * kernel of a network namespace of its own. Skipped without nft or without such a namespace.
 */
#include "tests/unit/unit.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/model/ruleset-names.h"
#include "fwctl/model/trial.h"
#include "fwctl/policy/compile.h"
#include "fwctl/policy/nft-print.h"
#include "fwctl/policy/read.h"

static const char *const profile_dirs[] = { "applications.d", NULL };
static const struct fw_policy_options options = { fw_protos, profile_dirs };

/* The exit status of nft -c in a new namespace, with `text` as its input. */
static int nft_check(const struct fw_buf *text)
{
	static const char command[] = "exec unshare --user --map-root-user --net nft -c -f -";
	FILE *nft = popen(command, "w");

	assert_non_null(nft);
	fwrite(text->data, 1, text->length, nft);
	return WEXITSTATUS(pclose(nft));
}

static void accepted(const char *path, const struct fw_ruleset *ruleset)
{
	struct fw_buf text = { 0 };

	fw_ruleset_print_nft(&text, ruleset);
	if (nft_check(&text) != 0) {
		fprintf(stderr, "%s:\n%s", path, fw_buf_text(&text));
		fail();
	}
	fw_buf_free(&text);
}

/* Alone, and on trial before itself. */
static void check_policy(const char *path)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy = fw_policy_read(path, &options, &diags);
	struct fw_ruleset *ruleset, *pair;

	assert_non_null(policy);
	ruleset = fw_policy_compile(policy);
	pair = fw_ruleset_trial(ruleset, ruleset, 60000);
	accepted(path, ruleset);
	accepted(path, pair);
	fw_ruleset_free(pair);
	fw_ruleset_free(ruleset);
	fw_policy_free(policy);
	fw_diags_free(&diags);
}

static void accepted_by_nft(void **state)
{
	struct fw_buf probe = { 0 };
	glob_t found;
	size_t i;

	(void)state;
	fw_buf_puts(&probe, "table inet probe { }\n");
	if (nft_check(&probe) != 0) {
		fw_buf_free(&probe);
		skip();
	}
	fw_buf_free(&probe);
	assert_int_equal(glob("good/*.conf", 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++)
		check_policy(found.gl_pathv[i]);
	globfree(&found);
}

static struct fw_ruleset *compiled(const char *text)
{
	struct fw_diags diags = { 0 };
	struct fw_policy *policy = fw_policy_parse("test", text, strlen(text), &options, &diags);
	struct fw_ruleset *ruleset;

	assert_non_null(policy);
	ruleset = fw_policy_compile(policy);
	fw_policy_free(policy);
	fw_diags_free(&diags);
	return ruleset;
}

static const struct fw_nft_set *find_set(const struct fw_ruleset *ruleset, const char *name)
{
	size_t i;

	for (i = 0; i < ruleset->set_count; i++)
		if (!strcmp(ruleset->sets[i].name, name))
			return &ruleset->sets[i];
	return NULL;
}

/* Maps of two policies can stand side by side, and what they have in common is found again. */
static void maps_are_named_after_what_they_compare(void **state)
{
	struct fw_ruleset *one = compiled("allow 1/tcp\nallow 2/tcp\n");
	struct fw_ruleset *two = compiled("deny from 192.0.2.1 to any port 3\n"
					  "deny from 192.0.2.2 to any port 4\n"
					  "allow 2/tcp\nallow 5/tcp\n");
	char *name = fw_format("input_proto_dport_%.4s", one->digest);
	char *other = fw_format("input_proto_dport_%.4s", two->digest), *signed_name;

	(void)state;
	assert_non_null(find_set(one, name));
	assert_null(find_set(two, name));
	assert_non_null(find_set(two, other));
	signed_name = fw_signed_name(name, two->digest);
	assert_string_equal(signed_name, other);
	free(signed_name);
	free(name);
	free(other);
	name = fw_format("input_v4_saddr_proto_dport_%.4s", two->digest);
	assert_non_null(find_set(two, name));
	free(name);
	/* Without digits behind it a name is somebody's own. */
	name = fw_signed_name("my_chain", two->digest);
	assert_string_equal(name, "my_chain");
	free(name);
	fw_ruleset_free(one);
	fw_ruleset_free(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_by_nft),
		cmocka_unit_test(maps_are_named_after_what_they_compare),
	};
	const char *source = getenv("FWCTL_SOURCE");

	if (!source || chdir(source) < 0 || chdir("tests/policies") < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
