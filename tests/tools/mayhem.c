/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mayhem - runs a command in its place, and sometimes kills it at some moment, then itself in the
 * same way.
 *
 * Usage: mayhem PERCENT COMMAND ARGUMENT...  Standard input, environment and exit code are the
 * command's. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"

enum { KILL_WITHIN_US = 4000 }; /* a delivery takes about this long */

int
main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc < 3)
		return 64;
	if (rng_below(&rng_system, 100) >= strtoull(argv[1], NULL, 10)) {
		execv(argv[2], argv + 2);
		return 75;
	}
	pid = fork();
	if (pid == 0) {
		execv(argv[2], argv + 2);
		_exit(75);
	}
	usleep((useconds_t)rng_below(&rng_system, KILL_WITHIN_US));
	kill(pid, SIGKILL);
	/* It may have ended before: then what it said counts. */
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 75;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	kill(getpid(), SIGKILL);
	return 75;
}
