/* SPDX-License-Identifier: GPL-3.0-or-later */
/* swarm - many deliveries at once, each tried again until it ends with 0, as Postfix would.
 *
 * Usage: swarm N KILLS SEED MAIL COMMAND ARGUMENT...
 * Starts N processes of COMMAND at one moment, with MAIL as standard input; a %d in an argument
 * becomes 1 to N.  The first attempts of KILLS of them are killed at some moment.  Exit 0: all
 * ended with 0 at last; 1: one had another exit code than 0 or 75, or never ended with 0.  Prints
 * how many attempts were killed. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"

enum {
	ARGS_MAX = 30,
	ATTEMPTS_MAX = 50,
	KILLED_ATTEMPTS = 2,   /* of a delivery that is chosen to be killed */
	KILL_WITHIN_US = 4000, /* a delivery takes about this long */
};

static const char *mail;

static _Noreturn void
deliver(char **command, unsigned number)
{
	char room[ARGS_MAX][300], *args[ARGS_MAX + 1] = {NULL};
	int fd = open(mail, O_RDONLY);

	for (int i = 0; i < ARGS_MAX && command[i]; i++) {
		const char *place = strstr(command[i], "%d");

		args[i] = command[i];
		if (place) {
			snprintf(room[i], sizeof room[i], "%.*s%u%s", (int)(place - command[i]),
			    command[i], number, place + 2);
			args[i] = room[i];
		}
	}
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		_exit(99);
	execv(args[0], args);
	_exit(99);
}

/* One delivery with its attempts; the exit code has how many were killed. */
static int
worker(char **command, unsigned number, bool kill_it, uint64_t seed, int start_fd)
{
	struct rng r = rng_seeded(&seed);
	int killed = 0;
	char go;

	if (read(start_fd, &go, 1) != 0) /* ends when the other side is closed: for all at once */
		return 99;
	for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			deliver(command, number);
		if (kill_it && attempt < KILLED_ATTEMPTS) {
			usleep((useconds_t)rng_below(&r, KILL_WITHIN_US));
			kill(pid, SIGKILL);
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			return 99;
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
			killed++;
		else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			return killed;
		else if (!WIFEXITED(status) || WEXITSTATUS(status) != 75)
			return 98;
	}
	return 97;
}

int
main(int argc, char **argv)
{
	unsigned n = argc > 5 ? (unsigned)strtoul(argv[1], NULL, 10) : 0, killed = 0, bad = 0;
	unsigned kills = argc > 5 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	uint64_t seed = argc > 5 ? strtoull(argv[3], NULL, 10) : 0;
	int start[2], status;

	if (!n || pipe(start))
		return 64;
	mail = argv[4];
	for (unsigned i = 1; i <= n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 71;
		if (pid == 0) {
			close(start[1]);
			_exit(worker(
			    argv + 5, i, (i - 1) * kills % n < kills, seed * n + i, start[0]));
		}
	}
	close(start[1]);
	while (wait(&status) > 0) {
		unsigned code = WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : 99;

		if (code <= KILLED_ATTEMPTS)
			killed += code;
		else
			fprintf(stderr, "a delivery ended with %u\n", code), bad++;
	}
	printf("%u killed\n", killed);
	return bad ? 1 : 0;
}
