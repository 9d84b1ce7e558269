/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peak FILE COMMAND ARGUMENT... - runs a command and writes into FILE what it took: seconds
 * elapsed, seconds of processor time, and the most memory it ever held (KiB).  Exits as the command
 * did (128 + N for signal N).  A small process of its own, because Linux counts the memory of
 * whoever forked. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_USAGE = 64, EXIT_TRY_AGAIN = 75, EXIT_NO_COMMAND = 127 };

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	struct timespec start, end;
	struct rusage used;
	int status;
	pid_t child;
	FILE *out;

	if (argc < 3) {
		fprintf(stderr, "usage: %s FILE COMMAND ARGUMENT...\n", argv[0]);
		return EXIT_USAGE;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(EXIT_NO_COMMAND);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0) {
		perror("peak");
		return EXIT_TRY_AGAIN;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	out = fopen(argv[1], "w");
	if (!out) {
		perror(argv[1]);
		return EXIT_TRY_AGAIN;
	}
	fprintf(out, "%.3f %.3f %ld\n",
	    (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
	    seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss);
	fclose(out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
