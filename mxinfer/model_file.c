/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model as a file: model.h says what is in it. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/sha256.h"
#include "mxinfer/hostname.h"
#include "mxinfer/model_parts.h"

enum {
	VERSION = 1,
	PIECE = 64 * 1024, /* octets that are written at a time */
	NUMBER_MAX = 10,   /* octets of a number */
};

#define MAGIC SPAN_LIT("emt-mx-model")

/* What is written, and its digest so far. */
struct writer {
	FILE *out;
	struct buf piece;
	struct sha256 digest;
	bool failed;
};

static void
flush(struct writer *w)
{
	sha256_add(&w->digest, buf_span(&w->piece));
	if (w->piece.n && fwrite(w->piece.p, 1, w->piece.n, w->out) != w->piece.n)
		w->failed = true;
	buf_clear(&w->piece);
}

static void
put_fixed(struct writer *w, uint64_t value, int octets)
{
	for (int i = 0; i < octets; i++)
		buf_putc(&w->piece, (char)(value >> (8 * i)));
}

static void
put_number(struct writer *w, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		buf_putc(&w->piece, (char)(value | 0x80));
	buf_putc(&w->piece, (char)value);
}

/* A name with the octets that it begins with, as a number: most comparisons need no more. */
struct sorted {
	uint64_t first;
	uint32_t id;
};

static uint64_t
first_octets(struct span s)
{
	uint64_t first = 0;

	for (size_t i = 0; i < 8; i++)
		first = first << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
	return first;
}

static int
by_text(const void *a, const void *b, void *state)
{
	const struct model *m = state;
	const struct sorted *x = a, *y = b;
	struct span s, t;
	int order;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	s = intern_text(&m->names, x->id);
	t = intern_text(&m->names, y->id);
	order = memcmp(s.p, t.p, s.n < t.n ? s.n : t.n);
	return order ? order : s.n < t.n ? -1 : s.n > t.n;
}

static size_t
shared_octets(struct span a, struct span b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	return n;
}

static void
put_names(struct writer *w, const struct model *m)
{
	struct sorted *order = must(malloc((m->names.n + 1) * sizeof *order));
	uint32_t *first = must(calloc(m->names.n + 1, sizeof *first)); /* by root: its place */
	uint32_t *members = must(calloc(m->names.n + 1, sizeof *members));
	struct span before = {"", 0};

	for (uint32_t id = 1; id <= m->names.n; id++) {
		order[id - 1] = (struct sorted){first_octets(intern_text(&m->names, id)), id};
		members[model_root(m, id)]++;
	}
	if (m->names.n)
		qsort_r(order, m->names.n, sizeof *order, by_text, (void *)(uintptr_t)m);
	for (size_t i = 0; i < m->names.n; i++) {
		uint32_t id = order[i].id, root = model_root(m, id);
		struct span text = intern_text(&m->names, id);
		size_t shared = shared_octets(before, text);

		if (!first[root])
			first[root] = (uint32_t)i + 1;
		put_fixed(w, shared, 1);
		put_fixed(w, text.n - shared, 1);
		buf_put(&w->piece, span_from(text, shared));
		put_number(w, m->mx[id]);
		put_number(w, m->rd[id]);
		put_number(w, members[root] > 1 ? first[root] : 0);
		before = text;
		if (w->piece.n > PIECE)
			flush(w);
	}
	free(order);
	free(first);
	free(members);
}

static int
by_ip(const void *a, const void *b, void *state)
{
	const struct model *m = state;
	const uint32_t *x = a, *y = b;
	const uint32_t *s = intern_words(&m->addresses, *x), *t = intern_words(&m->addresses, *y);

	return s[4] != t[4] ? (s[4] < t[4] ? -1 : 1) : memcmp(s, t, 16);
}

static void
put_addresses(struct writer *w, const struct model *m)
{
	uint32_t *order = must(malloc((m->addresses.n + 1) * sizeof *order));

	for (uint32_t id = 1; id <= m->addresses.n; id++)
		order[id - 1] = id;
	if (m->addresses.n)
		qsort_r(order, m->addresses.n, sizeof *order, by_ip, (void *)(uintptr_t)m);
	for (size_t i = 0; i < m->addresses.n; i++) {
		const uint32_t *words = intern_words(&m->addresses, order[i]);

		put_fixed(w, words[4] ? 6 : 4, 1);
		buf_put(&w->piece, (struct span){(const char *)words, words[4] ? 16 : 4});
		put_number(w, m->address[order[i]]);
		if (w->piece.n > PIECE)
			flush(w);
	}
	free(order);
}

bool
model_write(struct model *m, FILE *out)
{
	struct writer w = {.out = out};
	unsigned char digest[SHA256_LEN];

	buf_init(&w.piece, 2 * PIECE);
	sha256_init(&w.digest);
	buf_put(&w.piece, MAGIC);
	put_fixed(&w, VERSION, 4);
	put_fixed(&w, (uint64_t)m->psl_utc, 8);
	put_fixed(&w, m->domains_n, 8);
	put_fixed(&w, m->names.n, 8);
	put_fixed(&w, m->addresses.n, 8);
	put_names(&w, m);
	put_addresses(&w, m);
	flush(&w);
	sha256_end(&w.digest, digest);
	if (fwrite(digest, 1, sizeof digest, out) != sizeof digest)
		w.failed = true;
	buf_free(&w.piece);
	return !w.failed;
}

/* What is left to read; the error is sticky. */
struct model_reader {
	struct span rest;
	bool failed;
};

static struct span
take(struct model_reader *r, size_t n)
{
	struct span s = {r->rest.p, n};

	if (r->failed || n > r->rest.n) {
		r->failed = true;
		return (struct span){"", 0};
	}
	r->rest = span_from(r->rest, n);
	return s;
}

static uint64_t
take_fixed(struct model_reader *r, size_t octets)
{
	struct span s = take(r, octets);
	uint64_t value = 0;

	for (size_t i = 0; i < s.n; i++)
		value |= (uint64_t)(unsigned char)s.p[i] << (8 * i);
	return value;
}

/* A number up to 2^32 - 1, in its one form. */
static uint32_t
take_number(struct model_reader *r)
{
	uint64_t value = 0;

	for (int i = 0; i < NUMBER_MAX && !r->failed; i++) {
		uint64_t octet = take_fixed(r, 1);

		value |= (octet & 0x7f) << (7 * i);
		if (value > UINT32_MAX || (i && !octet))
			break;
		if (!(octet & 0x80))
			return (uint32_t)value;
	}
	r->failed = true;
	return 0;
}

static void
read_names(struct model *m, struct model_reader *r, uint64_t n)
{
	uint32_t *ids = NULL; /* by place */
	size_t room = 0;
	char text[2 * HOSTNAME_MAX + 8], last[HOSTNAME_MAX];
	size_t last_n = 0;

	for (uint64_t place = 1; place <= n && !r->failed; place++) {
		size_t shared = take_fixed(r, 1);
		struct span other = take(r, take_fixed(r, 1));
		struct span s = {text, shared + other.n};
		uint32_t mx, rd, group;

		if (r->failed || shared > last_n || s.n > HOSTNAME_MAX || !other.n ||
		    (shared < last_n && (unsigned char)*other.p <= (unsigned char)last[shared])) {
			r->failed = true;
			break;
		}
		memcpy(text, last, shared);
		memcpy(text + shared, other.p, other.n);
		memcpy(last, text, s.n);
		last_n = s.n;
		mx = take_number(r);
		rd = take_number(r);
		group = take_number(r);
		if (r->failed || group > place) {
			r->failed = true;
			break;
		}
		ids = intern_beside(ids, &room, place, sizeof *ids);
		ids[place] = model_name(m, s);
		model_count_name(m, ids[place], mx, rd);
		if (group)
			model_join(m, ids[place], ids[group]);
	}
	free(ids);
}

static void
read_addresses(struct model *m, struct model_reader *r, uint64_t n)
{
	for (uint64_t i = 0; i < n && !r->failed; i++) {
		uint32_t words[MODEL_ADDRESS_WORDS] = {0};
		uint64_t family = take_fixed(r, 1);
		struct span octets = take(r, family == 4 ? 4 : 16);
		uint32_t count = take_number(r);

		if (r->failed || (family != 4 && family != 6)) {
			r->failed = true;
			return;
		}
		memcpy(words, octets.p, octets.n);
		words[4] = family == 6;
		model_count_address(m, words, count);
	}
}

/* The digest at the end is that of what stands before it. */
static bool
is_whole(struct span file)
{
	unsigned char digest[SHA256_LEN];
	struct sha256 s;

	if (file.n < SHA256_LEN)
		return false;
	sha256_init(&s);
	sha256_add(&s, (struct span){file.p, file.n - SHA256_LEN});
	sha256_end(&s, digest);
	return !memcmp(digest, file.p + file.n - SHA256_LEN, SHA256_LEN);
}

const char *
model_read(struct model *m, struct span file)
{
	struct model_reader r = {.rest = file};
	uint64_t names_n, addresses_n, domains_n;
	int64_t psl_utc;

	if (!span_eq(take(&r, MAGIC.n), MAGIC))
		return "no model; make one with `emt-mxinfer count`";
	if (take_fixed(&r, 4) != VERSION)
		return "a model of another version; make it anew with `emt-mxinfer count`";
	if (!is_whole(file))
		return "damaged or cut short; make it anew";
	r.rest.n -= SHA256_LEN;
	psl_utc = (int64_t)take_fixed(&r, 8);
	domains_n = take_fixed(&r, 8);
	names_n = take_fixed(&r, 8);
	addresses_n = take_fixed(&r, 8);
	if (psl_utc != m->psl_utc)
		return "made with another Public Suffix List, by which names have other registered "
		       "domains; use the same --psl for all";
	m->domains_n += domains_n;
	read_names(m, &r, names_n);
	read_addresses(m, &r, addresses_n);
	return r.failed || r.rest.n ? "damaged; make it anew" : NULL;
}
