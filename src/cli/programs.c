/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/programs.h"

#include <dirent.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/words.h"

#define PREFIX "fwctl-"

extern char **environ;

/*
 * In the build tree the programs stand beside the dispatcher; installed ones stand in
 * FWCTL_EXECDIR. The caller frees the path.
 */
static char *program_directory(void)
{
	char self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash, *probe;

	if (length > 0) {
		self[length] = '\0';
		slash = strrchr(self, '/');
		*slash = '\0';
		probe = fw_format("%s/" PREFIX "list", self);
		if (!access(probe, X_OK)) {
			free(probe);
			return fw_strdup(self);
		}
		free(probe);
	}
	return fw_strdup(FWCTL_EXECDIR);
}

static int is_program(const struct dirent *entry)
{
	const char *name = entry->d_name;

	/* No dots: the build tree has fwctl-list.o and the like. */
	return !strncmp(name, PREFIX, strlen(PREFIX)) && name[strlen(PREFIX)] && !strchr(name, '.');
}

/* What `PATH --summary` prints, without the line feed; "" when it cannot be run. */
static void read_summary(const char *path, char *summary, size_t size)
{
	char *argv[] = { (char *)(uintptr_t)path, (char *)(uintptr_t) "--summary", NULL };
	posix_spawn_file_actions_t actions;
	int pipes[2], spawned;
	pid_t child;
	ssize_t got = 0, part;

	summary[0] = '\0';
	if (pipe(pipes) < 0)
		return;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, pipes[0]);
	spawned = posix_spawn(&child, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	if (!spawned) {
		while ((size_t)got < size - 1 &&
		       (part = read(pipes[0], summary + got, size - 1 - (size_t)got)) > 0)
			got += part;
		summary[got] = '\0';
		summary[strcspn(summary, "\n")] = '\0';
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(pipes[0]);
}

void fw_programs_print(void)
{
	char *directory = program_directory(), *path, summary[128];
	struct dirent **entries = NULL;
	int count, i;

	printf("\nCommands:\n");
	count = scandir(directory, &entries, is_program, alphasort);
	for (i = 0; i < count; i++) {
		path = fw_format("%s/%s", directory, entries[i]->d_name);
		read_summary(path, summary, sizeof(summary));
		if (summary[0])
			printf("  %-12s %s\n", entries[i]->d_name + strlen(PREFIX), summary);
		free(path);
		free(entries[i]);
	}
	printf("\n'fwctl COMMAND --help' says more of each, its manual page all.\n");
	free(entries);
	free(directory);
}

/* The verb of `fwctl policy` that is meant by that word, as ufw has it without a further one; or
 * NULL. */
static const char *verb_of_policy(const char *name)
{
	static const char *const verbs[] = {
		"allow",   "deny",    "reject", "limit",   "route",   "insert",   "delete",
		"default", "logging", "ping",   "timeout", "status",  "show",     "check",
		"diff",    "explain", "app",    "apply",   "confirm", "rollback", "reset",
	};
	static const char *const others[][2] = { { "enable", "apply" },
						 { "reload", "apply" },
						 { "disable", "reset" } };
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i], name))
			return verbs[i];
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(others[i][0], name))
			return others[i][1];
	return NULL;
}

static int unknown_program(const char *directory, const char *name, struct fw_err *err)
{
	struct fw_guess guess = { .wrong = name, .length = strlen(name) };
	struct dirent **entries = NULL;
	int count, i;

	fw_err_set(err, FW_ERR_MISUSE, "unknown command '%s'", name);
	count = scandir(directory, &entries, is_program, alphasort);
	for (i = 0; i < count; i++)
		fw_guess_try(&guess, entries[i]->d_name + strlen(PREFIX));
	if (count <= 0)
		fw_err_set(err, FW_ERR_FAILED,
			   "the commands are not where they were installed, in %s", directory);
	else if (verb_of_policy(name))
		fw_err_hint(err, "did you mean fwctl policy %s?", verb_of_policy(name));
	else if (guess.name)
		fw_err_hint(err, "did you mean %s?", guess.name);
	else
		fw_err_hint(err, "'fwctl --help' lists the commands");
	for (i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return -1;
}

int fw_program_exec(const char *name, char **argv, struct fw_err *err)
{
	char *directory = program_directory();
	char *path = fw_format("%s/" PREFIX "%s", directory, name);

	errno = ENOENT;
	if (name[0] && !strpbrk(name, "/."))
		execv(path, argv);
	if (errno == ENOENT || errno == ENAMETOOLONG)
		unknown_program(directory, name, err);
	else
		fw_err_sys(err, errno, "running %s", path);
	free(path);
	free(directory);
	return -1;
}
