/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/blocklist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/log.h"

/* From first to last, both included, of one family. */
struct run {
	struct ip first, last;
};

struct runs {
	struct run *v;
	size_t n, room;
};

struct blocklist {
	struct runs blocked, allowed;
};

static int
compare(const struct ip *a, const struct ip *b)
{
	if (a->v6 != b->v6)
		return a->v6 - b->v6;
	return memcmp(a->octets, b->octets, sizeof a->octets);
}

static int
by_first(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return compare(&x->first, &y->first);
}

static void
add(struct runs *r, const struct ip_range *range)
{
	size_t bits_n = range->first.v6 ? 128 : 32;
	struct run *run;

	if (r->n == r->room) {
		r->room = r->room ? r->room * 2 : 64;
		r->v = must(realloc(r->v, r->room * sizeof *r->v));
	}
	run = &r->v[r->n++];
	*run = (struct run){range->first, range->first};
	for (size_t bit = range->bits; bit < bits_n; bit++)
		run->last.octets[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
}

/* Sorts, and makes one of those that overlap. */
static void
settle(struct runs *r)
{
	size_t n = 0;

	if (r->n)
		qsort(r->v, r->n, sizeof *r->v, by_first);
	for (size_t i = 0; i < r->n; i++) {
		if (n && r->v[n - 1].first.v6 == r->v[i].first.v6 &&
		    compare(&r->v[i].first, &r->v[n - 1].last) <= 0) {
			if (compare(&r->v[i].last, &r->v[n - 1].last) > 0)
				r->v[n - 1].last = r->v[i].last;
		} else {
			r->v[n++] = r->v[i];
		}
	}
	r->n = n;
}

static bool
has(const struct runs *r, const struct ip *ip)
{
	size_t from = 0, to = r->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare(&r->v[middle].first, ip) <= 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from && compare(ip, &r->v[from - 1].last) <= 0;
}

struct blocklist *
blocklist_new(void)
{
	return must(calloc(1, sizeof(struct blocklist)));
}

void
blocklist_free(struct blocklist *b)
{
	if (!b)
		return;
	free(b->blocked.v);
	free(b->allowed.v);
	free(b);
}

void
blocklist_add(struct blocklist *b, const struct ip_range *range)
{
	add(&b->blocked, range);
}

void
blocklist_allow(struct blocklist *b, const struct ip_range *range)
{
	add(&b->allowed, range);
}

void
blocklist_ready(struct blocklist *b)
{
	settle(&b->blocked);
	settle(&b->allowed);
}

bool
blocklist_has(const struct blocklist *b, const struct ip *ip)
{
	return has(&b->blocked, ip) && !has(&b->allowed, ip);
}

static void
hash_runs(struct sha256 *hash, const struct runs *r, char kind)
{
	for (size_t i = 0; i < r->n; i++) {
		char family = r->v[i].first.v6 ? '6' : '4';

		sha256_add(hash, (struct span){&kind, 1});
		sha256_add(hash, (struct span){&family, 1});
		sha256_add(hash, (struct span){(const char *)r->v[i].first.octets, 16});
		sha256_add(hash, (struct span){(const char *)r->v[i].last.octets, 16});
	}
}

void
blocklist_digest(const struct blocklist *b, char out[SHA256_HEX_LEN + 1])
{
	struct sha256 hash;

	sha256_init(&hash);
	hash_runs(&hash, &b->blocked, '-');
	hash_runs(&hash, &b->allowed, '+');
	sha256_hex(&hash, out);
}

static const char *
read_lines(struct arena *a, struct blocklist *b, const char *path, struct span text)
{
	for (size_t line = 1; text.n; line++) {
		struct span row = span_cut(&text, '\n'), word = span_trim(span_cut(&row, '#'));
		struct ip_range range;
		const char *error;

		if (!word.n)
			continue;
		error = ip_range_read(word, &range);
		if (error)
			return arena_printf(
			    a, "%s:%zu: %.*s %s", path, line, SPAN_ARG(word), error);
		add(&b->blocked, &range);
	}
	return NULL;
}

const char *
blocklist_read(struct arena *a, struct blocklist *b, const char *path)
{
	FILE *f = fopen(path, "re");
	const char *error = NULL;
	struct buf text;
	char *room;
	size_t n;

	if (!f)
		return arena_printf(a, "%s: %s; name a file of ranges", path, strerror(errno));
	buf_init(&text, BLOCKLIST_FILE_MAX);
	do {
		room = buf_room(&text, 65536);
		n = room ? fread(room, 1, 65536, f) : 0;
		if (room)
			buf_added(&text, n);
	} while (room && n);
	if (ferror(f))
		error = arena_printf(a, "%s: %s", path, strerror(errno));
	else if (!room)
		error = arena_printf(a, "%s: larger than 64 MiB; merge its ranges", path);
	else
		error = read_lines(a, b, path, buf_span(&text));
	buf_free(&text);
	fclose(f);
	return error;
}
