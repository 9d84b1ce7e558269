/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/intern.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/keyed_hash.h"

enum { UNIT = 4, ID_MAX = 0xfffffff0 };

/* Tables of hundreds of megabytes grow by half: what is not yet used costs address space alone, and
 * realloc moves pages, not octets. */
static size_t
more_room(size_t room, size_t need)
{
	size_t more = room + room / 2 + 1024;

	return more < need ? need : more;
}

void *
intern_beside(void *array, size_t *room, size_t n, size_t size)
{
	size_t more;

	if (n < *room)
		return array;
	more = more_room(*room, n + 1);
	*room = more;
	return must(realloc(array, more * size));
}

/* Half of the hash tells the place, however large the table, and sorts out most others there: so a
 * table grows without a look at the texts. */
static inline uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32 ^ hash);
}

static void
grow_index(struct intern_index *x)
{
	size_t more = x->slots_n ? x->slots_n * 2 : 64;
	struct intern_slot *slots = must(calloc(more, sizeof *slots));

	for (size_t i = 0; i < x->slots_n; i++) {
		size_t at = x->slots[i].tag & (more - 1);

		if (!x->slots[i].id)
			continue;
		while (slots[at].id)
			at = (at + 1) & (more - 1);
		slots[at] = x->slots[i];
	}
	free(x->slots);
	x->slots = slots;
	x->slots_n = more;
}

/* Room for one more; then the free slot that a search ends at can be filled. */
static inline void
ready_index(struct intern_index *x)
{
	if (x->used_n >= x->slots_n / 4 * 3)
		grow_index(x);
}

static inline void
fill_slot(struct intern_index *x, size_t at, uint32_t id, uint32_t tag)
{
	x->slots[at] = (struct intern_slot){id, tag};
	x->used_n++;
}

static uint32_t
next_id(size_t n)
{
	if (n >= ID_MAX)
		out_of_memory();
	return (uint32_t)n + 1;
}

void
intern_free(struct intern *t)
{
	free(t->index.slots);
	free(t->places);
	free(t->octets);
	*t = (struct intern){0};
}

/* A length takes an octet for each seven bits, the lowest first; before words it is one. */
static struct span
text_at(const struct intern *t, uint32_t place)
{
	const unsigned char *p = t->octets + (size_t)place * UNIT;
	size_t n = *p & 0x7f;

	if (t->words) {
		uint32_t octets_n;

		memcpy(&octets_n, p, sizeof octets_n);
		return (struct span){(const char *)p + sizeof octets_n, octets_n};
	}
	for (int shift = 7; *p & 0x80; shift += 7)
		n |= (size_t)(*++p & 0x7f) << shift;
	return (struct span){(const char *)p + 1, n};
}

struct span
intern_text(const struct intern *t, uint32_t id)
{
	return id ? text_at(t, t->places[id]) : (struct span){"", 0};
}

void
intern_prefetch(const struct intern *t, uint64_t hash)
{
	if (t->index.slots_n)
		__builtin_prefetch(&t->index.slots[tag_of(hash) & (t->index.slots_n - 1)]);
}

/* The id of s, or 0 and the slot where it would be. */
static inline uint32_t
look(const struct intern *t, struct span s, uint32_t tag, size_t *slot)
{
	const struct intern_index *x = &t->index;
	size_t at = tag & (x->slots_n - 1);

	for (; x->slots[at].id; at = (at + 1) & (x->slots_n - 1))
		if (x->slots[at].tag == tag && span_eq(text_at(t, t->places[x->slots[at].id]), s))
			return x->slots[at].id;
	*slot = at;
	return 0;
}

uint32_t
intern_find(const struct intern *t, struct span s, uint64_t hash)
{
	size_t slot;

	return t->index.slots_n ? look(t, s, tag_of(hash), &slot) : 0;
}

static uint32_t
store_text(struct intern *t, struct span s)
{
	size_t at = (t->octets_n + UNIT - 1) / UNIT * UNIT, n = s.n;

	if (t->octets_room < at + s.n + 10) {
		t->octets_room = more_room(t->octets_room, at + s.n + 10);
		t->octets = must(realloc(t->octets, t->octets_room));
	}
	if (at / UNIT > UINT32_MAX)
		out_of_memory();
	t->octets_n = at;
	if (t->words) {
		memcpy(t->octets + at, &(uint32_t){(uint32_t)n}, UNIT);
		t->octets_n += UNIT;
	} else {
		for (; n > 0x7f; n >>= 7)
			t->octets[t->octets_n++] = (unsigned char)(n | 0x80);
		t->octets[t->octets_n++] = (unsigned char)n;
	}
	if (s.n)
		memcpy(t->octets + t->octets_n, s.p, s.n);
	t->octets_n += s.n;
	return (uint32_t)(at / UNIT);
}

uint32_t
intern_add(struct intern *t, struct span s, uint64_t hash)
{
	uint32_t tag = tag_of(hash), id;
	size_t slot;

	ready_index(&t->index);
	id = look(t, s, tag, &slot);
	if (id)
		return id;
	id = next_id(t->n++);
	t->places = intern_beside(t->places, &t->places_room, id, sizeof *t->places);
	t->places[id] = store_text(t, s);
	fill_slot(&t->index, slot, id, tag);
	return id;
}

void
intern_seal(struct intern_index *index)
{
	free(index->slots);
	*index = (struct intern_index){.slots_n = 0};
}

void
intern_records_free(struct intern_records *t)
{
	free(t->index.slots);
	free(t->words);
	*t = (struct intern_records){.words_n = t->words_n};
}

/* Records are so short that a call of memcmp would be the larger part. */
static inline bool
same_words(const uint32_t *a, const uint32_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* The id of a record, or 0 and the slot where it would be. */
static uint32_t
look_record(const struct intern_records *t, const uint32_t *words, uint32_t tag, size_t *slot)
{
	const struct intern_index *x = &t->index;
	size_t at = tag & (x->slots_n - 1);

	for (; x->slots[at].id; at = (at + 1) & (x->slots_n - 1))
		if (x->slots[at].tag == tag &&
		    same_words(intern_words(t, x->slots[at].id), words, t->words_n))
			return x->slots[at].id;
	*slot = at;
	return 0;
}

uint32_t
intern_find_record(const struct intern_records *t, const uint32_t *words)
{
	uint32_t tag = tag_of(keyed_hash_words(words, t->words_n));
	size_t slot;

	return t->index.slots_n ? look_record(t, words, tag, &slot) : 0;
}

uint32_t
intern_record(struct intern_records *t, const uint32_t *words)
{
	uint32_t tag = tag_of(keyed_hash_words(words, t->words_n)), id;
	size_t octets_n = t->words_n * sizeof *words, slot;

	ready_index(&t->index);
	id = look_record(t, words, tag, &slot);
	if (id)
		return id;
	id = next_id(t->n++);
	t->words = intern_beside(t->words, &t->room, id, octets_n);
	memcpy(t->words + (size_t)(id - 1) * t->words_n, words, octets_n);
	fill_slot(&t->index, slot, id, tag);
	return id;
}
