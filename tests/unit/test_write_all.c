/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/write_all.h"

enum { OCTETS = 1000000 }; /* more than a pipe holds */

static void
on_signal(int number)
{
	(void)number;
}

/* Reads to the end, in small parts, and sends its parent a signal with each; says with its exit
 * code whether the octets are right. */
static void
read_slowly(int fd)
{
	char part[4000];
	size_t all = 0;
	ssize_t n;
	bool good = true;

	while ((n = read(fd, part, sizeof part)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			good = good && part[i] == (char)((all + (size_t)i) % 251);
		all += (size_t)n;
		kill(getppid(), SIGUSR1);
	}
	_exit(good && all == OCTETS ? 0 : 1);
}

static void
test_pipe(void)
{
	/* Without SA_RESTART: write gives EINTR. */
	struct sigaction act = {.sa_handler = on_signal};
	char *data = malloc(OCTETS);
	int ends[2], status = -1;
	pid_t pid;

	sigaction(SIGUSR1, &act, NULL);
	for (size_t i = 0; i < OCTETS; i++)
		data[i] = (char)(i % 251);
	if (pipe(ends))
		abort();
	pid = fork();
	if (!pid) {
		close(ends[1]);
		read_slowly(ends[0]);
	}
	close(ends[0]);
	OK(write_all(ends[1], (struct span){data, OCTETS}), "a slow reader, and signals");
	close(ends[1]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	SAME_INT(status, 0, "gets all octets, in their order");
	free(data);
}

static void
test_trouble(void)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	if (pipe(ends))
		abort();
	close(ends[0]);
	errno = 0;
	OK(!write_all(ends[1], SPAN_LIT("x")), "nobody reads");
	SAME_INT(errno, EPIPE, "and errno says so");
	OK(write_all(ends[1], SPAN_LIT("")), "nothing can be written anywhere");
	close(ends[1]);
}

int
main(void)
{
	test_pipe();
	test_trouble();
	return tap_end();
}
