/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arena - the memory of one unit of work: a mail, a log session, a scanned domain.
 *
 * Everything allocated from it lives until arena_free, which first runs the clean-up hooks, last
 * one first; that is how objects of ldns, jansson or OpenSSL share its life.  Allocation never
 * returns NULL: a machine without memory ends the program with exit code 75 (try again). */
#ifndef EMT_ARENA_H
#define EMT_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena;

struct arena *arena_new(void);

/* One that is to live long and to hold about so many octets: it takes no more memory than that. */
struct arena *arena_new_for(size_t octets);
void arena_free(struct arena *a); /* NULL is fine */

/* The same, but the arena is there again, empty, with a part of its memory for the next unit of
 * work. */
void arena_clear(struct arena *a);

/* Zeroed memory, aligned for any object. */
void *arena_alloc(struct arena *a, size_t size);

/* The array `old` of `old_n` elements of `size` octets, in a place where `new_n` fit; the rest is
 * zeroed. */
void *arena_grow(struct arena *a, const void *old, size_t old_n, size_t new_n, size_t size);

/* A copy of s with a NUL behind it.  The span's own NULs stay inside: the result is a C string only
 * if there are none. */
char *arena_dup(struct arena *a, struct span s);
struct span arena_span(struct arena *a, struct span s);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Calls fn(object) when the arena is freed. */
void arena_defer(struct arena *a, void (*fn)(void *), void *object);

/* Octets handed out so far: what a limit of a unit of work is measured with. */
size_t arena_used(const struct arena *a);

/* Reports the lack of memory and ends the program with 75.  For the few allocations outside an
 * arena, too. */
_Noreturn void out_of_memory(void);

/* p, which an allocation outside an arena gave; NULL is out_of_memory. */
void *must(void *p);

#endif
