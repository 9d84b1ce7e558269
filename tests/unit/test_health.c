/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of live checks: a file a day, lines added whole, the same id for the same check. */
#include "site/health.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "tests/tap.h"

static struct arena *a;
static const char *dir;

static struct span
text_of(const char *name)
{
	int fd = open(arena_printf(a, "%s/%s", dir, name), O_RDONLY);
	char *p = arena_alloc(a, 65536);
	ssize_t n = fd < 0 ? 0 : read(fd, p, 65536);

	if (fd >= 0)
		close(fd);
	return (struct span){p, n > 0 ? (size_t)n : 0};
}

static size_t
lines(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

int
main(void)
{
	static const struct health records[] = {
	    {"v4-mail", "recipient", "ipv4", true, NULL, "health-a@m.example", 1795305599999999},
	    {"v4-mail", "mx", NULL, false, "none \x1b \"x\"", NULL, 1795305600000000},
	};
	char folder[] = P_tmpdir "/emt-health.XXXXXX";
	struct rlimit small = {0, RLIM_INFINITY};
	struct span first, again;

	a = arena_new();
	dir = must(mkdtemp(folder));
	OK(!health_append(a, dir, records, 2), "records of two days");
	first = text_of("2026-11-21.jsonl");
	SAME_INT(lines(first), 1, "one of the day before");
	OK(memmem(first.p, first.n, "\"time\":1795305599.999999,", 25) != NULL, "its time");
	OK(memmem(first.p, first.n, "\"sender\":\"health-a@m.example\"", 29) != NULL, "and whose");
	SAME_INT(lines(text_of("2026-11-22.jsonl")), 1, "one of the day");
	OK(!health_append(a, dir, records, 1), "the same once more");
	again = text_of("2026-11-21.jsonl");
	OK(again.n == 2 * first.n && !memcmp(again.p + first.n, first.p, first.n),
	    "is added, with the same id");
	OK(!health_append(a, dir, records, 0), "none at all");
	OK(health_append(a, arena_printf(a, "%s/none", dir), records, 1) != NULL, "no folder");

	/* A limit of the file's size stands for a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	small.rlim_cur = again.n + 50;
	if (setrlimit(RLIMIT_FSIZE, &small))
		abort();
	OK(health_append(a, dir, records, 1) != NULL, "no room for a whole line: an error");
	SAME_SPAN(text_of("2026-11-21.jsonl"), again, "and no part of one is left");
	unlink(arena_printf(a, "%s/2026-11-21.jsonl", dir));
	unlink(arena_printf(a, "%s/2026-11-22.jsonl", dir));
	rmdir(dir);
	arena_free(a);
	return tap_end();
}
