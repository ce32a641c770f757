/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-measure ROUNDS LABEL FLOOR PEER OURS: runs three shell commands one after the other, ROUNDS
 * times over ("-" for one that is missing), output thrown away, and prints one row: medians
 * in milliseconds, the ratios of ours to the others, and the most memory that ours had.
 * Interleaving lets all three see the same mood of the machine. $BENCH_BEFORE is a command that is
 * run before each, and not measured.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fwctl/base/num.h"

#define MAX_ROUNDS 99
enum { FLOOR, PEER, OURS, COMMANDS };

struct result {
	double ms[MAX_ROUNDS];
	long resident; /* KiB */
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* -1 when the command failed. */
static int run(const char *command, double *ms, long *resident)
{
	double began = now();
	struct rusage usage;
	int status, null;
	pid_t child = fork();

	if (!child) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status)
		return -1;
	*ms = now() - began;
	if (usage.ru_maxrss > *resident)
		*resident = usage.ru_maxrss;
	return 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(struct result *result, unsigned int rounds)
{
	qsort(result->ms, rounds, sizeof(double), by_size);
	return rounds % 2 ? result->ms[rounds / 2]
			  : (result->ms[rounds / 2 - 1] + result->ms[rounds / 2]) / 2;
}

static void print_time(double ms)
{
	if (ms > 0)
		printf(" %9.1f |", ms);
	else
		printf(" %9s |", "-");
}

static void print_ratio(double ours, double other)
{
	if (other > 0)
		printf(" %7.2f |", ours / other);
	else
		printf(" %7s |", "-");
}

/* Prepares for the next command, if that is asked for. */
static int prepare(void)
{
	const char *before = getenv("BENCH_BEFORE");
	long resident = 0;
	double ms;

	return before && *before ? run(before, &ms, &resident) : 0;
}

int main(int argc, char **argv)
{
	static struct result results[COMMANDS];
	double medians[COMMANDS] = { 0 };
	uint64_t rounds;
	unsigned int round, i;

	if (argc != 6 || fw_num_parse(argv[1], 1, MAX_ROUNDS, &rounds) != FW_NUM_OK) {
		fprintf(stderr, "usage: bench-measure ROUNDS LABEL FLOOR PEER OURS\n");
		return 2;
	}
	for (round = 0; round < rounds; round++)
		for (i = 0; i < COMMANDS; i++)
			if (strcmp(argv[3 + i], "-") &&
			    (prepare() < 0 ||
			     run(argv[3 + i], &results[i].ms[round], &results[i].resident) < 0)) {
				fprintf(stderr, "bench-measure: failed: %s\n", argv[3 + i]);
				return 1;
			}
	for (i = 0; i < COMMANDS; i++)
		if (strcmp(argv[3 + i], "-"))
			medians[i] = median(&results[i], (unsigned int)rounds);
	printf("| %-44s |", argv[2]);
	for (i = 0; i < COMMANDS; i++)
		print_time(medians[i]);
	print_ratio(medians[OURS], medians[FLOOR]);
	print_ratio(medians[OURS], medians[PEER]);
	printf(" %6.1f |\n", (double)results[OURS].resident / 1024);
	return 0;
}
