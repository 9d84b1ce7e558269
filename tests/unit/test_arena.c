/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/rng.h"

enum { OBJECTS = 3000 };

static bool
is_filled(const unsigned char *p, size_t n, unsigned char with)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != with)
			return false;
	return true;
}

/* Objects of all sizes, each filled to its end: one that overlaps another would show in its
 * neighbour's bytes. */
static void
test_objects_are_apart(void)
{
	static unsigned char *p[OBJECTS];
	static size_t size[OBJECTS];
	uint64_t seed = 1;
	struct rng r = rng_seeded(&seed);
	struct arena *a = arena_new();
	bool aligned = true, zeroed = true, kept = true;
	size_t sum = 0;

	for (int i = 0; i < OBJECTS; i++) {
		size[i] = rng_below(&r, i % 100 == 0 ? 700000 : 300);
		p[i] = arena_alloc(a, size[i]);
		aligned &= (uintptr_t)p[i] % alignof(max_align_t) == 0;
		zeroed &= is_filled(p[i], size[i], 0);
		if (size[i])
			memset(p[i], i % 255 + 1, size[i]);
		sum += size[i];
	}
	for (int i = 0; i < OBJECTS; i++)
		kept &= is_filled(p[i], size[i], (unsigned char)(i % 255 + 1));
	OK(aligned, "every object is aligned for any type");
	OK(zeroed, "every object is zeroed");
	OK(kept, "no object touches another");
	OK(arena_used(a) >= sum && arena_used(a) < sum + OBJECTS * alignof(max_align_t),
	    "arena_used counts what was handed out");
	arena_free(a);
	arena_free(NULL);
}

static void
test_grow(void)
{
	struct arena *a = arena_new();
	int first[3] = {1, 2, 3}, *more = arena_grow(a, first, 3, 6, sizeof *more);

	OK(!memcmp(more, first, sizeof first), "what was there is copied");
	OK(is_filled((unsigned char *)(more + 3), 3 * sizeof *more, 0), "the rest is zeroed");
	OK(arena_grow(a, NULL, 0, 4, 8), "growing from nothing");
	arena_free(a);
}

static void
test_text(void)
{
	struct arena *a = arena_new();
	struct span with_nul = SPAN_LIT("a\0b");
	struct span copy = arena_span(a, with_nul);

	SAME_SPAN(copy, with_nul, "a span keeps its NUL");
	OK(copy.p != with_nul.p && copy.p[copy.n] == '\0', "a copy with a NUL behind it");
	SAME_STR(arena_dup(a, (struct span){NULL, 0}), "", "a copy of nothing");
	SAME_STR(arena_printf(a, "%s-%d", "x", 7), "x-7", "arena_printf");
	OK(strlen(arena_printf(a, "%20000d", 1)) == 20000, "arena_printf of a long text");
	arena_free(a);
}

static char order[8];

static void
note(void *letter)
{
	order[strlen(order)] = *(char *)letter;
}

static void
test_hooks(void)
{
	struct arena *a = arena_new();

	/* The objects live in the arena itself: hooks must run before its memory goes. */
	arena_defer(a, note, arena_dup(a, SPAN_LIT("1")));
	arena_defer(a, note, arena_dup(a, SPAN_LIT("2")));
	arena_defer(a, note, arena_dup(a, SPAN_LIT("3")));
	arena_free(a);
	SAME_STR(order, "321", "hooks run once each, the last one first");
}

static void
test_clear(void)
{
	struct arena *a = arena_new();
	char *large;

	arena_clear(a);
	for (int round = 0; round < 3; round++) {
		memset(order, 0, sizeof order);
		arena_defer(a, note, arena_dup(a, SPAN_LIT("1")));
		for (int i = 0; i < 100; i++)
			memset(arena_alloc(a, 1000), 'x', 1000);
		large = arena_alloc(a, 3000000);
		memset(large, 'x', 3000000);
		arena_defer(a, note, arena_dup(a, SPAN_LIT("2")));
		arena_clear(a);
		SAME_STR(order, "21", "what is cleared has its hooks run, once");
		SAME_INT((int64_t)arena_used(a), 0, "and nothing is used");
		for (int i = 0; i < 100; i++) {
			const char *p = arena_alloc(a, 1000);

			if (p[0] || memcmp(p, p + 1, 999) != 0)
				OK(false, "memory of before is zeroed");
		}
	}
	arena_free(a);
}

static struct arena *volatile reachable; /* for the leak checker, at an exit from within */

static void
test_for(void)
{
	struct arena *a = arena_new_for(100);
	char *small = arena_dup(a, SPAN_LIT("small"));
	char *large = arena_alloc(a, 1000000);

	large[999999] = 'x';
	SAME_STR(small, "small", "one for so many octets takes more, too");
	arena_free(a);
	a = arena_new_for(0);
	SAME_STR(arena_dup(a, SPAN_LIT("more")), "more", "one for none");
	arena_free(a);
}

static int
exit_code_of_too_much(size_t new_n, size_t size)
{
	pid_t pid;
	int status = 0;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(STDERR_FILENO);
		reachable = arena_new();
		arena_grow(reachable, NULL, 0, new_n, size);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
main(void)
{
	test_objects_are_apart();
	test_grow();
	test_text();
	test_hooks();
	test_for();
	test_clear();
	SAME_INT(exit_code_of_too_much(SIZE_MAX, 1), 75, "too much memory ends with 75");
	SAME_INT(exit_code_of_too_much(SIZE_MAX / 4, 16), 75, "a size that overflows ends with 75");
	return tap_end();
}
