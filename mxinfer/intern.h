/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intern - texts and records that are held once, and known by a number.
 *
 * Numbers count from 1 in the order in which the texts first came; 0 is "none".  What it holds is
 * never taken out.  Spans into it are good until the next addition.  One thread adds; when nobody
 * does, any number may look. */
#ifndef EMT_MXINFER_INTERN_H
#define EMT_MXINFER_INTERN_H

#include <stdint.h>

#include "base/span.h"

struct intern_slot {
	uint32_t id, tag;
};

/* Where a hash leads to an id. */
struct intern_index {
	struct intern_slot *slots;
	size_t slots_n; /* a power of two, or 0 */
	size_t used_n;
};

/* Texts of any length. */
struct intern {
	bool words; /* they are 32-bit words, and lie where such do */
	struct intern_index index;
	uint32_t *places; /* by id; in units of four octets */
	size_t n, places_room;
	unsigned char *octets; /* each text behind its length */
	size_t octets_n, octets_room;
};

void intern_free(struct intern *t);

/* The number of s, whose keyed_hash is `hash`. */
uint32_t intern_add(struct intern *t, struct span s, uint64_t hash);
uint32_t intern_find(const struct intern *t, struct span s, uint64_t hash); /* 0: not there */
struct span intern_text(const struct intern *t, uint32_t id);               /* 0: empty */

/* Fetches what intern_add is going to look at. */
void intern_prefetch(const struct intern *t, uint64_t hash);

/* Records of `words_n` 32-bit words each. */
struct intern_records {
	struct intern_index index;
	uint32_t *words;
	size_t words_n, n, room; /* a record's; records; those that fit */
};

void intern_records_free(struct intern_records *t);

/* Nothing more is added or looked for: gives back what that took.  What has a number stays. */
void intern_seal(struct intern_index *index);

uint32_t intern_record(struct intern_records *t, const uint32_t *words);
uint32_t intern_find_record(const struct intern_records *t, const uint32_t *words); /* 0: none */

static inline const uint32_t *
intern_words(const struct intern_records *t, uint32_t id)
{
	return t->words + (size_t)(id - 1) * t->words_n;
}

/* An array of `size`-octet elements that has room for number n; for what belongs to a number.  What
 * is new in it is not set. */
void *intern_beside(void *array, size_t *room, size_t n, size_t size);

#endif
