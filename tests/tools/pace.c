/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pace - how fast commands read one file, side by side: pace RUNS FILE [NAME COMMAND]...
 *
 * Runs the commands (of sh) in turn, RUNS times over, and prints a line for each: its rate by the
 * median of its times, that as a share of the first command's, and the most memory that it had.
 * What they write goes to a file, since some do less for /dev/null. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { RUNS_MAX = 1000, COMMANDS_MAX = 10 };

struct entrant {
	const char *name, *command;
	int64_t us[RUNS_MAX];
	long peak_kib;
};

static void
run_once(struct entrant *e, int output, int64_t *us)
{
	int64_t start = clock_since_us(&clock_system);
	struct rusage used;
	int status;
	pid_t pid;

	if (ftruncate(output, 0) != 0 || lseek(output, 0, SEEK_SET) != 0)
		exit(75);
	pid = fork();
	if (pid == 0) {
		if (dup2(output, STDOUT_FILENO) < 0)
			_exit(99);
		execl("/bin/sh", "sh", "-c", e->command, (char *)NULL);
		_exit(99);
	}
	if (wait4(pid, &status, 0, &used) != pid || status != 0) {
		fprintf(stderr, "pace: %s: wait status %d\n", e->command, status);
		exit(1);
	}
	*us = clock_since_us(&clock_system) - start;
	if (used.ru_maxrss > e->peak_kib)
		e->peak_kib = used.ru_maxrss;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
median_us(struct entrant *e, int runs)
{
	qsort(e->us, (size_t)runs, sizeof *e->us, by_time);
	return e->us[runs / 2];
}

int
main(int argc, char **argv)
{
	static struct entrant entrants[COMMANDS_MAX];
	int runs = argc > 4 ? (int)strtol(argv[1], NULL, 10) : 0, n = (argc - 3) / 2;
	FILE *output = tmpfile();
	struct stat st;
	int64_t unused, first;

	if (runs < 1 || runs > RUNS_MAX || n > COMMANDS_MAX || argc != 3 + 2 * n) {
		fprintf(stderr, "usage: %s RUNS FILE [NAME COMMAND]...\n", argv[0]);
		return 64;
	}
	if (!output || stat(argv[2], &st) != 0) {
		perror(argv[2]);
		return 75;
	}
	for (int i = 0; i < n; i++) {
		entrants[i] = (struct entrant){.name = argv[3 + 2 * i], .command = argv[4 + 2 * i]};
		run_once(&entrants[i], fileno(output), &unused); /* warms up */
	}
	for (int run = 0; run < runs; run++)
		for (int i = 0; i < n; i++)
			run_once(&entrants[i], fileno(output), &entrants[i].us[run]);
	first = median_us(&entrants[0], runs);
	for (int i = 0; i < n; i++) {
		int64_t us = median_us(&entrants[i], runs);

		printf("%-36s %7.1f MB/s  %5.2f  %7ld KiB\n", entrants[i].name,
		    (double)st.st_size / (double)us, (double)first / (double)us,
		    entrants[i].peak_kib);
	}
	return 0;
}
