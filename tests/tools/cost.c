/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cost - what one run of a command costs, on average: cost INPUT COMMAND ARGUMENT...
 *
 * Runs it RUNS times, one after the other, with INPUT as standard input; a %d as an argument
 * becomes the number of the run.  Prints processor time, start included, and elapsed time. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { RUNS = 500, ARGS_MAX = 30 };

static double
cpu_ms(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1e3 +
	       (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e3;
}

static _Noreturn void
run_command(const char *input, char **command, int number)
{
	char *args[ARGS_MAX + 1] = {NULL}, text[20];
	int fd = open(input, O_RDONLY);

	snprintf(text, sizeof text, "%d", number);
	for (int i = 0; i < ARGS_MAX && command[i]; i++)
		args[i] = strcmp(command[i], "%d") ? command[i] : text;
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		_exit(99);
	execv(args[0], args);
	_exit(99);
}

int
main(int argc, char **argv)
{
	int64_t start = clock_since_us(&clock_system);
	struct rusage used;
	int failed = 0;

	if (argc < 3)
		return 64;
	for (int i = 0; i < RUNS; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			run_command(argv[1], argv + 2, i);
		waitpid(pid, &status, 0);
		failed += status != 0;
	}
	getrusage(RUSAGE_CHILDREN, &used);
	printf("%-14s %6.3f ms processor time, %6.3f ms elapsed", strrchr(argv[2], '/') + 1,
	    cpu_ms(&used) / RUNS, (double)(clock_since_us(&clock_system) - start) / 1e3 / RUNS);
	printf(failed ? ", %d of them failed\n" : "\n", failed);
	return failed ? 1 : 0;
}
