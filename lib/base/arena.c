/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"

enum {
	CHUNK_MIN = 8192,       /* octets; a typical mail's or session's facts fit */
	CHUNK_MAX = 1024 * 1024 /* chunks double up to this */
};

struct chunk {
	struct chunk *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

struct hook {
	struct hook *next;
	void (*fn)(void *);
	void *object;
};

struct arena {
	struct chunk *chunks; /* the first one is the one being filled */
	struct hook *hooks;
	size_t used;
};

void
out_of_memory(void)
{
	log_error("out of memory");
	exit(EX_TEMPFAIL);
}

void *
must(void *p)
{
	if (!p)
		out_of_memory();
	return p;
}

struct arena *
arena_new(void)
{
	return must(calloc(1, sizeof(struct arena)));
}

struct arena *
arena_new_for(size_t octets)
{
	struct arena *a = arena_new();

	a->chunks = must(malloc(sizeof *a->chunks + octets));
	*a->chunks = (struct chunk){.size = octets};
	return a;
}

static void
run_hooks(struct arena *a)
{
	for (struct hook *h = a->hooks; h; h = h->next)
		h->fn(h->object);
}

void
arena_clear(struct arena *a)
{
	struct chunk *keep = NULL;

	run_hooks(a);
	for (struct chunk *c = a->chunks, *next, *out; c; c = next) {
		bool better = c->size <= CHUNK_MAX && (!keep || c->size > keep->size);

		next = c->next;
		out = better ? keep : c;
		keep = better ? c : keep;
		free(out);
	}
	if (keep)
		*keep = (struct chunk){.size = keep->size};
	*a = (struct arena){.chunks = keep};
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	run_hooks(a);
	for (struct chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

static struct chunk *
add_chunk(struct arena *a, size_t need)
{
	size_t size = a->chunks ? a->chunks->size * 2 : CHUNK_MIN;
	struct chunk *c;

	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size < need)
		size = need;
	c = must(malloc(sizeof *c + size));
	*c = (struct chunk){.next = a->chunks, .size = size};
	/* A big object gets a chunk of its own behind the one being filled, whose free space stays
	 * in use. */
	if (a->chunks && need > CHUNK_MAX / 2) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		a->chunks = c;
	}
	return c;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct chunk *c = a->chunks;
	void *p;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + align - 1) / align * align;
	if (!c || c->size - c->used < size)
		c = add_chunk(a, size);
	p = c->data + c->used;
	c->used += size;
	a->used += size;
	return memset(p, 0, size);
}

void *
arena_grow(struct arena *a, const void *old, size_t old_n, size_t new_n, size_t size)
{
	void *p;

	if (size && new_n > SIZE_MAX / 2 / size)
		out_of_memory();
	p = arena_alloc(a, new_n * size);
	if (old_n)
		memcpy(p, old, old_n * size);
	return p;
}

char *
arena_dup(struct arena *a, struct span s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct span
arena_span(struct arena *a, struct span s)
{
	return (struct span){arena_dup(a, s), s.n};
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	int n;
	char *p;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		abort();
	p = arena_alloc(a, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return p;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *object)
{
	struct hook *h = arena_alloc(a, sizeof *h);

	*h = (struct hook){.next = a->hooks, .fn = fn, .object = object};
	a->hooks = h;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
